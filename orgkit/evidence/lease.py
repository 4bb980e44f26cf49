"""The lease of one organization: one person at a time changes it. `<organization id>/LEASE`.

It is taken before a write and given back after. Whoever dies with it keeps it for `SPAN` at most;
then, or at once where his process is known to be dead, the next one takes it over and says so. It
is no evidence: it proves nothing, and verifying passes over it.
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.store.store import UNUSABLE, Store
from orgkit.formats import canonical, moment, printable, stamp

NAME, FORMAT = "LEASE", "orgkit.lease/1"
SPAN = timedelta(minutes=15)  # longer than the longest write with its reading back, which renews it

_held: set[str] = set()  # by this process; what died here is told from what still works by this

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who may change the organization now; `released` is when he gave the lease back."""

    holder: str = ""
    host: str = ""
    process: str = ""
    run: str = ""
    taken: str = ""
    renewed: str = ""
    until: str = ""
    nonce: str = ""
    released: str = ""
    format: str = FORMAT

    @property
    def shown(self) -> str:
        """Who and where, as text for people."""
        return printable(
            f"{self.holder} on {self.host}" + (f", run {self.run}" if self.run else "")
        )

    def at_work(self, now: datetime) -> bool:
        """Tell whether he may still be writing."""
        if self.released:
            return False
        if self.nonce in _held:
            return True
        # Counted from when it was renewed: nobody keeps others out by writing a later end.
        return not _dead(self.process) and abs(now - moment(self.renewed)) < SPAN


@dataclass
class Lease:
    """The lease while it is held; a context manager that gives it back."""

    store: Store
    name: str
    holder: Holder
    clock: Clock
    overtaken: Holder | None = None
    _written: bytes = field(default=b"", repr=False)

    def __enter__(self) -> Lease:
        _held.add(self.holder.nonce)
        return self

    def __exit__(self, *error: object) -> None:
        # A store that died meanwhile lets it run out; why it died is told elsewhere.
        with suppress(*UNUSABLE, OrgkitError, FileExistsError):
            self._put(replace(self.holder, released=stamp(self.clock())))
        _held.discard(self.holder.nonce)

    def renew(self) -> None:
        """Hold it for the full time again. Raises `OrgkitError` if somebody took it over."""
        try:
            self._put(replace(self.holder, **_span(self.clock())))
        except FileExistsError as error:
            raise OrgkitError(
                "Somebody else took over the lease of this organization.",
                f"Nothing more was sent. See who in {self.store.shown(self.name)}, talk to them, "
                "then run this again.",
            ) from error

    def _put(self, holder: Holder) -> None:
        content = canonical(asdict(holder))
        self.store.swap(self.name, self._written, content)
        self.holder, self._written = holder, content


def take(store: Store, organization_id: str, by: str, run: str, clock: Clock) -> Lease:
    """Take the lease. Raises `OrgkitError` that names the holder if somebody is at work."""
    name, now = f"{organization_id}/{NAME}", clock()
    before, content = _read(store, name)
    if before is not None and before.at_work(now):
        raise _taken(before)
    mine = Holder(
        holder=by,
        host=socket.gethostname(),
        process=_process(),
        run=run,
        nonce=uuid.uuid4().hex,
        taken=stamp(now),
        **_span(now),
    )
    written = canonical(asdict(mine))
    try:
        store.swap(name, content, written)
    except FileExistsError as error:  # of two that come at the same time one gets it
        raise _taken(holder(store, organization_id) or mine) from error
    except UNUSABLE as error:
        raise store.unusable(error) from error
    dead = before if before is not None and not before.released else None
    return Lease(store, name, mine, clock, dead, written)


def holder(store: Store, organization_id: str) -> Holder | None:
    """Tell who holds the lease or held it last; None if nobody ever did."""
    return _read(store, f"{organization_id}/{NAME}")[0]


def _span(now: datetime) -> dict[str, str]:
    return {"renewed": stamp(now), "until": stamp(now + SPAN)}


def _taken(by: Holder) -> OrgkitError:
    return OrgkitError(
        f"Nothing was changed: {by.shown} is changing this organization, since "
        f"{printable(by.taken)}.",
        "Wait until that run has ended, and run this again before you confirm. If it was "
        "killed, its "
        f"lease ends by itself at {printable(by.until)}; what it began is then read first.",
    )


def _read(store: Store, name: str) -> tuple[Holder | None, bytes | None]:
    """Read who holds it, and the very bytes. Raises `OrgkitError` for what nobody wrote so."""
    try:
        content = store.read(name)
        return _holder(content), content
    except FileNotFoundError:
        return None, None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise OrgkitError(
            f"{store.shown(name)} is not a lease: it is not known who is at work.",
            "Ask who else works on this organization; if nobody does, remove the file.",
        ) from error


def _holder(content: bytes) -> Holder:
    told = json.loads(content[:10_000])
    found = Holder(**{name: told[name] for name in asdict(Holder()) if name in told})
    if not all(isinstance(value, str) for value in asdict(found).values()):
        raise ValueError("not text")
    if moment(found.renewed).tzinfo is None:
        raise ValueError("no moment")
    return found


def _process() -> str:
    """Name this process so that nobody else on any machine is meant, or say nothing."""
    return _named(os.getpid())


def _named(number: int) -> str:
    proc = Path("/proc")
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (proc / "self/ns/pid").readlink()
        # The name in brackets may hold anything; the 20th field after it is the start time.
        state = (proc / f"{number}/stat").read_text(encoding="utf-8", errors="replace")
        return f"{boot}/{space}/{number}/{state.rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):  # not Linux, or no such process
        return ""


def _dead(process: str) -> bool:
    """Tell whether a process is known to be over: one of this machine that is not there now."""
    here, mine = _process().split("/"), process.split("/")
    if len(here) != 4 or len(mine) != 4 or here[:2] != mine[:2] or not mine[2].isdecimal():
        return False  # of another machine, container or start: only time can tell
    # Of this very process, too: what it still holds was asked before.
    return mine == here or _named(int(mine[2])) != process
