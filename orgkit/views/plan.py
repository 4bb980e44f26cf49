"""A plan and what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from orgkit.actions import Result
from orgkit.actions.plan import SHOWN_OF_ACCOUNTS, SHOWN_OF_INVITATIONS, Plan
from orgkit.aws import Organization
from orgkit.migration.state import MigrationState
from orgkit.terms import Outcome
from orgkit.views.blocks import Ask, Block, Note, Steps, Table, join

_TONES = {
    Outcome.DONE: "good",
    Outcome.WAITING: "info",
    Outcome.BLOCKED: "bad",
    Outcome.EXPIRED: "bad",
    Outcome.CANCELED: "warn",
    Outcome.FAILED: "bad",
}


def preview(planned: Plan) -> Block:
    """Show what would be done, to whom, and whether it can be undone."""
    if planned.not_now:
        return Note(planned.not_now, "warn" if planned.outcome is not Outcome.BLOCKED else "bad")
    parts: list[Block] = [Steps(f"Plan: {planned.title}", planned.steps)]
    if planned.concerns:
        parts.append(Note(planned.concerns))
    if not planned.targets.empty and "account_id" in planned.targets:
        parts.append(Table("Accounts concerned", planned.targets, SHOWN_OF_ACCOUNTS, "plan"))
    if not planned.cancels.empty:
        table = planned.cancels
        parts.append(
            Table("Invitations that are canceled", table, SHOWN_OF_INVITATIONS, "invitations")
        )
    for name, reason in planned.waived.items():
        parts.append(Note(f"Waived by you: {name}, because {reason}.", "warn"))
    parts.append(Note(planned.undo, "warn"))
    typed = f"To allow this, the id {planned.organization_id} has to be typed below."
    batch = f"confirm={planned.organization_id}:{planned.code} allows this plan and no other."
    parts.append(Note(f"{typed} In batch {batch}"))
    return join(parts)


def shown(make: Callable[[MigrationState], Plan]) -> Callable[[MigrationState], Block]:
    """Show the plan of each newer state, for `run.say`."""
    return lambda state: preview(make(state))


def ask(planned: Plan, organization: Organization) -> Ask:
    """Say at the button what it does, where, to how many accounts, and whether it can be undone."""
    if planned.not_now:
        lines: tuple[str, ...] = ("Nothing can be changed here now.",)
    else:
        many = len(planned.targets)
        affects = f"Concerns {many:,} account{'' if many == 1 else 's'}." if many else ""
        lines = tuple(filter(None, (f"{planned.undo} {affects}".strip(),)))
    return Ask(planned.title, organization.simulated, organization.organization_id, lines)


def _tone(done: Result) -> str:
    """Give the tone of an outcome; a change that was made is good unless something blocks."""
    stopped = done.outcome in (Outcome.BLOCKED, Outcome.FAILED, Outcome.EXPIRED)
    return "good" if done.changed is True and not stopped else _TONES[done.outcome]


def result(done: Result) -> Block:
    """Show what came of the plan."""
    parts: list[Block] = [Note(done.message, _tone(done))]
    if len(done.rows) > 1:
        parts.append(
            Table("Calls", pd.DataFrame(done.rows), {"subject": "For", "result": "Result"})
        )
    return join(parts)
