"""Calls of which nobody knows what became: what may have happened, what AWS says, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.evidence.journal.events import Result
from orgkit.migration.state import MigrationState, Unsettled
from orgkit.views.blocks import Block, Note, Steps

_SHOWS = {
    True: "AWS shows its effect now; whether this call brought it about is not proved by that.",
    False: "AWS shows no effect of it now; its lists may be some minutes behind.",
    None: "AWS does not show whether it took effect.",
}


def told(state: MigrationState) -> list[Block]:
    """Tell of every call whose result the journal does not have, or has only from a later look."""
    return [_settled(each) if each.settled else _open(each, state) for each in state.unsettled]


def _settled(each: Unsettled) -> Block:
    seen = "AWS shows its effect" if each.effect else "AWS shows that it had no effect"
    proof = " Whether this call brought it about is not known." if each.effect else ""
    text = f"{what(each)} had no certain result. {seen}: that is in the journal now.{proof}"
    return Note(text, "warn")


def _open(each: Unsettled, state: MigrationState) -> Block:
    if each.at_work:
        do = f"Wait: {each.at_work} may still be running. Run this again when that run has ended."
    elif each.effect is None:
        do = "Check it in the AWS console and in CloudTrail before you repeat it."
    else:
        do = "Do not repeat it yet: run this again in 5 minutes, which reads what became of it."
    lines = (
        f"{what(each)} was sent or about to be sent. "
        f"{each.write.told or 'The journal has no result.'}",
        f"{_SHOWS[each.effect]} The phase is {state.phase}: {state.why}",
        do,
    )
    return Steps("Not known: a call that may have changed AWS", lines)


def what(each: Unsettled) -> str:
    """Name a call, when, by whom, and of which run it was."""
    write = each.write
    run = f", run {write.run}" if write.run else ""
    return f"{write.shown} of {write.at} by {write.by}{run}"


def gaps(unsettled: Iterable[Unsettled]) -> list[str]:
    """List what is not known of them, in sentences."""
    open_ = (each for each in unsettled if not each.settled)
    return [f"Whether {what(e)} took effect: the journal has no certain result." for e in open_]


def who_when(operation: str, results: Iterable[Result], state: MigrationState) -> str:
    """Say when and by whom, and no more than is known: a call may have an effect unproved."""
    found = [
        (e.sequence, f"{e.at} by {e.by}" if e.changed_aws else _perhaps(*sent(e)))
        for e in results
        if e.operation == operation and (e.changed_aws or unproved(e))
    ]
    found += [
        (u.write.sequence, _perhaps(u.write.at, u.write.by))
        for u in state.unsettled
        if u.write.operation == operation and not u.settled
    ]
    return max(found)[1] if found else "not in the journal of this store"


def _perhaps(at: str, by: str) -> str:
    return f"perhaps {at} by {by}: no result proves that this call took effect"


def unproved(result: Result) -> bool:
    """Tell whether the effect of a call is there, and nobody knows by whose doing."""
    return result.changed == "unknown" and result.done is True


def sent(result: Result) -> tuple[str, str]:
    """Find when a call was sent and by whom; a later look that settled it says so itself."""
    return result.intended_at or result.at, result.intended_by or result.by


def later(result: Result) -> str:
    """Say what a later look found out about a call."""
    seen = "its effect is seen" if result.done else "it had no effect"
    return f"{result.operation} of {result.intended_at}, without a result until now: {seen}"
