"""Tables: a frame under a title, and tables that are written line by line."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pandas as pd

from orgkit.formats import printable
from orgkit.views.blocks.basic import Block, section
from orgkit.views.blocks.values import escaped, missing, shown

MAX_ROWS = 200
_PIECE = 30  # characters; ids, moments and most addresses are shorter


@dataclass(frozen=True, eq=False, repr=False)
class Table(Block):
    """A frame under a title; `columns` chooses and names what is shown, the CSV file has all."""

    title: str
    frame: pd.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    empty: str = "None."
    css_class: str = ""
    heading: str = "h3"

    def html(self) -> str:
        """A table with a caption, scoped headers and at most `MAX_ROWS` rows."""
        if self.frame.empty:
            return section("table", self.title, f"<p>{escaped(self.empty)}</p>", self.heading)
        labels = self._labels()
        head = "".join(f'<th scope="col">{escaped(label)}</th>' for label in labels.values())
        body = "".join(_row(cells) for cells in self._rows())
        # Focusable, so that a wide table can be scrolled with the keyboard.
        scroll = (
            f'<div class="orgkit-scroll {self.css_class}" tabindex="0" role="group" '
            f'aria-label="{escaped(self.title)}"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>{self._rest()}"
        )
        return section("table", self.title, scroll, self.heading)

    def text(self) -> str:
        """Aligned columns."""
        if self.frame.empty:
            return f"{printable(self.title)}\n  {self.empty}"
        labels = self._labels()
        lines = [[printable(label) for label in labels.values()], *self._rows()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(labels))]
        body = [
            "  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([printable(self.title), *body, *([self._more()] if self._more() else [])])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The whole frame, if it was named."""
        return {self.name: self.frame} if self.name else {}

    def _labels(self) -> dict[str, str]:
        return dict(self.columns) or {str(c): str(c) for c in self.frame.columns}

    def _rows(self) -> list[list[str]]:
        """The cells of each row; an absent number or moment does not apply, and is a dash."""
        head = self.frame.head(MAX_ROWS)
        absent = {c: _ABSENT.get(head[c].dtype.kind, "unknown") for c in self._labels()}
        return [
            [shown(row[c]) if not missing(row[c]) else absent[c] for c in absent]
            for row in head.to_dict("records")
        ]

    def _more(self) -> str:
        hidden = len(self.frame) - MAX_ROWS
        where = f" The file {self.name}.csv has all." if self.name else ""
        return f"{hidden:,} more rows are not shown.{where}" if hidden > 0 else ""

    def _rest(self) -> str:
        return f"<p>{escaped(self._more())}</p>" if self._more() else ""


# By the kind of column: whole numbers, numbers, moments.
_ABSENT = {"i": "-", "f": "-", "M": "-"}


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    inner = "".join(f"<td{_long(cell)}>{html.escape(cell)}</td>" for cell in others)
    # An empty header would be announced to those who hear the table.
    head = f'<th scope="row"{_long(first)}>{html.escape(first)}</th>' if first else "<td></td>"
    return f"<tr>{head}{inner}</tr>"


def _long(cell: str) -> str:
    """Long text may be broken anywhere; ids, moments and words stay in one piece."""
    return ' class="orgkit-long"' if len(cell) > _PIECE else ""


def table_around(columns: Sequence[str]) -> tuple[str, str]:
    """What stands before and after the rows of a table that is written line by line."""
    head = "".join(f'<th scope="col">{escaped(column)}</th>' for column in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n", "</tbody></table>"


def link_row(href: str, cells: Sequence[Any]) -> str:
    """A row whose first cell leads to a file beside the page."""
    address = html.escape(quote(href), quote=True)
    first, *others = (escaped(cell) for cell in cells)
    inner = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row"><a href="{address}">{first}</a></th>{inner}</tr>'
