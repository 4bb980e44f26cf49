"""Where a notebook is shown, and what follows there."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.notebook.frontend import FrontEnd, front_end, interactive
from orgkit.notebook.live_output import LiveOutput
from orgkit.report.exporter import output
from orgkit.views.blocks import Note, StaticCopy, join


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, FrontEnd.NONE),
        ({"JPY_SESSION_NAME": "00_start_here.ipynb"}, FrontEnd.LAB),
        ({"SERVER_SOFTWARE": "voila/0.5.13"}, FrontEnd.VOILA),
        ({"SERVER_SOFTWARE": "voila/0.5.13", "JPY_SESSION_NAME": "x"}, FrontEnd.VOILA),
        ({"SERVER_SOFTWARE": "gunicorn"}, FrontEnd.NONE),
    ],
)
def test_the_front_end_is_known_by_its_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], found: FrontEnd
) -> None:
    """JupyterLab and Voila tell their kernels; papermill, nbval and plain Python say nothing."""
    for name in ("JPY_SESSION_NAME", "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert front_end() is found
    assert interactive() is (found is not FrontEnd.NONE)


class Screen:
    """Stands for JupyterLab: remembers what was shown, and what it was replaced by."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def display(self, block: Any, **_: Any) -> Screen:
        """Show something; the handle is the screen itself."""
        self.shown.append(block)
        return self

    update = display


def test_what_follows_is_replaced_where_it_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stored output is the newest, so that saving and exporting tell the newest."""
    screen, said = Screen(), ["first", "second"]
    monkeypatch.setattr("IPython.display.display", screen.display)
    following = LiveOutput(lambda: Note(said.pop(0)))
    following._ipython_display_()
    following.refresh()
    assert [block.message for block in screen.shown] == ["first", "second"]
    assert following.text() == "Note: second"


def test_in_voila_a_widget_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Voila does not know how to replace an output."""
    screen, said = Screen(), ["first", "second"]
    monkeypatch.setattr("IPython.display.display", screen.display)
    following = LiveOutput(lambda: Note(said.pop(0)), FrontEnd.VOILA)
    following._ipython_display_()
    (widget,) = screen.shown
    following.refresh()
    assert "second" in widget.value


def test_a_twin_hides_its_names_until_it_stands_alone() -> None:
    """In the page the live control answers to a class; in a report its twin does."""
    twin = StaticCopy(join([Note('class="orgkit-status" is text here')], "orgkit-status"))
    assert 'class="orgkit-group orgkit-status"' not in twin.html()
    shown = output({"text/html": twin.html()})
    assert 'class="orgkit-group orgkit-status"' in shown
    assert '</strong> class="orgkit-status" is text here<' in shown


def test_a_widget_without_words_is_left_out_of_a_report() -> None:
    """Its twin is the next output."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "VBox"}
    assert output(widget) == ""
