"""Page one of the audit report: three sentences, figures, who did what, what to know. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from orgkit.evidence.journal.events import Event, Result, Signed
from orgkit.evidence.verify import Verified
from orgkit.formats import moment
from orgkit.migration.board import APPROVED
from orgkit.migration.figures import figures
from orgkit.migration.next_step import Progress
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase
from orgkit.views import open_writes
from orgkit.views.blocks import Badge, Block, Facts, Figure, Figures, Note, Table, Tone, join
from orgkit.views.next_step import TONES
from orgkit.views.summary import headline

_STEPS = {
    "EnableAllFeatures": "Requested all features",
    "AcceptHandshake": "Finalized",
    "CancelHandshake": "Canceled",
    "EnablePolicyType": "Enabled a policy type",
    "RemoveAccountFromOrganization": "Removed an account",
}


def conclusion(state: MigrationState, events: Iterable[Event], verified: Verified) -> Block:
    """Conclude in three sentences, with figures, who did what, and what an auditor should know."""
    told = list(events)
    changed = [e for e in told if isinstance(e, Result) and e.changed_aws]
    tone = {Tone.GOOD: "good", Tone.BLOCKED: "blocked", Tone.UNKNOWN: "unknown"}
    sentences = " ".join(_sentences(state, changed))
    return join(
        [
            Note(sentences, tone.get(TONES[state.phase], "info")),
            Figures(tuple(_numbers(state, changed))),
            _who(changed),
            Facts("What an auditor should know", _know(state, told, changed, verified)),
        ]
    )


def _sentences(state: MigrationState, changed: Sequence[Result]) -> Iterable[str]:
    finalized = _last(changed, "AcceptHandshake")
    if state.phase is Phase.ALL_FEATURES and finalized:
        day = f"{moment(open_writes.sent(finalized)[0]):%-d %B %Y}"
        yield f"The organization was switched from consolidated billing to all features on {day}."
    else:
        yield f"{headline(state, Progress())}. {state.why}"
    numbers = figures(state)
    if state.asked:
        yield f"{numbers.approved:,} of {numbers.must_approve} accounts approved."
        if numbers.refused or numbers.unknown:
            yield f"{numbers.refused:,} refused; the answer of {numbers.unknown:,} is not known."
    words = _duties(changed)
    yield f"{words.after}." if words.after else f"Separation of duties: {words.words}."


def _numbers(state: MigrationState, changed: Sequence[Result]) -> Iterable[Figure]:
    numbers = figures(state)
    yield Figure("approved", f"{numbers.approved:,} / {numbers.must_approve}", "approvals")
    requested, finalized = _last(changed, "EnableAllFeatures"), _last(changed, "AcceptHandshake")
    if requested and finalized:
        days = (_at(finalized) - _at(requested)).days
        yield Figure("duration", f"{days}", "days from request to finalizing")
    yield Figure("changes", f"{len(changed):,}", "calls that changed AWS")
    yield Figure("gaps", f"{_gaps(state):,}", "gaps in observation")


def _at(result: Result) -> pd.Timestamp:
    return pd.Timestamp(moment(open_writes.sent(result)[0]))


def _last(changed: Sequence[Result], operation: str) -> Result | None:
    return next((e for e in reversed(changed) if e.operation == operation), None)


def _who(changed: Sequence[Result]) -> Block:
    rows = [
        {
            "step": _STEPS.get(e.operation, e.operation),
            "operation": e.operation,
            "when": open_writes.sent(e)[0],
            "by": open_writes.sent(e)[1],
            "request_id": e.request_id,
        }
        for e in changed
    ]
    columns = {
        "step": "Step",
        "operation": "Call",
        "when": "When (UTC)",
        "by": "By",
        "request_id": "Request ID",
    }
    table = pd.DataFrame(rows, columns=list(columns), dtype="string")
    empty = "The journal has no call that changed AWS."
    return Table("Who did what", table, columns, "who_did_what", empty, below={"step": "operation"})


def _duties(changed: Sequence[Result]) -> Badge:
    """Say whether the same principal requested and finalized."""
    requested, finalized = _last(changed, "EnableAllFeatures"), _last(changed, "AcceptHandshake")
    if requested is None or finalized is None:
        return Badge(Tone.UNKNOWN, "not known: the journal lacks the request or the finalizing")
    if open_writes.sent(requested)[1] == open_writes.sent(finalized)[1]:
        return Badge(Tone.ATTENTION, "not separated", "The same principal requested and finalized")
    return Badge(Tone.GOOD, "separated", "Different principals requested and finalized")


def _know(
    state: MigrationState, events: Sequence[Event], changed: Sequence[Result], found: Verified
) -> dict[str, object]:
    signed = sum(isinstance(e, Signed) for e in events)
    gaps = _gaps(state)
    return {
        "Separation of duties": _duties(changed),
        "Evidence": _evidence(found),
        "Signatures": Badge(Tone.INFO, f"{signed:,} kept", "verify them with --public-key FILE")
        if signed
        else Badge(Tone.ATTENTION, "not signed", "Who can write to the store can replace it"),
        "Gaps in observation": Badge(Tone.ATTENTION, f"{gaps:,}", "see Not known")
        if gaps
        else Badge(Tone.GOOD, "none"),
        "Approvals without a day": _undated(state),
        "Not known": "Which person approved in each account: only that account's CloudTrail has it",
    }


def _evidence(found: Verified) -> Badge:
    if found.broken:
        return Badge(Tone.BLOCKED, "broken", found.broken[0])
    counted = f"{found.entries:,} entries, {found.runs:,} runs; digests are under Integrity"
    return Badge(Tone.GOOD, "verified", counted)


def _undated(state: MigrationState) -> Badge:
    board = state.board
    lacking = int((board["answer"].isin(APPROVED) & board["state_since"].isna()).sum())
    if lacking:
        return Badge(Tone.ATTENTION, f"{lacking:,}", "no snapshot showed them")
    return Badge(Tone.GOOD, "none")


def _gaps(state: MigrationState) -> int:
    return len(state.projection.gaps)
