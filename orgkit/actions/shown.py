"""What a confirmation without anybody at a screen can mean: the plan that was shown before. Pure.

A batch run that is not confirmed keeps its plan in the journal. A later one that is confirmed by
the organization id alone means that plan; with the plan's code behind it, the plan of that code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.actions.plan import Plan
from orgkit.evidence.journal.events import Event, Intention, Planned

_NAMED = 20  # differences that are named one by one
_ONE = {"accounts": "account", "invitations": "invitation"}


@dataclass(frozen=True)
class Meant:
    """What a confirmation means: the words for the journal, or why it is not for this plan."""

    shown: str = ""
    refused: str = ""


def kept(plan: Plan, notebook: str) -> Planned:
    """Make the event that keeps what was shown."""
    return Planned(notebook=notebook, plan=plan.fingerprint, shows=plan.shows)


def meant(events: Iterable[Event], notebook: str, plan: Plan, confirm: str) -> Meant:
    """Judge a confirmation of a plan by what earlier runs of its notebook showed."""
    every = [e for e in _pending(events) if e.notebook == notebook]
    identity, _, code = confirm.partition(":")
    if identity != plan.organization_id:
        return Meant()  # no confirmation at all
    if code:
        every = [e for e in every if str(e.plan).startswith(code)]
    last = every[-1] if every else None
    if plan.allowed_by(confirm) and (last is None or last.plan == plan.fingerprint):
        return Meant(_where(last, code))
    return Meant(refused=_refusal(last, plan, code))


def _pending(events: Iterable[Event]) -> list[Planned]:
    """List the plans that were shown and not acted on since."""
    found: list[Planned] = []
    for event in events:
        if isinstance(event, Planned):
            found.append(event)
        elif isinstance(event, Intention):
            found = [p for p in found if p.plan != event.plan]
    return found


def _where(last: Planned | None, code: str) -> str:
    if last is not None:
        return f"in run {last.run} of {last.at}"
    return f"confirmed by its code {code}" if code else NEVER


NEVER = "in no earlier run"


def _refusal(last: Planned | None, plan: Plan, code: str) -> str:
    asks = f"To allow the plan above, set `confirm` to {plan.organization_id}:{plan.code}."
    if last is None:
        return f"Nothing was changed: `confirm` names the plan {code}, and this is another. {asks}"
    # Read from a store, where anybody may have written anything.
    before = last.shows if isinstance(last.shows, Mapping) else {}
    moved = differences(before, plan.shows)
    more = f"; {len(moved) - _NAMED} more" if len(moved) > _NAMED else ""
    return (
        f"Nothing was changed: this is not the plan that was shown on {last.at} (run {last.run}). "
        f"Since then: {'; '.join(moved[:_NAMED])}{more}. {asks}"
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in words what one plan shows and another does not."""
    found: list[str] = []
    for name in dict.fromkeys((*now, *before)):
        old, new = before.get(name), now.get(name)
        if old != new:
            found += _moved(name, old, new)
    return found


def _moved(name: str, old: Any, new: Any) -> list[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        word = _ONE.get(name, name)
        ids = dict.fromkeys((*new, *old))
        return [
            _one(f"{word} {i}", old.get(i), new.get(i)) for i in ids if old.get(i) != new.get(i)
        ]
    if isinstance(old, list) and isinstance(new, list):
        lines = [f"new: {_words(line)}" for line in new if line not in old]
        return lines + [f"gone: {_words(line)}" for line in old if line not in new] or [
            f"another order of {name}"
        ]
    return [_one(name, old, new)]


def _one(what: str, old: Any, new: Any) -> str:
    if old is None:
        return f"{what} is new ({_words(new)})"
    if new is None:
        return f"{what} is gone ({_words(old)})"
    return f"{what} was {_words(old)} and is {_words(new)}"


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
