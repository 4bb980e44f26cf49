"""The events that the journal keeps: one dataclass a kind, its fields the JSON that is written.

Names and fields are the wire format: what was written once must be read and verified for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

# What every entry says, whatever its kind; filled in when an event is read.
_ENTRY = ("at", "by", "run", "sequence")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; also what an event is read as whose name nobody knows."""

    name: str = ""
    at: str = ""
    by: str = ""
    run: str = ""
    sequence: int = 0

    def body(self) -> dict[str, Any]:
        """Give what is written of the event itself."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _ENTRY}


@dataclass(frozen=True, kw_only=True)
class Intention(Event):
    """A write that is about to be sent, by the plan that was confirmed.

    `shown` says where that plan had been shown; `attempt` is the organization's handshake before
    the write, by which a later look tells whether a new process began.
    """

    name: str = "intention"
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    plan: str = ""
    waived: Mapping[str, Any] = field(default_factory=dict)
    shown: str = ""
    attempt: str | None = None  # not noted by older versions


@dataclass(frozen=True, kw_only=True)
class Result(Event):
    """What came of a write: `done` as read back, None if nobody knows; `changed` as AWS said.

    One that a later look found out says so in `settled`, and whose intention it settles.
    """

    name: str = "result"
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    done: bool | None = None
    request_id: str = ""
    status: str = ""
    changed: str = ""
    error: str = ""
    settled: str = ""
    intended_at: str = ""
    intended_by: str = ""
    intended_run: str = ""

    @property
    def changed_aws(self) -> bool:
        """Whether this call is known to have changed something."""
        return self.changed == "yes"

    @property
    def subject(self) -> str:
        """What was written to, in words."""
        return ", ".join(str(value) for value in self.parameters.values())


@dataclass(frozen=True, kw_only=True)
class Planned(Event):
    """A plan that was shown and not confirmed: what a later confirmation can mean.

    `plan` is its fingerprint, `shows` everything that it showed.
    """

    name: str = "planned"
    notebook: str = ""
    plan: str = ""
    shows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Overtaken(Event):
    """The lease of somebody who died with it, or whose time was over, was taken over."""

    name: str = "overtaken"
    holder: str = ""
    host: str = ""
    held_by_run: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class Answered(Event):
    """Answers of the administrator, by question; an empty answer takes one back."""

    name: str = "answered"
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Announcement(Event):
    """What a run's folder is about to hold: the digest of every file and of the manifest."""

    folder: str = ""
    manifest: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Opened(Announcement):
    """A run that began."""

    name: str = "opened"


@dataclass(frozen=True, kw_only=True)
class Saved(Announcement):
    """A run whose notebook saved it."""

    name: str = "run"


@dataclass(frozen=True, kw_only=True)
class Sealed(Announcement):
    """A run that got its executed notebook and report; the rest is its line in the index.

    `changes` counts its calls that changed AWS; older versions noted neither that nor the
    `organization_name`, which is the name of the management account.
    """

    name: str = "sealed"
    notebook: str = ""
    started: str = ""
    phase: str = ""
    outcome: str = ""
    changes: int | None = None
    organization_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Signed(Event):
    """The signature of a run."""

    name: str = "signed"
    folder: str = ""
    envelope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CloudTrailRead(Event):
    """Events of CloudTrail that the journal did not have yet."""

    name: str = "cloudtrail"
    events: Sequence[Mapping[str, Any]] = ()


KINDS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        Intention,
        Result,
        Planned,
        Overtaken,
        Answered,
        Opened,
        Saved,
        Sealed,
        Signed,
        CloudTrailRead,
    )
}


def read_event(entry: Mapping[str, Any]) -> Event:
    """Read the event of an entry; of a kind that is newer than this table what is understood."""
    body = entry["body"]
    # A newer kind that announces files must still be held against them.
    kind = KINDS.get(body["name"], Announcement if "manifest" in body else Event)
    known = {f.name for f in fields(kind)}
    told = {**body, **{name: entry[name] for name in _ENTRY}}
    return kind(**{name: value for name, value in told.items() if name in known})
