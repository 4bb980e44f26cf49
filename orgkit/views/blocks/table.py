"""A frame as a table that fits its width: badges, details below a value, rows folded away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.base import Block
from orgkit.views.blocks.values import (
    PLAIN,
    data_row,
    header_row,
    markup,
    missing,
    section,
    shown,
)

MAX_ROWS = 200


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
            header_row(self._labels().values()),
            Markup("").join(data_row(cells) for cells in self._rows()),
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
