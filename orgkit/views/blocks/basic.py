"""Sentences, facts, steps, pictures, and blocks around blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from orgkit.formats import printable
from orgkit.views.blocks.values import PLAIN, css, data_uri, escaped, masked, shown


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
            f'<div class="orgkit-note orgkit-{self.tone} {PLAIN}" role="note">'
            f"<strong>{word}</strong> {escaped(self.message)}</div>"
        )

    def text(self) -> str:
        """The tone's word and the sentence."""
        return f"{_TONES[self.tone]} {printable(self.message)}"


_TONES = {"info": "Note:", "good": "OK:", "warn": "Attention:", "bad": "Stopped:"}


@dataclass(frozen=True, repr=False)
class Remedy(Block):
    """An error as people meet it in the page: what was wrong, AWS's words, what to do."""

    lines: tuple[str, ...]

    def html(self) -> str:
        """One paragraph a line; the first says what was wrong."""
        first, *others = (escaped(line) for line in self.lines)
        rest = "".join(f"<p>{line}</p>" for line in others)
        return (
            f'<div class="orgkit-note orgkit-bad {PLAIN}" role="alert">'
            f"<p><strong>{_TONES['bad']}</strong> {first}</p>{rest}</div>"
        )

    def text(self) -> str:
        """The lines, the first marked."""
        return "\n".join([f"{_TONES['bad']} {self.lines[0]}", *self.lines[1:]])


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
        return section("facts", self.title, f"<dl>{items}</dl>", self.heading)

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
        return section("steps", self.title, f"<ol>{items}</ol>")

    def text(self) -> str:
        """Numbered lines."""
        lines = [f"  {n}. {printable(step)}" for n, step in enumerate(self.steps, 1)]
        return "\n".join([printable(self.title), *lines])


@dataclass(frozen=True, repr=False)
class Picture(Block):
    """A static SVG; `alt` says in words what it shows, for those who cannot see it."""

    title: str
    svg: str
    alt: str

    def html(self) -> str:
        """An image in the page itself."""
        return (
            f'<figure class="orgkit-block orgkit-picture {PLAIN}"><img src="{data_uri(self.svg)}" '
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


def join(blocks: Iterable[Block], css_class: str = "") -> Group:
    """Show several blocks as one."""
    return Group(tuple(blocks), css_class)


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


@dataclass(frozen=True, repr=False)
class StaticCopy(Block):
    """What a live control shows, in plain words, for whoever reads the saved notebook.

    While the control is alive the twin is hidden and does not answer to the control's classes.
    """

    block: Block

    def html(self) -> str:
        """The block's element under other class names; the exporter gives the names back."""
        inner = _CONTROL.sub(rf"\1{STATIC_COPY}\2", self.block.html())
        return f'<div class="orgkit-twin">{inner}</div>'

    def text(self) -> str:
        """The block's text."""
        return self.block.text()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The block's tables."""
        return self.block.tables()


STATIC_COPY = "orgkit-twin-"
_CONTROL = re.compile(r'(class="[^"]*)orgkit-(board|status|progress)\b')


@dataclass(frozen=True, repr=False)
class Banner(Block):
    """Where we are, in letters that cannot be missed; brings the style sheet for what follows."""

    simulated: bool
    lines: tuple[str, ...]

    def html(self) -> str:
        """The style sheet and the strip."""
        return f"<style>{css()}{css('live.css')}</style>{self.strip()}"

    def strip(self) -> str:
        """A strip of colour with the words in it; a page that has the style sheet needs no more."""
        inner = " · ".join(escaped(line) for line in self.lines)
        kind = "sim" if self.simulated else "aws"
        return (
            f'<div class="orgkit-banner orgkit-banner-{kind} {PLAIN}">'
            f"<strong>{self._word}</strong> {inner}</div>"
        )

    def text(self) -> str:
        """The word and the facts on one line."""
        return f"{self._word} · " + " · ".join(printable(line) for line in self.lines)

    @property
    def _word(self) -> str:
        return "SIMULATED" if self.simulated else "REAL AWS"


def section(kind: str, title: str, inner: str, heading: str = "h3") -> str:
    """One element under a heading."""
    head = f"<{heading}>{escaped(title)}</{heading}>"
    return f'<section class="orgkit-block orgkit-{kind} {PLAIN}">{head}{inner}</section>'
