"""Least privilege: what each notebook calls, as IAM policies, split by who does what.

One table. The tests hold it against the calls that the notebooks really make, and run every
notebook with just its policy. ARNs are narrowed where AWS lets policies name a resource; handshake
ARNs by their type segment, in both readings of AWS's documents (ADR 0002).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orgkit.errors.exceptions import UsageError
from orgkit.terms import ACCESS_ROLE, SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH

_SERVICE = "organizations.amazonaws.com"
_HANDSHAKE = "arn:{partition}:organizations::{account}:handshake/{organization}"
# The worked examples let the organization's handshake be enable_all_features and the members'
# approve_all_features; the API reference says the reverse.
_OF_THE_PROCESS = (
    f"{_HANDSHAKE}/enable_all_features/h-*",
    f"{_HANDSHAKE}/approve_all_features/h-*",
)
_ROLE_REQUEST = f"{_HANDSHAKE}/add_organizations_service_linked_role/h-*"


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement: actions on resources; `{partition}`, `{account}` and so on are filled in."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


LOOK = Grant(
    "Look",
    (
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListCreateAccountStatus",
        "organizations:ListHandshakesForOrganization",
        "organizations:ListRoots",
    ),
)
SURROUNDINGS = Grant(
    "LookAround",
    (
        "cloudtrail:DescribeTrails",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListDelegatedAdministrators",
        "organizations:ListInboundResponsibilityTransfers",
        "organizations:ListOutboundResponsibilityTransfers",
        "servicequotas:ListServiceQuotas",
        "support:DescribeSeverityLevels",
    ),
)
WITNESS = Grant("ReadCloudTrail", ("cloudtrail:LookupEvents",))
OWN_ROLES = Grant("FindOwnRole", ("iam:GetRole",), ("arn:{partition}:iam::{account}:role/*",))
OWN_RIGHTS = Grant(
    "AskForOwnRights",
    ("iam:SimulatePrincipalPolicy",),
    ("arn:{partition}:iam::{account}:role/*", "arn:{partition}:iam::{account}:user/*"),
)
MEMBERS = Grant(
    "LookIntoMembers", ("sts:AssumeRole",), ("arn:{partition}:iam::*:role/{member_role}",)
)
BEGIN = Grant("Begin", ("organizations:EnableAllFeatures",))
FINALIZE = Grant("Finalize", ("organizations:AcceptHandshake",), _OF_THE_PROCESS)
CANCEL = Grant("Cancel", ("organizations:CancelHandshake",), _OF_THE_PROCESS)
ENABLE = Grant(
    "EnablePolicyTypes",
    ("organizations:EnablePolicyType",),
    ("arn:{partition}:organizations::{account}:root/{organization}/r-*",),
)
SEE_REQUESTS = Grant(
    "SeeRequests",
    ("organizations:DescribeOrganization", "organizations:ListHandshakesForAccount"),
)
APPROVE = Grant(
    "Approve",
    ("organizations:AcceptHandshake", "organizations:DescribeHandshake"),
    (*_OF_THE_PROCESS, _ROLE_REQUEST),
)
MAKE_ROLE = Grant(
    "MakeServiceLinkedRole",
    ("iam:CreateServiceLinkedRole",),
    (f"arn:{{partition}}:iam::*:role{SERVICE_LINKED_ROLE_PATH}{SERVICE_LINKED_ROLE}",),
    {"StringEquals": {"iam:AWSServiceName": _SERVICE}},
)

# Signing the evidence is optional, and the key may lie in another account than the organization.
SIGN = Grant(
    "SignEvidence",
    ("kms:GetPublicKey", "kms:Sign"),
    ("arn:{partition}:kms:*:*:key/{signing_key}",),
)

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
    "observer": Role("looks, runs the pre-checks, monitors, reports", (*_THOROUGH, WITNESS)),
    "requester": Role("begins the process", (*_THOROUGH, BEGIN)),
    "canceler": Role("cancels the process", (LOOK, CANCEL)),
    "finalizer": Role("switches to all features, for good", (LOOK, FINALIZE)),
    "policy-enabler": Role("enables policy types afterwards", (LOOK, ENABLE)),
    "member-approver": Role(
        "approves, in a member account", (SEE_REQUESTS, APPROVE, MAKE_ROLE), member=True
    ),
}


OPTIONAL: Mapping[str, tuple[Grant, ...]] = {"signing": (SIGN,)}


def grants(name: str) -> tuple[Grant, ...]:
    """What a notebook, a role or an option needs. Raises `UsageError` naming what there is."""
    if name in ROLES:
        return ROLES[name].grants
    if name in NOTEBOOKS:
        return NOTEBOOKS[name]
    if name in OPTIONAL:
        return OPTIONAL[name]
    known = ", ".join((*NOTEBOOKS, *ROLES, *OPTIONAL))
    raise UsageError(f'There is no notebook and no role "{name}".', f"Choose from: {known}.")


def actions(name: str) -> set[str]:
    """The IAM actions that a notebook or a role needs."""
    return {action for grant in grants(name) for action in grant.actions}


def policy(name: str, **known: str) -> dict[str, Any]:
    """The policy document; what is not known of partition, account and organization is a star."""
    return {
        "Version": "2012-10-17",
        "Statement": [_statement(g, _values(name, known)) for g in grants(name)],
    }


def _values(name: str, known: Mapping[str, str]) -> dict[str, str]:
    """Fill-ins; a handshake's ARN holds the management account, whoever answers it."""
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
