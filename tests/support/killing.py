"""Writers that are killed, and writers that write at once: one process that forks them.

`python -m tests.support.killing kill FOLDER` kills a writer at every point at which it writes to
the disk, `... kill-without-links FOLDER` the same where there are no hard links, `... write FOLDER`
one that changes AWS, `... race FOLDER` lets several write together. Each prints one JSON line that
says what came of it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from orgkit.actions import carry_out
from orgkit.evidence.journal.events import Event, Result
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.open_writes import open_writes
from orgkit.evidence.store import exclusive
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from tests.actions.test_execute import BEGUN, World, planned
from tests.evidence.test_verify import write_run
from tests.support.make import ADMIN, ORGANIZATION, account, child, make_snapshot

WRITING = ("os.link", "os.rename", "os.remove", "os.mkdir")
WRITERS, LOOKS = 3, 8


def _die_at(point: int, links: bool) -> None:
    """From now on count what touches the disk; at this point, be killed before it happens."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: Any) -> None:
        creates = event == "open" and isinstance(arguments[1], str) and "x" in arguments[1]
        if event in WRITING or creates:
            step()

    def torn(handle: int) -> None:
        about = os.fstat(handle)
        if count + 1 == point and stat.S_ISREG(about.st_mode) and about.st_size:
            os.ftruncate(handle, about.st_size // 2)
        step()

    sys.addaudithook(hook)
    os.fsync = torn
    if not links:
        _take_links_away(step)


def _take_links_away(step: Callable[[], None]) -> None:
    """Be on FAT, or on one of many network mounts."""
    rename_new = exclusive._rename_new

    def no_links(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def counted(*arguments: Any) -> None:
        step()
        rename_new(*arguments)

    os.link, exclusive._rename_new = no_links, counted


def _forked(work: Callable[[Callable[[str], None]], None]) -> tuple[int, list[str]]:
    """Do work in a process of its own: how it ended, and what it acknowledged before."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:

        def acknowledge(said: str) -> None:
            os.write(writing, f"{said}\n".encode())

        work(acknowledge)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read().splitlines()
    return os.waitpid(pid, 0)[1], said


def _work(folder: str, said: Callable[[str], None]) -> None:
    """A look, an event, a whole run; each is acknowledged when its call has returned."""
    store = Store(folder)
    journal = Journal(store, ORGANIZATION)
    journal.observe(make_snapshot([account("4" * 12)], [child("4" * 12)], at=10))
    said("look")
    journal.note(Event(name="mark"), "2026-01-15T09:00:00Z", ADMIN)
    said("mark")
    write_run(store, 11)
    said("run")


def _lost(store: Store, said: list[str]) -> list[str]:
    """What was acknowledged and is not there."""
    journal = Journal(store, ORGANIZATION)
    events = [e.name for e in journal.events()]
    there = {
        "look": f"h-child{'4' * 12}" in journal.projection.handshakes,
        "mark": "mark" in events,
        "run": events.count("sealed") == 2,
    }
    return [name for name in said if not there[name]]


def kill(folder: Path, links: bool = True) -> dict[str, Any]:
    """Kill at the first point, the second, and so on, until a writer comes to its end."""
    write_run(Store(str(folder / "before")), 0)
    found: dict[str, Any] = {"killed": 0, "lost": [], "broken": [], "noticed": 0, "after": []}
    for point in range(1, 1000):
        place = folder / str(point)
        shutil.copytree(folder / "before", place)

        def work(said: Callable[[str], None], place: Path = place, point: int = point) -> None:
            _die_at(point, links)
            _work(str(place), said)

        status, said = _forked(work)
        store = Store(str(place))
        found["lost"] += _lost(store, said)
        seen = verify(store)
        found["broken"] += [f"{point}: {line}" for line in seen.broken]
        found["noticed"] += bool(seen.notices)
        if status == 0:
            return found
        assert os.WIFSIGNALED(status), f"the writer ended by itself at point {point}"
        found["killed"] += 1
        if point % 3 == 0:
            Journal(store, ORGANIZATION).observe(make_snapshot(at=20))
            found["after"] += verify(store).broken
        shutil.rmtree(place)
    raise AssertionError("never came to its end")


def write(folder: Path) -> dict[str, Any]:
    """Kill whoever begins a process at every point; tell what the next one finds, says and does.

    AWS is a file beside the store: there when EnableAllFeatures took effect.
    """
    names = ("broken", "untold", "unsettled", "untrue", "twice")
    found: dict[str, Any] = {"killed": 0, "sent": 0, "told": 0} | {n: [] for n in names}
    for point in range(1, 1000):
        place = folder / str(point)
        place.mkdir()

        def work(said: Callable[[str], None], place: Path = place, point: int = point) -> None:
            world = _kept_world(place)
            plan = planned(world)
            _die_at(point, links=True)
            carry_out(world.observer, plan, confirm=ORGANIZATION)

        status, _ = _forked(work)
        if status == 0:
            return found
        assert os.WIFSIGNALED(status), f"the writer ended by itself at point {point}"
        found["killed"] += 1
        _look_after(place, point, found)
        shutil.rmtree(place)
    raise AssertionError("never came to its end")


def _kept_world(place: Path) -> World:
    """The organization as its file says, and the journal beside it."""
    world, began = World(place / "store"), place / "began"
    world.parent = "REQUESTED" if began.exists() else None

    def begin(_: Any) -> dict[str, Any]:
        os.close(os.open(began, os.O_CREAT | os.O_WRONLY))
        world.parent = "REQUESTED"
        return BEGUN

    world.aws.answers["EnableAllFeatures"] = begin
    return world


def _look_after(place: Path, point: int, found: dict[str, Any]) -> None:
    """Open the journal after a death, twenty minutes later; then go on to the end."""
    world, began = _kept_world(place), (place / "began").exists()
    world.aws.date = "Mon, 05 Jan 2026 09:20:00 GMT"
    before = open_writes(world.observer.journal.events())
    state = world.observer.observe()
    results = [e for e in world.observer.journal.events() if isinstance(e, Result)]
    ended = [e for e in results if not e.settled]
    found["sent"] += began
    found["told"] += bool(state.unsettled) or bool(ended)
    if (began and not (before or ended)) or (before and not state.unsettled):
        found["untold"].append(point)
    if world.observer.journal.open_writes:
        found["unsettled"].append(point)
    if any(e.done is not began for e in results):
        found["untrue"].append(point)
    if not began and point % 3 == 0:
        carry_out(world.observer, planned(world), confirm=ORGANIZATION)
    if len(world.sent()) > 1 or (began and world.sent()):
        found["twice"].append(point)
    found["broken"] += [f"{point}: {b}" for b in verify(Store(str(place / "store"))).broken]


def race(folder: Path) -> dict[str, Any]:
    """Several writers at once, each with looks of its own and an event that all write alike."""
    pids = []
    for writer in range(WRITERS):
        pid = os.fork()
        if not pid:
            _race(folder, writer)
            os._exit(0)
        pids.append(pid)
    ends = [os.waitpid(pid, 0)[1] for pid in pids]
    store = Store(str(folder))
    journal = Journal(store, ORGANIZATION)
    heads = len(journal.heads)
    journal.note(Event(name="after"), "2026-01-15T09:00:00Z", ADMIN)
    return {
        "ends": ends,
        "remembered": len(journal.projection.handshakes),
        "joined": [heads, len(journal.heads)],
        "broken": verify(store).broken,
    }


def _race(folder: Path, writer: int) -> None:
    for number in range(LOOKS):
        journal = Journal(Store(str(folder)), ORGANIZATION)
        mine = child(f"{writer}{number:011d}")
        journal.observe(make_snapshot([account("4" * 12)], [mine], at=number))
        journal.note(Event(name="mark"), f"2026-01-15T09:00:{number:02d}Z", ADMIN)


if __name__ == "__main__":
    what = {
        "kill": kill,
        "race": race,
        "write": write,
        "kill-without-links": partial(kill, links=False),
    }
    print(json.dumps(what[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201
