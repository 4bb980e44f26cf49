"""The way through the process: how far we are, and which notebook is next. Pure."""

from __future__ import annotations

from orgkit.migration.state import MigrationState
from orgkit.terms import NotebookName, Phase
from orgkit.views.blocks import STEPS, NextLink, StepBar

_DONE = {Phase.WAITING: 2, Phase.BLOCKED: 2, Phase.READY: 3, Phase.ALL_FEATURES: len(STEPS)}
_NEXT = {
    Phase.WAITING: NotebookName.MONITOR,
    Phase.BLOCKED: NotebookName.MONITOR,
    Phase.READY: NotebookName.FINALIZE,
    Phase.UNKNOWN: NotebookName.START,
}


def step_bar(state: MigrationState, *, checked: bool) -> StepBar:
    """Mark where we stand among the steps; `checked` is whether pre-checks passed before."""
    return StepBar(_DONE.get(state.phase, int(checked)))


def next_link(state: MigrationState, *, checked: bool) -> NextLink:
    """Link to the notebook that is next."""
    if state.phase is Phase.ALL_FEATURES:
        hidden = state.snapshot.not_read("policy_types")
        some = not hidden and bool(state.snapshot.policy_types["status"].eq("ENABLED").any())
        name = NotebookName.AUDIT_REPORT if some else NotebookName.POLICY_TYPES
        return NextLink(name, state.next_step)
    begin = NotebookName.REQUEST if checked else NotebookName.PRECHECK
    return NextLink(_NEXT.get(state.phase, begin), state.next_step)
