"""Where the process stands: phase, board of approvals, deadline, forecast, next step. Pure.

Handshakes are judged by structure and by the parent's state, never by counting: OPEN on an
account's handshake means waiting, on the organization's it means ready to finalize (user guide,
standard migration). What AWS listed once and lists no longer keeps its last observed state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from orgkit.evidence.journal.projection import Projection
from orgkit.said import NOTHING, Said
from orgkit.snapshot import tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    AccountState,
    HandshakeState,
    Kind,
    Phase,
)

LEFT = "LEFT"  # orgkit's word: the account is no member any more
NOT_SEEN = "NOT_SEEN"  # orgkit's word: no observation ever showed this account's handshake

RETENTION = timedelta(days=30)  # how long AWS lists a handshake that has ended (API reference)

BOARD: tables.Schema = {
    "account_id": "string",
    "handshake_id": "string",
    "name": "string",
    "email": "string",
    "joined_method": "string",
    "account_state": "string",
    "request_state": "string",
    "approved": "boolean",
    "requested_timestamp": tables.UTC_TIME,
    "days_left": "Int64",
    "state_since": tables.UTC_TIME,
    "last_seen": tables.UTC_TIME,
    "listed": "boolean",
    "observed_by": "string",
}

_CANNOT_ACT = frozenset(
    {AccountState.SUSPENDED, AccountState.PENDING_ACTIVATION, AccountState.CLOSED}
)
_REFUSED = frozenset({HandshakeState.DECLINED, HandshakeState.CANCELED, HandshakeState.EXPIRED})


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
        return not self.listed and now - self.last_seen >= RETENTION

    def over(self, now: datetime) -> bool:
        """Whether the 90 days have passed, even if AWS's list does not say so yet."""
        return now >= self.deadline


@dataclass(frozen=True, eq=False)
class Progress:
    """Everything that is computed from one snapshot and the memory."""

    phase: Phase
    why: str
    snapshot: Snapshot
    memory: Projection
    attempt: Attempt | None
    board: pd.DataFrame
    blockers: tuple[str, ...]
    said: Said = NOTHING

    @property
    def approved(self) -> int:
        """How many approvals of members are certain."""
        return int(self.members["approved"].fillna(False).sum())

    @property
    def asked(self) -> int:
        """How many accounts were asked and are still members."""
        return len(self.members)

    @property
    def members(self) -> pd.DataFrame:
        """The board without the accounts that left: nobody waits for those any more."""
        return self.board[self.board["account_state"].ne(LEFT)]

    @property
    def days_left(self) -> int | None:
        """Whole days until AWS ends the process; None when none is running."""
        if self.attempt is None or self.attempt.state not in LIVE_HANDSHAKE_STATES:
            return None
        return max((self.attempt.deadline - self.snapshot.taken_at).days, 0)

    @property
    def next_step(self) -> str:
        """One sentence: what to do now."""
        return NEXT_STEPS[self.phase]


NEXT_STEPS: Mapping[Phase, str] = {
    Phase.CONSOLIDATED_BILLING: "Run 01_precheck, then begin the process with 02_request.",
    Phase.WAITING: "Run 03_monitor at least weekly: "
    "AWS forgets an answer 30 days after it was given.",
    Phase.BLOCKED: "Run 03_monitor: it names the accounts that block and what can be done.",
    Phase.READY: "Every approval is in. Finalize with 04_finalize.",
    Phase.ALL_FEATURES: "Choose policy types in 05_policy_types "
    "and keep the report of 06_audit_report.",
    Phase.EXPIRED: "The 90 days are over. Run 01_precheck and begin again with 02_request.",
    Phase.CANCELED: "The process was canceled. Run 01_precheck and begin again with 02_request.",
    Phase.UNKNOWN: "Ask for organizations:ListHandshakesForOrganization, then run this again.",
}


def look(snapshot: Snapshot, memory: Projection, said: Said = NOTHING) -> Progress:
    """Compute the phase and the board; `memory` must include this snapshot."""
    seen = memory.seen()
    attempt = latest_attempt(seen)
    board = _board(snapshot, memory, seen, attempt)
    blockers = tuple(_blockers(board))
    phase, why = _phase(snapshot, attempt, blockers)
    if phase in (Phase.READY, Phase.ALL_FEATURES) and attempt and attempt.state not in _REFUSED:
        board = _infer_approvals(board)
    return Progress(phase, why, snapshot, memory, attempt, board, blockers, said)


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


def _phase(
    snapshot: Snapshot, attempt: Attempt | None, blockers: tuple[str, ...]
) -> tuple[Phase, str]:
    if snapshot.has_all_features:
        return Phase.ALL_FEATURES, "AWS reports FeatureSet ALL."
    if "handshakes" in snapshot.unreadable:
        return Phase.UNKNOWN, snapshot.unreadable["handshakes"]
    if attempt is None:
        return Phase.CONSOLIDATED_BILLING, "AWS lists no process, and none was ever seen."
    return _phase_of(attempt, snapshot.taken_at, blockers)


def _phase_of(attempt: Attempt, now: datetime, blockers: tuple[str, ...]) -> tuple[Phase, str]:
    if attempt.state == HandshakeState.ACCEPTED:
        return (
            Phase.READY,
            "The organization's handshake is accepted; AWS does not show FeatureSet ALL yet.",
        )
    if attempt.state == HandshakeState.EXPIRED or (
        attempt.state in LIVE_HANDSHAKE_STATES and attempt.over(now)
    ):
        return Phase.EXPIRED, "The 90 days are over."
    if attempt.state not in LIVE_HANDSHAKE_STATES:
        return Phase.CANCELED, f"The organization's handshake is {attempt.state}."
    if attempt.forgotten(now):
        return Phase.CANCELED, "AWS has forgotten the process, and its 90 days are not over."
    if attempt.state == HandshakeState.OPEN:
        return Phase.READY, "The organization's handshake is OPEN: every approval is in."
    if blockers:
        return Phase.BLOCKED, "An account declined or cannot act."
    return Phase.WAITING, "The organization's handshake is REQUESTED: approvals are outstanding."


def _board(
    snapshot: Snapshot, memory: Projection, seen: pd.DataFrame, attempt: Attempt | None
) -> pd.DataFrame:
    if attempt is None:
        return tables.frame([], BOARD)
    approvals = _approvals(seen, attempt)
    asked = {row["account_id"]: row for row in tables.rows(approvals) if row["account_id"]}
    ids = list(asked) + [a for a in _expected(snapshot, attempt) if a not in asked]
    members = {row["account_id"]: row for row in tables.rows(snapshot.accounts)}
    days = max((attempt.deadline - snapshot.taken_at).days, 0)
    lines = [_line(i, members.get(i), memory.accounts.get(i, {}), asked.get(i), days) for i in ids]
    return tables.frame(lines, BOARD).sort_values("account_id", ignore_index=True)


def _approvals(seen: pd.DataFrame, attempt: Attempt) -> pd.DataFrame:
    """The accounts' handshakes of this attempt, the latest of each account."""
    approvals = seen[seen["kind"].eq(Kind.APPROVAL).fillna(False)]
    parent = approvals["parent_handshake_id"]
    # Whether every kind of child names its parent is not documented: where it does not, time
    # decides.
    orphan = parent.isna() & (approvals["requested_timestamp"] >= attempt.requested)
    mine = approvals[parent.eq(attempt.handshake_id).fillna(False) | orphan.fillna(False)]
    return mine.sort_values("requested_timestamp", kind="stable").drop_duplicates(
        "account_id", keep="last"
    )


def _expected(snapshot: Snapshot, attempt: Attempt) -> list[str]:
    """Invited accounts that were members when the process began: AWS asked them, seen or not."""
    invited = snapshot.invited
    before = invited[invited["joined_timestamp"] <= attempt.requested]
    return [str(a) for a in before["account_id"]]


def _line(
    account_id: str,
    member: Mapping[str, Any] | None,
    remembered: Mapping[str, Any],
    request: Mapping[str, Any] | None,
    days_left: int,
) -> dict[str, Any]:
    about = member or remembered
    request = request or {}
    state = request.get("state", NOT_SEEN)
    return {
        **{k: about.get(k) for k in ("name", "email", "joined_method")},
        **{
            k: request.get(k)
            for k in (
                "handshake_id",
                "requested_timestamp",
                "state_since",
                "last_seen",
                "listed",
                "observed_by",
            )
        },
        "account_id": account_id,
        "account_state": member["state"] if member else LEFT,
        "request_state": state,
        "approved": _approved(state, request.get("listed")),
        "days_left": days_left if state in LIVE_HANDSHAKE_STATES else None,
    }


def _approved(state: str, listed: bool | None) -> bool | None:
    """None where the answer is unknown: never seen, or gone from AWS's lists before it was seen."""
    if state == HandshakeState.ACCEPTED:
        return True
    if state == NOT_SEEN or (state in LIVE_HANDSHAKE_STATES and not listed):
        return None
    return False


def _infer_approvals(board: pd.DataFrame) -> pd.DataFrame:
    """The organization's handshake opened: every member that was asked approved (user guide)."""
    certain = board.copy()
    certain.loc[certain["account_state"].ne(LEFT), "approved"] = True
    certain["days_left"] = certain["days_left"].where(~certain["approved"].fillna(False))
    return certain


def _blockers(board: pd.DataFrame) -> list[str]:
    found = []
    for row in tables.rows(board[board["account_state"].ne(LEFT)]):
        who = f"{row['account_id']} ({row['name']})"
        if row["request_state"] in _REFUSED:
            found.append(f"{who}: its request is {row['request_state']}.")
        elif row["request_state"] in LIVE_HANDSHAKE_STATES and row["account_state"] in _CANNOT_ACT:
            found.append(f"{who}: the account is {row['account_state']} and cannot answer.")
    return found


@dataclass(frozen=True)
class Forecast:
    """An estimate from the pace so far; `on` is None when too little is known.

    `early` and `late` are the same with a pace that is one standard error quicker or slower.
    """

    on: datetime | None
    text: str
    early: datetime | None = None
    late: datetime | None = None


def forecast(progress: Progress) -> Forecast:
    """When the last approval may come if the pace stays, estimated from three approvals or more."""
    attempt = progress.attempt
    missing = progress.asked - progress.approved
    if attempt is None or progress.phase is not Phase.WAITING:
        return Forecast(None, "No approval is being waited for.")
    if progress.approved < 3:
        return Forecast(None, "Too few approvals for an estimate.")
    pace = (progress.snapshot.taken_at - attempt.requested) / progress.approved
    on = progress.snapshot.taken_at + pace * missing
    margin = (attempt.deadline - on) // timedelta(days=1)
    verdict = f"{margin} days before the deadline" if margin >= 0 else f"{-margin} days too late"
    error = progress.approved**-0.5  # of a count of independent answers
    now = progress.snapshot.taken_at
    return Forecast(
        on,
        f"At the pace so far the last approval comes about {on:%Y-%m-%d}, {verdict}.",
        early=now + pace * missing / (1 + error),
        late=now + pace * missing / (1 - error),
    )


def approvals_over_time(progress: Progress) -> pd.DataFrame:
    """`day` (UTC time of a look) and `approved` (how many were seen approved by then), cumulative.

    Starts with zero at the request. Approvals never seen as such are not in it: their day is not
    known.
    """
    schema = {"day": tables.UTC_TIME, "approved": "Int64"}
    if progress.attempt is None:
        return tables.frame([], schema)
    board = progress.board
    seen = board[board["request_state"].eq(HandshakeState.ACCEPTED).fillna(False)]
    counts = seen.groupby("state_since").size().cumsum()
    points = [{"day": progress.attempt.requested, "approved": 0}]
    points += [{"day": day, "approved": int(count)} for day, count in counts.items()]
    last = points[-1]["approved"]
    if progress.phase in (Phase.WAITING, Phase.BLOCKED, Phase.READY):
        points.append({"day": progress.snapshot.taken_at, "approved": last})
    return tables.frame(points, schema)


def expected_approvers(snapshot: Snapshot) -> pd.DataFrame:
    """Who would be asked if the process began now: invited accounts, and created ones whose
    service-linked role is known to be missing (user guide). Columns of `ACCOUNTS`.
    """
    members = snapshot.members
    lacking = members.loc[members["service_linked_role"].eq(False).fillna(False), "account_id"]
    created = snapshot.created
    both = pd.concat([snapshot.invited, created[created["account_id"].isin(lacking)]])
    return both.sort_values("account_id", ignore_index=True)
