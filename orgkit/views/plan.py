"""A plan and what came of it."""

from __future__ import annotations

import pandas as pd

from orgkit.actions import Result
from orgkit.actions.plan import Plan
from orgkit.terms import Outcome
from orgkit.views.blocks import Block, Note, Steps, Table, join

_TONES = {
    Outcome.DONE: "good",
    Outcome.WAITING: "info",
    Outcome.BLOCKED: "bad",
    Outcome.EXPIRED: "bad",
    Outcome.CANCELED: "warn",
    Outcome.FAILED: "bad",
}


_INVITATIONS = {
    "handshake_id": "Handshake",
    "account_id": "Account",
    "email": "Invited address",
    "requested_timestamp": "Sent",
    "expiration_timestamp": "Until",
}


def preview(planned: Plan) -> Block:
    """Show what would be done, to whom, and whether it can be undone."""
    if planned.not_now:
        return Note(planned.not_now, "warn" if planned.outcome is not Outcome.BLOCKED else "bad")
    parts: list[Block] = [Steps(f"Plan: {planned.title}", planned.steps)]
    if not planned.targets.empty and "account_id" in planned.targets:
        columns = {"account_id": "Account", "name": "Name", "email": "Owner's address"}
        parts.append(Table("Accounts concerned", planned.targets, columns, "plan"))
    if not planned.cancels.empty:
        table = planned.cancels
        parts.append(Table("Invitations that are canceled", table, _INVITATIONS, "invitations"))
    for name, reason in planned.waived.items():
        parts.append(Note(f"Waived by you: {name}, because {reason}.", "warn"))
    parts.append(Note(planned.undo, "warn"))
    parts.append(Note(f"To allow this, the id {planned.organization_id} has to be typed below."))
    return join(parts)


def result(done: Result) -> Block:
    """Show what came of the plan."""
    parts: list[Block] = [Note(done.message, _TONES[done.outcome] if not done.changed else "good")]
    if len(done.rows) > 1:
        parts.append(
            Table("Calls", pd.DataFrame(done.rows), {"subject": "For", "result": "Result"})
        )
    return join(parts)
