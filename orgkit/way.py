"""The way through the process: how far we are, and which notebook is next. Pure."""

from __future__ import annotations

from orgkit.blocks import STEPS, Onward, Rail
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase

_DONE = {Phase.WAITING: 2, Phase.BLOCKED: 2, Phase.READY: 3, Phase.ALL_FEATURES: len(STEPS)}
_NEXT = {
    Phase.WAITING: "03_monitor",
    Phase.BLOCKED: "03_monitor",
    Phase.READY: "04_finalize",
    Phase.UNKNOWN: "00_start_here",
}


def rail(progress: MigrationState, *, checked: bool) -> Rail:
    """The way with a mark where we stand; `checked` is whether pre-checks passed before."""
    return Rail(_DONE.get(progress.phase, int(checked)))


def onward(progress: MigrationState, *, checked: bool) -> Onward:
    """The notebook that is next."""
    if progress.phase is Phase.ALL_FEATURES:
        types = progress.snapshot.policy_types
        some = bool(types["status"].eq("ENABLED").any())
        return Onward("06_audit_report" if some else "05_policy_types", progress.next_step)
    begin = "02_request" if checked else "01_precheck"
    return Onward(_NEXT.get(progress.phase, begin), progress.next_step)
