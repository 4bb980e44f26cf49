"""What is shown: one object for notebook, report and terminal. Escapes everything.

This is the only module that makes HTML from data. Text from AWS (names, e-mails, notes) is hostile:
markup is escaped, control and direction characters become visible, CSV formulas are disarmed.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any
from urllib.parse import quote

import pandas as pd

from orgkit.errors import printable

MAX_ROWS = 200
_PIECE = 30  # characters; ids, moments and most addresses are shorter
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def shown(value: Any) -> str:
    """Any value as people read it: moments in UTC, yes and no, `unknown` for what is not known."""
    if _missing(value):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return printable(str(value))


def escaped(value: Any) -> str:
    """Any value as text that is safe inside HTML, in elements and in attributes."""
    return html.escape(shown(value), quote=True)


def css() -> str:
    """The one style sheet, for notebooks and reports."""
    return resources.files("orgkit.report").joinpath("orgkit.css").read_text(encoding="utf-8")


def data_uri(svg: str) -> str:
    """A picture as an address that needs no network; scripts inside it never run."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


class Block:
    """Something to show. Subclasses give `html` and `text`; `tables` are kept as CSV files."""

    def html(self) -> str:
        """One self-contained element; needs no script and no network."""
        raise NotImplementedError

    def text(self) -> str:
        """The same for a terminal."""
        raise NotImplementedError

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Frames worth keeping, by file name without ending."""
        return {}

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True, repr=False)
class Note(Block):
    """One sentence or a few; `tone` is info, good, warn or bad and is also said in words."""

    message: str
    tone: str = "info"

    def html(self) -> str:
        """A paragraph with its tone as class and as word."""
        word = _TONES[self.tone]
        return (
            f'<div class="orgkit-note orgkit-{self.tone} orgkit-status" role="note">'
            f"<strong>{word}</strong> {escaped(self.message)}</div>"
        )

    def text(self) -> str:
        """The tone's word and the sentence."""
        return f"{_TONES[self.tone]} {printable(self.message)}"


_TONES = {"info": "Note:", "good": "OK:", "warn": "Attention:", "bad": "Stopped:"}


@dataclass(frozen=True, repr=False)
class Facts(Block):
    """Names and values under a title."""

    title: str
    facts: Mapping[str, Any]
    heading: str = "h3"

    def html(self) -> str:
        """A description list."""
        items = "".join(
            f"<dt>{escaped(k)}</dt><dd>{escaped(v)}</dd>" for k, v in self.facts.items()
        )
        return _section("facts", self.title, f"<dl>{items}</dl>", self.heading)

    def text(self) -> str:
        """Aligned lines."""
        names = [printable(k) for k in self.facts]
        width = max((len(name) for name in names), default=0)
        values = (shown(v) for v in self.facts.values())
        lines = [f"  {n:<{width}}  {v}" for n, v in zip(names, values, strict=True)]
        return "\n".join([printable(self.title), *lines])


@dataclass(frozen=True, repr=False)
class Steps(Block):
    """An ordered list of sentences under a title."""

    title: str
    steps: Sequence[str]

    def html(self) -> str:
        """An ordered list."""
        items = "".join(f"<li>{escaped(step)}</li>" for step in self.steps)
        return _section("steps", self.title, f"<ol>{items}</ol>")

    def text(self) -> str:
        """Numbered lines."""
        lines = [f"  {n}. {printable(step)}" for n, step in enumerate(self.steps, 1)]
        return "\n".join([printable(self.title), *lines])


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
            return _section("table", self.title, f"<p>{escaped(self.empty)}</p>", self.heading)
        labels = self._labels()
        head = "".join(f'<th scope="col">{escaped(label)}</th>' for label in labels.values())
        body = "".join(_row(cells) for cells in self._rows())
        # Focusable, so that a wide table can be scrolled with the keyboard.
        scroll = (
            f'<div class="orgkit-scroll {self.css_class}" tabindex="0" role="region" '
            f'aria-label="{escaped(self.title)}"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>{self._rest()}"
        )
        return _section("table", self.title, scroll, self.heading)

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
            [shown(row[c]) if not _missing(row[c]) else absent[c] for c in absent]
            for row in head.to_dict("records")
        ]

    def _more(self) -> str:
        hidden = len(self.frame) - MAX_ROWS
        where = f" The file {self.name}.csv has all." if self.name else ""
        return f"{hidden:,} more rows are not shown.{where}" if hidden > 0 else ""

    def _rest(self) -> str:
        return f"<p>{escaped(self._more())}</p>" if self._more() else ""


@dataclass(frozen=True, repr=False)
class Picture(Block):
    """A static SVG; `alt` says in words what it shows, for those who cannot see it."""

    title: str
    svg: str
    alt: str

    def html(self) -> str:
        """An image in the page itself."""
        return (
            f'<figure class="orgkit-block orgkit-picture"><img src="{data_uri(self.svg)}" '
            f'alt="{escaped(self.alt)}"><figcaption>{escaped(self.title)}</figcaption></figure>'
        )

    def text(self) -> str:
        """What the picture shows."""
        return f"{printable(self.title)}\n  {printable(self.alt)}"


@dataclass(frozen=True, repr=False)
class Group(Block):
    """Several blocks shown as one."""

    blocks: tuple[Block, ...]
    css_class: str = ""

    def html(self) -> str:
        """The blocks one after another."""
        inner = "\n".join(block.html() for block in self.blocks)
        return f'<div class="orgkit-group {self.css_class}">{inner}</div>'

    def text(self) -> str:
        """The blocks one after another."""
        return "\n".join(block.text() for block in self.blocks)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables of the blocks."""
        return {name: frame for block in self.blocks for name, frame in block.tables().items()}


@dataclass(frozen=True, repr=False)
class Redacted(Block):
    """The same block with e-mail addresses masked where people see them; its tables are whole."""

    block: Block

    def html(self) -> str:
        """The block's element, masked."""
        return masked(self.block.html())

    def text(self) -> str:
        """The block's text, masked."""
        return masked(self.block.text())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The evidence itself, which the store protects."""
        return self.block.tables()


# Before the @ whatever an address may have there, also where HTML wrote & and ' as entities.
_ADDRESS = re.compile(r"(?:[\w.!#$%*+/=?^`{|}~-]|&amp;|&#x27;)+@(?=[\w-]+\.[\w.-]+)")


def masked(text: str) -> str:
    """Text or HTML without what stands before the @ of an e-mail address."""
    return _ADDRESS.sub("***@", text)


@dataclass(frozen=True, repr=False)
class Banner(Block):
    """Where we are, in letters that cannot be missed; brings the style sheet for what follows."""

    simulated: bool
    lines: tuple[str, ...]

    def html(self) -> str:
        """The style sheet and the strip."""
        return f"<style>{css()}</style>{self.strip()}"

    def strip(self) -> str:
        """A strip of colour with the words in it; a page that has the style sheet needs no more."""
        inner = " · ".join(escaped(line) for line in self.lines)
        kind = "sim" if self.simulated else "aws"
        return (
            f'<div class="orgkit-banner orgkit-banner-{kind}">'
            f"<strong>{self._word}</strong> {inner}</div>"
        )

    def text(self) -> str:
        """The word and the facts on one line."""
        return f"{self._word} · " + " · ".join(printable(line) for line in self.lines)

    @property
    def _word(self) -> str:
        return "SIMULATED" if self.simulated else "REAL AWS"


# By the kind of column: whole numbers, numbers, moments.
_ABSENT = {"i": "-", "f": "-", "M": "-"}


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    inner = "".join(f"<td{_long(cell)}>{html.escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row"{_long(first)}>{html.escape(first)}</th>{inner}</tr>'


def _long(cell: str) -> str:
    """Long text may be broken anywhere; ids, moments and words stay in one piece."""
    return ' class="orgkit-long"' if len(cell) > _PIECE else ""


def _section(kind: str, title: str, inner: str, heading: str = "h3") -> str:
    head = f"<{heading}>{escaped(title)}</{heading}>"
    return f'<section class="orgkit-block orgkit-{kind}">{head}{inner}</section>'


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


def csv(table: pd.DataFrame) -> bytes:
    """A frame as CSV that no spreadsheet takes for formulas; UTF-8, moments in ISO 8601 UTC."""
    made = pd.DataFrame({name: [_cell(v) for v in table[name]] for name in table.columns})
    out = io.StringIO()
    made.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def join(blocks: Iterable[Block], css_class: str = "") -> Group:
    """Show several blocks as one."""
    return Group(tuple(blocks), css_class)
