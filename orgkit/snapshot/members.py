"""Looking into member accounts through a role: is the service-linked role there, and may this role
accept? Never a write.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from orgkit.aws.gateway import Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import explained
from orgkit.terms import SERVICE_LINKED_ROLE

_SIDE_BY_SIDE = 16  # as many connections as the pool of one client holds


def look_into(
    organization: Organization, account_ids: Iterable[str], role_name: str
) -> list[dict[str, Any]]:
    """One row an account: `AccountId`, `Reachable`, `ServiceLinkedRole`, `MayAccept`, `Why`.

    One account that cannot be read never hides the others. None means unknown, with why.
    """
    if not role_name:
        return []
    partition = organization.caller.arn.split(":")[1]

    def one(account_id: str) -> dict[str, Any]:
        arn = f"arn:{partition}:iam::{account_id}:role/{role_name}"
        return _look(organization, account_id, arn)

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return list(pool.map(one, account_ids))


def _look(organization: Organization, account_id: str, role_arn: str) -> dict[str, Any]:
    row: dict[str, Any] = {"AccountId": account_id, "Reachable": None, "ServiceLinkedRole": None}
    try:
        session = organization.call(
            "AssumeRole", service="sts", RoleArn=role_arn, RoleSessionName="orgkit-look"
        )
    except OrgkitError as error:
        return {
            **row,
            "Reachable": False,
            "Why": f"{role_arn} could not be assumed (sts:AssumeRole): {error.problem}",
        }
    iam = organization.client_as("iam", session["Credentials"])
    may = _may_accept(iam, role_arn)
    return {**row, "Reachable": True, "MayAccept": may, **_service_linked_role(iam)}


def _may_accept(iam: Any, role_arn: str) -> bool | None:
    """Whether the role could approve in that account; None where IAM does not tell."""
    try:
        with explained("SimulatePrincipalPolicy"):
            answer = iam.simulate_principal_policy(
                PolicySourceArn=role_arn, ActionNames=["organizations:AcceptHandshake"]
            )
    except OrgkitError:
        return None
    return all(r["EvalDecision"] == "allowed" for r in answer["EvaluationResults"])


def _service_linked_role(iam: Any) -> dict[str, Any]:
    try:
        with explained("GetRole"):
            iam.get_role(RoleName=SERVICE_LINKED_ROLE)
    except OrgkitError as error:
        if getattr(error, "code", "") in ("NoSuchEntity", "NoSuchEntityException"):
            return {"ServiceLinkedRole": False, "Why": ""}
        return {"Why": f"iam:GetRole was refused: {error.problem}"}
    return {"ServiceLinkedRole": True, "Why": ""}
