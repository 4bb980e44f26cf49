"""One attempt at the migration: the organization's handshake, its deadline, its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from orgkit.facts import HANDSHAKE_RETENTION
from orgkit.terms import (
    Kind,
)


@dataclass(frozen=True)
class Attempt:
    """One run of the process: the organization's handshake as it was last seen."""

    handshake_id: str
    state: str
    requested: datetime
    deadline: datetime
    listed: bool
    last_seen: datetime

    def forgotten(self, now: datetime) -> bool:
        """Whether it must have ended unseen: AWS lists what ended for 30 days, so a gap that is
        shorter means that the list lags behind.
        """
        return not self.listed and now - self.last_seen >= HANDSHAKE_RETENTION

    def over(self, now: datetime) -> bool:
        """Whether the 90 days have passed, even if AWS's list does not say so yet."""
        return now >= self.deadline


def latest_attempt(seen: pd.DataFrame) -> Attempt | None:
    """The latest process that was ever seen, running or not."""
    parents = seen[seen["kind"].eq(Kind.ORGANIZATION).fillna(False)]
    if parents.empty:
        return None
    row = parents.sort_values("requested_timestamp", kind="stable").iloc[-1]
    return Attempt(
        handshake_id=str(row["handshake_id"]),
        state=str(row["state"]),
        requested=row["requested_timestamp"].to_pydatetime(),
        deadline=row["expiration_timestamp"].to_pydatetime(),
        listed=bool(row["listed"]),
        last_seen=row["last_seen"].to_pydatetime(),
    )
