"""What is shown: one object for notebook, report and terminal. Escapes everything.

This is the only part that makes HTML from data. Text from AWS (names, e-mails, notes) is hostile:
markup is escaped, control and direction characters become visible, CSV formulas are disarmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable

# `as` marks what other packages take from here: one address for whoever shows something.
from orgkit.views.blocks.values import PLAIN, data_row, data_uri, header_row, section
from orgkit.views.blocks.values import bundle as bundle
from orgkit.views.blocks.values import css as css
from orgkit.views.blocks.values import csv as csv
from orgkit.views.blocks.values import disarmed as disarmed
from orgkit.views.blocks.values import escaped as escaped
from orgkit.views.blocks.values import link_row as link_row
from orgkit.views.blocks.values import marked as marked
from orgkit.views.blocks.values import markup as markup
from orgkit.views.blocks.values import masked as masked
from orgkit.views.blocks.values import missing as missing
from orgkit.views.blocks.values import shown as shown
from orgkit.views.blocks.values import table_around as table_around
from orgkit.views.blocks.values import trusted as trusted

MAX_ROWS = 200
STEPS = ("checked", "requested", "waiting", "ready", "all features")
_MARKS = {"done": "✓", "next": "●", "now": "●", "to do": "○"}
_ACTS = ("checked", "requested")  # what somebody does; the others are how things stand


class Block:
    """Something to show. Subclasses give `html` and `text`; `tables` are kept as CSV files."""

    def html(self) -> Markup:
        """Make one self-contained element that needs no script and no network."""
        raise NotImplementedError

    def text(self) -> str:
        """Say the same for a terminal."""
        raise NotImplementedError

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the frames worth keeping, by file name without ending."""
        return {}

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return bundle(self.html())

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True, repr=False)
class Note(Block):
    """One sentence or a few; `tone` is info, good, warn or bad and is also said in words."""

    message: str
    tone: str = "info"

    def html(self) -> Markup:
        """Make a paragraph with its tone as class and as word."""
        start = f'<div class="orgkit-note orgkit-{self.tone} {PLAIN}" role="note">'
        return markup(start + "<strong>{}</strong> {}</div>", _TONES[self.tone], self.message)

    def text(self) -> str:
        """Say the tone's word and the sentence."""
        return f"{_TONES[self.tone]} {printable(self.message)}"


_TONES = {"info": "Note:", "good": "OK:", "warn": "Attention:", "bad": "Stopped:"}


@dataclass(frozen=True, repr=False)
class Remedy(Block):
    """An error as people meet it in the page: what was wrong, AWS's words, what to do."""

    lines: tuple[str, ...]

    def html(self) -> Markup:
        """Make one paragraph a line; the first says what was wrong."""
        first, *others = self.lines
        start = f'<div class="orgkit-note orgkit-bad {PLAIN}" role="alert">'
        rest = Markup("").join(markup("<p>{}</p>", line) for line in others)
        words = "<p><strong>{}</strong> {}</p>{}</div>"
        return markup(start + words, _TONES["bad"], first, rest)

    def text(self) -> str:
        """Write the lines, the first marked."""
        return "\n".join([f"{_TONES['bad']} {self.lines[0]}", *self.lines[1:]])


@dataclass(frozen=True, repr=False)
class Facts(Block):
    """Names and values under a title."""

    title: str
    facts: Mapping[str, Any]
    heading: str = "h3"

    def html(self) -> Markup:
        """Make a description list."""
        items = (markup("<dt>{}</dt><dd>{}</dd>", k, v) for k, v in self.facts.items())
        inner = markup("<dl>{}</dl>", Markup("").join(items))
        return section("facts", self.title, inner, self.heading)

    def text(self) -> str:
        """Write aligned lines."""
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

    def html(self) -> Markup:
        """Make an ordered list."""
        items = Markup("").join(markup("<li>{}</li>", step) for step in self.steps)
        return section("steps", self.title, markup("<ol>{}</ol>", items))

    def text(self) -> str:
        """Write numbered lines."""
        lines = [f"  {n}. {printable(step)}" for n, step in enumerate(self.steps, 1)]
        return "\n".join([printable(self.title), *lines])


@dataclass(frozen=True, repr=False)
class Picture(Block):
    """A static SVG; `alt` says in words what it shows, for those who cannot see it."""

    title: str
    svg: str
    alt: str

    def html(self) -> Markup:
        """Make an image in the page itself."""
        start = f'<figure class="orgkit-block orgkit-picture {PLAIN}">'
        inner = '<img src="{}" alt="{}"><figcaption>{}</figcaption></figure>'
        return markup(start + inner, data_uri(self.svg), self.alt, self.title)

    def text(self) -> str:
        """Say what the picture shows."""
        return f"{printable(self.title)}\n  {printable(self.alt)}"


@dataclass(frozen=True, repr=False)
class Group(Block):
    """Several blocks shown as one."""

    blocks: tuple[Block, ...]
    css_class: str = ""

    def html(self) -> Markup:
        """Show the blocks one after another."""
        inner = Markup("\n").join(block.html() for block in self.blocks)
        return markup('<div class="orgkit-group {}">{}</div>', self.css_class, inner)

    def text(self) -> str:
        """Write the blocks one after another."""
        return "\n".join(block.text() for block in self.blocks)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give all tables of the blocks."""
        return {name: frame for block in self.blocks for name, frame in block.tables().items()}


def join(blocks: Iterable[Block], css_class: str = "") -> Group:
    """Show several blocks as one."""
    return Group(tuple(blocks), css_class)


@dataclass(frozen=True, repr=False)
class Around(Block):
    """Another block shown differently on a page; its tables are the evidence and stay whole."""

    block: Block

    def text(self) -> str:
        """Write the block's text."""
        return self.block.text()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the block's tables."""
        return self.block.tables()


class Redacted(Around):
    """The same block with e-mail addresses masked where people see them."""

    def html(self) -> Markup:
        """Make the block's element, masked."""
        return trusted(masked(self.block.html()))

    def text(self) -> str:
        """Write the block's text, masked."""
        return masked(self.block.text())


class StaticCopy(Around):
    """What a live control shows, in plain words, for whoever reads the saved notebook.

    While the control is alive the copy is hidden and does not answer to the control's classes.
    """

    def html(self) -> Markup:
        """Make the block's element under other class names; `alone` gives the names back."""
        inner = _CONTROL.sub(rf"\1{_COPY}\2", str(self.block.html()))
        return trusted(f'<div class="orgkit-twin">{inner}</div>')


_COPY = "orgkit-twin-"
# Escaped text holds no quotation mark, so only a real attribute can look like one.
_CONTROL = re.compile(r'(class="[^"]*)orgkit-(board|status|progress)\b')
_COPIED = re.compile(rf'(class="[^"]*){_COPY}(board|status|progress)\b')


def alone(html: str) -> str:
    """Give static copies the class names of the controls that they stand for."""
    return _COPIED.sub(r"\1orgkit-\2", html)


@dataclass(frozen=True, repr=False)
class Banner(Block):
    """Where we are, in letters that cannot be missed; brings the style sheet for what follows."""

    simulated: bool
    lines: tuple[str, ...]

    def html(self) -> Markup:
        """Make the style sheet and the strip."""
        # In the output itself: a notebook opened elsewhere has no other file to take it from.
        return markup("<style>{}{}</style>{}", css(), css("live.css"), self.strip())

    def strip(self) -> Markup:
        """Make a strip of colour with the words in it, for a page that has the style sheet."""
        kind = "sim" if self.simulated else "aws"
        start = f'<div class="orgkit-banner orgkit-banner-{kind} {PLAIN}">'
        inner = Markup(" · ").join(markup("{}", line) for line in self.lines)
        return markup(start + "<strong>{}</strong> {}</div>", self._word, inner)

    def text(self) -> str:
        """Write the word and the facts on one line."""
        return f"{self._word} · " + " · ".join(printable(line) for line in self.lines)

    @property
    def _word(self) -> str:
        return "SIMULATED" if self.simulated else "REAL AWS"


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


@dataclass(frozen=True, repr=False)
class StepBar(Block):
    """Every step with its mark; said in words as well, never by colour alone."""

    done: int

    def html(self) -> Markup:
        """Make an ordered list; the present step is marked for screen readers too."""
        items = Markup("").join(_item(step, self._word(n)) for n, step in enumerate(STEPS))
        return markup('<div class="orgkit-block"><ol class="orgkit-rail">{}</ol></div>', items)

    def text(self) -> str:
        """Write all steps on one line."""
        return " → ".join(f"{step} ({self._word(n)})" for n, step in enumerate(STEPS))

    def _word(self, number: int) -> str:
        if number < self.done:
            return "done"
        if number > self.done:
            return "to do"
        return "next" if STEPS[number] in _ACTS else "now"


def _item(step: str, word: str) -> Markup:
    here = word in ("next", "now")
    current = ' aria-current="step"' if here else ""
    name = "now" if here else word.replace(" ", "-")
    start = f'<li class="orgkit-rail-{name}"{current}>'
    inner = '<span aria-hidden="true">{}</span> {} <small>{}</small></li>'
    return markup(start + inner, _MARKS[word], step, word)


@dataclass(frozen=True, repr=False)
class NextLink(Block):
    """A button to another notebook of the kit; in a report, where it leads nowhere, its words."""

    notebook: str
    why: str = ""

    def html(self) -> Markup:
        """Make a link that JupyterLab and Voilà open in place."""
        link = '<a class="orgkit-next" href="{}.ipynb">Next: {}</a>'
        whole = f'<div class="orgkit-block orgkit-onward">{link} {{}}</div>'
        return markup(whole, self.notebook, self.notebook, self.why)

    def text(self) -> str:
        """Say the name and why."""
        return f"Next: {self.notebook}. {self.why}".strip()
