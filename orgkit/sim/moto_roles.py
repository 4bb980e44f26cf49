"""The roles of an account in moto's IAM, kept equal to what the state machine knows."""

from __future__ import annotations

import json
from typing import Any

from orgkit.sim import ids, membership
from orgkit.sim.model import Account, World
from orgkit.terms import SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH

_PRINCIPAL = "organizations.amazonaws.com"


def show(world: World, account: Account) -> None:
    """Make the account's roles when it first comes to IAM; 5,000 at start would be slow."""
    backend = _backend(account.id)
    trust = {"AWS": f"arn:aws:iam::{world.management_id}:root"}
    if account.access_role and not _find(backend, account.access_role):
        _make(world, backend, account, account.access_role, "/", trust)
    existing = _find(backend, SERVICE_LINKED_ROLE)
    if account.service_linked_role and not existing:
        service = {"Service": _PRINCIPAL}
        _make(world, backend, account, SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH, service)
    if existing and not account.service_linked_role:
        del backend.roles[existing.id]


def take_over(world: World, account: Account) -> None:
    """Somebody made or deleted the service-linked role through IAM."""
    exists = _find(_backend(account.id), SERVICE_LINKED_ROLE) is not None
    if exists and not account.service_linked_role:
        membership.create_service_linked_role(world, account)
    if account.service_linked_role and not exists:
        membership.delete_service_linked_role(world, account)


def _backend(account_id: str) -> Any:
    from moto.iam import models

    # Without this moto would spell the role AWSServiceRoleFororganizations.
    models.SERVICE_NAME_CONVERSION["organizations"] = "Organizations"
    return models.iam_backends[account_id]["aws"]


def _find(backend: Any, name: str) -> Any:
    return next((role for role in backend.roles.values() if role.name == name), None)


def _make(
    world: World,
    backend: Any,
    account: Account,
    name: str,
    path: str,
    principal: dict[str, str],
) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = backend.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path=path,
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    # moto draws a random id and takes the system's clock; a walk must give the same bytes twice.
    del backend.roles[role.id]
    role.id = ids.role_id(world.seed, account.id, name)
    role.create_date = account.joined_at.replace(tzinfo=None)
    backend.roles[role.id] = role
