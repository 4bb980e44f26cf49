"""The way through the process: how far we are, and which notebook is next. Pure."""

from __future__ import annotations

from orgkit.migration.state import MigrationState
from orgkit.terms import Phase
from orgkit.views.blocks import STEPS, NextLink, StepBar

_DONE = {Phase.WAITING: 2, Phase.BLOCKED: 2, Phase.READY: 3, Phase.ALL_FEATURES: len(STEPS)}
_NEXT = {
    Phase.WAITING: "03_monitor",
    Phase.BLOCKED: "03_monitor",
    Phase.READY: "04_finalize",
    Phase.UNKNOWN: "00_start_here",
}


def step_bar(state: MigrationState, *, checked: bool) -> StepBar:
    """Mark where we stand among the steps; `checked` is whether pre-checks passed before."""
    return StepBar(_DONE.get(state.phase, int(checked)))


def next_link(state: MigrationState, *, checked: bool) -> NextLink:
    """Link to the notebook that is next."""
    if state.phase is Phase.ALL_FEATURES:
        hidden = state.snapshot.not_read("policy_types")
        some = not hidden and bool(state.snapshot.policy_types["status"].eq("ENABLED").any())
        return NextLink("06_audit_report" if some else "05_policy_types", state.next_step)
    begin = "02_request" if checked else "01_precheck"
    return NextLink(_NEXT.get(state.phase, begin), state.next_step)
