"""Watching: looks at a polite pace, without blocking the kernel and without needing the page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from orgkit.errors.exceptions import IdentityError
from orgkit.migration.diff import differences
from orgkit.migration.state import MigrationState
from orgkit.notebook.page_open import page_is_open
from orgkit.notebook.run import Run
from orgkit.terms import Phase
from orgkit.views.blocks import Block, Facts, Note, Steps, join
from orgkit.widgets.base import Control, Status, button, remedy

# Seconds between snapshots. One costs a few calls and one more for each 20 accounts; AWS allows
# ListHandshakesForOrganization 5 times and ListAccounts 8 times a second (user guide, quotas).
_EVERY = {"15 minutes": 900, "5 minutes": 300, "1 hour": 3600}
_EVERY_SIMULATED = {"5 seconds": 5, "1 minute": 60}
LONGEST_PAUSE = 3600
LIMIT = timedelta(hours=12)  # of one watch: whoever still looks then starts another
_NAMED = 20  # changes that are named one by one
_OVER = frozenset({Phase.READY, Phase.ALL_FEATURES, Phase.EXPIRED, Phase.CANCELED})


def pause(every: float, failures: int) -> float:
    """Give the seconds until the next snapshot: doubled by each failure, an hour at most."""
    return float(max(every, min(every * 2.0**failures, LONGEST_PAUSE)))


async def _wait(stopped: asyncio.Event, seconds: float) -> None:
    """Wait, or less if it is stopped meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


Waits = Callable[[asyncio.Event, float], Awaitable[None]]


class Watch(Control):
    """Start and stop, progress towards all approved, last and next look, what has changed."""

    def __init__(
        self, run: Run, wait: Waits = _wait, page: Callable[[], bool | None] = page_is_open
    ) -> None:
        import ipywidgets

        self._run, self._wait, self._page = run, wait, page
        run.kernel.watch(self)  # a watch of this cell that was run before ends: nobody sees it
        self._task: asyncio.Task[None] | None = None
        self._seen = run.state
        self._said: list[str] = []
        self._says = "Not watching. Watching changes nothing in AWS."
        self._next: datetime | None = None
        simulated = run.organization.simulated
        self.every = ipywidgets.Dropdown(
            options=_EVERY_SIMULATED if simulated else _EVERY, description="Refresh every"
        )
        self.start = button("Start watching", "orgkit-watch-start", self._start)
        self.stop = button("Stop", "orgkit-watch-stop", lambda _: self.end())
        self.bar = ipywidgets.IntProgress(min=0, layout={"width": "20rem"})
        self.label = ipywidgets.Label()
        progress = ipywidgets.HBox([self.bar, self.label])
        progress.add_class("orgkit-progress")
        self.status = Status()
        buttons = ipywidgets.HBox([self.every, self.start, self.stop])
        buttons.layout.flex_flow = "row wrap"
        rows = [buttons, progress, self.status.widget]
        super().__init__(ipywidgets.VBox(rows), self._block, run.front_end)
        self._show(self._says)
        run.follow("watching", self)

    def refresh(self) -> None:
        """Show how far the newest state is, and what is new since the one before."""
        seen = self._run.state
        if new := differences(self._seen, seen):
            self._said = _named(new, seen)
        self._seen = seen
        self.bar.max = max(seen.asked, 1)
        self.bar.value = seen.approved
        self.label.value = f"{seen.approved} of {seen.asked} approved"
        running = self._task is not None
        self.start.disabled = self.every.disabled = running
        self.stop.disabled = not running
        self.status.show(self._block())
        self.static_copy.refresh()

    def _start(self, _: Any = None) -> None:
        """Begin, once; a watch of a cell that was run before gives way."""
        if self._task is not None:
            return
        self._run.kernel.watch(self)
        self._stopped = asyncio.Event()
        # A task, not a loop in the cell: while a cell runs no click arrives.
        self._task = asyncio.get_running_loop().create_task(self._watch())
        self._show("Taking a snapshot.")

    def end(self) -> None:
        """Stop before the next snapshot."""
        if self._task is not None:
            self._stopped.set()

    async def _watch(self) -> None:
        until = datetime.now(UTC) + LIMIT
        failures, why = 0, "Stopped. All snapshots are kept."
        try:
            while not self._stopped.is_set():
                failures = await self._look(failures)
                if self._run.state.phase in _OVER:
                    why = f"There is nothing more to wait for. {self._run.state.next_step}"
                    break
                if datetime.now(UTC) > until:
                    why = "Watching stopped after 12 hours. Start again to continue."
                    break
                await self._wait(self._stopped, self._plan(failures))
                if await asyncio.to_thread(self._page) is False:
                    why = "The page was closed. What was seen is kept."
                    break
        except Exception as error:  # nobody awaits a task: without this the error is nowhere
            self._task = self._next = None
            with self.status.reporting():
                self._show("Stopped.")
            self.status.show(remedy(error))
        else:
            self._task = self._next = None
            with self.status.reporting():
                self._show(why)
                self._run.save_again()  # with why on the page that is kept

    async def _look(self, failures: int) -> int:
        """Take one snapshot in a thread; gives the number of failures in a row afterwards."""
        try:
            # In a thread: a busy kernel runs no callbacks, so Stop would have to wait.
            await asyncio.to_thread(self._run.observe_again)
            self._plan(0)
            self._says = "Watching."
            self._run.refresh()
        except IdentityError:
            raise  # waiting does not bring the caller back, so the watch ends and says why
        # No other error ends the watch: the next snapshot comes after a longer pause.
        except Exception as error:
            self._plan(failures + 1)
            self.status.show(join([remedy(error), self._block()]))
            return failures + 1
        return 0

    def _plan(self, failures: int) -> float:
        seconds = pause(float(self.every.value), failures)
        self._next = datetime.now(UTC) + timedelta(seconds=seconds)
        return seconds

    def _show(self, says: str) -> None:
        self._says = says
        self.refresh()

    def _block(self) -> Block:
        seen = self._run.state
        facts: dict[str, object] = {
            "Phase": seen.phase,
            "Approved": f"{seen.approved} of {seen.asked}",
            "Last snapshot": seen.snapshot.taken_at,
        }
        if seen.days_left is not None and seen.attempt is not None:
            facts["Days left"] = f"{seen.days_left}, until {seen.attempt.deadline:%Y-%m-%d}"
        if self._next is not None:
            facts["Next snapshot"] = f"{self._next:%H:%M:%S} UTC by this computer's clock"
        new = [Steps("Last change", self._said)] if self._said else []
        return join([Note(self._says), Facts("Watch", facts), *new])


def _named(new: list[str], seen: MigrationState) -> list[str]:
    more = len(new) - _NAMED
    rest = [f"{more:,} more; the board shows all."] if more > 0 else []
    return [f"{seen.snapshot.taken_at:%Y-%m-%d %H:%M} UTC: {text}" for text in new[:_NAMED]] + rest


def watch(run: Run) -> Watch | None:
    """Show controls to watch with; nothing in batch, where a run takes one snapshot."""
    return Watch(run) if run.front_end.interactive else None
