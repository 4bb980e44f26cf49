"""AWS's published request rates as token buckets, in real time."""

from __future__ import annotations

import time
from collections.abc import Callable

# Operation: (rate, burst) for each account, and for the organization where AWS names one
# (user guide, "Quotas and service limits", throttling limits).
_LISTS = ((5, 8), (6, 10))
RATES: dict[str, tuple[tuple[float, float], tuple[float, float] | None]] = {
    "AcceptHandshake": ((1, 2), (5, 5)),
    "CancelHandshake": ((2, 3), None),
    "CloseAccount": ((0.05, 1), None),
    "CreateAccount": ((0.1, 3), None),
    "CreateOrganizationalUnit": ((1, 2), None),
    "DeclineHandshake": ((1, 1), (5, 5)),
    "DescribeAccount": ((20, 30), (24, 36)),
    "DescribeCreateAccountStatus": ((2, 2), (2, 3)),
    "DescribeHandshake": ((1, 2), (6, 10)),
    "DescribeOrganization": ((1, 2), None),
    "DescribePolicy": ((2, 2), (2, 3)),
    "EnableAllFeatures": ((1, 1), None),
    "InviteAccountToOrganization": ((3, 5), None),
    "LeaveOrganization": ((1, 1), None),
    "ListAccounts": ((8, 12), (9, 15)),
    "ListAccountsForParent": _LISTS,
    "ListAWSServiceAccessForOrganization": ((1, 3), (1, 4)),
    "ListChildren": ((6, 10), (7, 12)),
    "ListCreateAccountStatus": _LISTS,
    "ListDelegatedAdministrators": _LISTS,
    "ListDelegatedServicesForAccount": ((1, 3), (1, 4)),
    "ListHandshakesForAccount": _LISTS,
    "ListHandshakesForOrganization": _LISTS,
    "ListOrganizationalUnitsForParent": _LISTS,
    "ListParents": _LISTS,
    "ListPolicies": _LISTS,
    "ListPoliciesForTarget": _LISTS,
    "ListRoots": ((1, 2), (1, 3)),
    "ListTagsForResource": ((10, 15), (12, 18)),
    "ListTargetsForPolicy": _LISTS,
    "RemoveAccountFromOrganization": ((2, 2), None),
    **dict.fromkeys(("EnablePolicyType", "DisablePolicyType"), ((1, 1), None)),
    **dict.fromkeys(
        (
            "EnableAWSServiceAccess",
            "DisableAWSServiceAccess",
            "RegisterDelegatedAdministrator",
            "DeregisterDelegatedAdministrator",
        ),
        ((1, 2), None),
    ),
    **dict.fromkeys(
        ("CreatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy", "UpdatePolicy"),
        ((2, 3), None),
    ),
}


class Buckets:
    """The buckets of every account and of the organization; full when a server starts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full: dict[tuple[str, str], tuple[float, float]] = {}  # tokens, and when counted

    def take(self, operation: str, account_id: str, factor: float = 1) -> bool:
        """Take a token for one call from every bucket it counts for, or from none."""
        limits = RATES.get(operation)
        if limits is None:
            return True
        owners = [(account_id, limits[0])]
        if limits[1] is not None:
            owners.append(("organization", limits[1]))
        now = self._clock()
        levels = {}
        for owner, (rate, burst) in owners:
            tokens, since = self._full.get((operation, owner), (burst, now))
            levels[operation, owner] = min(burst, tokens + (now - since) * rate * factor)
        enough = all(level >= 1 for level in levels.values())
        self._full.update({key: (level - enough, now) for key, level in levels.items()})
        return enough
