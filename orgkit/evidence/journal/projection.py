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
    now, last = snapshot["taken_at"], projection.last_snapshot
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
            **{name: row[name] for name in ("name", "email", "state", "joined_method")},
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
