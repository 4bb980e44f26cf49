"""Pre-checks: pure functions over a snapshot, each with its why and its remedy."""

# Importing a subject registers its checks; they are shown in this order.
from orgkit.checks import (  # noqa: I001
    approvers,
    answered,
    organization,
    people,
    process,
    roles,
    management_account,
)
from orgkit.checks.registry import CHECKS, READ_BY, Check, Finding, check, run

SUBJECTS = (approvers, answered, organization, people, process, roles, management_account)

__all__ = ["CHECKS", "READ_BY", "SUBJECTS", "Check", "Finding", "check", "run"]
