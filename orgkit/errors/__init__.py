"""Errors with a remedy: what was wrong, what to do, who does it."""

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.translate import explained

__all__ = ["AwsError", "OrgkitError", "UsageError", "explained"]
