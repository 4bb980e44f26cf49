"""Checks of the organization and of who is asking."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.aws.answers import quoted
from orgkit.checks.registry import Finding, check, fail, info, ok, unknown, warn
from orgkit.facts import SIZE_LIMIT
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.terms import FeatureSet, PolicyTypeStatus

NEAR_LIMIT = 4500
_PARTITIONS = frozenset({"aws", "aws-cn", "aws-eusc"})


@check(
    "The caller is in the management account",
    "API reference, EnableAllFeatures",
    reads="caller organization",
    verdicts="FAIL PASS",
    waivable=False,
)
def caller_is_management(state: MigrationState) -> Iterator[Finding]:
    """Only the management account can begin and finalize the process."""
    snapshot = state.snapshot
    if snapshot.caller.account_id == snapshot.management_id:
        yield ok(f"The caller is in management account {snapshot.management_id}.")
    else:
        yield fail(
            f"The caller is in account {snapshot.caller.account_id}.",
            f"Use a role in management account {snapshot.management_id}.",
        )


@check(
    "The caller is not the root user",
    "IAM user guide, root user best practices",
    reads="caller",
    verdicts="WARN PASS",
)
def caller_is_not_root(state: MigrationState) -> Iterator[Finding]:
    """A role leaves a name in the audit trail; the root user is nobody in particular."""
    if state.snapshot.caller.is_root:
        yield warn("The caller is the root user.", "Use an IAM role instead.")
    else:
        yield ok("The caller is a role or user, not root.")


@check(
    "The partition can have consolidated billing only",
    "User guide, AWS GovCloud (US)",
    reads="caller",
    verdicts="FAIL PASS UNKNOWN",
    waivable=False,
)
def partition(state: MigrationState) -> Iterator[Finding]:
    """Organizations in AWS GovCloud (US) always have all features, so nothing is to be done
    there.
    """
    name = state.snapshot.caller.arn.split(":")[1]
    if name == "aws-us-gov":
        yield fail("This is AWS GovCloud (US).", "Nothing needs migrating in this partition.")
    elif name in _PARTITIONS or name.startswith("aws-iso"):
        yield ok(f"The partition is {name}.")
    else:
        yield unknown(f"The partition is {quoted(name)}, which orgkit does not know.", STRANGE)


@check(
    "The organization has consolidated billing only",
    "API reference, Organization.FeatureSet",
    reads="organization",
    verdicts="INFO PASS UNKNOWN",
)
def feature_set(state: MigrationState) -> Iterator[Finding]:
    """An organization that has all features needs nothing of this."""
    if state.snapshot.has_all_features:
        yield info("The organization already has all features; there is nothing to do.")
    elif state.snapshot.feature_set == FeatureSet.CONSOLIDATED_BILLING:
        yield ok("FeatureSet is CONSOLIDATED_BILLING.")
    else:
        yield unknown(f"FeatureSet is {quoted(state.snapshot.feature_set)}.", STRANGE)


@check(
    "The organization is within the size limit",
    "API reference, ConstraintViolationException",
    reads="accounts",
    verdicts="FAIL WARN PASS UNKNOWN",
    waivable=False,
)
def size(state: MigrationState) -> Iterator[Finding]:
    """Beyond 5,000 accounts AWS refuses the standard migration."""
    count = len(state.snapshot.accounts)
    remedy = "Ask your AWS account team for the assisted migration, or open a support case."
    if count > SIZE_LIMIT:
        yield fail(f"{count:,} accounts; the limit is {SIZE_LIMIT:,}.", remedy)
    elif count >= NEAR_LIMIT:
        yield warn(f"{count:,} accounts, close to the limit of {SIZE_LIMIT:,}.", remedy)
    else:
        yield ok(f"{count:,} accounts; the limit is {SIZE_LIMIT:,}.")


@check(
    "There is one root and no policy type on it",
    "API reference, ListRoots",
    reads="policy_types",
    verdicts="INFO PASS UNKNOWN",
)
def root(state: MigrationState) -> Iterator[Finding]:
    """Policy types are switched on after the process; one that is on already would be a
    surprise.
    """
    types = state.snapshot.policy_types
    enabled = types[types["status"].ne(PolicyTypeStatus.NOT_ENABLED).fillna(True)]
    if enabled.empty:
        yield ok(f"{types['root_id'].nunique()} root; no policy type is enabled.")
    else:
        yield info(f"Enabled already: {', '.join(enabled['type'])}.")
