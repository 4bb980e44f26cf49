"""Who needs which grants: notebooks and roles, and the policy documents made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.errors.exceptions import UsageError
from orgkit.iam.grants import (
    APPROVE,
    BEGIN,
    CANCEL,
    ENABLE,
    FINALIZE,
    LOOK,
    MAKE_ROLE,
    MEMBERS,
    OWN_RIGHTS,
    OWN_ROLES,
    SEE_REQUESTS,
    SIGN,
    SURROUNDINGS,
    WITNESS,
    Grant,
)
from orgkit.terms import ACCESS_ROLE

_THOROUGH = (LOOK, SURROUNDINGS, OWN_ROLES, OWN_RIGHTS, MEMBERS)

NOTEBOOKS: Mapping[str, tuple[Grant, ...]] = {
    "start_here": (LOOK,),
    "precheck": _THOROUGH,
    "request": (*_THOROUGH, BEGIN),
    "monitor": (LOOK,),
    "finalize": (LOOK, FINALIZE),
    "policy_types": (LOOK, ENABLE),
    "audit_report": (LOOK, WITNESS),
}


@dataclass(frozen=True, slots=True)
class Role:
    """Who does one part of the process, and in which account."""

    says: str
    grants: tuple[Grant, ...]
    member: bool = False


ROLES: Mapping[str, Role] = {
    "observer": Role("reads, runs the pre-checks, monitors, reports", (*_THOROUGH, WITNESS)),
    "requester": Role("requests all features", (*_THOROUGH, BEGIN)),
    "canceler": Role("cancels the process", (LOOK, CANCEL)),
    "finalizer": Role("switches to all features, for good", (LOOK, FINALIZE)),
    "policy-enabler": Role("enables policy types afterwards", (LOOK, ENABLE)),
    "member-approver": Role(
        "approves, in a member account", (SEE_REQUESTS, APPROVE, MAKE_ROLE), member=True
    ),
}


OPTIONAL: Mapping[str, tuple[Grant, ...]] = {"signing": (SIGN,)}


def grants(name: str) -> tuple[Grant, ...]:
    """Find what a notebook, a role or an option needs. Raises `UsageError` for anything else."""
    if name in ROLES:
        return ROLES[name].grants
    if name in NOTEBOOKS:
        return NOTEBOOKS[name]
    if name in OPTIONAL:
        return OPTIONAL[name]
    known = ", ".join((*NOTEBOOKS, *ROLES, *OPTIONAL))
    raise UsageError(f'There is no notebook and no role "{name}".', f"Choose from: {known}.")


def actions(name: str) -> set[str]:
    """Collect the IAM actions that a notebook or a role needs."""
    return {action for grant in grants(name) for action in grant.actions}


def policy(name: str, **known: str) -> dict[str, Any]:
    """Make the policy document; what is not known of partition, account and so on is a star."""
    return {
        "Version": "2012-10-17",
        "Statement": [_statement(g, _values(name, known)) for g in grants(name)],
    }


def _values(name: str, known: Mapping[str, str]) -> dict[str, str]:
    """Fill in what is not given; a handshake's ARN holds management's id, whoever answers it."""
    given = {key: value for key, value in known.items() if value}
    usual = {
        "partition": "aws",
        "account": "*",
        "organization": "o-*",
        "member_role": ACCESS_ROLE,
        "signing_key": "*",
    }
    return usual | given


def _statement(grant: Grant, values: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": _one_or_many(grant.actions),
        "Resource": _one_or_many(resource.format(**values) for resource in grant.resources),
    }
    conditions = {operator: dict(tests) for operator, tests in grant.condition.items()}
    return found | ({"Condition": conditions} if conditions else {})


def _one_or_many(items: Iterable[str]) -> str | list[str]:
    each = list(items)
    return each[0] if len(each) == 1 else each
