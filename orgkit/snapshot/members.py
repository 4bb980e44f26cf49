"""Reads in member accounts through a role: is the service-linked role there, may this one accept?

Never a write.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from orgkit.aws.answers import listed, understood
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import explained
from orgkit.snapshot.ask import Ask, Rows
from orgkit.terms import SERVICE_LINKED_ROLE

if TYPE_CHECKING:
    from orgkit.aws import Organization

_SIDE_BY_SIDE = 16  # as many connections as the pool of one client holds


def members(ask: Ask) -> Rows:
    """Read each account through a role: one row an account, None meaning unknown, with why.

    One account that cannot be read never hides the others.
    """
    partition = ask.organization.caller.arn.split(":")[1]

    def one(account_id: str) -> dict[str, Any]:
        arn = f"arn:{partition}:iam::{account_id}:role/{ask.member_role}"
        return _look(ask.organization, account_id, arn)

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return list(pool.map(one, ask.members))


def _look(organization: Organization, account_id: str, role_arn: str) -> dict[str, Any]:
    row: dict[str, Any] = {"account_id": account_id, "service_linked_role": None, "why": ""}
    try:
        session = organization.call(
            "AssumeRole", service="sts", RoleArn=role_arn, RoleSessionName="orgkit-look"
        )
    except OrgkitError as error:
        why = f"{role_arn} could not be assumed (sts:AssumeRole): {error.problem}"
        return row | {"reachable": False, "why": why}
    iam = organization.client_as("iam", session["Credentials"])
    may = _may_accept(iam, role_arn)
    return row | {"reachable": True, "may_accept": may} | _service_linked_role(iam)


def _may_accept(iam: Any, role_arn: str) -> bool | None:
    """Ask IAM whether the role could approve in that account; None where IAM does not tell."""
    try:
        with explained("SimulatePrincipalPolicy"), understood("SimulatePrincipalPolicy"):
            answer = iam.simulate_principal_policy(
                PolicySourceArn=role_arn, ActionNames=["organizations:AcceptHandshake"]
            )
    except OrgkitError:
        return None
    return all(r["EvalDecision"] == "allowed" for r in answer["EvaluationResults"])


def _service_linked_role(iam: Any) -> dict[str, Any]:
    try:
        with explained("GetRole"), understood("GetRole"):
            iam.get_role(RoleName=SERVICE_LINKED_ROLE)
    except OrgkitError as error:
        # That it does not exist is an answer; that it may not be asked is none.
        if getattr(error, "code", "") in ("NoSuchEntity", "NoSuchEntityException"):
            return {"service_linked_role": False}
        return {"why": f"iam:GetRole was refused: {error.problem}"}
    return {"service_linked_role": True}
