"""Read what surrounds the process: other services, rights of the caller, the installed SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orgkit.aws.answers import listed, part
from orgkit.errors.exceptions import AwsError
from orgkit.snapshot.ask import Ask, Rows
from orgkit.terms import SERVICE_LINKED_ROLE

if TYPE_CHECKING:
    from orgkit.aws import Caller, Organization


def _or_none_yet(ask: Ask, operation: str, key: str) -> Rows:
    """List what only an organization with all features has: refused for that means none."""
    try:
        return ask.organization.pages(operation, key)
    except AwsError as error:
        if (error.reason or "").startswith("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"):
            return []
        raise


def delegated(ask: Ask) -> Rows:
    """List the delegated administrators."""
    found = _or_none_yet(ask, "ListDelegatedAdministrators", "DelegatedAdministrators")
    return [{"account_id": item.get("Id"), "name": item.get("Name")} for item in found]


def trusted(ask: Ask) -> Rows:
    """List the services with trusted access."""
    operation = "ListAWSServiceAccessForOrganization"
    found = _or_none_yet(ask, operation, "EnabledServicePrincipals")
    return [{"service_principal": item.get("ServicePrincipal")} for item in found]


def transfers(ask: Ask) -> Rows:
    """List the transfers of billing, in both directions."""
    return [
        {"transfer_id": item.get("Id"), "direction": direction, "status": item.get("Status")}
        for direction, operation in (
            ("inbound", "ListInboundResponsibilityTransfers"),
            ("outbound", "ListOutboundResponsibilityTransfers"),
        )
        for item in ask.organization.pages(operation, "ResponsibilityTransfers", Type="BILLING")
    ]


def trails(ask: Ask) -> Rows:
    """List the trails of CloudTrail."""
    answer = ask.organization.call("DescribeTrails", service="cloudtrail")
    return [
        {
            "name": item.get("Name"),
            "home_region": item.get("HomeRegion"),
            "multi_region": item.get("IsMultiRegionTrail"),
        }
        for item in listed("DescribeTrails", "trailList", answer)
    ]


def quotas(ask: Ask) -> Rows:
    """List the quotas of AWS Organizations."""
    found = ask.organization.pages(
        "ListServiceQuotas", "Quotas", service="service-quotas", ServiceCode="organizations"
    )
    return [{"name": item.get("QuotaName"), "value": item.get("Value")} for item in found]


# What one caller may need to bring the process to its end; asked of IAM's own simulation.
SIMULATED = (
    "organizations:EnableAllFeatures",
    "organizations:CancelHandshake",
    "organizations:AcceptHandshake",
)


def permissions(ask: Ask) -> Rows:
    """Ask IAM's own simulation what the caller may do in this process."""
    answer = ask.organization.call(
        "SimulatePrincipalPolicy",
        service="iam",
        PolicySourceArn=_principal(ask.organization),
        ActionNames=list(SIMULATED),
    )
    told = {item.get("EvalActionName"): item for item in evaluations(answer)}
    # An action that IAM says nothing of stays in the table: nothing is neither yes nor no.
    return [
        {
            "action": action,
            "decision": told.get(action, {}).get("EvalDecision"),
            "missing_context": missing_context(told.get(action, {})),
        }
        for action in SIMULATED
    ]


def evaluations(answer: Mapping[str, Any]) -> Rows:
    """Take what IAM's simulation says of each action. Raises `StrangeAnswer` where it is none."""
    return listed("SimulatePrincipalPolicy", "EvaluationResults", answer)


def missing_context(evaluation: Mapping[str, Any]) -> str | None:
    """Name the condition keys that IAM lacked: without these its decision is half an answer."""
    return ", ".join(str(key) for key in evaluation.get("MissingContextValues") or ()) or None


def _principal(organization: Organization) -> str:
    """Find the ARN that IAM knows the caller by: a session's leaves out the path of its role."""
    arn = organization.caller.arn
    role = role_name(organization.caller)
    if not role:
        return arn
    answer = organization.call("GetRole", service="iam", RoleName=role)
    return str(role_in(answer).get("Arn") or arn)


def role_in(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the role that GetRole gives. Raises `StrangeAnswer` where there is none."""
    return part("GetRole", "Role", answer)


def role_name(caller: Caller) -> str:
    """Name the role behind a session, or "" for a user."""
    kind, _, rest = caller.arn.split(":", 5)[5].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else ""


def management_role(ask: Ask) -> Rows:
    """Tell whether the management account has the service-linked role."""
    try:
        role_in(ask.organization.call("GetRole", service="iam", RoleName=SERVICE_LINKED_ROLE))
    except AwsError as error:
        # That it does not exist is an answer; any other refusal is none.
        if error.code in ("NoSuchEntity", "NoSuchEntityException"):
            return [{"name": "management_role", "value": "missing"}]
        raise
    return [{"name": "management_role", "value": "present"}]


def support(ask: Ask) -> Rows:
    """Tell the support plan of the management account."""
    try:
        answer = ask.organization.call("DescribeSeverityLevels", service="support")
        listed("DescribeSeverityLevels", "severityLevels", answer)
    except AwsError as error:
        if error.code == "SubscriptionRequiredException":  # AWS tells the plan by refusing
            return [{"name": "support", "value": "basic"}]
        raise
    return [{"name": "support", "value": "business"}]


def sdk(ask: Ask) -> Rows:
    """Tell which botocore reads, and whether it knows the members that replaced retired ones."""
    from importlib.metadata import version

    model = ask.organization.client("organizations").meta.service_model
    # Without this member botocore drops what replaced the retired `Status`.
    modelled = "State" in model.shape_for("Account").members
    return [
        {"name": "botocore", "value": version("botocore")},
        {"name": "state_modelled", "value": "yes" if modelled else "no"},
    ]
