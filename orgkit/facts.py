"""AWS's numbers, each with its source, once: for the kit, and for the simulator that plays AWS."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

# The process. User guide, "Enabling all features": accounts have 90 days to approve; API reference,
# Handshake.State: what has ended is listed for 30 days more.
PROCESS_WINDOW = timedelta(days=90)
HANDSHAKE_RETENTION = timedelta(days=30)
# User guide, "Managing account invitations": an invitation may be answered for 15 days.
INVITATION_WINDOW = timedelta(days=15)
# API reference, reason ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED; what holds for
# exactly 5,000 is not defined.
SIZE_LIMIT = 5000

# Accounts. User guide, "Closing a member account" and "Removing a member account".
CLOSED_ACCOUNT_RETENTION = timedelta(days=90)
CREATED_ACCOUNT_WAIT = timedelta(days=4)

# IAM user guide, signature errors: a request is valid for 15 minutes around AWS's own time.
CLOCKS_DIFFER = timedelta(minutes=15)

# API reference: MaxResults of every list of Organizations.
PAGE_SIZE = 20

# CloudTrail. User guide, "Working with event history"; API reference, LookupEvents.
CLOUDTRAIL_RETENTION = timedelta(days=90)
CLOUDTRAIL_PAGE_SIZE = 50


class Rate(NamedTuple):
    """A token bucket: how many tokens come each second, and how many it holds."""

    rate: float
    burst: float


class Throttle(NamedTuple):
    """The limits of one operation: of each account, and of the organization where AWS names one."""

    account: Rate
    organization: Rate | None = None


def _throttle(
    account: tuple[float, float], organization: tuple[float, float] | None = None
) -> Throttle:
    return Throttle(Rate(*account), Rate(*organization) if organization else None)


_LIST = _throttle((5, 8), (6, 10))
_SERVICES = _throttle((1, 3), (1, 4))
_TRUST = _throttle((1, 2))
_POLICY = _throttle((2, 3))
_POLICY_TYPE = _throttle((1, 1))

# User guide, "Quotas and service limits for AWS Organizations", throttling limits, read 2026-11.
THROTTLES: dict[str, Throttle] = {
    "AcceptHandshake": _throttle((1, 2), (5, 5)),
    "AttachPolicy": _POLICY,
    "CancelHandshake": _throttle((2, 3)),
    "CloseAccount": _throttle((0.05, 1)),
    "CreateAccount": _throttle((0.1, 3)),
    "CreateOrganizationalUnit": _throttle((1, 2)),
    "CreatePolicy": _POLICY,
    "DeclineHandshake": _throttle((1, 1), (5, 5)),
    "DeletePolicy": _POLICY,
    "DeregisterDelegatedAdministrator": _TRUST,
    "DescribeAccount": _throttle((20, 30), (24, 36)),
    "DescribeCreateAccountStatus": _throttle((2, 2), (2, 3)),
    "DescribeHandshake": _throttle((1, 2), (6, 10)),
    "DescribeOrganization": _throttle((1, 2)),
    "DescribePolicy": _throttle((2, 2), (2, 3)),
    "DetachPolicy": _POLICY,
    "DisableAWSServiceAccess": _TRUST,
    "DisablePolicyType": _POLICY_TYPE,
    "EnableAllFeatures": _throttle((1, 1)),
    "EnableAWSServiceAccess": _TRUST,
    "EnablePolicyType": _POLICY_TYPE,
    "InviteAccountToOrganization": _throttle((3, 5)),
    "LeaveOrganization": _throttle((1, 1)),
    "ListAccounts": _throttle((8, 12), (9, 15)),
    "ListAccountsForParent": _LIST,
    "ListAWSServiceAccessForOrganization": _SERVICES,
    "ListChildren": _throttle((6, 10), (7, 12)),
    "ListCreateAccountStatus": _LIST,
    "ListDelegatedAdministrators": _LIST,
    "ListDelegatedServicesForAccount": _SERVICES,
    "ListHandshakesForAccount": _LIST,
    "ListHandshakesForOrganization": _LIST,
    "ListOrganizationalUnitsForParent": _LIST,
    "ListParents": _LIST,
    "ListPolicies": _LIST,
    "ListPoliciesForTarget": _LIST,
    "ListRoots": _throttle((1, 2), (1, 3)),
    "ListTagsForResource": _throttle((10, 15), (12, 18)),
    "ListTargetsForPolicy": _LIST,
    "RegisterDelegatedAdministrator": _TRUST,
    "RemoveAccountFromOrganization": _throttle((2, 2)),
    "UpdatePolicy": _POLICY,
}
# CloudTrail's API reference: two a second, for each account and Region.
LOOKUP_EVENTS_RATE = Rate(2, 2)
