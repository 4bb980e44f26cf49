"""The one next step: what every page, report and terminal names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orgkit.migration.figures import figures
from orgkit.migration.state import MigrationState
from orgkit.terms import NotebookName, Phase


@dataclass(frozen=True, slots=True)
class Progress:
    """What the journal shows of runs so far.

    `checked`: none of the newest pre-checks failed; `open`: how many of them must be known and are
    not. `chosen`:
    `05_policy_types` ran since all features are enabled. `reported`: `06_audit_report` ran after
    that and after the last change.
    """

    checked: bool = False
    open: int = 0
    chosen: bool = False
    reported: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: a few words for a button, the notebook that does it, and why.

    `done` says that nothing is left to do; then `notebook` is "".
    """

    label: str
    notebook: str
    why: str
    done: bool = False


_RUNNING: Mapping[Phase, tuple[str, NotebookName]] = {
    Phase.WAITING: ("monitor approvals", NotebookName.MONITOR),
    Phase.BLOCKED: ("see what blocks", NotebookName.MONITOR),
    Phase.READY: ("finalize", NotebookName.FINALIZE),
    Phase.UNKNOWN: ("take another snapshot", NotebookName.START),
}
_AGAIN = frozenset({Phase.EXPIRED, Phase.CANCELED})


def next_step(state: MigrationState, progress: Progress) -> NextStep:
    """Compute the next step from the phase and from what was done so far."""
    if state.phase is Phase.ALL_FEATURES:
        return _after(state, progress)
    if state.phase in _RUNNING:
        label, notebook = _RUNNING[state.phase]
        return NextStep(label, notebook, state.next_step)
    return _before(state, progress)


def _before(state: MigrationState, done: Progress) -> NextStep:
    """Check first, then request; what ended without all features begins like this again."""
    if not done.checked:
        return NextStep("run the pre-checks", NotebookName.PRECHECK, state.next_step)
    passed = f"{done.open} must be known first" if done.open else "The pre-checks passed"
    why = f"{passed}. {figures(state).must_approve} accounts will be asked to approve."
    again = " again" if state.phase in _AGAIN else ""
    return NextStep(f"request all features{again}", NotebookName.REQUEST, why)


def _after(state: MigrationState, progress: Progress) -> NextStep:
    hidden = state.snapshot.not_read("policy_types")
    enabled = not hidden and bool(state.snapshot.policy_types["status"].eq("ENABLED").any())
    if not (enabled or progress.chosen):
        why = "No policy type is enabled yet. Enabling one restricts nothing by itself."
        return NextStep("choose policy types", NotebookName.POLICY_TYPES, why)
    if not progress.reported:
        why = "The report shows who approved and who changed what. Keep it with the store."
        return NextStep("make the audit report", NotebookName.AUDIT_REPORT, why)
    return NextStep("done", "", "All features are enabled and the audit report is kept.", done=True)
