"""Sentences, facts, steps, pictures, and blocks around blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.values import PLAIN, css, data_uri, markup, masked, shown, trusted


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

    def _repr_html_(self) -> str:
        return str(self.html())  # plain, so that nothing is escaped further on

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
class Redacted(Block):
    """The same block with e-mail addresses masked where people see them; its tables are whole."""

    block: Block

    def html(self) -> Markup:
        """Make the block's element, masked."""
        return trusted(masked(self.block.html()))

    def text(self) -> str:
        """Write the block's text, masked."""
        return masked(self.block.text())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the evidence itself, which the store protects."""
        return self.block.tables()


@dataclass(frozen=True, repr=False)
class StaticCopy(Block):
    """What a live control shows, in plain words, for whoever reads the saved notebook.

    While the control is alive the twin is hidden and does not answer to the control's classes.
    """

    block: Block

    def html(self) -> Markup:
        """Make the block's element under other class names; `alone` gives the names back."""
        inner = _CONTROL.sub(rf"\1{_COPY}\2", str(self.block.html()))
        return trusted(f'<div class="orgkit-twin">{inner}</div>')

    def text(self) -> str:
        """Write the block's text."""
        return self.block.text()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the block's tables."""
        return self.block.tables()


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


def section(kind: str, title: str, inner: Markup, heading: str = "h3") -> Markup:
    """Make one element under a heading."""
    start = f'<section class="orgkit-block orgkit-{kind} {PLAIN}"><{heading}>'
    return markup(start + "{}" + f"</{heading}>" + "{}</section>", title, inner)
