"""Pre-checks: pure functions over a snapshot, each with its why and its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

from orgkit.checks import (
    answered,
    approvers,
    management_account,
    organization,
    people,
    process,
    roles,
)
from orgkit.checks.registry import READ_BY, Check, Finding, check
from orgkit.migration.state import MigrationState
from orgkit.terms import Verdict

__all__ = ["CHECKS", "READ_BY", "Check", "Finding", "check", "run"]

# A new module of checks gets its place here; they are shown in this order.
_SUBJECTS = (approvers, answered, organization, people, process, roles, management_account)


def _checks_of(subject: ModuleType) -> Iterator[Check]:
    """Find the checks of a module in the order in which they stand there."""
    for value in vars(subject).values():
        several = value if isinstance(value, tuple) else (value,)
        yield from (each for each in several if isinstance(each, Check))


CHECKS: Mapping[str, Check] = {c.id: c for subject in _SUBJECTS for c in _checks_of(subject)}


def run(state: MigrationState) -> list[Finding]:
    """Run all checks: findings the worst first, checks in their own order within a verdict."""
    found = [f for each in CHECKS.values() for f in each.findings(state)]
    order = list(Verdict)  # declared the worst first
    return sorted(found, key=lambda f: order.index(f.verdict))
