"""The board of approvals as table, counts and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orgkit.migration.board import LEFT
from orgkit.migration.forecast import approvals_over_time, forecast
from orgkit.migration.state import MigrationState
from orgkit.terms import LIVE_HANDSHAKE_STATES
from orgkit.views import charts
from orgkit.views.blocks import Block, Facts, Group, Note, Picture, Steps, Table

_BOARD = {
    "account_id": "Account",
    "name": "Name",
    "email": "Owner's address",
    "joined_method": "Joined",
    "account_state": "Account state",
    "request": "Request",
    "requested_timestamp": "Requested",
    "days_left": "Days left",
    "last_seen": "Last listed by AWS",
}


def table(state: MigrationState) -> Table:
    """Every account that was asked and what is known of its answer."""
    table = state.board.copy()
    table["request"] = [_request(row) for row in table.to_dict("records")]
    table, columns = with_owners(table, _BOARD, state)
    return Table(
        "Approvals",
        table,
        columns,
        "approvals",
        "Nobody was asked: no process is running, or no account has to approve.",
        "orgkit-board",
    )


def with_owners(
    table: pd.DataFrame, columns: Mapping[str, str], state: MigrationState
) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Add who owns each account, where a list of owners was given."""
    if state.inputs.owners is None:
        return table, columns
    owners = [state.inputs.owner(str(account)) for account in table["account_id"]]
    more = {
        "owner": [owner.name if owner else "" for owner in owners],
        "channel": [owner.channel if owner else "" for owner in owners],
        "owner_note": [owner.note if owner else "" for owner in owners],
    }
    shown = {**columns, "owner": "Owner", "channel": "Channel", "owner_note": "Note"}
    return table.assign(**more), shown


def _request(row: Mapping[Any, Any]) -> str:
    state = str(row["request_state"])
    if row["approved"] is True and state != "ACCEPTED":
        return f"approved (day unknown; last seen {state})"
    if pd.isna(row["approved"]):
        return f"unknown (last seen {state}, no longer listed)"
    words = {"ACCEPTED": "approved", "OPEN": "waiting", "REQUESTED": "waiting"}
    plain = words.get(state, state.lower())
    return plain if row["listed"] else f"{plain} (no longer listed by AWS)"


def counts(state: MigrationState) -> Block:
    """How many approved, wait, refuse, or are unknown."""
    members = state.members
    request, approved = members["request_state"], members["approved"]
    refused = request.isin(["DECLINED", "CANCELED", "EXPIRED"]) & ~approved.fillna(False)
    unknown = approved.isna()
    waiting = state.asked - state.approved - int(refused.sum()) - int(unknown.sum())
    return Facts(
        "Counts",
        {
            "Asked": state.asked,
            "Approved": state.approved,
            "Waiting": waiting,
            "Declined, canceled or expired": int(refused.sum()),
            "Unknown": int(unknown.sum()),
            "Left the organization": len(state.board) - state.asked,
            "Forecast": forecast(state).text,
        },
    )


def approvals_chart(state: MigrationState) -> Block:
    """Approvals over time against the deadline."""
    attempt = state.attempt
    if attempt is None or state.asked == 0:
        return Note("There is nothing to draw: nobody was asked to approve.")
    points = approvals_over_time(state)
    last = int(points["approved"].iloc[-1])
    alt = (
        f"{last} of {state.asked} approvals were seen by "
        f"{points['day'].iloc[-1]:%Y-%m-%d}; the deadline is {attempt.deadline:%Y-%m-%d}."
    )
    seen = forecast(state)
    band = (seen.early, seen.late) if seen.early and seen.late else None
    if band:
        alt += f" The last is forecast between {band[0]:%Y-%m-%d} and {band[1]:%Y-%m-%d}."
    svg = charts.approvals(points, state.asked, attempt.deadline, band)
    return Picture("Approvals first seen, against the deadline", svg, alt)


def board_picture(state: MigrationState) -> Block:
    """The board at a glance: one mark an account, in the order of their ids."""
    if state.board.empty:
        return Note("There is nothing to draw: nobody was asked to approve.")
    answers = [_answer(row) for row in state.board.to_dict("records")]
    words = ", ".join(f"{answers.count(a):,} {a}" for a in dict.fromkeys(sorted(answers)))
    alt = f"{len(answers):,} accounts, one mark each: {words}."
    return Picture("The board, one mark an account", charts.grid(answers), alt)


def answers(state: MigrationState) -> list[str]:
    """What is known of each account of the board: approved, waiting, declined, canceled, expired,
    unknown, or left; one word a row, to filter by.
    """
    rows = state.board.to_dict("records")
    words = [_answer(row) for row in rows]
    states = [str(row["request_state"]).lower() for row in rows]
    return [s if w == "refused" else w for s, w in zip(states, words, strict=True)]


def _answer(row: Mapping[Any, Any]) -> str:
    if row["account_state"] == LEFT:
        return "left"
    if pd.isna(row["approved"]):
        return "unknown"
    if row["approved"]:
        return "approved"
    return "waiting" if row["request_state"] in LIVE_HANDSHAKE_STATES else "refused"


def blockers(state: MigrationState) -> Block:
    """What stands in the way, and the ways out."""
    if not state.blockers:
        return Note("No account declined, and every account that was asked can act.", "good")
    ways = (
        "Ask the owner to reconsider, or have AWS Support reinstate the account.",
        "Remove the account from the organization if it can stand alone.",
        "Cancel the process and begin again once this is cleared.",
    )
    return Group((Steps("What blocks", state.blockers), Steps("Ways out", ways)))
