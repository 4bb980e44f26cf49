"""The world as JSON and back, exactly; and the file that is kept equal to it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from pydantic import TypeAdapter

from orgkit.private_files import private_folder, write_private
from orgkit.sim.errors import SimulatorError
from orgkit.sim.state.model import World

_WORLD: TypeAdapter[World] = TypeAdapter(World)
# Written after each change, and where that is slow, not more often than helps.
_CHEAP = 0.010  # seconds; a world that is written faster is written after every change
_SHARE = 10  # a slower one only so often that writing takes a tenth of the time


def dump(world: World) -> bytes:
    """Write everything that the simulator must remember."""
    return _WORLD.dump_json(world)


def load(data: bytes) -> World:
    """Read the world that `dump` wrote."""
    return _WORLD.validate_json(data)


class StateFile:
    """Keeps a file equal to a world, under the lock of whoever changes that world."""

    def __init__(self, path: Path, lock: threading.RLock) -> None:
        self._path = path
        self._lock = lock
        self._saved = -1
        self._cost = 0.0
        self._ended = 0.0
        self._timer: threading.Timer | None = None

    def keep(self, world: World, force: bool = False) -> None:
        """Write the world if it changed; a large one a moment later, together with what follows."""
        if world.version == self._saved and not force:
            return
        wait = self._ended + self._cost * _SHARE - time.monotonic()
        if force or self._cost < _CHEAP or wait <= 0:
            self._write(world)
        elif self._timer is None:
            self._timer = threading.Timer(wait, self._later, [world])
            self._timer.daemon = True
            self._timer.start()

    def _later(self, world: World) -> None:
        with self._lock:
            if self._timer is not None:  # else somebody wrote while we waited for the lock
                self._write(world)

    def _write(self, world: World) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        started = time.monotonic()
        write_atomically(self._path, dump(world))
        self._saved = world.version  # still this one: whoever changes it holds the lock
        self._ended = time.monotonic()
        self._cost = self._ended - started


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the file, then put it in its place in one step."""
    try:
        private_folder(path.parent)
        write_private(path, data)
    except OSError as error:
        raise SimulatorError(f"{path} cannot be written: {error}", "Name another file.") from error
