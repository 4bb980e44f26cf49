"""The registry of checks: a decorated function becomes one, and shows up everywhere by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from orgkit.progress import Progress
from orgkit.remedies import MANAGEMENT
from orgkit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says about one subject: an account id, or "" for the whole organization."""

    verdict: Verdict
    text: str
    subject: str = ""
    do_this: str = ""
    actor: str = MANAGEMENT
    id: str = ""
    title: str = ""
    why: str = ""


Examine = Callable[[Progress], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One pre-check: id, title, the one sentence that says why it matters, and its source."""

    id: str
    title: str
    why: str
    source: str
    examine: Examine

    def findings(self, progress: Progress) -> list[Finding]:
        """What this check says, each finding naming the check."""
        found = list(self.examine(progress))
        return [
            Finding(f.verdict, f.text, f.subject, f.do_this, f.actor, self.id, self.title, self.why)
            for f in found
        ]


CHECKS: dict[str, Check] = {}


def check(title: str, source: str) -> Callable[[Examine], Examine]:
    """Register a function as a check: its name is the id, its docstring the why."""

    def register(examine: Examine) -> Examine:
        name = examine.__name__
        why = " ".join((examine.__doc__ or "").split())
        CHECKS[name] = Check(name, title, why, source, examine)
        return examine

    return register


def run(progress: Progress) -> list[Finding]:
    """All findings of all checks, the worst first, checks in their own order within a verdict."""
    found = [f for each in CHECKS.values() for f in each.findings(progress)]
    order = list(Verdict)
    return sorted(found, key=lambda f: order.index(f.verdict))


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict; PASS if there is no finding."""
    order = list(Verdict)
    return min((f.verdict for f in findings), key=order.index, default=Verdict.PASS)


def ok(text: str) -> Finding:
    """Nothing to do."""
    return Finding(Verdict.PASS, text)


def info(text: str, subject: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Verdict.INFO, text, subject)


def warn(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """May cost time or surprise someone; does not block."""
    return Finding(Verdict.WARN, text, subject, do_this, actor)


def fail(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """Must be cleared before the process begins."""
    return Finding(Verdict.FAIL, text, subject, do_this, actor)


def unknown(text: str, do_this: str, subject: str = "") -> Finding:
    """Could not be read; says what would make it readable."""
    return Finding(Verdict.UNKNOWN, text, subject, do_this)


def unread(progress: Progress, part: str) -> Finding | None:
    """The finding for a part of the snapshot that AWS did not show, or None if it was read."""
    why = progress.snapshot.unreadable.get(part)
    if why is None:
        return None
    return unknown(f"Not read: {why}.", "Allow this read to the role that runs the check.")
