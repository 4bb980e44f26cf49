"""The board: every account that was asked, what it answered, and what blocks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from orgkit.evidence.journal.projection import Projection
from orgkit.facts import HANDSHAKE_RETENTION
from orgkit.formats import moment
from orgkit.snapshot import tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import not_read
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    PROCESS_ACTIONS,
    AccountState,
    HandshakeState,
    Kind,
)

LEFT = "LEFT"  # orgkit's word: the account is no member any more
NOT_SEEN = "NOT_SEEN"  # orgkit's word: no observation ever showed this


class Reply(StrEnum):
    """What an account answered, as far as it is known: the board's `answer`.

    It stays what it was after the account has left; that it has is told by `standing`.
    """

    APPROVED = "approved"
    APPROVED_UNSEEN = "approved_unseen"  # certain from the parent; no observation showed it
    WAITING = "waiting"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


APPROVED = frozenset({Reply.APPROVED, Reply.APPROVED_UNSEEN})
REFUSED = frozenset({Reply.DECLINED, Reply.CANCELED, Reply.EXPIRED})
_REPLIES: Mapping[str, Reply] = {
    HandshakeState.ACCEPTED: Reply.APPROVED,
    HandshakeState.OPEN: Reply.WAITING,
    HandshakeState.REQUESTED: Reply.WAITING,
    HandshakeState.DECLINED: Reply.DECLINED,
    HandshakeState.CANCELED: Reply.CANCELED,
    HandshakeState.EXPIRED: Reply.EXPIRED,
}

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
    "answer": "string",  # last: who reads approvals.csv by position goes on
}

_CANNOT_ACT = frozenset(
    {AccountState.SUSPENDED, AccountState.PENDING_ACTIVATION, AccountState.CLOSED}
)


@dataclass(frozen=True)
class Attempt:
    """One attempt at the migration: the organization's handshake as it was last seen."""

    handshake_id: str
    state: str
    requested: datetime
    deadline: datetime
    listed: bool
    last_seen: datetime

    def forgotten(self, now: datetime) -> bool:
        """Tell whether it must have ended unseen.

        AWS lists what ended for 30 days, so a gap that is shorter means that the list lags behind.
        """
        return not self.listed and now - self.last_seen >= HANDSHAKE_RETENTION

    def over(self, now: datetime) -> bool:
        """Tell whether the 90 days have passed, even if AWS's list does not say so yet."""
        return now >= self.deadline


def latest_attempt(seen: pd.DataFrame) -> Attempt | None:
    """Find the latest process that was ever seen, running or not."""
    # Also of what an older orgkit kept: only the known actions are the process.
    known = seen["action"].isin([str(action) for action in PROCESS_ACTIONS])
    dated = seen[["requested_timestamp", "expiration_timestamp"]].notna().all(axis=1)
    parents = seen[seen["kind"].eq(Kind.ORGANIZATION).fillna(False) & known & dated]
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


def strangers(seen: pd.DataFrame, attempt: Attempt | None) -> list[str]:
    """Name requests that belong to a process that nobody ever saw: something is missing then."""
    since = seen["requested_timestamp"] >= attempt.requested if attempt else True
    asked = seen["kind"].eq(Kind.APPROVAL).fillna(False) & seen["listed"].fillna(False) & since
    parent = seen["parent_handshake_id"]
    lost = seen[asked & parent.notna() & ~parent.isin(seen["handshake_id"])]
    return [
        f"handshakes: {row.handshake_id} belongs to {row.parent_handshake_id}, which is not listed"
        for row in lost.itertuples()
    ]


def build_board(
    snapshot: Snapshot, projection: Projection, seen: pd.DataFrame, attempt: Attempt | None
) -> pd.DataFrame:
    """Build the board of an attempt, as `BOARD`: everybody who was asked or should have been."""
    if attempt is None:
        return tables.frame([], BOARD)
    every = {row["account_id"]: row for row in tables.rows(_approvals(seen, attempt))}
    joined = _joined(snapshot, projection)
    consents = _consents(seen, attempt, joined)
    asked = {i: _of_now(row, joined.get(i), consents.get(i)) for i, row in every.items() if i}
    ids = list(asked) + [a for a in _expected(snapshot, attempt) if a not in asked]
    days = max((attempt.deadline - snapshot.taken_at).days, 0)
    # The projection includes this snapshot, and where the accounts were not read now it still
    # knows who was a member: a denied list must not make everybody leave.
    hidden = snapshot.not_read("accounts") is not None
    lines = [
        _line(i, projection.accounts.get(i), asked.get(i, {}), days, hidden=hidden) for i in ids
    ]
    return tables.frame(lines, BOARD).sort_values("account_id", ignore_index=True)


def _joined(snapshot: Snapshot, projection: Projection) -> dict[str, datetime]:
    """Tell since when each present member is one: what was before is of another membership."""
    known = {i: a.get("joined_timestamp") for i, a in projection.accounts.items() if a["member"]}
    if not snapshot.not_read("accounts"):
        rows = snapshot.accounts[["account_id", "joined_timestamp"]].itertuples(index=False)
        known |= dict(rows)
    return {i: pd.Timestamp(j).to_pydatetime() for i, j in known.items() if pd.notna(j)}


def _consents(
    seen: pd.DataFrame, attempt: Attempt, joined: Mapping[str, datetime]
) -> dict[str, dict[str, Any]]:
    """Find the invitation by which each present member joined while this process runs.

    Its acceptance is the account's consent (user guide, inviting during the process).
    """
    accepted = seen["kind"].eq(Kind.INVITATION) & seen["state"].eq(HandshakeState.ACCEPTED)
    during = accepted & (seen["requested_timestamp"] >= attempt.requested)
    rows = seen[during.fillna(False)].sort_values("requested_timestamp", kind="stable")
    return {
        row["account_id"]: row
        for row in tables.rows(rows)
        if (since := joined.get(row["account_id"])) and moment(row["requested_timestamp"]) <= since
    }


def _of_now(
    request: dict[str, Any], joined: datetime | None, consent: dict[str, Any] | None
) -> dict[str, Any]:
    """Give what an account was asked in its present membership: nothing stands from before."""
    if joined is None or moment(request["requested_timestamp"]) >= joined:
        return request
    return consent or {}


def _approvals(seen: pd.DataFrame, attempt: Attempt) -> pd.DataFrame:
    """Select the accounts' handshakes of this attempt, the latest of each account."""
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
    """List invited accounts that were members at the request: AWS asked them, seen or not."""
    if snapshot.not_read("accounts"):
        return []
    invited = snapshot.invited
    # Whoever joined later was not asked at the request.
    before = invited[invited["joined_timestamp"] <= attempt.requested]
    return [str(a) for a in before["account_id"]]


def _line(
    account_id: str,
    account: Mapping[str, Any] | None,
    request: Mapping[str, Any],
    days_left: int,
    *,
    hidden: bool,
) -> dict[str, Any]:
    # Of an account that was never seen, a list that was not read tells nothing.
    about = account or {"member": hidden, "state": None}
    state = request.get("state", NOT_SEEN)
    answer = _reply(state, request.get("listed"))
    of_request = ("handshake_id", "requested_timestamp", "state_since", "last_seen")
    return {
        **{k: about.get(k) for k in ("name", "email", "joined_method")},
        **{k: request.get(k) for k in (*of_request, "listed", "observed_by")},
        "account_id": account_id,
        "account_state": about["state"] if about["member"] else LEFT,
        "request_state": state,
        "answer": answer,
        "approved": None if answer is Reply.UNKNOWN else answer in APPROVED,
        "days_left": days_left if state in LIVE_HANDSHAKE_STATES else None,
    }


def _reply(state: str, listed: bool | None) -> Reply:
    """Interpret the state of a request, here and nowhere else.

    Unknown where it was never seen, is of a kind that orgkit does not know, or went from AWS's
    lists before it was answered.
    """
    if state in LIVE_HANDSHAKE_STATES and not listed:
        return Reply.UNKNOWN
    return _REPLIES.get(state, Reply.UNKNOWN)


def infer_approvals(board: pd.DataFrame) -> pd.DataFrame:
    """Mark every member as approved: the organization's handshake opened (user guide)."""
    certain = board.copy()
    member = certain["account_state"].ne(LEFT).fillna(True)
    certain.loc[member & certain["answer"].ne(Reply.APPROVED), "answer"] = Reply.APPROVED_UNSEEN
    certain.loc[member, "approved"] = True
    certain["days_left"] = certain["days_left"].where(~certain["approved"].fillna(False))
    return certain


def standing(board: pd.DataFrame) -> list[str]:
    """Give one word a row: what each account answered, or `left`, which ends all waiting."""
    left = board["account_state"].eq(LEFT).fillna(False)
    return [str(word) for word in board["answer"].mask(left, "left")]


def find_blockers(board: pd.DataFrame) -> list[str]:
    """Name each member that refused or cannot answer, one sentence each."""
    found = []
    for row in tables.rows(board[board["account_state"].ne(LEFT).fillna(True)]):
        who = f"{row['account_id']} ({row['name']})"
        if row["answer"] in REFUSED:
            found.append(f"{who}: its request is {row['request_state']}.")
        elif row["request_state"] in LIVE_HANDSHAKE_STATES and row["account_state"] in _CANNOT_ACT:
            found.append(f"{who}: the account is {row['account_state']} and cannot answer.")
    return found


def expected_approvers(snapshot: Snapshot) -> pd.DataFrame:
    """Select who would be asked if the process began now.

    Invited accounts, and created ones whose service-linked role is known to be missing (user
    guide), as rows of the table of accounts. Raises `NotRead` without that, also where it is not
    known of some account how it joined.
    """
    strange = [said for said in snapshot.unknowns.get("accounts", ()) if ": joined_method" in said]
    if strange:
        raise not_read("accounts", strange[0])
    invited, created = snapshot.invited, snapshot.created
    if snapshot.not_read("members"):
        return invited.sort_values("account_id", ignore_index=True)
    members = snapshot.members
    lacking = members.loc[members["service_linked_role"].eq(False).fillna(False), "account_id"]
    both = pd.concat([invited, created[created["account_id"].isin(lacking)]])
    return both.sort_values("account_id", ignore_index=True)
