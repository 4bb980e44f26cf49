"""Findings of the pre-checks, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import pandas as pd

from orgkit.checks import Finding
from orgkit.formats import printable
from orgkit.terms import ASKS, Verdict
from orgkit.views.blocks import Block, Facts, Group, Note, Table

_ALIKE = 10  # so many findings of one check are spelled out on a terminal


class FindingList(Group):
    """Findings as a table for the page and as short lines for a terminal."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self.findings = tuple(found)
        super().__init__((Facts("Verdicts", self._counts()), self._table()))

    def text(self) -> str:
        """Write two lines a finding that asks for something, a few a check; count the rest."""
        lines = [self.blocks[0].text()]
        asking = [f for f in self.findings if f.verdict in ASKS]
        for (verdict, _), group in groupby(asking, key=lambda f: (f.verdict, f.id)):
            alike = list(group)
            for f in alike[:_ALIKE]:
                lines += [
                    f"{verdict:<8}{f.subject:<13}{printable(f.text)}",
                    f"        {f.do_this}",
                ]
            if len(alike) > _ALIKE:
                more = f"{len(alike) - _ALIKE:,} more accounts like these: findings.csv"
                lines.append(f"{verdict:<8}{more}")
        return "\n".join(lines)

    def _counts(self) -> dict[str, int]:
        each = [f.verdict for f in self.findings]
        return {str(v): each.count(v) for v in Verdict if v in each}

    def _table(self) -> Table:
        columns = ("verdict", "check", "account", "text", "do_this", "why", "id")
        rows = [
            {
                "verdict": str(f.verdict),
                "check": f.title,
                "account": f.subject,
                "text": f.text,
                "do_this": f"{f.do_this} ({f.actor})" if f.do_this else "",
                "why": f.why,
                "id": f.id,
            }
            for f in self.findings
        ]
        table = pd.DataFrame(rows, columns=columns, dtype="string")
        return Table("Findings", table, _FINDINGS, "findings")


_FINDINGS = {
    "verdict": "Verdict",
    "check": "Check",
    "account": "Account",
    "text": "Found",
    "do_this": "What to do",
    "why": "Why it matters",
}


def table(found: Iterable[Finding]) -> Block:
    """List all findings, the worst first, with what to do and who does it."""
    return FindingList(found)


def obstacles(found: Iterable[Finding]) -> Block:
    """List only the findings that stand in the way of beginning."""
    failed = [f for f in found if f.verdict is Verdict.FAIL]
    if not failed:
        return Note("No pre-check fails.", "good")
    return FindingList(failed)
