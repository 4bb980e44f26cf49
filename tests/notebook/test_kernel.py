"""What a kernel tells: its cells, its parameters, and who sits in front of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from orgkit.notebook.frontend import FrontEnd, front_end
from orgkit.notebook.kernel import Kernel


class Shell:
    """Stands for IPython's shell: its names, its events, and the request that it works on."""

    def __init__(self, **content: Any) -> None:
        self.user_ns: dict[str, Any] = {}
        self.handlers: dict[str, list[Any]] = {}
        self.events = SimpleNamespace(register=self.register)
        self.kernel = SimpleNamespace(get_parent=lambda: {"content": content})

    def register(self, event: str, handler: Any) -> None:
        """Take a handler."""
        self.handlers.setdefault(event, []).append(handler)

    def run(self, cell: str, error: Exception | None = None, cell_id: str | None = None) -> None:
        """Run a cell, as far as those who listen are concerned."""
        info = SimpleNamespace(raw_cell=cell, cell_id=cell_id)
        for handler in self.handlers["pre_run_cell"]:
            handler(info)
        result = SimpleNamespace(info=info, error_before_exec=None, error_in_exec=error)
        for handler in self.handlers["post_run_cell"]:
            handler(result)


class Listener:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def cell_begins(self, cell: str) -> None:
        """A cell begins."""

    def cell_ended(self, cell: str, error: BaseException | None) -> None:
        """A cell ended."""
        self.told.append((cell, repr(error)))


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A kernel that this process seems to be."""
    made = Shell(allow_stdin=True)
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    return made


def test_cells_are_told_to_the_run_that_was_opened_last(shell: Shell) -> None:
    """Also when the setup cell is run again: one listener a kernel."""
    first, second = Listener(), Listener()
    Kernel.here().tell(first)
    shell.run("1 / 0", ZeroDivisionError())
    Kernel.here().tell(second)
    shell.run("fine", cell_id="a")
    assert first.told == [("1 / 0", "ZeroDivisionError()")]
    assert second.told == [("a", "None")]
    assert len(shell.handlers["post_run_cell"]) == 1


def test_a_setup_cell_that_fails_again_leaves_the_run_before_as_it_is(shell: Shell) -> None:
    """What it opened is over; its evidence must not be told an error of another sign-in."""
    first = Listener()
    shell.handlers.setdefault("pre_run_cell", [])
    kernel = Kernel.here()
    shell.handlers["pre_run_cell"][0](SimpleNamespace(raw_cell="setup", cell_id=None))
    kernel.tell(first)
    shell.run("other")
    shell.run("setup", ValueError())
    assert first.told == [("other", "None")]


def test_a_second_watch_ends_the_first(shell: Shell) -> None:
    """Two watches of one page would ask AWS twice as often."""
    ended: list[str] = []
    first, second = (SimpleNamespace(end=lambda n=n: ended.append(n)) for n in ("first", "second"))
    kernel = Kernel.here()
    kernel.watch(first)
    kernel.watch(first)
    Kernel.here().watch(second)
    assert ended == ["first"]


@pytest.mark.parametrize(
    ("content", "environment", "found"),
    [
        ({"allow_stdin": True}, {"JPY_SESSION_NAME": "x"}, FrontEnd.LAB),
        ({"allow_stdin": True}, {}, FrontEnd.LAB),  # front ends that name no session
        ({"allow_stdin": False}, {"JPY_SESSION_NAME": "x"}, FrontEnd.NONE),  # papermill inside one
        ({"allow_stdin": False}, {}, FrontEnd.NONE),
        ({}, {"JPY_SESSION_NAME": "x"}, FrontEnd.LAB),
        ({"allow_stdin": False}, {"SERVER_SOFTWARE": "voila/0.5"}, FrontEnd.VOILA),
    ],
)
def test_the_kernel_knows_whether_somebody_has_a_keyboard(
    monkeypatch: pytest.MonkeyPatch,
    content: dict[str, Any],
    environment: dict[str, str],
    found: FrontEnd,
) -> None:
    """The environment of a notebook is inherited by what it starts; the request is not."""
    monkeypatch.setattr("IPython.get_ipython", lambda: Shell(**content))
    for name in ("JPY_SESSION_NAME", "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert front_end() is found
