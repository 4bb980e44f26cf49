"""The board as a grid: sort, filter, search, select, copy, export, at thousands of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orgkit.notebook.run import Run
from orgkit.views import board as views_board
from orgkit.views.blocks import Block, Table, disarmed, missing, shown
from orgkit.widgets.base import Control

_ALL = "everyone"
# DataTables disarms only cells that begin with = or @, so `disarmed` has been there before it.
_SAFE = {"exportOptions": {"escapeExcelFormula": True}}
_FILE = {"bom": True, "charset": "utf-8"}  # else Excel reads it in the letters of its own country
_GRID: dict[str, Any] = {
    "maxBytes": 0,  # all rows: the browser pages through them
    "buttons": [{"extend": "copyHtml5", **_SAFE}, {"extend": "csvHtml5", **_SAFE, **_FILE}],
    "layout": {"topStart": "buttons", "topEnd": "search", "bottomEnd": ["pageLength", "paging"]},
    "select": True,
    "showIndex": False,
    "classes": "display compact",
    "style": "width:100%",
    "lengthMenu": [25, 100, 500],
    "pageLength": 25,
    "order": [],
}


class Board(Control):
    """The grid with its filters; it follows later looks."""

    def __init__(self, run: Run) -> None:
        import ipywidgets
        from itables.widget import ITable

        self._run = run
        self.answer = ipywidgets.Dropdown(description="Show", layout={"width": "20rem"})
        self.owner = ipywidgets.Dropdown(description="Owner", layout={"width": "24rem"})
        self.grid = ITable()
        self._filters = ipywidgets.HBox([self.answer, self.owner])
        self._filters.layout.flex_flow = "row wrap"
        self._filters.add_class("orgkit-filter")
        self.grid.add_class("orgkit-board")
        for each in (self.answer, self.owner):
            each.observe(self._filtered, "value")
        self._choosing = False
        self._take()
        box = ipywidgets.VBox([self._filters, self.grid])
        super().__init__(box, lambda: run.page.keep(self._table), run.front_end)
        run.follow("board", self)

    def refresh(self) -> None:
        """Show the newest state, filtered as before."""
        self._take()
        self.static_copy.refresh()

    def _take(self) -> None:
        seen = self._run.state
        self._table = views_board.table(seen)
        self._frame = _texts(self._table)
        index = self._frame.index
        self._answers = pd.Series(views_board.answers(seen), index=index, dtype="string")
        owners = self._table.frame.get("owner")
        known = None if owners is None else owners.replace("", "nobody known")
        self._owners = None if known is None else known.set_axis(index)
        self._offer()
        self._filtered()

    def _offer(self) -> None:
        """Fill the menus, with how many accounts each choice shows."""
        self._choosing = True
        _options(self.answer, self._answers)
        if self._owners is not None:
            _options(self.owner, self._owners)
        self.owner.layout.display = "none" if self._owners is None else ""
        self._choosing = False

    def _filtered(self, _: Any = None) -> None:
        if self._choosing:
            return
        keep = pd.Series(True, index=self._frame.index)
        if self.answer.value != _ALL:
            keep &= self._answers.eq(self.answer.value)
        if self._owners is not None and self.owner.value != _ALL:
            keep &= self._owners.eq(self.owner.value)
        self.grid.update(self._frame[keep], **_GRID)  # it keeps no options by itself


def _options(dropdown: Any, values: pd.Series) -> None:
    before = dropdown.value
    counts = values.value_counts().sort_index()
    options = [(f"{_ALL} ({len(values):,})", _ALL)]
    options += [(f"{name} ({count:,})", str(name)) for name, count in counts.items()]
    dropdown.options = options
    dropdown.value = before if before in {value for _, value in options} else _ALL


def _texts(table: Table) -> pd.DataFrame:
    """Make what the grid shows: labels of the static board, every value as people read it."""
    columns: Mapping[str, str] = table.columns
    cells = {label: [_text(v) for v in table.frame[name]] for name, label in columns.items()}
    return pd.DataFrame(cells, index=range(len(table.frame)))


def _text(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "-" if missing(value) else disarmed(shown(value))


def board(run: Run) -> Block | Board:
    """Show every account that was asked: a grid in a Jupyter front end, a table elsewhere."""
    return Board(run) if run.front_end.interactive else run.add(views_board.table(run.state))
