"""Least privilege: what each notebook calls, as IAM policies, split by who does what.

What is read follows from the table of `orgkit.snapshot.sources`. The tests hold all of it against
the calls that the notebooks really make, and run every notebook with just its policy. ARNs are
narrowed where AWS lets policies name a resource; handshake ARNs by their type segment, in both
readings of AWS's documents (ADR 0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orgkit.snapshot.sources import SOURCES
from orgkit.terms import SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH

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
# What the above narrow to resources is granted there only.
_NARROWED = {a for grant in (OWN_ROLES, OWN_RIGHTS, MEMBERS) for a in grant.actions}


def _reads(thorough: bool, *also: str) -> tuple[str, ...]:
    """Collect the reads of a snapshot, from the one table that has them."""
    of_sources = {a for s in SOURCES.values() if s.thorough is thorough for a in s.actions}
    return tuple(sorted({*of_sources, *also} - _NARROWED))


LOOK = Grant("Look", _reads(False, "organizations:DescribeOrganization"))
SURROUNDINGS = Grant("LookAround", _reads(True))
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
# Accepting makes the role where it is missing, in the name of who accepts.
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
