"""What a cell shows while AWS is read: how many calls, of how many, how long still.

Inputs are collapsed, so JupyterLab shows no `[*]`; a large organization is read for minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any

from orgkit.aws import Organization
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.live_output import LiveOutput
from orgkit.views.blocks import Block, Working, join

_SECONDS = 1.0  # between two updates of what is shown


def progress(calls: int, usual: int, seconds: float) -> Block:
    """Say how far reading is; `usual` is what an earlier run of the same notebook needed, 0: none.

    Time left is the time so far, extended to the usual number of calls.
    """
    took = f"{seconds:.0f} s"
    if not usual or calls >= usual:
        return Working(f"Reading AWS: {calls:,} calls, {took}.")
    text = f"Reading AWS: {calls:,} of about {usual:,} calls, {took}"
    left = seconds / calls * (usual - calls) if calls else 0.0
    return Working(f"{text}, about {left:.0f} s left." if calls else f"{text}.", calls, usual)


class Waiting:
    """Shows progress while its block runs, in a front end only; then takes it away."""

    def __init__(
        self,
        front_end: FrontEnd,
        organization: Organization,
        before: Callable[[], Mapping[str, Any] | None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._front_end, self._organization, self._before = front_end, organization, before
        self._clock = clock
        self._ended = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Waiting:
        if not self._front_end.interactive:
            return self
        started, before = self._clock(), len(self._organization.calls)
        earlier = self._before()
        usual = len(earlier["calls"]) if earlier else 0

        def shown() -> Block:
            if self._ended.is_set():
                return join([])
            return progress(len(self._organization.calls) - before, usual, self._clock() - started)

        self._output = LiveOutput(shown, self._front_end)
        self._output._ipython_display_()
        # A thread: the cell itself is busy reading.
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def _follow(self) -> None:
        while not self._ended.wait(_SECONDS):
            self._output.refresh()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._output.refresh()
