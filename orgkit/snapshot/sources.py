"""What surrounds the process in the management account: read by a thorough look, part by part.

Each part may be denied, or not be offered where we ask; then it is named as not read, with the
permission that is missing, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import pandas as pd

from orgkit.aws.gateway import Caller, Organization
from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.snapshot import tables as snapshot_tables
from orgkit.terms import SERVICE_LINKED_ROLE

Rows = list[dict[str, Any]]
DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# What one caller may need to bring the process to its end; asked of IAM's own simulation.
SIMULATED = (
    "organizations:EnableAllFeatures",
    "organizations:CancelHandshake",
    "organizations:AcceptHandshake",
)


def _in_billing_mode(error: AwsError) -> bool:
    return (error.reason or "").startswith("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")


def _or_none_yet(organization: Organization, operation: str, key: str) -> Rows:
    """A list that only an organization with all features has: refused means empty."""
    try:
        return organization.pages(operation, key)
    except AwsError as error:
        if _in_billing_mode(error):
            return []
        raise


def _delegated(organization: Organization) -> Rows:
    found = _or_none_yet(organization, "ListDelegatedAdministrators", "DelegatedAdministrators")
    return [{"account_id": item["Id"], "name": item.get("Name")} for item in found]


def _trusted(organization: Organization) -> Rows:
    operation = "ListAWSServiceAccessForOrganization"
    found = _or_none_yet(organization, operation, "EnabledServicePrincipals")
    return [{"service_principal": item["ServicePrincipal"]} for item in found]


def _transfers(organization: Organization) -> Rows:
    return [
        {"transfer_id": item.get("Id"), "direction": direction, "status": item.get("Status")}
        for direction, operation in (
            ("inbound", "ListInboundResponsibilityTransfers"),
            ("outbound", "ListOutboundResponsibilityTransfers"),
        )
        for item in organization.pages(operation, "ResponsibilityTransfers", Type="BILLING")
    ]


def _trails(organization: Organization) -> Rows:
    found = organization.call("DescribeTrails", service="cloudtrail")["trailList"]
    return [
        {
            "name": item.get("Name"),
            "home_region": item.get("HomeRegion"),
            "multi_region": item.get("IsMultiRegionTrail"),
        }
        for item in found
    ]


def _quotas(organization: Organization) -> Rows:
    found = organization.pages(
        "ListServiceQuotas", "Quotas", service="service-quotas", ServiceCode="organizations"
    )
    return [{"name": item.get("QuotaName"), "value": item.get("Value")} for item in found]


def _permissions(organization: Organization) -> Rows:
    answer = organization.call(
        "SimulatePrincipalPolicy",
        service="iam",
        PolicySourceArn=_principal(organization),
        ActionNames=list(SIMULATED),
    )
    return [
        {"action": item["EvalActionName"], "decision": item["EvalDecision"]}
        for item in answer["EvaluationResults"]
    ]


def _principal(organization: Organization) -> str:
    """The ARN that IAM knows the caller by: a session's ARN leaves out the path of its role."""
    arn = organization.caller.arn
    role = role_name(organization.caller)
    if not role:
        return arn
    answer = organization.call("GetRole", service="iam", RoleName=role)
    return str(answer["Role"]["Arn"])


def role_name(caller: Caller) -> str:
    """The role behind a session, or "" for a user."""
    kind, _, rest = caller.arn.split(":", 5)[5].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else ""


def _management_role(organization: Organization) -> Rows:
    try:
        organization.call("GetRole", service="iam", RoleName=SERVICE_LINKED_ROLE)
    except AwsError as error:
        if error.code in ("NoSuchEntity", "NoSuchEntityException"):
            return [{"name": "management_role", "value": "missing"}]
        raise
    return [{"name": "management_role", "value": "present"}]


def _support(organization: Organization) -> Rows:
    try:
        organization.call("DescribeSeverityLevels", service="support")
    except AwsError as error:
        if error.code == "SubscriptionRequiredException":
            return [{"name": "support", "value": "basic"}]
        raise
    return [{"name": "support", "value": "business"}]


Read = Callable[[Organization], Rows]
# Part: the table its rows go to, the IAM action that it needs, how it is read.
PARTS: Mapping[str, tuple[str, str, Read]] = {
    "delegated": ("delegated", "organizations:ListDelegatedAdministrators", _delegated),
    "trusted": ("trusted", "organizations:ListAWSServiceAccessForOrganization", _trusted),
    "transfers": (
        "transfers",
        "organizations:ListInboundResponsibilityTransfers, "
        "organizations:ListOutboundResponsibilityTransfers",
        _transfers,
    ),
    "trails": ("trails", "cloudtrail:DescribeTrails", _trails),
    "quotas": ("quotas", "servicequotas:ListServiceQuotas", _quotas),
    "permissions": ("permissions", "iam:SimulatePrincipalPolicy, iam:GetRole", _permissions),
    "management_role": ("settings", "iam:GetRole", _management_role),
    "support": ("settings", "support:DescribeSeverityLevels", _support),
}


def of_the_sdk(organization: Organization) -> Rows:
    """The botocore that reads, and whether it knows the members that replaced retired ones."""
    model = organization.client("organizations").meta.service_model
    modelled = "State" in model.shape_for("Account").members
    return [
        {"name": "botocore", "value": version("botocore")},
        {"name": "state_modelled", "value": "yes" if modelled else "no"},
    ]


def read(organization: Organization, part: str, unreadable: dict[str, str]) -> Rows:
    """The rows of one part, or none and a note of why."""
    _, action, ask = PARTS[part]
    try:
        return ask(organization)
    except OrgkitError as error:
        code = getattr(error, "code", "")
        why = "was denied" if code in DENIED else f"was not answered ({error.problem})"
        unreadable[part] = f"{_missing(error, action)} {why}"
        return []


def _missing(error: OrgkitError, actions: str) -> str:
    """The one action of a part that failed."""
    operation = str(getattr(error, "operation", ""))
    return next((a for a in actions.split(", ") if a.endswith(f":{operation}")), actions)


def tables(rows: Mapping[str, Rows]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The frames of a thorough look, from the rows of its parts."""
    for name in dict.fromkeys(table for table, _, _ in PARTS.values()):
        own = [row for part in PARTS if PARTS[part][0] == name for row in rows.get(part, [])]
        if name == "settings":
            own += rows.get("sdk", [])
        yield name, snapshot_tables.frame(own, snapshot_tables.SCHEMAS[name])
