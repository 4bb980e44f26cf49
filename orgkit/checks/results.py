"""Findings as results of checks: one verdict a check, and whether all of them mean ready. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orgkit.checks.registry import Finding
from orgkit.terms import Verdict

# Where UNKNOWN may not stand: without an answer nobody can say that the request will do what it
# should. Every other check concerns delay or comfort, and UNKNOWN is shown and does not hold up.
MUST_BE_KNOWN: Mapping[str, str] = {
    "states_readable": "an account that cannot act blocks the process for everybody",
    "approvers_active": "a suspended approver cannot approve",
    "caller_has_the_rights": "a call that is refused halfway leaves the process half done",
    "partition": "the process exists in some partitions only",
    "feature_set": "there may be nothing to request",
    "no_running_process": "a second request is refused, or meets the first one",
    "policies_checked": "policies that name the organization take effect when it is finalized",
    "mail_arrives": "an owner who gets no mail cannot approve",
    "stakeholders_told": "owners decline what they did not expect",
}


@dataclass(frozen=True)
class CheckResult:
    """What one check came to: its worst verdict, and the findings with it."""

    id: str
    title: str
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def asking(self) -> tuple[Finding, ...]:
        """The findings that carry the verdict."""
        return tuple(f for f in self.findings if f.verdict is self.verdict)

    @property
    def accounts(self) -> int:
        """How many accounts carry the verdict; 0 where it concerns the whole organization."""
        return len({f.subject for f in self.asking if f.subject})


def by_check(findings: Iterable[Finding]) -> list[CheckResult]:
    """Group findings by check, the worst verdict first, checks in the order of their findings."""
    order = list(Verdict)  # declared the worst first
    grouped: dict[str, list[Finding]] = {}
    for each in findings:
        grouped.setdefault(each.id, []).append(each)
    results = [_result(found, order) for found in grouped.values()]
    return sorted(results, key=lambda r: order.index(r.verdict))


def _result(found: Sequence[Finding], order: Sequence[Verdict]) -> CheckResult:
    worst = min((f.verdict for f in found), key=order.index)
    return CheckResult(found[0].id, found[0].title, worst, tuple(found))


def missing(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Select the checks that keep the organization from being ready: failed, or not known."""
    return [
        r
        for r in results
        if r.verdict is Verdict.FAIL or (r.verdict is Verdict.UNKNOWN and r.id in MUST_BE_KNOWN)
    ]
