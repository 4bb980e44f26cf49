"""The board of approvals as table, counts and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orgkit.migration.board import APPROVED, REFUSED, Reply, standing
from orgkit.migration.figures import figures
from orgkit.migration.forecast import approvals_over_time, forecast
from orgkit.migration.state import MigrationState
from orgkit.views import charts
from orgkit.views.blocks import Block, Facts, Group, Note, Picture, Steps, Table, Tone

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
    """List every account that was asked and what is known of its answer."""
    table = state.board.copy()
    table["request"] = [_request(row) for row in table.to_dict("records")]
    table, columns = with_owners(table, _BOARD, state)
    return Table(
        "Approvals",
        table,
        columns,
        "approvals",
        "No account was asked: no process is running, or no account has to approve.",
        "orgkit-board",
        badges={"request": _tone},
        passing=state.board["answer"].isin(APPROVED),
        passing_line="approved",
    )


def _tone(request: str) -> Tone:
    """Give the tone of an answer as `_request` words it; what is not known stays unknown."""
    return next((tone for word, tone in _TONES.items() if request.startswith(word)), Tone.UNKNOWN)


_TONES = {
    str(Reply.APPROVED): Tone.GOOD,
    str(Reply.WAITING): Tone.WAITING,
    **{str(reply): Tone.BLOCKED for reply in REFUSED},
}


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
    """Word an answer for the table, with what makes it less than certain."""
    answer, state, listed = row["answer"], row["request_state"], row["listed"] is True
    if answer == Reply.APPROVED_UNSEEN:
        return f"approved (day unknown; last seen {state})"
    if answer == Reply.UNKNOWN:
        return f"unknown (last seen {state}{'' if listed else ', no longer listed'})"
    return str(answer) if listed else f"{answer} (no longer listed by AWS)"


def counts(state: MigrationState) -> Block:
    """Count who approved, waits, refused, or is unknown."""
    numbers = figures(state)
    return Facts(
        "Counts",
        {
            "Asked": state.asked,
            "Approved": numbers.approved,
            "Waiting": numbers.waiting,
            "Declined, canceled or expired": numbers.refused,
            "Unknown": numbers.unknown,
            "Left the organization": numbers.left,
            "Forecast": forecast(state).text,
        },
    )


def approvals_chart(state: MigrationState) -> Block:
    """Draw approvals over time against the deadline."""
    attempt = state.attempt
    if attempt is None or state.asked == 0:
        return Note("There is nothing to draw: no account was asked to approve.")
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
    """Draw the board at a glance: one mark an account, in the order of their ids."""
    if state.board.empty:
        return Note("There is nothing to draw: no account was asked to approve.")
    # One mark for all who refused: how, the table says.
    marks = ["refused" if word in REFUSED else word for word in answers(state)]
    words = ", ".join(f"{marks.count(m):,} {m}" for m in dict.fromkeys(sorted(marks)))
    alt = f"{len(marks):,} accounts, one mark each: {words}."
    return Picture("The board, one mark an account", charts.grid(marks), alt)


def answers(state: MigrationState) -> list[str]:
    """Give one word a row of the board, to filter by.

    It is approved, waiting, declined, canceled, expired, unknown, or left.
    """
    return ["approved" if word in APPROVED else word for word in standing(state.board)]


def blockers(state: MigrationState) -> Block:
    """Name what stands in the way, and the ways out."""
    if not state.blockers:
        return Note("No account declined, and every account that was asked can act.", "good")
    ways = (
        "Ask the owner to reconsider, or have AWS Support reinstate the account.",
        "Remove the account from the organization if it can stand alone.",
        "Cancel the process and request again once this is resolved.",
    )
    return Group((Steps("What blocks", state.blockers), Steps("Options", ways)))
