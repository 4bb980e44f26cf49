"""Users and roles that somebody made in moto's IAM: who they are, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orgkit.sim.iam import policy_language
from orgkit.sim.moto import roles
from orgkit.sim.state.model import Caller, World

Ready = Callable[[World], None]


class Principals:
    """IAM as the state machine asks it; moto is started only if IAM was written to before."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    def user(self, world: World, access_key_id: str) -> Caller | None:
        """Find the user whose access key this is."""
        for account_id in _written(world):
            self._ready(world)
            backend = roles.backend(account_id)
            key = backend.access_keys.get(access_key_id)
            if key is not None and key.status == "Active":
                user = backend.users[key.user_name]
                return Caller(account_id, user.arn, user.id, f"user/{user.name}")
        return None

    def role(self, world: World, account_id: str, name: str) -> tuple[str, str] | None:
        """Find a role's unique id and trust policy; None if nobody changed IAM there."""
        if account_id not in _written(world):
            return None
        self._ready(world)
        account = world.accounts.get(account_id)
        if account is not None:
            roles.show(world, account)
        found = roles.find(roles.backend(account_id), name)
        return (found.id, found.assume_role_policy_document) if found else ("", "")

    def allows(
        self, world: World, caller: Caller, action: str, resource: str, keys: dict[str, str]
    ) -> bool:
        """Tell whether the caller's policies, and its boundary if any, allow an action."""
        if not caller.principal or caller.account_id not in _written(world):
            return True  # an administrator, or a role that the scenario made
        self._ready(world)
        kind, _, name = caller.principal.partition("/")
        backend = roles.backend(caller.account_id)
        if kind == "user":
            documents, boundary = _of_user(backend, name)
        else:
            documents, boundary = _of_role(backend, name)
        # A boundary gives nothing by itself: the policies and the boundary must both allow.
        told = [policy_language.decide(documents, action, resource, keys)]
        told += [policy_language.decide([text], action, resource, keys) for text in boundary]
        return all(words == policy_language.ALLOW for words in told)


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


def _of_user(backend: Any, name: str) -> tuple[list[str], list[str]]:
    user = backend.users.get(name)
    if user is None:
        return [], []
    groups = [group for group in backend.groups.values() if user in group.users]
    return [text for holder in (user, *groups) for text in _documents(holder)], []


def _of_role(backend: Any, name: str) -> tuple[list[str], list[str]]:
    role = roles.find(backend, name)
    if role is None:
        return [], []
    bound = backend.managed_policies.get(role.permissions_boundary_arn)
    boundary = [_text(bound) if bound else "{}"] if role.permissions_boundary_arn else []
    return _documents(role), boundary
