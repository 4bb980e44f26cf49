"""The summary on top of every page, and the strip that stays in view: one state, one next step."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.migration.figures import Figures, figures
from orgkit.migration.forecast import forecast
from orgkit.migration.next_step import NextStep, Progress
from orgkit.migration.state import MigrationState
from orgkit.snapshot.sources import SOURCES
from orgkit.terms import Phase
from orgkit.views.blocks import Banner, Figure, Strip, Summary, Tone
from orgkit.views.next_step import TONES, link, step_bar


def summary(
    state: MigrationState, step: NextStep, done: Progress, problems: Iterable[str] = ()
) -> Summary:
    """Make the card: headline, stepper, figures, next step, problems (`problems` are more)."""
    numbers = figures(state)
    return Summary(
        headline(state, done),
        _below(state, numbers),
        TONES[state.phase],
        step_bar(state, checked=done.checked),
        link(step),
        tuple(_figures(state, numbers)),
        (*problems, *wrong(state)),
        str(state.phase),
    )


def strip(
    where: Banner, state: MigrationState, step: NextStep, done: Progress, problems: Iterable[str]
) -> Strip:
    """Make the two lines that stay in view."""
    found = (*problems, *wrong(state))
    return Strip(where, headline(state, done), TONES[state.phase], link(step), found)


def headline(state: MigrationState, done: Progress) -> str:
    """Say in a few words where the organization stands."""
    numbers = figures(state)
    approved = f"{numbers.approved:,} of {numbers.must_approve}"
    headlines = {
        Phase.CONSOLIDATED_BILLING: _not_requested(done),
        Phase.WAITING: f"Waiting for approvals: {approved} approved",
        Phase.BLOCKED: f"Blocked by {_accounts(numbers.blockers)}: {approved} approved",
        Phase.READY: "Ready to finalize: every approval is in",
        Phase.ALL_FEATURES: "All features are enabled",
        Phase.EXPIRED: f"Expired: the {numbers.days} days are over",
        Phase.CANCELED: "Canceled: no process is running",
        Phase.UNKNOWN: "Phase unknown",
    }
    return headlines[state.phase]


def _not_requested(done: Progress) -> str:
    if not done.checked:
        return "Consolidated billing only; not requested yet"
    if done.open:
        return f"No failed checks; {done.open} must be known before the request"
    return "Pre-checks passed: ready to request all features"


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


def _below(state: MigrationState, numbers: Figures) -> str:
    """Say what the headline does not: how long, or why."""
    if state.phase is Phase.WAITING:
        return f"Day {numbers.day} of {numbers.days}. {forecast(state).text}"
    if state.phase in (Phase.BLOCKED, Phase.READY) and numbers.days_left is not None:
        return f"Day {numbers.day} of {numbers.days}. {state.why}"
    return state.why


def _figures(state: MigrationState, numbers: Figures) -> Iterable[Figure]:
    """Give the figures that matter in a phase."""
    yield Figure("accounts", str(numbers.accounts), "accounts in the organization")
    asked = numbers.must_approve
    if state.attempt is None or not state.asked:
        yield Figure("must-approve", str(asked), "must approve")
        return
    tone = Tone.GOOD if numbers.approved == asked.number else Tone.WAITING
    yield Figure(
        "approved",
        f"{numbers.approved:,} / {asked}",
        "approved",
        numbers.approved,
        asked.number or 0,
        tone,
    )
    if numbers.days_left is not None and numbers.day is not None:
        until = f"days left, until {state.attempt.deadline:%-d %b %Y}"
        yield Figure("days-left", str(numbers.days_left), until, numbers.day, numbers.days)
    if numbers.days_left is not None:
        needs = Tone.ATTENTION if numbers.attention else Tone.GOOD
        yield Figure("attention", f"{numbers.attention:,}", "need attention", tone=needs)


def wrong(state: MigrationState) -> list[str]:
    """List what is wrong with the process or could not be read, the worst first."""
    unsettled = [
        "A call may have changed AWS; its result is not known."
        for each in state.unsettled
        if not each.settled
    ]
    unread = [
        f"{part} could not be read: {why}."
        for part, why in state.snapshot.unreadable.items()
        if not SOURCES[part].thorough
    ]
    return [*unsettled, *state.blockers, *unread]
