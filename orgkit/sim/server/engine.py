"""The world behind one lock: every call and every move of the clock goes through here."""

from __future__ import annotations

import threading
from pathlib import Path

from orgkit.sim.faults.effects import Buckets
from orgkit.sim.state.model import Iam, World
from orgkit.sim.state.state_file import StateFile


class Engine:
    """Holds the world and what belongs to it; whoever changes the world holds the lock."""

    def __init__(
        self, world: World, state_file: Path | None = None, iam: Iam | None = None
    ) -> None:
        self.world = world
        self.iam = iam
        self.lock = threading.RLock()
        self.buckets = Buckets()
        self._file = StateFile(state_file, self.lock) if state_file else None

    def save(self, force: bool = False) -> None:
        """Write the state file if anything changed; a reader never sees half a file."""
        if self._file is not None:
            self._file.keep(self.world, force)
