"""What was seen and when, folded from observations: it answers what AWS no longer lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
SNAPSHOT_EVERY = timedelta(
    days=8
)  # weekly looks are asked for; more than this between two is a gap


@dataclass(frozen=True)
class Projection:
    """Every handshake and account ever observed, by id, and when the looks were.

    A handshake's `sightings` are its states in the order seen, each with the look at which it was
    first seen (`first_seen`), its place in the record (`sequence`), the look before
    (`previous_look`) and by whom. The true change lies between the two looks. `gaps` are the spans
    in which nobody looked. `answers` are what the administrator said, by question: `answer`,
    `note`, when (`at`) and by whom (`by`).
    """

    handshakes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    accounts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    looks: int = 0
    last_look: str = ""
    first_look: str = ""
    gaps: list[list[str]] = field(default_factory=list)
    answers: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def seen(self) -> pd.DataFrame:
        """All handshakes ever seen, as `SEEN`: latest state, since when, whether still listed."""
        return snapshot_tables.frame(
            (_latest(h) for h in self.handshakes.values()), KNOWN_HANDSHAKES
        )

    def sightings(self) -> pd.DataFrame:
        """Every state of every handshake in the order first seen, as `SIGHTINGS`."""
        found = [
            {
                **h,
                "state": s["state"],
                **{k: s[k] for k in ("first_seen", "previous_look", "observed_by", "sequence")},
            }
            for h in self.handshakes.values()
            for s in h["sightings"]
        ]
        return snapshot_tables.frame(found, STATE_CHANGES).sort_values(
            ["first_seen", "handshake_id"], kind="stable", ignore_index=True
        )

    def unobserved(self) -> pd.DataFrame:
        """List the spans of more than `SNAPSHOT_EVERY` without a snapshot, as `GAPS`."""
        spans = [(moment(after), moment(until)) for after, until in self.gaps]
        rows = [{"after": a, "until": u, "days": (u - a).days} for a, u in spans]
        return snapshot_tables.frame(rows, GAPS)

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same memory back."""
        return {
            "handshakes": dict(self.handshakes),
            "accounts": dict(self.accounts),
            "looks": self.looks,
            "last_look": self.last_look,
            "first_look": self.first_look,
            "gaps": self.gaps,
            "answers": dict(self.answers),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Projection:
        """Read what `to_json` wrote."""
        return cls(**data)


def project(projection: Projection, look: Mapping[str, Any], sequence: int = 0) -> Projection:
    """Take in one more snapshot, given as `Snapshot.to_json` writes it, and its place.

    What AWS lists no longer keeps its last observed state; what was not read stays as it was.
    """
    now, by = look["taken_at"], look["caller"]["arn"]
    unreadable, tables = look["unreadable"], look["tables"]
    handshakes, accounts = dict(projection.handshakes), dict(projection.accounts)
    if "handshakes" not in unreadable:
        _miss(handshakes, {row["handshake_id"] for row in tables["handshakes"]}, "listed")
    for row in tables["handshakes"]:
        known = handshakes.get(row["handshake_id"])
        handshakes[row["handshake_id"]] = _look_at(
            known, row, now, projection.last_look, by, sequence
        )
    if "accounts" not in unreadable:
        _miss(accounts, {row["account_id"] for row in tables["accounts"]}, "member")
    for row in tables["accounts"]:
        known = accounts.get(row["account_id"])
        accounts[row["account_id"]] = {
            "name": row["name"],
            "email": row["email"],
            "state": row["state"],
            "joined_method": row["joined_method"],
            "first_seen": known["first_seen"] if known else now,
            "last_seen": now,
            "member": True,
        }
    gaps = projection.gaps
    if projection.last_look and moment(now) - moment(projection.last_look) > SNAPSHOT_EVERY:
        gaps = [*gaps, [projection.last_look, now]]
    return Projection(
        handshakes=handshakes,
        accounts=accounts,
        looks=projection.looks + 1,
        last_look=now,
        first_look=projection.first_look or now,
        gaps=gaps,
        answers=projection.answers,
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


def _look_at(
    known: dict[str, Any] | None,
    row: dict[str, Any],
    now: str,
    previous: str,
    by: str,
    sequence: int,
) -> dict[str, Any]:
    seen = known["sightings"] if known else []
    if not seen or seen[-1]["state"] != row["state"]:
        sighting = {
            "state": row["state"],
            "first_seen": now,
            "previous_look": previous or None,
            "observed_by": by,
            "sequence": sequence,
        }
        seen = [*seen, sighting]
    made = {**row, "sightings": seen, "last_seen": now, "listed": True}
    del made["state"]
    return made


def _latest(handshake: dict[str, Any]) -> dict[str, Any]:
    seen = handshake["sightings"]
    return {
        **handshake,
        "state": seen[-1]["state"],
        "first_seen": seen[0]["first_seen"],
        "state_since": seen[-1]["first_seen"],
        "observed_by": seen[-1]["observed_by"],
    }
