"""Watching looks at a polite pace, tells what changed, survives trouble, and stops."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from orgkit.notebook.run import Run
from orgkit.widgets.watch import Watch, pause
from tests.widgets.conftest import Lab

watching_module = sys.modules["orgkit.widgets.watch"]  # its function hides it
Between = Callable[[int], None]


@pytest.mark.parametrize(
    ("every", "failures", "seconds"),
    [(900, 0, 900), (900, 1, 1800), (900, 2, 3600), (900, 9, 3600), (5, 3, 40), (7200, 4, 7200)],
)
def test_failures_slow_it_down(every: float, failures: int, seconds: float) -> None:
    """Twice as long after each failure in a row, an hour at most, never quicker than chosen."""
    assert pause(every, failures) == seconds


class Clock:
    """Stands for the time between looks: does something, notes how long it would have been."""

    def __init__(self, between: Between, looks: int) -> None:
        self.between, self.looks, self.pauses = between, looks, list[float]()

    async def __call__(self, stopped: asyncio.Event, seconds: float) -> None:
        """One pause; after the last look the watch is stopped."""
        self.pauses.append(seconds)
        if len(self.pauses) >= self.looks:
            stopped.set()
        self.between(len(self.pauses))


def watched(run: Run, clock: Clock) -> Watch:
    """A watch that was started and has come to its end."""

    async def go() -> Watch:
        watch = Watch(run, clock)
        watch.start.click()
        assert watch._task is not None
        assert watch.start.disabled
        assert not watch.stop.disabled
        await watch._task
        return watch

    return asyncio.run(go())


@pytest.fixture
def run(lab: Lab) -> Run:
    """The run of 03_monitor just after the request."""
    lab.request()
    return lab.open("03_monitor").run


def test_it_looks_and_tells_what_changed(lab: Lab, run: Run) -> None:
    """Approvals that come meanwhile move the bar and are named; AWS is not changed by it."""
    watch = watched(run, Clock(lambda _: lab.control.advance("7d") and None, 2))
    assert (watch.bar.value, watch.bar.max) == (3, 10)
    assert watch.label.value == "3 of 10 approved"
    assert "went from" in watch.status.widget.value
    assert "Stopped" in watch.status.widget.value
    assert "Stopped" in watch.static_copy.html()
    assert lab.changes() == ["EnableAllFeatures"]


def test_it_stops_when_there_is_nothing_to_wait_for(lab: Lab, run: Run) -> None:
    """All approvals are in: it says what is next and ends by itself."""
    watch = watched(run, Clock(lambda _: lab.control.advance("14d") and None, 99))
    assert "04_finalize" in watch.status.widget.value
    assert watch._task is None
    assert not watch.start.disabled
    assert run.folder.result()["phase"] == "READY"


def test_it_ends_by_itself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's watch goes on for ever."""
    monkeypatch.setattr(watching_module, "LIMIT", -watching_module.LIMIT)
    watch = watched(run, Clock(lambda _: None, 99))
    assert "stopped by itself" in watch.status.widget.value


def test_a_lost_endpoint_is_told_and_waited_out(lab: Lab, run: Run) -> None:
    """While nobody answers the pauses grow and the page says what is wrong; then all is well."""
    armed = lab.control.arm("reset-before", times=99)
    told: list[str] = []

    def between(number: int) -> None:
        told.append(watch(run).status.widget.value)
        if number == 2:
            lab.control.disarm("reset-before", armed["number"])

    clock = Clock(between, 4)
    ended = watched(run, clock)
    assert clock.pauses == [10, 20, 5, 5]
    assert ["Do this" in text for text in told] == [True, True, False, False]
    assert "Stopped" in ended.status.widget.value


def watch(run: Run) -> Watch:
    """The watch that runs now."""
    found = run.kernel._watch
    assert isinstance(found, Watch)
    return found


def test_only_one_watch_a_kernel(run: Run) -> None:
    """Running the cell again and starting there ends the watch that was running."""

    async def go() -> tuple[Watch, Watch]:
        first, second = Watch(run), Watch(run)
        first.start.click()
        second.start.click()
        second.start.click()  # a double click starts one
        assert first._task is not None
        assert second._task is not None
        await first._task
        second.stop.click()
        await second._task
        return first, second

    first, second = asyncio.run(go())
    assert "Stopped" in first.status.widget.value
    assert "Stopped" in second.status.widget.value


def test_what_nobody_understands_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in a task is on no page and in no log unless it is caught."""

    def breaks() -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(run, "observe_again", breaks)
    watch = watched(run, Clock(lambda _: None, 3))
    assert "surprise" in watch.status.widget.value
    assert not watch.start.disabled


def test_somebody_elses_credentials_end_it(run: Run) -> None:
    """U2: waiting does not bring the caller back; it says who asks now, and keeps nothing."""
    before = run.state.projection.snapshots
    organization = run.organization
    assert organization._opened is not None
    account, _, other = organization._opened
    organization._opened = (account, "arn:aws:iam::111111111111:user/eve", other)
    watch = watched(run, Clock(lambda _: None, 9))
    assert watch._task is None
    assert "user/eve" in watch.status.widget.value
    assert run.journal.projection.snapshots == before
