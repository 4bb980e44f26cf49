"""A frame as a table that fits its width: badges, details below a value, rows folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.base import Block
from orgkit.views.blocks.tones import Tone, badge
from orgkit.views.blocks.values import (
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
    """A frame under a title; `columns` chooses and names what is shown, the CSV file has all.

    `badges` gives the tone of a column's values, `below` names for a column another one that is
    shown in small letters under it, `passing` marks rows that are folded away.
    """

    title: str
    frame: pd.DataFrame
    columns: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    empty: str = "None."
    css_class: str = ""
    heading: str = "h3"
    badges: Mapping[str, Callable[[str], Tone]] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    passing: pd.Series | None = None  # rows that ask for nothing: folded away, after the others
    passing_line: str = "more"
    limit: int = MAX_ROWS  # rows that are shown; a document that is printed shows fewer
    whole: pd.DataFrame | None = None  # what the file gets where `frame` sums it up

    def html(self) -> Markup:
        """Make a table with a caption, scoped headers and at most `limit` rows."""
        if self.frame.empty:
            return section("table", self.title, markup("<p>{}</p>", self.empty), self.heading)
        if self.passing is None or not self.passing.any():
            inner = self._grid(self.frame)
        else:
            asking = self.frame[~self.passing]
            line = f"{int(self.passing.sum()):,} {self.passing_line}"
            folded = markup(
                "<details><summary>{}</summary>{}</details>",
                line,
                self._grid(self.frame[self.passing]),
            )
            inner = (self._grid(asking) if len(asking) else Markup("")) + folded
        return section("table", self.title, inner, self.heading)

    def _grid(self, frame: pd.DataFrame) -> Markup:
        # Focusable, so that a wide table can be scrolled with the keyboard.
        more = self._more(len(frame))
        return markup(
            '<div class="orgkit-scroll {}" tabindex="0" role="group" aria-label="{}">'
            "<table>{}<tbody>{}</tbody></table></div>{}",
            self.css_class,
            self.title,
            header_row(label for name, label in self._labels().items() if name not in self._small),
            Markup("").join(data_row(cells) for cells in self._cells(frame)),
            markup("<p>{}</p>", more) if more else "",
        )

    @property
    def _small(self) -> set[str]:
        return set(self.below.values())

    def _cells(self, frame: pd.DataFrame) -> Iterator[list[str]]:
        """Write the cells of each row as they stand on a page."""
        names = list(self._labels())
        for row in self._rows(frame):
            texts = dict(zip(names, row, strict=True))
            yield [self._cell(name, texts) for name in names if name not in self._small]

    def _cell(self, name: str, texts: Mapping[str, str]) -> str:
        text = texts[name]
        shown = badge(self.badges[name](text), text) if name in self.badges and text else text
        under = texts.get(self.below.get(name, ""), "")
        return markup("{}<small>{}</small>", shown, under) if under else shown

    def text(self) -> str:
        """Write aligned columns."""
        if self.frame.empty:
            return f"{printable(self.title)}\n  {self.empty}"
        labels = self._labels()
        lines = [[printable(label) for label in labels.values()], *self._rows(self.frame)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(labels))]
        body = [
            "  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join(
            [
                printable(self.title),
                *body,
                *([more] if (more := self._more(len(self.frame))) else []),
            ]
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the whole frame, if it was named."""
        whole = self.frame if self.whole is None else self.whole
        return {self.name: whole} if self.name else {}

    def _labels(self) -> dict[str, str]:
        return dict(self.columns) or {str(c): str(c) for c in self.frame.columns}

    def _rows(self, frame: pd.DataFrame) -> list[list[str]]:
        """Write the cells of each row; an absent number or moment does not apply: a dash."""
        head = frame.head(self.limit)
        absent = {c: _ABSENT.get(head[c].dtype.kind, "unknown") for c in self._labels()}
        return [
            [shown(row[c]) if not missing(row[c]) else absent[c] for c in absent]
            for row in head.to_dict("records")
        ]

    def _more(self, rows: int) -> str:
        hidden = rows - self.limit
        where = f" The file {self.name}.csv has all." if self.name else ""
        return f"{hidden:,} more rows are not shown.{where}" if hidden > 0 else ""


# By the kind of column: whole numbers, numbers, moments.
_ABSENT = {"i": "-", "f": "-", "M": "-"}
