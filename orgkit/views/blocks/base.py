"""What every block is, and blocks around others: groups, redaction, static copies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from orgkit.views.blocks.values import bundle, markup, masked, trusted


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


class Announced(Around):
    """What came of an action: a screen reader reads it out when it changes."""

    def html(self) -> Markup:
        """Make the block's element in a live region that does not interrupt."""
        return markup('<div role="status" aria-live="polite">{}</div>', self.block.html())


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
