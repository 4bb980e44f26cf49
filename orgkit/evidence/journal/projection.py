"""What snapshots showed and when: it answers what AWS no longer lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

import pandas as pd

from orgkit.evidence.journal.events import Answered
from orgkit.formats import moment
from orgkit.snapshot import tables as snapshot_tables

KNOWN_HANDSHAKES: snapshot_tables.Schema = {
    **snapshot_tables.SCHEMAS["handshakes"],
    "first_seen": snapshot_tables.UTC_TIME,
    "state_since": snapshot_tables.UTC_TIME,
    "observed_by": "string",
    "last_seen": snapshot_tables.UTC_TIME,
    "listed": "boolean",
}
STATE_CHANGES: snapshot_tables.Schema = {
    "handshake_id": "string",
    "kind": "string",
    "account_id": "string",
    "parent_handshake_id": "string",
    "state": "string",
    "first_seen": snapshot_tables.UTC_TIME,
    "previous_look": snapshot_tables.UTC_TIME,
    "observed_by": "string",
    "sequence": "Int64",
}
GAPS: snapshot_tables.Schema = {
    "after": snapshot_tables.UTC_TIME,
    "until": snapshot_tables.UTC_TIME,
    "days": "Int64",
}
# Weekly snapshots are asked for; more than this between two is a gap.
SNAPSHOT_EVERY = timedelta(days=8)
# Names in checkpoints, which are written for ever, that are not the package's own.
_WIRE = {"snapshots": "looks", "last_snapshot": "last_look", "first_snapshot": "first_look"}
_OURS = {wire: ours for ours, wire in _WIRE.items()}


@dataclass(frozen=True)
class Projection:
    """Every handshake and account ever observed, by id, and when the snapshots were taken.

    `sightings` of a handshake are its states in order, each with the moment of the snapshot that
    first showed it (`first_seen`), its place in the journal (`sequence`), the moment of the
    snapshot before (`previous_look`) and by whom. The true change lies between the two. `gaps` are
    spans without a snapshot. `answers` are the administrator's, by question: `answer`, `note`,
    when (`at`) and by whom (`by`).
    """

    handshakes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    accounts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    snapshots: int = 0
    last_snapshot: str = ""
    first_snapshot: str = ""
    gaps: list[list[str]] = field(default_factory=list)
    answers: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def known_handshakes(self) -> pd.DataFrame:
        """Give all handshakes ever seen, as `KNOWN_HANDSHAKES`, with their latest state."""
        found = [{**h, **_first_and_last(h["sightings"])} for h in self.handshakes.values()]
        return snapshot_tables.frame(found, KNOWN_HANDSHAKES)

    def state_changes(self) -> pd.DataFrame:
        """Give every state of every handshake in the order first seen, as `STATE_CHANGES`."""
        found = [{**h, **change} for h in self.handshakes.values() for change in h["sightings"]]
        return snapshot_tables.frame(found, STATE_CHANGES).sort_values(
            ["first_seen", "handshake_id"], kind="stable", ignore_index=True
        )

    def unobserved(self) -> pd.DataFrame:
        """List the spans of more than `SNAPSHOT_EVERY` without a snapshot, as `GAPS`."""
        spans = [(moment(after), moment(until)) for after, until in self.gaps]
        rows = [{"after": a, "until": u, "days": (u - a).days} for a, u in spans]
        return snapshot_tables.frame(rows, GAPS)

    def to_json(self) -> dict[str, Any]:
        """Give plain values, of which `from_json` makes the same projection."""
        return {_WIRE.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Projection:
        """Read what `to_json` wrote."""
        return cls(**{_OURS.get(name, name): value for name, value in data.items()})


def project(projection: Projection, snapshot: Mapping[str, Any], sequence: int = 0) -> Projection:
    """Take in one more snapshot, given as `Snapshot.to_json` writes it, and its place.

    What AWS lists no longer keeps its last observed state; what was not read stays as it was.
    """
    now = snapshot["taken_at"]
    projection = _not_after(projection, now)
    last = projection.last_snapshot
    unreadable, tables = snapshot["unreadable"], snapshot["tables"]
    handshakes, accounts = dict(projection.handshakes), dict(projection.accounts)
    if "handshakes" not in unreadable:
        _miss(handshakes, {row["handshake_id"] for row in tables["handshakes"]}, "listed")
    for row in tables["handshakes"]:
        changes = handshakes.get(row["handshake_id"], {}).get("sightings", [])
        if not changes or changes[-1]["state"] != row["state"]:
            change = {
                "state": row["state"],
                "first_seen": now,
                "previous_look": last or None,
                "observed_by": snapshot["caller"]["arn"],
                "sequence": sequence,
            }
            # A new list: the projection before stays what it was.
            changes = [*changes, change]
        kept = {name: value for name, value in row.items() if name != "state"}
        now_known = {"sightings": changes, "last_seen": now, "listed": True}
        handshakes[row["handshake_id"]] = kept | now_known
    if "accounts" not in unreadable:
        _miss(accounts, {row["account_id"] for row in tables["accounts"]}, "member")
    for row in tables["accounts"]:
        accounts[row["account_id"]] = {
            **{name: row.get(name) for name in _OF_ACCOUNT},
            "first_seen": accounts.get(row["account_id"], {}).get("first_seen", now),
            "last_seen": now,
            "member": True,
        }
    gap = last and moment(now) - moment(last) > SNAPSHOT_EVERY
    return replace(
        projection,
        handshakes=handshakes,
        accounts=accounts,
        snapshots=projection.snapshots + 1,
        last_snapshot=now,
        first_snapshot=projection.first_snapshot or now,
        gaps=[*projection.gaps, [last, now]] if gap else projection.gaps,
    )


_OF_ACCOUNT = ("name", "email", "state", "joined_method", "joined_timestamp")
# Two people's clocks, and two services', need not agree to the second.
_CLOCKS_DIFFER = timedelta(hours=1)


def _not_after(projection: Projection, now: str) -> Projection:
    """Take back the days that a wrong clock gave: what was seen, was seen no later than now."""
    if not projection.last_snapshot or not _later(projection.last_snapshot, now):
        return projection
    late = [gap for gap in projection.gaps if _later(gap[1], now)]
    last = late[0][0] if late else now
    handshakes = {i: _dated(h, last, now) for i, h in projection.handshakes.items()}
    accounts = {
        i: {**a, "first_seen": min(a["first_seen"], now, key=moment), "last_seen": last}
        if _later(a["last_seen"], now)
        else a
        for i, a in projection.accounts.items()
    }
    return replace(
        projection,
        handshakes=handshakes,
        accounts=accounts,
        gaps=[gap for gap in projection.gaps if not _later(gap[1], now)],
        last_snapshot=last,
        first_snapshot=min(projection.first_snapshot, now, key=moment),
    )


def _dated(handshake: dict[str, Any], last: str, now: str) -> dict[str, Any]:
    if not _later(handshake["last_seen"], now):
        return handshake
    sightings = [
        {**s, "first_seen": now, "previous_look": _known(s["previous_look"], now)}
        if _later(s["first_seen"], now)
        else s
        for s in handshake["sightings"]
    ]
    return {**handshake, "sightings": sightings, "last_seen": last}


def _known(moment_or_none: str | None, now: str) -> str | None:
    return None if moment_or_none and _later(moment_or_none, now) else moment_or_none


def _later(one: str, two: str) -> bool:
    return moment(one) - moment(two) > _CLOCKS_DIFFER


def record_answers(projection: Projection, event: Answered) -> Projection:
    """Take in answers that were given or taken back."""
    when = {"at": event.at, "by": event.by}
    both = {**projection.answers, **{n: {**a, **when} for n, a in event.answers.items()}}
    return replace(projection, answers={n: a for n, a in both.items() if a["answer"]})


def _miss(known: dict[str, dict[str, Any]], listed: set[str], flag: str) -> None:
    """Keep what a list showed once and shows no longer, and mark it."""
    for key, item in known.items():
        if item[flag] and key not in listed:
            known[key] = {**item, flag: False}


def _first_and_last(changes: list[dict[str, Any]]) -> dict[str, Any]:
    last = changes[-1]
    return {
        "state": last["state"],
        "first_seen": changes[0]["first_seen"],
        "state_since": last["first_seen"],
        "observed_by": last["observed_by"],
    }
