"""Calls of which nobody knows what became: what may have happened, what AWS says, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.migration.state import MigrationState, Unsettled
from orgkit.views.blocks import Block, Note, Steps

_SHOWS = {
    True: "AWS shows its effect now; whether this call brought it about is not proved by that.",
    False: "AWS shows no effect of it now; its lists may be some minutes behind.",
    None: "AWS does not show whether it took effect.",
}


def told(state: MigrationState) -> list[Block]:
    """Tell of every call whose result the record does not have, or has only from a later look."""
    return [_settled(each) if each.settled else _open(each, state) for each in state.unsettled]


def _settled(each: Unsettled) -> Block:
    seen = "AWS shows its effect" if each.effect else "AWS shows that it had no effect"
    proof = " Whether this call brought it about is not known." if each.effect else ""
    text = f"{what(each)} had no certain result. {seen}: that is in the record now.{proof}"
    return Note(text, "warn")


def _open(each: Unsettled, state: MigrationState) -> Block:
    if each.at_work:
        do = f"Wait: {each.at_work} may still be at work. Look again when that run has ended."
    elif each.effect is None:
        do = "Look at it in the AWS console and in CloudTrail before you repeat it."
    else:
        do = "Do not repeat it yet: run this again in 5 minutes, which reads what became of it."
    lines = (
        f"{what(each)} was sent or about to be sent. {each.write.told or 'No result is recorded.'}",
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
    return [f"Whether {what(e)} took effect: no certain result is recorded." for e in open_]
