"""Why a file cannot be used: one sentence a fault, each with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from orgkit.formats import printable

_MOST = 10  # sentences; a file of another kind would have one for each line
_LONGEST = 60


class Unusable(Exception):  # noqa: N818 - what the file is, whoever reads it
    """A file that cannot be meant; `problems` are sentences, `do_this` says how to put it right."""

    def __init__(self, problems: Iterable[str], do_this: str) -> None:
        found = list(problems)
        if len(found) > _MOST:
            found = [*found[:_MOST], f"And {len(found) - _MOST:,} more."]
        super().__init__(" ".join(found))
        self.problems, self.do_this = found, do_this


def quoted(text: str) -> str:
    """Show what stands in a file: on one line, not too long, in quotes."""
    shown = printable(text)
    return f'"{shown}"' if len(shown) <= _LONGEST else f'"{shown[:_LONGEST]}…"'


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask for the name that is nearly the same, if there is one; begins with a space."""
    near = difflib.get_close_matches(name[:_LONGEST], list(known), n=1, cutoff=0.75)
    return f" Did you mean {near[0]}?" if near else ""
