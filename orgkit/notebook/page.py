"""The page of a run: the blocks that it shows, their tables, and what follows newer states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from orgkit.migration.state import MigrationState
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.live_output import Follower, LiveOutput
from orgkit.views.blocks import Block, Note, Redacted

View = Callable[[MigrationState], Block]  # makes a block of a state, such as `views.board.table`


@dataclass
class Page:
    """What a notebook has shown so far. Not thread-safe but for `refresh`."""

    front_end: FrontEnd
    state: Callable[[], MigrationState]
    redact: bool = False
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _summary: dict[str, Block] = field(default_factory=dict)
    _followers: dict[str, Follower] = field(default_factory=dict)
    _cell: str = ""
    _shown: int = 0  # how many things the running cell has shown

    def begin_cell(self, cell: str) -> None:
        """Note which cell runs: what it shows takes the place of what it showed before."""
        self._cell, self._shown = cell, 0
        gone = [name for name in self._followers if name.startswith(f"{cell}#")]
        for name in gone:  # nobody sees any more what it showed
            del self._followers[name]

    def add(self, what: Block | View, *, always: bool = False) -> Block:
        """Keep a block's tables as evidence and return it, so that the cell shows it.

        Given a function of a state, the block follows newer states in a Jupyter front end, and in
        batch where `always` says so.
        """
        return self._add(what, self._key(), always)

    def say(self, what: Block | View, *, always: bool = False) -> Block:
        """Add a block, and repeat it on the terminal of whoever started the run."""
        key = self._key()
        block = self._summary[key] = self._add(what, key, always)
        return block

    @staticmethod
    def tell(text: str) -> None:
        """Show a note that belongs to no place of the page: under the cell that just ended."""
        from IPython.display import display

        display(Note(" ".join(text.splitlines()), "warn"))  # type: ignore[no-untyped-call]

    def follow(self, name: str, follower: Follower) -> None:
        """Tell a follower of everything newer; a later one of the same name takes its place."""
        self._followers[name] = follower

    def refresh(self) -> None:
        """Show what is true now wherever something follows."""
        for follower in list(self._followers.values()):
            follower.refresh()

    def summary(self) -> list[str]:
        """Give the text of every block that was said, in the order in which it was first said."""
        return [block.text() for block in self._summary.values()]

    def keep(self, block: Block) -> Block:
        """Keep a block's tables, and mask addresses in what is shown if that was asked for."""
        self.tables.update(block.tables())
        return Redacted(block) if self.redact else block

    def _add(self, what: Block | View, key: str, always: bool) -> Block:
        if isinstance(what, Block):
            return self.keep(what)

        def make() -> Block:
            return self.keep(what(self.state()))

        if not (self.front_end.interactive or always):
            return make()
        following = LiveOutput(make, self.front_end)
        self.follow(key, following)
        return following

    def _key(self) -> str:
        """Name what is shown by its place, so that a cell that runs again replaces it.

        A function's own name will not do: lambdas and partial functions have none, and a view may
        stand on a page twice.
        """
        self._shown += 1
        return f"{self._cell}#{self._shown}"
