"""moto's IAM: its roles kept equal to what the state machine knows, and what its users may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from orgkit.sim.iam import policy_language, request_context
from orgkit.sim.organizations import membership
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Caller, Context, Keys, World
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
    # Only the management account: AWS gives the role that trust when it makes an account.
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


class Principals:
    """IAM as the state machine asks it; moto is started only if IAM was written to before."""

    def __init__(self, ready: Callable[[World], None]) -> None:
        self._ready = ready

    def user(self, world: World, access_key_id: str) -> Caller | None:
        """Find the user whose access key this is."""
        for account_id in _written(world):
            self._ready(world)
            iam = backend(account_id)
            key = iam.access_keys.get(access_key_id)
            if key is not None and key.status == "Active":
                user = iam.users[key.user_name]
                return Caller(account_id, user.arn, user.id, f"user/{user.name}")
        return None

    def role(self, world: World, account_id: str, name: str) -> tuple[str, str] | None:
        """Find a role's unique id and trust policy; None if nobody changed IAM there."""
        if account_id not in _written(world):
            return None
        self._ready(world)
        account = world.accounts.get(account_id)
        if account is not None:
            show(world, account)
        found = find(backend(account_id), name)
        return (found.id, found.assume_role_policy_document) if found else ("", "")

    def carried(self, context: Context, action: str) -> Keys:
        """Give the condition keys of the caller's own request."""
        return request_context.carried(context, self._known(context), action, "")

    def _known(self, context: Context) -> Caller:
        """Complete the caller by what IAM knows: the role's own ARN with its path, the tags."""
        caller = context.caller
        kind, _, name = caller.principal.partition("/")
        if not kind or caller.account_id not in _written(context.world):
            return caller
        self._ready(context.world)
        iam = backend(caller.account_id)
        holder = iam.users.get(name) if kind == "user" else find(iam, name)
        if holder is None:
            return caller
        return replace(caller, principal_arn=str(holder.arn), tags=_tags(holder))

    def allows(
        self, context: Context, action: str, resource: str, keys: Keys, by: str = ""
    ) -> bool:
        """Tell whether the caller's policies, and its boundary if any, allow an action."""
        world, caller = context.world, context.caller
        if not caller.principal or caller.account_id not in _written(world):
            return True  # an administrator, or a role that the scenario made
        self._ready(world)
        keys = {
            **request_context.carried(context, self._known(context), action, by),
            **request_context.owner(world, caller, resource),
            **keys,
        }
        kind, _, name = caller.principal.partition("/")
        iam = backend(caller.account_id)
        if kind == "user":
            documents, boundary = _of_user(iam, name)
        else:
            documents, boundary = _of_role(iam, name)
        # A boundary gives nothing by itself: the policies and the boundary must both allow.
        told = [policy_language.decide(documents, action, resource, keys)]
        told += [policy_language.decide([text], action, resource, keys) for text in boundary]
        return all(words == policy_language.ALLOW for words in told)


def _tags(holder: Any) -> dict[str, str]:
    """Read the tags of a role or user; moto has the one's by key, the other's as a list."""
    held = holder.tags
    rows = held.values() if isinstance(held, dict) else held or []
    return {str(row["Key"]): str(row["Value"]) for row in rows}


def _written(world: World) -> list[str]:
    """List the accounts in whose IAM somebody wrote."""
    return list(dict.fromkeys(c.account for c in world.moto_calls if c.service == "iam"))


def _documents(holder: Any) -> list[str]:
    attached = [_text(policy) for policy in holder.managed_policies.values()]
    return [*holder.policies.values(), *attached]


def _text(policy: Any) -> str:
    """Read the document of a managed policy's default version."""
    chosen = policy.default_version_id
    return str(next(v.document for v in policy.versions if v.version_id == chosen))


def _of_user(iam: Any, name: str) -> tuple[list[str], list[str]]:
    user = iam.users.get(name)
    if user is None:
        return [], []
    groups = [group for group in iam.groups.values() if user in group.users]
    return [text for holder in (user, *groups) for text in _documents(holder)], []


def _of_role(iam: Any, name: str) -> tuple[list[str], list[str]]:
    role = find(iam, name)
    if role is None:
        return [], []
    bound = iam.managed_policies.get(role.permissions_boundary_arn)
    boundary = [_text(bound) if bound else "{}"] if role.permissions_boundary_arn else []
    return _documents(role), boundary
