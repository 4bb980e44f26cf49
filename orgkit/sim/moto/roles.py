"""The roles of an account in moto's IAM, kept equal to what the state machine knows."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from orgkit.sim.organizations import membership
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, World
from orgkit.terms import SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH

_PRINCIPAL = "organizations.amazonaws.com"
_MANAGED = (
    "AdministratorAccess",
    "AWSOrganizationsFullAccess",
    "AWSOrganizationsReadOnlyAccess",
    "IAMFullAccess",
    "ReadOnlyAccess",
)
_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def show(world: World, account: Account) -> None:
    """Make the account's roles when it first comes to IAM; 5,000 at start would be slow."""
    iam = backend(account.id)
    trust = {"AWS": f"arn:aws:iam::{world.management_id}:root"}
    if account.access_role and not find(iam, account.access_role):
        role = _make(world, iam, account, account.access_role, "/", trust)
        role.policies["AdministratorAccess"] = json.dumps(_EVERYTHING)
    existing = find(iam, SERVICE_LINKED_ROLE)
    if account.service_linked_role and not existing:
        service = {"Service": _PRINCIPAL}
        _make(world, iam, account, SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH, service)
    if existing and not account.service_linked_role:
        del iam.roles[existing.id]


def take_over(world: World, account: Account) -> None:
    """Learn of roles that somebody made or deleted through IAM."""
    iam = backend(account.id)
    if account.access_role and not find(iam, account.access_role):
        account = replace(account, access_role="")
        world.put_account(account)
    exists = find(iam, SERVICE_LINKED_ROLE) is not None
    if exists and not account.service_linked_role:
        membership.create_service_linked_role(world, account)
    if account.service_linked_role and not exists:
        membership.delete_service_linked_role(world, account)


def backend(account_id: str) -> Any:
    """Open moto's IAM of one account."""
    from moto.iam import models

    # Without this moto would spell the role AWSServiceRoleFororganizations.
    models.SERVICE_NAME_CONVERSION["organizations"] = "Organizations"
    iam: Any = models.iam_backends[account_id]["aws"]
    for name in _MANAGED if not iam.aws_managed_policies else ():
        policy = models.AWSManagedPolicy.from_data(name, account_id, "us-east-1", _managed()[name])
        policy.id = ids.make("policy", "managed", name)
        iam.aws_managed_policies.append(policy)
        iam.managed_policies[policy.arn] = policy
    return iam


@cache
def _managed() -> dict[str, Any]:
    """Load AWS's managed policies; moto ships them, and leaves them out because they are many."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    content: dict[str, Any] = json.loads(aws_managed_policies_data)
    return content


def find(iam: Any, name: str) -> Any:
    """Find a role by its name."""
    return next((role for role in iam.roles.values() if role.name == name), None)


def _make(
    world: World,
    iam: Any,
    account: Account,
    name: str,
    path: str,
    principal: dict[str, str],
) -> Any:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path=path,
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    # moto draws a random id and takes the system's clock; a walk must give the same bytes twice.
    del iam.roles[role.id]
    role.id = ids.make("role", world.seed, account.id, name)
    role.create_date = account.joined_at.replace(tzinfo=None)
    iam.roles[role.id] = role
    return role
