"""The grid shows what the static board shows, filtered, and follows later looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from orgkit.sim.scenario.shipped import FOLDER
from orgkit.sim.server.serve import Service
from orgkit.views import board as views_board
from orgkit.widgets.board import Board
from tests.widgets.conftest import Lab

pytestmark = pytest.mark.usefixtures("standing")


@pytest.fixture
def board(lab: Lab) -> Board:
    """The board a week after the request, when three have approved; one has declined since."""
    lab.request()
    lab.control.advance("7d")
    page = lab.open("03_monitor")
    waiting = page.run.state.board["account_id"][
        views_board.answers(page.run.state).index("waiting")
    ]
    lab.control.decline(str(waiting))
    page.run.observe_again()
    page.run.refresh()
    return page.the(Board)


def rows(board: Board) -> list[dict[str, str]]:
    """What the grid shows."""
    found: list[dict[str, str]] = board.grid.df.to_dict("records")
    return found


def test_all_are_shown_with_the_labels_of_the_static_board(board: Board) -> None:
    """The grid and its twin differ in nothing but the grid's powers."""
    table = views_board.table(board._run.state)
    assert list(board.grid.df.columns) == list(table.columns.values())
    assert len(rows(board)) == 10
    for row in rows(board):
        assert row["Account"] in board.static_copy.text()


def test_the_grid_keeps_its_powers_when_its_rows_change(board: Board) -> None:
    """Search, copy, export and all rows, also after an update: itables would fall back."""
    board.answer.value = "waiting"
    given = board.grid._dt_args
    assert given["layout"]["topStart"] == "buttons"
    assert given["layout"]["topEnd"] == "search"
    assert [button["extend"] for button in given["buttons"]] == ["copyHtml5", "csvHtml5"]
    assert given["pageLength"] == 25
    board._frame = pd.concat([board._frame] * 3000, ignore_index=True)
    board.answer.value = "everyone"
    assert "downsampling_warning" not in board.grid._dt_args


def test_filters_say_how_many_they_show(board: Board) -> None:
    """Approved, waiting, declined: each answer with its count."""
    assert dict(board.answer.options) == {
        "everyone (10)": "everyone",
        "approved (3)": "approved",
        "declined (1)": "declined",
        "waiting (6)": "waiting",
    }


@pytest.mark.parametrize(("answer", "count"), [("approved", 3), ("declined", 1), ("waiting", 6)])
def test_a_filter_shows_only_its_own(board: Board, answer: str, count: int) -> None:
    """Choosing an answer leaves the rows that have it."""
    board.answer.value = answer
    assert len(rows(board)) == count
    assert {row["Request"].split()[0] for row in rows(board)} == {answer}


def test_the_filter_stays_when_the_page_follows(lab: Lab, board: Board) -> None:
    """A later look moves the rows, not the choice."""
    board.answer.value = "waiting"
    lab.control.advance("14d")
    board._run.observe_again()
    board._run.refresh()
    assert board.answer.value == "waiting"
    assert 0 < len(rows(board)) < 6


def test_owners_are_a_filter_where_they_are_known(lab: Lab, isolated: object) -> None:
    """With a list of owners the board can be read by person; without there is no such filter."""
    lab.request()
    plain = lab.open("03_monitor").the(Board)
    assert plain.owner.layout.display == "none"
    listed = Path(str(isolated)) / "owners.csv"
    listed.write_text("account_id,owner\n222222222222,Ada\n333333333333,Ada\n", encoding="utf-8")
    board = lab.open("03_monitor", owners="owners.csv").the(Board)
    assert dict(board.owner.options)["Ada (2)"] == "Ada"
    board.owner.value = "Ada"
    assert {row["Account"] for row in rows(board)} == {"222222222222", "333333333333"}
    board.owner.value = "nobody known"
    assert len(rows(board)) == 8


def test_exports_disarm_formulas(board: Board) -> None:
    """What is copied or exported from the grid may be opened in a spreadsheet."""
    buttons = board.grid._dt_args["buttons"]
    assert {b["extend"] for b in buttons} == {"copyHtml5", "csvHtml5"}
    assert all(b["exportOptions"]["escapeExcelFormula"] for b in buttons)


def test_no_spreadsheet_finds_a_formula_in_an_export(
    simulator: Callable[..., Service], front_end: None, tmp_path: Path
) -> None:
    """U14: also inside a cell, where another country's separator would begin a new one."""
    text = (FOLDER / "acme.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("name: Payments", 'name: "+1;=2+3"'))
    lab = Lab(simulator(str(tmp_path / "mine.yaml")))
    lab.request()
    board = lab.open("03_monitor").the(Board)
    assert "'+1;'=2+3" in {cell for row in rows(board) for cell in row.values()}
    (file,) = [b for b in board.grid._dt_args["buttons"] if b["extend"] == "csvHtml5"]
    assert file["bom"]
