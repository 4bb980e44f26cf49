"""Who may call what: by the account that calls, and by the caller's own policies in IAM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgkit.sim.errors import AwsError, access_denied, billing_mode, not_in_use
from orgkit.sim.organizations import shapes
from orgkit.sim.state.model import Account, Context, Keys, World
from orgkit.terms import SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH, AccountState, FeatureSet

ABLE_STATES = frozenset({AccountState.ACTIVE, AccountState.PENDING_CLOSURE})


def able(account: Account | None) -> bool:
    """Tell whether an account can be used; a restricted one can see its bills and no more."""
    return account is None or account.state in ABLE_STATES


def require_able(context: Context) -> None:
    """Refuse callers whose account AWS has closed or restricted."""
    if not able(context.actor):
        raise access_denied()


def require_member(context: Context) -> Account:
    """Give the caller's account, which must be in the organization."""
    actor = context.actor
    # Accounts outside get this answer on AWS too, not a denial.
    if actor is None or not actor.member:
        raise not_in_use()
    return actor


def require_management(context: Context) -> None:
    """Admit the management account only; billing mode knows no delegates."""
    if require_member(context).id != context.world.management_id:
        raise access_denied()


def require_all_features(context: Context) -> None:
    """Admit the management account, and only once all features are on."""
    require_management(context)
    if context.world.feature_set is not FeatureSet.ALL:
        raise billing_mode()


_SERVICE = "organizations.amazonaws.com"
# Operations that AWS lets policies narrow to a resource; all others need "*" (Service
# Authorization Reference, Organizations).
_ON_HANDSHAKES = frozenset({"AcceptHandshake", "CancelHandshake", "DeclineHandshake"}) | {
    "DescribeHandshake"
}
_ON_ACCOUNTS = frozenset({"CloseAccount", "DescribeAccount", "RemoveAccountFromOrganization"})
_ON_ROOTS = frozenset({"DisablePolicyType", "EnablePolicyType"})
_KEYS = {
    "organizations:PolicyType": "PolicyType",
    "organizations:ServicePrincipal": "ServicePrincipal",
}


def require_permission(context: Context, operation: str, params: dict[str, Any]) -> None:
    """Refuse callers whose own policies do not allow the call."""
    keys: Keys = {key: str(params[name]) for key, name in _KEYS.items() if name in params}
    keys = {**keys, **_tags(params)}
    resource = _resource(context.world, operation, params)
    if not context.allows(f"organizations:{operation}", resource, keys):
        raise access_denied()


def _tags(params: Mapping[str, Any]) -> Keys:
    """Give the keys of the tags that a request sets or takes away."""
    rows = params.get("Tags")
    given = [t for t in rows if isinstance(t, dict)] if isinstance(rows, list) else []
    found = {f"aws:RequestTag/{t.get('Key')}": str(t.get("Value")) for t in given}
    named = [t.get("Key") for t in given] or params.get("TagKeys")
    return {**found, "aws:TagKeys": [str(n) for n in named]} if isinstance(named, list) else found


def _resource(world: World, operation: str, params: dict[str, Any]) -> str:
    """Find the ARN that a policy may name; for what does not exist only a star fits."""
    if operation in _ON_HANDSHAKES:
        record = world.handshakes.get(str(params.get("HandshakeId")))
        if record is not None:
            return shapes.arn(world, "handshake", record.action.value.lower(), record.id)
    if operation in _ON_ACCOUNTS and "AccountId" in params:
        return shapes.arn(world, "account", str(params["AccountId"]))
    if operation in _ON_ROOTS and "RootId" in params:
        return shapes.arn(world, "root", str(params["RootId"]))
    return "*"


def require_role_creation(context: Context, account: Account) -> None:
    """Require what making a missing service-linked role needs, in the caller's name."""
    if account.service_linked_role:
        return
    resource = f"arn:aws:iam::{account.id}:role{SERVICE_LINKED_ROLE_PATH}{SERVICE_LINKED_ROLE}"
    keys = {"iam:AWSServiceName": _SERVICE}
    # Organizations asks IAM in the caller's name.
    if not context.allows("iam:CreateServiceLinkedRole", resource, keys, by=_SERVICE):
        raise AwsError(
            "AccessDeniedForDependencyException",
            "The request requires the permission iam:CreateServiceLinkedRole.",
            "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE",
        )
