"""Tables: a frame under a title, and tables that are written line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.basic import Block, section
from orgkit.views.blocks.values import markup, missing, shown

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

    def html(self) -> Markup:
        """Make a table with a caption, scoped headers and at most `MAX_ROWS` rows."""
        if self.frame.empty:
            return section("table", self.title, markup("<p>{}</p>", self.empty), self.heading)
        # Focusable, so that a wide table can be scrolled with the keyboard.
        scroll = markup(
            '<div class="orgkit-scroll {}" tabindex="0" role="group" aria-label="{}">'
            "<table>{}<tbody>{}</tbody></table></div>{}",
            self.css_class,
            self.title,
            _head(self._labels().values()),
            Markup("").join(_row(cells) for cells in self._rows()),
            markup("<p>{}</p>", self._more()) if self._more() else "",
        )
        return section("table", self.title, scroll, self.heading)

    def text(self) -> str:
        """Write aligned columns."""
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
        """Give the whole frame, if it was named."""
        return {self.name: self.frame} if self.name else {}

    def _labels(self) -> dict[str, str]:
        return dict(self.columns) or {str(c): str(c) for c in self.frame.columns}

    def _rows(self) -> list[list[str]]:
        """Write the cells of each row; an absent number or moment does not apply: a dash."""
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


# By the kind of column: whole numbers, numbers, moments.
_ABSENT = {"i": "-", "f": "-", "M": "-"}


def _head(labels: Iterable[str]) -> Markup:
    cells = Markup("").join(markup('<th scope="col">{}</th>', label) for label in labels)
    return markup("<thead><tr>{}</tr></thead>", cells)


def _row(cells: Sequence[str]) -> Markup:
    first, *others = cells
    inner = (markup("<td{}>{}</td>", _long(cell), cell) for cell in others)
    # An empty header would be announced to those who hear the table.
    head = markup('<th scope="row"{}>{}</th>' if first else "<td></td>", _long(first), first)
    return markup("<tr>{}{}</tr>", head, Markup("").join(inner))


def _long(cell: str) -> Markup:
    """Let long text be broken anywhere; ids, moments and words stay in one piece."""
    return Markup(' class="orgkit-long"') if len(cell) > _PIECE else Markup("")


def table_around(columns: Sequence[str]) -> tuple[Markup, Markup]:
    """Give what stands before and after the rows of a table that is written line by line."""
    return markup("<table>{}<tbody>\n", _head(columns)), Markup("</tbody></table>")


def link_row(href: str, cells: Sequence[Any]) -> Markup:
    """Make a row whose first cell leads to a file beside the page."""
    first, *others = cells
    inner = Markup("").join(markup("<td>{}</td>", cell) for cell in others)
    row = '<tr><th scope="row"><a href="{}">{}</a></th>{}</tr>'
    return markup(row, quote(href), first, inner)
