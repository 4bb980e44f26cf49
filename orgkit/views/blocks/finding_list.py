"""Results of checks as rows that open: what asks for something first, the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
from markupsafe import Markup

from orgkit.checks import Finding
from orgkit.checks.results import CheckResult, by_check
from orgkit.formats import printable
from orgkit.terms import ASKS, Verdict
from orgkit.views.blocks.base import Block
from orgkit.views.blocks.tones import Tone, badge
from orgkit.views.blocks.values import Number, markup

_ALIKE = 10  # so many findings of one check are spelled out
TONES = {
    Verdict.FAIL: Tone.BLOCKED,
    Verdict.WARN: Tone.ATTENTION,
    Verdict.UNKNOWN: Tone.UNKNOWN,
    Verdict.INFO: Tone.INFO,
    Verdict.PASS: Tone.GOOD,
}


class FindingList(Block):
    """Results of checks as rows that open, and as short lines for a terminal."""

    def __init__(
        self,
        found: Iterable[Finding],
        *,
        asking_only: bool = False,
        order: Callable[[CheckResult], tuple[int, str]] | None = None,
    ) -> None:
        self.findings = tuple(found)
        self._results = by_check(self.findings)
        if order is not None:
            self._results.sort(key=order)
        self._asking = [r for r in self._results if r.verdict in ASKS]
        self._others = [] if asking_only else [r for r in self._results if r not in self._asking]

    def html(self) -> Markup:
        """Make a row a check; those that ask for nothing are counted and folded."""
        rows = Markup("").join(_row(r) for r in self._asking)
        passing = Markup("").join(_row(r) for r in self._others)
        folded = markup(
            "<details><summary>{}</summary>{}</details>", _counted(self._others), passing
        )
        start = '<section class="orgkit-block orgkit-card orgkit-findings mathjax_ignore">'
        inner = "<h3>Findings</h3><p>{}</p>{}{}</section>"
        line = Markup(" ").join(
            badge(TONES[v], markup("{} {}", Number(f"checks-{v.lower()}", n), v))
            for v, n in counts(self._results).items()
        )
        return markup(start + inner, line, rows, folded if self._others else Markup(""))

    def text(self) -> str:
        """Write two lines a finding that asks for something, a few a check; count the rest."""
        numbers = ", ".join(f"{n} {v}" for v, n in counts(self._results).items())
        lines = [f"Findings by check: {numbers or 'none'}"]
        for result in self._asking:
            for f in result.asking[:_ALIKE]:
                first = f"{result.verdict:<8}{f.subject:<13}{printable(f.text)}"
                lines += [first, f"        {f.do_this}"]
            if len(result.asking) > _ALIKE:
                more = f"{len(result.asking) - _ALIKE:,} more accounts like these: findings.csv"
                lines.append(f"{result.verdict:<8}{more}")
        return "\n".join(lines)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every finding, a row each."""
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
        return {"findings": pd.DataFrame(rows, columns=columns, dtype="string")}


def counts(results: Iterable[CheckResult]) -> dict[Verdict, int]:
    """Count checks by their verdict, the worst first."""
    each = [r.verdict for r in results]
    return {v: each.count(v) for v in Verdict if v in each}


def _counted(results: Iterable[CheckResult]) -> str:
    words = {Verdict.PASS: "passed", Verdict.INFO: "for information"}
    return ", ".join(f"{n} {words.get(v, str(v))}" for v, n in counts(results).items())


def _row(result: CheckResult) -> Markup:
    many = result.accounts
    accounts = f"{many:,} account{'' if many == 1 else 's'}" if many else ""
    head = markup(
        "{} <b>{}</b> <small>{}</small>",
        badge(TONES[result.verdict], result.verdict),
        result.title,
        accounts or result.id,
    )
    first = result.asking[0]
    shown = Markup("").join(_finding(f) for f in result.asking[:_ALIKE])
    more = len(result.asking) - _ALIKE
    rest = f"{more:,} more: findings.csv has all." if more > 0 else ""
    do = markup('<p class="orgkit-do">{} <small>{}</small></p>', first.do_this, first.actor)
    start = '<details class="orgkit-finding"{}><summary>{} {}</summary>'
    opened = Markup(" open") if result.verdict is Verdict.FAIL else Markup("")
    return markup(
        start + "{}{}<p>{}</p></details>{}",
        opened,
        head,
        markup("<br><span>{}</span>", first.text) if not many and first.text else Markup(""),
        shown if many else Markup(""),
        markup("<p>{}</p>", rest) if rest else Markup(""),
        markup("<small>{}</small>", first.why),
        do if first.do_this else Markup(""),
    )


def _finding(found: Finding) -> Markup:
    words = '<p><span class="orgkit-id">{}</span> {}</p>'
    return markup(words, found.subject, found.text)
