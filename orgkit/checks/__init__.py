"""Pre-checks: pure functions over a snapshot, each with its why and its remedy."""

from orgkit.checks import approvers, organization, process, roles  # noqa: F401 - fills the registry
from orgkit.checks.registry import CHECKS, Check, Finding, run, worst

__all__ = ["CHECKS", "Check", "Finding", "run", "worst"]
