"""Watching looks at a polite pace, tells what changed, survives trouble, and stops."""

from __future__ import annotations

import asyncio
import html
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orgkit.errors.exceptions import IdentityError
from orgkit.notebook.run import Run
from orgkit.widgets.watch import LONGEST_PAUSE, Watch, pause
from tests.errors.test_trouble import UNKNOWN, of_others, of_the_sdk
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
    assert "Watching stopped" in watch.status.widget.value


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


ERRORS = [*of_the_sdk(), *of_others(), *UNKNOWN]


def test_no_error_ends_a_watch(
    lab: Lab, run: Run, monkeypatch: pytest.MonkeyPatch, isolated: Path
) -> None:
    """F19: each is told, the pauses grow to an hour, and the look that succeeds shows all again."""
    looks = run.observe_again
    left = list(ERRORS)
    told: list[str] = []

    def look() -> object:
        if left:
            raise left.pop(0)
        return looks()

    clock = Clock(lambda _: told.append(watch(run).status.widget.value), len(ERRORS) + 1)
    monkeypatch.setattr(run, "observe_again", look)
    ended = watched(run, clock)
    assert len(told) == len(ERRORS) + 1
    assert all("Do this" in text for text in told[:-1])
    assert "Do this" not in told[-1]
    assert clock.pauses == [*(pause(5, n) for n in range(1, len(ERRORS) + 1)), 5]
    assert max(clock.pauses) == LONGEST_PAUSE
    assert "Stopped. All snapshots are kept." in ended.status.widget.value
    assert not ended.start.disabled
    tracebacks = list((isolated / ".orgkit" / "errors").glob("*.txt"))
    assert tracebacks
    assert any(str(tracebacks[0]) in html.unescape(text) for text in told)


def test_a_page_that_cannot_be_shown_does_not_end_a_watch(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19: what follows the newest state may fail as well."""
    shows = run.refresh
    broken = [RuntimeError("surprise")]

    def show() -> None:
        if broken:
            raise broken.pop()
        shows()

    monkeypatch.setattr(run, "refresh", show)
    clock = Clock(lambda _: None, 3)
    watched(run, clock)
    assert clock.pauses == [10, 5, 5]


def test_credentials_of_somebody_else_end_a_watch(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting does not bring the caller back: it stops, and says why."""

    def changed() -> None:
        raise IdentityError("These credentials are another caller's now.", "Sign in again.")

    monkeypatch.setattr(run, "observe_again", changed)
    clock = Clock(lambda _: None, 3)
    ended = watched(run, clock)
    assert clock.pauses == []
    assert "another caller" in ended.status.widget.value
    assert not ended.start.disabled


def test_no_secret_is_in_what_a_watch_says(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind 11: a status that nobody filters otherwise."""

    def refuse() -> None:
        raise RuntimeError("AWS_SESSION_TOKEN=FwoGINVENTED")

    monkeypatch.setattr(run, "observe_again", refuse)
    assert "INVENTED" not in watched(run, Clock(lambda _: None, 1)).status.widget.value


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


@pytest.mark.parametrize(("open_", "looks"), [(False, 1), (None, 3), (True, 3)])
def test_it_ends_when_its_page_was_closed(run: Run, open_: bool | None, looks: int) -> None:
    """Nobody sees it any more; where it is not known whether the page is open it goes on."""
    clock = Clock(lambda _: None, 3)

    async def go() -> Watch:
        watch = Watch(run, clock, lambda: open_)
        watch.start.click()
        assert watch._task is not None
        await watch._task
        return watch

    watch = asyncio.run(go())
    assert len(clock.pauses) == looks
    assert ("page was closed" in watch.status.widget.value) == (open_ is False)
