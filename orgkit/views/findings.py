"""Findings of the pre-checks: one row a check, what asks for something first, the rest folded."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.checks import Finding
from orgkit.terms import Verdict
from orgkit.views.blocks import Block, Note
from orgkit.views.blocks.finding_list import FindingList


def table(found: Iterable[Finding]) -> Block:
    """List the result of every check, the worst first, with what to do and who does it."""
    return FindingList(found)


def obstacles(found: Iterable[Finding]) -> Block:
    """List only the checks that failed, and so block the request."""
    failed = [f for f in found if f.verdict is Verdict.FAIL]
    if not failed:
        return Note("No pre-check fails.", "good")
    return FindingList(failed, asking_only=True)
