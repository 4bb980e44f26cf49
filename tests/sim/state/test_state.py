"""The state as JSON: exact, complete at every step, and enough to go on from."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orgkit.sim.errors import SimulatorError
from orgkit.sim.organizations import timeline
from orgkit.sim.scenario import shipped
from orgkit.sim.scenario.build import build
from orgkit.sim.server.engine import Engine
from orgkit.sim.server.serve import open_world
from orgkit.sim.state import clock, state_file
from orgkit.sim.state.state_file import StateFile, write_atomically
from tests.support.sim_walk import MANAGEMENT, Walk

Step = Callable[[Walk], object]
OUTSIDE = {"Type": "ACCOUNT", "Id": "121212121212"}
STEPS: list[Step] = [
    lambda w: w.call(MANAGEMENT, "InviteAccountToOrganization", Target=OUTSIDE),
    lambda w: w.begin(),
    lambda w: w.call(MANAGEMENT, "CreateAccount", AccountName="N", Email="n@acme.example.com"),
    lambda w: w.advance("3d"),
    lambda w: w.answer("444444444444", "Decline"),
    lambda w: w.advance("14d"),
    lambda w: w.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId="444444444444"),
    lambda w: w.advance("28d"),
    lambda w: w.call(MANAGEMENT, "ListHandshakesForOrganization"),
    lambda w: w.call(MANAGEMENT, "AcceptHandshake", HandshakeId=_parent(w)),
    lambda w: w.call(
        MANAGEMENT, "EnablePolicyType", RootId="r-acme", PolicyType="SERVICE_CONTROL_POLICY"
    ),
    lambda w: w.call(MANAGEMENT, "ListRoots"),
    lambda w: w.call(MANAGEMENT, "ListRoots"),
    lambda w: w.call(MANAGEMENT, "CloseAccount", AccountId="101010101010"),
    lambda w: w.advance("90d"),
]


def _parent(walk: Walk) -> str:
    return next(h.id for h in walk.world.handshakes.values() if h.state == "OPEN")


def test_going_on_from_any_step_comes_to_the_same() -> None:
    """A walk that is written and read again at every step ends like one that is not."""
    plain, restarted = (Walk(build(shipped.load("acme"))) for _ in range(2))
    for number, step in enumerate(STEPS):
        assert step(plain) == step(restarted), number
        written = state_file.dump(restarted.world)
        restarted.world = state_file.load(written)
        assert state_file.dump(restarted.world) == written
        assert restarted.world == plain.world


def test_what_is_derived_is_owned_and_never_written() -> None:
    """Caches and notes are fields of the world: not in the file, not compared, not copied."""
    world = build(shipped.load("solo"))
    assert world.cached("answer", lambda: 42) == 42
    known = {field.name for field in dataclasses.fields(world)}
    assert set(vars(world)) == known
    assert not {"_cache", "_put"} & set(json.loads(state_file.dump(world)))
    assert state_file.load(state_file.dump(world)) == world
    assert dataclasses.replace(world).cached("answer", lambda: 43) == 43
    assert world.take_notes()
    assert world.take_notes() == []


@pytest.mark.parametrize("name", [name for name, _ in shipped.available()])
def test_every_scenario_survives_writing(name: str) -> None:
    """Hostile names too."""
    world = build(shipped.load(name))
    assert state_file.load(state_file.dump(world)) == world


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing is left beside it, and a failed write leaves the old one."""
    path = tmp_path / "deep" / "state.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_unwritable_places_are_explained(tmp_path: Path) -> None:
    """The user is told which file and what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SimulatorError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "state.json", b"")


def _advance(engine: Engine, words: str) -> None:
    timeline.advance(engine.world, clock.when(words, engine.world.now))
    engine.save()


def test_reads_do_not_write(tmp_path: Path) -> None:
    """The file is written when something changed, not for every look."""
    path = tmp_path / "state.json"
    engine = Engine(build(shipped.load("solo")), path)
    engine.save()
    before = path.stat().st_mtime_ns
    engine.save()
    assert path.stat().st_mtime_ns == before
    _advance(engine, "1d")
    assert path.stat().st_mtime_ns != before


def test_slow_writes_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world that is slow to write is written a moment later, and surely at the end."""
    path = tmp_path / "state.json"
    world, lock = build(shipped.load("solo")), threading.RLock()
    monkeypatch.setattr(state_file, "_CHEAP", 0.0)
    monkeypatch.setattr(state_file, "_SHARE", 1e9)
    file = StateFile(path, lock)
    file.keep(world, force=True)
    written = path.read_bytes()
    for _ in range(3):
        world.number()
        world.touch()
        file.keep(world)
    assert path.read_bytes() == written
    file.keep(world, force=True)
    assert state_file.load(path.read_bytes()) == world
    monkeypatch.setattr(state_file, "_SHARE", 0.001)
    world.touch()
    file.keep(world)
    world.touch()
    file.keep(world)
    deadline = time.monotonic() + 20
    while state_file.load(path.read_bytes()) != world and time.monotonic() < deadline:
        time.sleep(0.01)
    assert state_file.load(path.read_bytes()) == world


def test_the_file_wins_over_the_scenario(tmp_path: Path) -> None:
    """Going on needs no scenario; naming another one is an error that says what to do."""
    path = tmp_path / "state.json"
    engine = Engine(open_world("solo", path), path)
    _advance(engine, "3d")
    assert open_world(None, path).now == engine.world.now
    assert open_world("solo", path).now == engine.world.now
    with pytest.raises(SimulatorError, match="holds a walk of scenario 'solo'") as caught:
        open_world("acme", path)
    assert "reset" in caught.value.do_this


def test_the_file_of_an_older_version(tmp_path: Path) -> None:
    """Fields that came later are filled in, also in the scenario that the file holds."""
    path = tmp_path / "state.json"
    world = build(shipped.load("solo"))
    content = json.loads(state_file.dump(world))
    for name in ("armed", "moto_calls", "past"):
        del content[name]
    for name in ("faults", "throttle", "throttle_factor", "generate"):
        del content["scenario"][name]
    del content["scenario"]["switches"]["failed_accept_state"]
    path.write_text(json.dumps(content))
    assert open_world("solo", path).accounts == world.accounts


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"seed": 1}'])
def test_files_of_others(tmp_path: Path, content: bytes) -> None:
    """A file that is no state file is refused and left as it is."""
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with pytest.raises(SimulatorError, match="not a state file"):
        open_world(None, path)
    assert path.read_bytes() == content
