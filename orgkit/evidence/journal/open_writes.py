"""Writes of which the journal does not know what became: intentions without a certain result. Pure.

Whoever is killed between a call and its reading back leaves an intention alone; a call whose effect
could not be read leaves a result that says "not known". Both stay open until a later look settles
them with a result of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from orgkit.evidence.journal.events import Event, Intention, Result


@dataclass(frozen=True)
class OpenWrite:
    """One write that may have changed AWS: who began it, when, and what was told of it, if at all.

    `attempt` is the organization's handshake before it, "" for none, None where nobody noted that.
    """

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    by: str = ""
    run: str = ""
    sequence: int = 0
    attempt: str | None = None
    told: str = ""

    @property
    def subject(self) -> str:
        """What was written to, in words."""
        return ", ".join(str(value) for value in self.parameters.values())

    @property
    def shown(self) -> str:
        """Operation and subject."""
        return f"{self.operation} {self.subject}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """Give plain values, of which `from_json` makes the same."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OpenWrite:
        """Read what `to_json` wrote; what a newer orgkit adds is passed over."""
        return cls(**{f.name: data[f.name] for f in fields(cls) if f.name in data})


def take_in(open_: Sequence[OpenWrite], event: Event) -> tuple[OpenWrite, ...]:
    """Take in one more event: an intention opens a write, a certain result closes it."""
    if isinstance(event, Intention) and event.operation:
        return (*open_, _begun(event))
    if not isinstance(event, Result):
        return tuple(open_)
    # The newest of the same call: of one run only one can be under way.
    for number in reversed(range(len(open_))):
        if _meant(open_[number], event):
            rest = (*open_[:number], *open_[number + 1 :])
            unsure = replace(open_[number], told=event.error or "Its effect could not be read.")
            return rest if event.done is not None else (*rest, unsure)
    return tuple(open_)


def open_writes(events: Iterable[Event]) -> tuple[OpenWrite, ...]:
    """List what is open at the end of all events, oldest first."""
    found: tuple[OpenWrite, ...] = ()
    for event in events:
        found = take_in(found, event)
    return found


def _begun(event: Intention) -> OpenWrite:
    return OpenWrite(
        event.operation,
        dict(event.parameters),
        event.at,
        event.by,
        event.run,
        event.sequence,
        event.attempt,
    )


def _meant(write: OpenWrite, event: Result) -> bool:
    same = (write.operation, write.parameters) == (event.operation, event.parameters)
    if event.settled:
        return same and (write.run, write.at) == (event.intended_run, event.intended_at)
    return same and write.run == event.run
