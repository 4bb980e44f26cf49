"""Read CloudTrail, keep its events in the journal, and tell orgkit's own calls from others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.aws import Organization
from orgkit.aws.cloudtrail import look_up
from orgkit.evidence.journal.events import CloudTrailRead, Result
from orgkit.evidence.journal.journal import Journal

OURS, OTHER_RECORD, NOT_OURS = "orgkit", "orgkit, by another journal", "not orgkit"

Call = Mapping[str, Any]  # one event of CloudTrail


@dataclass(frozen=True)
class CloudTrailCalls:
    """Every event that CloudTrail ever showed, and what is not known of it."""

    rows: tuple[Mapping[str, Any], ...]
    why: str = ""
    unseen: tuple[str, ...] = ()

    @property
    def others(self) -> list[Mapping[str, Any]]:
        """The events that no orgkit made."""
        return [row for row in self.rows if row["made_by"] == NOT_OURS]

    @property
    def gaps(self) -> list[str]:
        """What is not known, in sentences."""
        unread = [f"What CloudTrail has of management's calls, UNKNOWN: {self.why}"]
        return [*(unread if self.why else ()), *self.unseen]


def read_and_keep(
    organization: Organization, journal: Journal, note: Callable[[CloudTrailRead], None]
) -> CloudTrailCalls:
    """Read CloudTrail, keep in the journal what it did not have yet, and give all of it.

    CloudTrail forgets after 90 days; the journal does not. A refusal is no error: it is said.
    """
    events = list(journal.events())
    kept = [dict(c) for e in events if isinstance(e, CloudTrailRead) for c in e.events]
    known = {e["event_id"] for e in kept}
    found, why = look_up(organization)
    # Each look-up shows 90 days again: only what is new is kept.
    new = [e for e in found if e["event_id"] not in known]
    if new:
        note(CloudTrailRead(events=new))
    results = [e for e in events if isinstance(e, Result)]
    ours = {e.request_id: e.sequence for e in results if e.request_id}
    # CloudTrail knows whole seconds; within one, the journal knows what orgkit did first.
    order = [(e["at"], ours.get(e["request_id"], 0), e["event_id"], e) for e in (*kept, *new)]
    every = [e for *_, e in sorted(order, key=lambda o: o[:3])]
    rows = tuple({**e, "made_by": _made_by(e, ours), "subject": _subject(e)} for e in every)
    return CloudTrailCalls(rows, why, () if why else tuple(_unseen(results, every)))


def _made_by(event: Call, ours: Mapping[str, int]) -> str:
    """Judge by the request id, which AWS gives; a client can call itself as it likes."""
    if event["request_id"] in ours:
        return OURS
    return OTHER_RECORD if "orgkit/" in event["user_agent"] else NOT_OURS


def _subject(event: Call) -> str:
    return ", ".join(str(value) for value in event["parameters"].values())


def _unseen(results: Iterable[Result], every: Iterable[Call]) -> list[str]:
    """Name the calls of orgkit that changed AWS and that CloudTrail did not show."""
    seen = {e["request_id"] for e in every}
    return [
        f"CloudTrail's own entry of {e.operation} at {e.at}, request id {e.request_id}: "
        "it was not shown when CloudTrail was read."
        for e in results
        if e.changed_aws and e.request_id not in seen
    ]
