"""Reads in member accounts through a role: is the service-linked role there, may this one accept?

Never a write.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from orgkit.aws.answers import quoted, understood
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import explained
from orgkit.snapshot.ask import Ask, Rows
from orgkit.snapshot.surroundings import evaluations, missing_context, role_in
from orgkit.terms import SERVICE_LINKED_ROLE, Decision

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
    credentials = session.get("Credentials") or {}
    if not all(isinstance(credentials.get(key), str) for key in _KEYS):
        why = f"{role_arn}: the answer to sts:AssumeRole holds no credentials."
        return row | {"reachable": None, "why": why}
    iam = organization.client_as("iam", credentials)
    may, unknown = _may_accept(iam, role_arn)
    told = {"reachable": True, "may_accept": may, "may_not_known": unknown or None}
    return row | told | _service_linked_role(iam)


_KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")


def _may_accept(iam: Any, role_arn: str) -> tuple[bool | None, str]:
    """Ask IAM whether the role could approve there; None where IAM does not tell, with why."""
    operation = "SimulatePrincipalPolicy"
    try:
        with explained(operation), understood(operation):
            answer = iam.simulate_principal_policy(
                PolicySourceArn=role_arn, ActionNames=["organizations:AcceptHandshake"]
            )
        found = evaluations(answer)
    except OrgkitError as error:
        return None, f"iam:{operation}: {error.problem}"
    return _decided(found)


def _decided(found: Rows) -> tuple[bool | None, str]:
    keys = ", ".join(filter(None, (missing_context(each) for each in found)))
    if keys:
        return None, f"IAM lacked the condition keys {keys}."
    decisions = [each.get("EvalDecision") for each in found]
    strange = [d for d in decisions if d not in set(Decision)]
    if strange or not decisions:
        return None, f"IAM decided {quoted(strange[0] if strange else '')}."
    return all(d == Decision.ALLOWED for d in decisions), ""


def _service_linked_role(iam: Any) -> dict[str, Any]:
    try:
        with explained("GetRole"), understood("GetRole"):
            role_in(iam.get_role(RoleName=SERVICE_LINKED_ROLE))
    except OrgkitError as error:
        # That it does not exist is an answer; that it may not be asked is none.
        if getattr(error, "code", "") in ("NoSuchEntity", "NoSuchEntityException"):
            return {"service_linked_role": False}
        return {"why": f"iam:GetRole was refused: {error.problem}"}
    return {"service_linked_role": True}
