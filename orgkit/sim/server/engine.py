"""The world behind one lock: every call and every move of the clock goes through here."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from orgkit.sim.errors import SimulatorError
from orgkit.sim.faults import catalog
from orgkit.sim.faults.token_buckets import Buckets
from orgkit.sim.organizations import membership, timeline
from orgkit.sim.state import clock
from orgkit.sim.state.model import Armed, Iam, World
from orgkit.sim.state.state_file import StateFile


class Engine:
    """Holds the world, moves it by hand, and keeps the state file up to date."""

    def __init__(
        self, world: World, state_file: Path | None = None, iam: Iam | None = None
    ) -> None:
        self.world = world
        self.iam = iam
        self.lock = threading.RLock()
        self.buckets = Buckets()
        self._file = StateFile(state_file, self.lock) if state_file else None

    def advance(self, words: str) -> list[timeline.Event]:
        """Move the clock by a duration or to an instant."""
        with self.lock:
            events = timeline.advance(self.world, clock.when(words, self.world.now))
            self.save()
            return events

    def answer(self, accounts: list[str], words: str) -> list[timeline.Event]:
        """Let owners answer now, each as its account's administrator."""
        with self.lock:
            if not accounts:
                raise SimulatorError("No account was named.", "Name one or more account ids.")
            events = [e for a in accounts for e in timeline.answer_all(self.world, a, words)]
            self.save()
            return events

    def restrict(self, accounts: list[str], lift: bool = False) -> None:
        """Suspend accounts as AWS does, or lift that again."""
        with self.lock:
            for account_id in accounts:
                (membership.reinstate if lift else membership.suspend)(self.world, account_id)
            self.save()

    def arm(self, name: str, **options: Any) -> Armed:
        """Arm a fault: its name in `faults.FAULTS`, and what differs from its own defaults."""
        with self.lock:
            armed = catalog.arm(self.world, name, **options)
            self.save(force=True)
            return armed

    def disarm(self, name: str = "", number: int = 0) -> list[Armed]:
        """Take back one fault by its number, those of a name, or all of them."""
        with self.lock:
            gone = catalog.disarm(self.world, name, number)
            self.save(force=True)
            return gone

    def save(self, force: bool = False) -> None:
        """Write the state file if anything changed; a reader never sees half a file."""
        if self._file is not None:
            self._file.keep(self.world, force)
