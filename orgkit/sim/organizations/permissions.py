"""What a call needs in IAM: action, resource and condition keys of each Organizations operation."""

from __future__ import annotations

from typing import Any

from orgkit.sim.errors import AwsError, access_denied
from orgkit.sim.organizations import shapes
from orgkit.sim.state.model import Account, Context, World
from orgkit.terms import SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH

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


def require(context: Context, operation: str, params: dict[str, Any]) -> None:
    """Refuse callers whose own policies do not allow the call."""
    keys = {key: str(params[name]) for key, name in _KEYS.items() if name in params}
    resource = _resource(context.world, operation, params)
    if not context.allows(f"organizations:{operation}", resource, keys):
        raise access_denied()


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
    if not context.allows("iam:CreateServiceLinkedRole", resource, keys):
        raise AwsError(
            "AccessDeniedForDependencyException",
            "The request requires the permission iam:CreateServiceLinkedRole.",
            "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE",
        )
