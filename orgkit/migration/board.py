"""The board: every account that was asked, what it answered, and what blocks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orgkit.evidence.journal.projection import Projection
from orgkit.migration.attempt import Attempt
from orgkit.snapshot import tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    AccountState,
    HandshakeState,
    Kind,
)

LEFT = "LEFT"  # orgkit's word: the account is no member any more
NOT_SEEN = "NOT_SEEN"  # orgkit's word: no observation ever showed this account's handshake

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
REFUSED = frozenset({HandshakeState.DECLINED, HandshakeState.CANCELED, HandshakeState.EXPIRED})


def build_board(
    snapshot: Snapshot, projection: Projection, seen: pd.DataFrame, attempt: Attempt | None
) -> pd.DataFrame:
    """Build the board of an attempt, as `BOARD`: everybody who was asked or should have been."""
    if attempt is None:
        return tables.frame([], BOARD)
    approvals = _approvals(seen, attempt)
    asked = {row["account_id"]: row for row in tables.rows(approvals) if row["account_id"]}
    ids = list(asked) + [a for a in _expected(snapshot, attempt) if a not in asked]
    members = {row["account_id"]: row for row in tables.rows(snapshot.accounts)}
    days = max((attempt.deadline - snapshot.taken_at).days, 0)
    lines = [
        _line(i, members.get(i), projection.accounts.get(i, {}), asked.get(i), days) for i in ids
    ]
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


def infer_approvals(board: pd.DataFrame) -> pd.DataFrame:
    """The organization's handshake opened: every member that was asked approved (user guide)."""
    certain = board.copy()
    certain.loc[certain["account_state"].ne(LEFT), "approved"] = True
    certain["days_left"] = certain["days_left"].where(~certain["approved"].fillna(False))
    return certain


def find_blockers(board: pd.DataFrame) -> list[str]:
    """Name each member that refused or cannot answer, one sentence each."""
    found = []
    for row in tables.rows(board[board["account_state"].ne(LEFT)]):
        who = f"{row['account_id']} ({row['name']})"
        if row["request_state"] in REFUSED:
            found.append(f"{who}: its request is {row['request_state']}.")
        elif row["request_state"] in LIVE_HANDSHAKE_STATES and row["account_state"] in _CANNOT_ACT:
            found.append(f"{who}: the account is {row['account_state']} and cannot answer.")
    return found


def expected_approvers(snapshot: Snapshot) -> pd.DataFrame:
    """Who would be asked if the process began now: invited accounts, and created ones whose
    service-linked role is known to be missing (user guide). Columns of `ACCOUNTS`.
    """
    members = snapshot.members
    lacking = members.loc[members["service_linked_role"].eq(False).fillna(False), "account_id"]
    created = snapshot.created
    both = pd.concat([snapshot.invited, created[created["account_id"].isin(lacking)]])
    return both.sort_values("account_id", ignore_index=True)
