"""Pre-checks: pure functions over a snapshot, each with its why and its remedy."""

from orgkit.checks import (  # noqa: F401, I001 - fills the registry, as it is shown
    approvers,
    answered,
    organization,
    people,
    process,
    roles,
    management_account,
)
from orgkit.checks.registry import CHECKS, READ_BY, Check, Finding, run, worst

__all__ = ["CHECKS", "READ_BY", "Check", "Finding", "run", "worst"]
