"""The server process: start, say where it listens, serve, end cleanly."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orgkit.environment import forget_aws
from orgkit.sim.client import tokens
from orgkit.sim.errors import SimulatorError
from orgkit.sim.faults import catalog
from orgkit.sim.moto.bridge import Moto
from orgkit.sim.moto.roles import Principals
from orgkit.sim.scenario import shipped
from orgkit.sim.scenario.build import build
from orgkit.sim.scenario.schema import Scenario
from orgkit.sim.server import httpd
from orgkit.sim.server.app import App
from orgkit.sim.server.control_api import ControlApi
from orgkit.sim.server.engine import Engine
from orgkit.sim.server.recording import Recorder
from orgkit.sim.state import state_file
from orgkit.sim.state.clock import iso
from orgkit.sim.state.model import World
from orgkit.sim.state.state_file import write_atomically

DEFAULT_SCENARIO = "acme"


def open_world(scenario: str | None, state: Path | None, edition: int = 1) -> World:
    """Load the world of the state file if there is one, else build the scenario's."""
    if state is None or not state.exists():
        return build(shipped.load(scenario or DEFAULT_SCENARIO), edition)
    try:
        world = state_file.load(state.read_bytes())
    except (OSError, ValueError) as error:
        raise SimulatorError(
            f"{state} is not a state file of this simulator: {type(error).__name__}.",
            "Name another file, or delete this one to start over.",
        ) from error
    # A file without a named scenario goes on, whatever it holds.
    if scenario is not None:
        _refuse_other_scenario(world, scenario, state)
    return world


def _refuse_other_scenario(world: World, scenario: str, state: Path) -> None:
    held = Scenario.model_validate(world.scenario)  # a file of an older version lacks newer fields
    if shipped.load(scenario) != held:
        raise SimulatorError(
            f"{state} holds a walk of scenario {world.scenario['name']!r}, not of {scenario!r}.",
            "Leave --scenario out to go on, or run `orgkit sim reset` (or name another --state "
            "file) to start over.",
        )


def _assemble(world: World, state: Path | None, stop: Callable[[], None]) -> App:
    moto = Moto()
    engine = Engine(world, state, Principals(moto.start))
    return App(engine, ControlApi(engine, stop), moto)


def application(world: World) -> App:
    """Make a simulator without a server and without waiting, for a replay to play on."""
    app = _assemble(world, None, lambda: None)
    app.sleep = lambda _: None
    app.guarded = False
    return app


class Service:
    """One running simulator."""

    def __init__(
        self, world: World, port: int = 0, state: Path | None = None, record: Path | None = None
    ) -> None:
        self.app = _assemble(world, state, self.stop)
        self.engine, self.control = self.app.engine, self.app.control
        self.app.recorder = Recorder(record, world) if record else None
        try:
            self.server = httpd.make(self.app, port)
        except (OSError, SystemExit) as error:
            raise SimulatorError(
                f"Port {port} on {httpd.HOST} cannot be used.",
                "Another simulator may run there; name another --port, or none for a free one.",
            ) from error
        self.control.endpoint = self.endpoint = f"http://{httpd.HOST}:{self.server.port}"
        self.token_file = tokens.keep(self.server.port, self.app.token, state)

    def ready(self) -> dict[str, Any]:
        """Write the line that tells whoever started the server where it is."""
        world = self.engine.world
        return {
            "endpoint": self.endpoint,
            "scenario": world.scenario["name"],
            "organization_id": world.organization_id,
            "management_account_id": world.management_id,
            "now": iso(world.now),
            "pid": os.getpid(),
            "token_file": str(self.token_file or ""),
        }

    def run(self, idle_minutes: float | None = None) -> None:
        """Serve until told to stop, or until nobody asked anything for some minutes."""
        self.engine.save(force=True)  # so that a place that cannot be written is told at once
        if idle_minutes is not None:
            threading.Thread(target=self._watch, args=(idle_minutes * 60,), daemon=True).start()
        try:
            self.server.serve_forever(poll_interval=0.1)
        finally:
            with self.engine.lock:
                self.engine.save(force=True)
            self.server.server_close()
            tokens.forget(self.token_file, self.app.token)
            for name in catalog.never_fired(self.engine.world):
                sys.stderr.write(f"The fault {name!r} was armed and never fired.\n")

    def stop(self) -> None:
        """End serving; from a thread of its own, since the server waits for its own loop."""
        threading.Thread(target=self.server.shutdown, daemon=True).start()

    def _watch(self, seconds: float) -> None:
        while time.monotonic() - self.app.last_request < seconds:
            time.sleep(min(1.0, seconds / 4))
        self.stop()


def serve(
    scenario: str | None = None,
    port: int = 0,
    state: Path | None = None,
    idle: float | None = None,
    announce: Path | None = None,
    edition: int = 1,
    record: Path | None = None,
) -> None:
    """Run a simulator in this process; `announce` is the file in which others find it."""
    forget_aws()  # moto looks at it too, and a broken profile is no matter of the simulator
    service = Service(open_world(scenario, state, edition), port, state, record)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    gc.freeze()  # what is there now stays: the collector need not look at 5,000 accounts again
    line = json.dumps(service.ready())
    service.engine.save(force=True)
    if announce is not None:
        write_atomically(announce, line.encode())
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    try:
        service.run(idle)
    finally:
        if announce is not None:
            _withdraw(announce, line)


def _withdraw(announce: Path, line: str) -> None:
    """Take our own announcement back, but not that of a server that came after us."""
    try:
        if announce.read_text() == line:
            announce.unlink()
    except OSError:
        pass
