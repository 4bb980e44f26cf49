"""Pre-checks: pure functions over a snapshot, each with its why and its remedy."""

from orgkit.checks import (  # noqa: F401 - fills the registry
    answered,
    approvers,
    management_account,
    organization,
    people,
    process,
    roles,
)
from orgkit.checks.registry import CHECKS, READ_BY, Check, Finding, run, worst

__all__ = ["CHECKS", "READ_BY", "Check", "Finding", "run", "worst"]
