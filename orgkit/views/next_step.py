"""How far the process is, and the one next step. Pure."""

from __future__ import annotations

from orgkit.migration.figures import figures
from orgkit.migration.next_step import NextStep, Progress, next_step
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase
from orgkit.views.blocks import STEPS, NextLink, StepBar, Tone

_DONE = {Phase.WAITING: 2, Phase.BLOCKED: 2, Phase.READY: 3, Phase.ALL_FEATURES: len(STEPS)}
TONES = {
    Phase.CONSOLIDATED_BILLING: Tone.INFO,
    Phase.WAITING: Tone.WAITING,
    Phase.BLOCKED: Tone.BLOCKED,
    Phase.READY: Tone.GOOD,
    Phase.ALL_FEATURES: Tone.GOOD,
    Phase.EXPIRED: Tone.BLOCKED,
    Phase.CANCELED: Tone.ATTENTION,
    Phase.UNKNOWN: Tone.UNKNOWN,
}


def step_bar(state: MigrationState, *, checked: bool) -> StepBar:
    """Mark where we stand among the steps; `checked` is whether pre-checks passed before."""
    numbers = figures(state)
    requested = state.attempt is not None and state.phase in _DONE
    since = f"{state.attempt.requested:%-d %b %Y}" if requested and state.attempt else ""
    count = f"{numbers.approved:,} of {numbers.must_approve}" if requested else ""
    done = _DONE.get(state.phase, int(checked))
    return StepBar(done, TONES[state.phase], ("", since, count))


def next_link(state: MigrationState, *, checked: bool) -> NextLink:
    """Link to the notebook that is next; `checked` as in `step_bar`."""
    return link(next_step(state, Progress(checked=checked)))


def link(step: NextStep) -> NextLink:
    """Make the button of a next step."""
    return NextLink(step.label, step.notebook, step.why, step.done)
