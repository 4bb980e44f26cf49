"""What a page shows, and what takes the place of what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from orgkit.migration.state import MigrationState
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.live_output import LiveOutput
from orgkit.notebook.page import Page, View
from orgkit.views import status
from orgkit.views.blocks import Block, Note
from tests.support.make import make_snapshot, progress_of


def words(state: MigrationState, text: str = "") -> Block:
    """A view with an option."""
    return Note(f"{text}{state.phase}")


@pytest.fixture
def page() -> Page:
    """A page in JupyterLab."""
    return Page(FrontEnd.LAB, lambda: progress_of(make_snapshot()))


def test_a_partial_view_follows_like_any_other(page: Page) -> None:
    """An author may give a view with an option."""
    shown = page.add(partial(words, text="now "))
    assert isinstance(shown, LiveOutput)
    assert shown.text() == "Note: now CONSOLIDATED_BILLING"


def test_two_lambdas_do_not_replace_each_other(page: Page) -> None:
    """Each is shown in a place of its own, and each follows."""
    made: list[str] = []
    views: list[View] = [lambda s: _note(made, "one"), lambda s: _note(made, "two")]
    for view in views:
        page.add(view)
    made.clear()
    page.refresh()
    assert made == ["one", "two"]


def _note(made: list[str], text: str) -> Block:
    made.append(text)
    return Note(text)


@pytest.mark.parametrize("make", [lambda: partial(words, text="x"), lambda: lambda s: Note("x")])
def test_a_cell_that_runs_again_replaces_what_it_showed(
    page: Page, make: Callable[[], Any]
) -> None:
    """Otherwise every run of a cell would leave a follower behind that nobody sees."""
    for _ in range(3):
        page.begin_cell("cell")
        page.add(make())
    assert len(page._followers) == 1


def test_two_functions_of_one_name_are_two(page: Page) -> None:
    """Their modules tell them apart."""

    def table(state: MigrationState) -> Block:
        return Note("another")

    table.__qualname__ = status.where_we_are.__qualname__
    page.add(status.where_we_are)
    page.add(table)
    assert len(page._followers) == 2


def test_what_is_said_again_by_the_same_cell_is_said_once(page: Page) -> None:
    """The terminal repeats what the page shows, and no more."""
    for text in ("before", "now"):
        page.begin_cell("cell")
        page.say(Note(text))
    assert page.summary() == ["Note: now"]


def test_without_a_front_end_a_view_is_its_block() -> None:
    """Nothing follows where nobody looks."""
    page = Page(FrontEnd.NONE, lambda: progress_of(make_snapshot()))
    assert not isinstance(page.add(words), LiveOutput)
