"""Sentences, facts, steps and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.base import Block
from orgkit.views.blocks.values import PLAIN, data_uri, labelled, markup, section, shown


@dataclass(frozen=True, repr=False)
class Note(Block):
    """One sentence or a few; `tone` is one of `_TONES` and is also said in words."""

    message: str
    tone: str = "info"

    def html(self) -> Markup:
        """Make a paragraph with its tone as class and as word."""
        start = f'<div class="orgkit-note orgkit-{self.tone} {PLAIN}" role="note">'
        return markup(start + "<strong>{}</strong> {}</div>", _TONES[self.tone], self.message)

    def text(self) -> str:
        """Say the tone's word and the sentence."""
        return f"{_TONES[self.tone]} {printable(self.message)}"


_TONES = {
    "info": "Note:",
    "good": "OK:",
    "waiting": "Waiting:",
    "warn": "Attention:",
    "bad": "Stopped:",
    "blocked": "Blocked:",
    "unknown": "Unknown:",
}


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
        items = (markup("<dt>{}</dt><dd>{}</dd>", labelled(k), v) for k, v in self.facts.items())
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
class Working(Block):
    """What goes on at the moment, with a bar where it is known how much there is to do."""

    said: str
    done: int = 0
    of: int = 0

    def html(self) -> Markup:
        """Make a line that is announced as it changes."""
        bar = markup(
            '<progress class="orgkit-bar" max="{}" value="{}"></progress>', self.of, self.done
        )
        return markup(
            '<div class="orgkit-note orgkit-waiting" role="status">{}{}</div>',
            self.said,
            markup(bar, self.of, self.done) if self.of else Markup(""),
        )

    def text(self) -> str:
        """Write the line."""
        return printable(self.said)


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
class Details(Block):
    """A block folded away under one line; a terminal shows the line alone."""

    line: str
    block: Block

    def html(self) -> Markup:
        """Make an element that opens with one click and no script."""
        start = f'<details class="orgkit-block {PLAIN}"><summary>{{}}</summary>'
        return markup(start + "{}</details>", self.line, self.block.html())

    def text(self) -> str:
        """Write the line."""
        return printable(self.line)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the tables of what is folded."""
        return self.block.tables()


@dataclass(frozen=True, repr=False)
class Ask(Block):
    """What a confirmation says above its field: what, where, to whom, and whether it can be undone.

    `where` is a line such as `Banner.strip` makes.
    """

    title: str
    simulated: bool
    organization_id: str
    lines: tuple[str, ...]

    def html(self) -> Markup:
        """Make a card with the place beside the title."""
        kind, word = ("sim", "SIMULATED") if self.simulated else ("aws", "REAL AWS")
        start = f'<section class="orgkit-block orgkit-asked {PLAIN}"><h3>{{}}</h3>'
        place = f'<p><span class="orgkit-chip orgkit-{kind}">{word}</span> '
        place += 'organization <span class="orgkit-id">{}</span></p>{}</section>'
        rest = Markup("").join(markup("<p>{}</p>", line) for line in self.lines)
        return markup(start + place, self.title, self.organization_id, rest)

    def text(self) -> str:
        """Write the same lines."""
        word = "SIMULATED" if self.simulated else "REAL AWS"
        first = f"{printable(self.title)} · {word} · organization {self.organization_id}"
        return "\n".join([first, *(f"  {printable(line)}" for line in self.lines)])
