"""What a run shows of itself on top of its page: the summary card, and the strip in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orgkit.evidence.journal.journal import Journal
from orgkit.migration.next_step import NextStep, Progress, next_step
from orgkit.migration.state import MigrationState
from orgkit.notebook.progress import progress
from orgkit.terms import Phase, Verdict
from orgkit.views import summary as views_summary
from orgkit.views.blocks import Banner, Block, NextLink, Strip
from orgkit.views.next_step import link

# Failed pre-checks stand in the way only before a process runs.
_BEFORE = frozenset({Phase.CONSOLIDATED_BILLING, Phase.EXPIRED, Phase.CANCELED})


@dataclass(frozen=True)
class Face:
    """Makes them of what is known at the moment; `result` gives run.json as far as it is known."""

    journal: Journal
    result: Callable[[], dict[str, Any]]

    def summary(self, state: MigrationState) -> Block:
        """Make the card that says where, how far, what is next and what is wrong."""
        step, done, result = self._next(state)
        return views_summary.summary(state, step, done, _problems(result))

    def strip(self, where: Banner, state: MigrationState | None) -> Block:
        """Make the two lines that stay in view."""
        if state is None:
            return Strip(where, problems=_problems(self.result()))
        step, done, result = self._next(state)
        return views_summary.strip(where, state, step, done, _problems(result))

    def next_link(self, state: MigrationState | None) -> NextLink:
        """Link to the next step."""
        if state is None:
            return NextLink("run this notebook again", str(self.result()["notebook"]))
        return link(self._next(state)[0])

    def _next(self, state: MigrationState) -> tuple[NextStep, Progress, dict[str, Any]]:
        result = self.result()
        done = progress(self.journal, state.phase, result)
        return next_step(state, done), done, result


def _problems(result: dict[str, Any]) -> tuple[str, ...]:
    """List what went wrong in a run: the error that stands, then failed checks."""
    errors = [result["error"].splitlines()[0]] if result["error"] else []
    failed = len({f["id"] for f in result["findings"] if f["verdict"] == Verdict.FAIL})
    before = failed and result["phase"] in _BEFORE
    failures = [f"{failed} pre-check{'s' if failed > 1 else ''} failed."] if before else []
    return (*errors, *failures)
