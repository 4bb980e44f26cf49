"""What was seen and when, folded from observations: it answers what AWS no longer lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from orgkit import frames

SEEN: frames.Schema = {
    **frames.HANDSHAKES,
    "first_seen": frames.UTC_TIME,
    "state_since": frames.UTC_TIME,
    "observed_by": "string",
    "last_seen": frames.UTC_TIME,
    "listed": "boolean",
}
SIGHTINGS: frames.Schema = {
    "handshake_id": "string",
    "kind": "string",
    "account_id": "string",
    "parent_handshake_id": "string",
    "state": "string",
    "first_seen": frames.UTC_TIME,
    "previous_look": frames.UTC_TIME,
    "observed_by": "string",
}
_ABOUT_ACCOUNT = ("name", "email", "state", "joined_method")


@dataclass(frozen=True)
class Memory:
    """Every handshake and account ever observed, by id, and when the looks were.

    A handshake's `sightings` are its states in the order seen, each with the look at which it was
    first seen (`first_seen`), the look before (`previous_look`) and by whom. The true change lies
    between the two looks.
    """

    handshakes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    accounts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    looks: int = 0
    last_look: str = ""

    def seen(self) -> pd.DataFrame:
        """All handshakes ever seen, as `SEEN`: latest state, since when, whether still listed."""
        return frames.frame((_latest(h) for h in self.handshakes.values()), SEEN)

    def sightings(self) -> pd.DataFrame:
        """Every state of every handshake in the order first seen, as `SIGHTINGS`."""
        found = [
            {
                **h,
                "state": s["state"],
                **{k: s[k] for k in ("first_seen", "previous_look", "observed_by")},
            }
            for h in self.handshakes.values()
            for s in h["sightings"]
        ]
        return frames.frame(found, SIGHTINGS).sort_values(
            ["first_seen", "handshake_id"], kind="stable", ignore_index=True
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same memory back."""
        return {
            "handshakes": dict(self.handshakes),
            "accounts": dict(self.accounts),
            "looks": self.looks,
            "last_look": self.last_look,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Memory:
        """The memory that `to_json` wrote."""
        return cls(**data)


def remember(memory: Memory, look: Mapping[str, Any]) -> Memory:
    """The memory after one more look, given as `Snapshot.to_json` writes it.

    What AWS lists no longer keeps its last observed state; what was not read stays as it was.
    """
    now, by = look["taken_at"], look["caller"]["arn"]
    unreadable, tables = look["unreadable"], look["tables"]
    handshakes = dict(memory.handshakes)
    if "handshakes" not in unreadable:
        handshakes = {k: {**h, "listed": False} for k, h in handshakes.items()}
    for row in tables["handshakes"]:
        known = handshakes.get(row["handshake_id"])
        handshakes[row["handshake_id"]] = _look_at(known, row, now, memory.last_look, by)
    accounts = dict(memory.accounts)
    if "accounts" not in unreadable:
        accounts = {k: {**a, "member": False} for k, a in accounts.items()}
    for row in tables["accounts"]:
        about = {k: row[k] for k in _ABOUT_ACCOUNT}
        first = accounts.get(row["account_id"], {}).get("first_seen", now)
        accounts[row["account_id"]] = {
            **about,
            "first_seen": first,
            "last_seen": now,
            "member": True,
        }
    return Memory(handshakes, accounts, memory.looks + 1, now)


def _look_at(
    known: dict[str, Any] | None, row: dict[str, Any], now: str, previous: str, by: str
) -> dict[str, Any]:
    seen = list(known["sightings"]) if known else []
    if not seen or seen[-1]["state"] != row["state"]:
        seen.append(
            {
                "state": row["state"],
                "first_seen": now,
                "previous_look": previous or None,
                "observed_by": by,
            }
        )
    fixed = {k: v for k, v in row.items() if k != "state"}
    return {**fixed, "sightings": seen, "last_seen": now, "listed": True}


def _latest(handshake: dict[str, Any]) -> dict[str, Any]:
    seen = handshake["sightings"]
    return {
        **handshake,
        "state": seen[-1]["state"],
        "first_seen": seen[0]["first_seen"],
        "state_since": seen[-1]["first_seen"],
        "observed_by": seen[-1]["observed_by"],
    }
