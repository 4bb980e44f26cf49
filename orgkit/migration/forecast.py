"""When the last approval may come, from the pace so far. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from orgkit.migration.board import Reply
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables
from orgkit.terms import Phase


@dataclass(frozen=True)
class Forecast:
    """An estimate from the pace so far; `on` is None when too little is known.

    `early` and `late` are the same with a pace that is one standard error quicker or slower.
    """

    on: datetime | None
    text: str
    early: datetime | None = None
    late: datetime | None = None


def forecast(state: MigrationState) -> Forecast:
    """Estimate when the last approval may come if the pace stays, from three approvals or more."""
    attempt = state.attempt
    missing = state.asked - state.approved
    if attempt is None or state.phase is not Phase.WAITING:
        return Forecast(None, "No approval is outstanding.")
    if state.approved < 3:
        # Two answers on one day would promise the rest for tomorrow.
        return Forecast(None, "Too few approvals for an estimate.")
    pace = (state.snapshot.taken_at - attempt.requested) / state.approved
    on = state.snapshot.taken_at + pace * missing
    margin = (attempt.deadline - on) // timedelta(days=1)
    verdict = f"{margin} days before the deadline" if margin >= 0 else f"{-margin} days too late"
    error = state.approved**-0.5  # of a count of independent answers
    now = state.snapshot.taken_at
    return Forecast(
        on,
        f"At the current rate the last approval arrives about {on:%Y-%m-%d}, {verdict}.",
        early=now + pace * missing / (1 + error),
        late=now + pace * missing / (1 - error),
    )


def approvals_over_time(state: MigrationState) -> pd.DataFrame:
    """Count approvals by the snapshot that first showed them: `day` and `approved`, cumulative.

    The count starts with zero at the request. Approvals never seen as such are not in it: their
    day is not known.
    """
    schema = {"day": tables.UTC_TIME, "approved": "Int64"}
    if state.attempt is None:
        return tables.frame([], schema)
    board = state.board
    seen = board[board["answer"].eq(Reply.APPROVED)]
    counts = seen.groupby("state_since").size().cumsum()
    points = [{"day": state.attempt.requested, "approved": 0}]
    points += [{"day": day, "approved": int(count)} for day, count in counts.items()]
    last = points[-1]["approved"]
    if state.phase in (Phase.WAITING, Phase.BLOCKED, Phase.READY):
        points.append({"day": state.snapshot.taken_at, "approved": last})
    return tables.frame(points, schema)
