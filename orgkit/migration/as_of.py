"""What was known on a past day, from the journal alone. Pure.

An answer on a day is what the last snapshot before it showed; how old that was is said with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from orgkit.evidence.journal.projection import SNAPSHOT_EVERY, Projection
from orgkit.migration import state
from orgkit.snapshot import tables
from orgkit.snapshot.snapshot import Snapshot

THEN: tables.Schema = {
    "account_id": "string",
    "name": "string",
    "state": "string",
    "joined_method": "string",
    "member": "boolean",
    "request": "string",
    "approved": "boolean",
    "seen": tables.UTC_TIME,
    "observed_by": "string",
}


def accounts_on(snapshot: Snapshot, projection: Projection) -> pd.DataFrame:
    """List every account ever seen up to a snapshot: its state, its request, seen since when.

    `snapshot` and `projection` are what `Journal.as_of` gives. An account that had left keeps its
    last state and is no member.
    """
    board = state.assess(snapshot, projection).board
    asked = {row["account_id"]: row for row in tables.rows(board)}
    rows = [_then(i, about, asked.get(i, {})) for i, about in sorted(projection.accounts.items())]
    return tables.frame(rows, THEN)


def _then(account_id: str, about: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    return {
        **{k: about[k] for k in ("name", "state", "joined_method", "member")},
        "account_id": account_id,
        "request": request.get("request_state", ""),
        "approved": request.get("approved"),
        "seen": request.get("state_since"),
        "observed_by": request.get("observed_by", ""),
    }


def gap_on(snapshot: Snapshot, moment: datetime) -> str:
    """Say so in a sentence if nobody had looked for long on that day, else nothing."""
    age = moment - snapshot.taken_at
    if age <= SNAPSHOT_EVERY:
        return ""
    return (
        f"No snapshot was taken for {age.days} days before {moment:%Y-%m-%d}: what follows is the "
        f"snapshot of "
        f"{snapshot.taken_at:%Y-%m-%d %H:%M} UTC, and later changes were not seen."
    )
