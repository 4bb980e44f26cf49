"""Looking into member accounts: one that cannot be read never hides the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orgkit.aws import connect
from orgkit.sim.server.serve import Service
from orgkit.snapshot import snapshot
from orgkit.snapshot.ask import Ask
from orgkit.snapshot.members import members
from orgkit.snapshot.sources import NotRead
from orgkit.terms import ACCESS_ROLE
from tests.support.fake_aws import FakeAws, error, lists
from tests.support.make import MANAGEMENT, aws_account

KEYS = {
    "AccessKeyId": "a",
    "SecretAccessKey": "b",
    "SessionToken": "c",
    "Expiration": "2099-12-31T00:00:00Z",
}


ALLOWED = {"EvaluationResults": [{"EvalActionName": "x", "EvalDecision": "allowed"}]}
DENIED = {"EvaluationResults": [{"EvalActionName": "x", "EvalDecision": "implicitDeny"}]}


def look(
    role: dict[str, Any],
    assumed: dict[str, Any] | None = None,
    simulated: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of one account whose three calls are answered like this."""
    answers: dict[str, Any] = {
        "AssumeRole": assumed or {"Credentials": KEYS},
        "GetRole": role,
        "SimulatePrincipalPolicy": simulated or ALLOWED,
    }
    aws = FakeAws(answers)
    return members(Ask(aws.organization(), "Looker", members=("222222222222",)))[0]


def test_without_a_role_nobody_is_looked_into() -> None:
    """The default asks nothing of the members, and so knows nothing of them."""
    aws = FakeAws(lists([aws_account(MANAGEMENT), aws_account("222222222222")]))
    seen = snapshot.take(aws.organization())
    assert "AssumeRole" not in aws.operations()
    with pytest.raises(NotRead, match="No role was given"):
        seen.members.empty  # noqa: B018 - asking is what raises
    assert seen.unreadable == {}


def test_without_the_list_of_accounts_nobody_is_looked_into() -> None:
    """Who would have to be looked into is not known, which is not nobody."""
    aws = FakeAws(lists() | {"ListAccounts": error("AccessDeniedException")})
    seen = snapshot.take(aws.organization(), "Looker")
    with pytest.raises(NotRead, match="organizations:ListAccounts was denied"):
        seen.members.empty  # noqa: B018
    assert set(seen.unreadable) == {"accounts", "members"}


@pytest.mark.parametrize(
    ("role", "there", "why"),
    [
        ({"Role": {}}, True, ""),
        (error("NoSuchEntity"), False, ""),
        (error("NoSuchEntityException"), False, ""),
        (error("AccessDenied"), None, "iam:GetRole was refused: AWS denied this call."),
    ],
)
def test_the_service_linked_role_is_there_missing_or_unknown(
    role: dict[str, Any], there: bool | None, why: str
) -> None:
    """A refusal is unknown, never a missing role."""
    row = look(role)
    assert (row["reachable"], row["service_linked_role"], row["why"]) == (True, there, why)


@pytest.mark.parametrize(
    ("simulated", "may"), [(ALLOWED, True), (DENIED, False), (error("AccessDenied"), None)]
)
def test_whether_the_role_may_accept_is_asked_of_iam(simulated: Any, may: bool | None) -> None:
    """A refusal of the question is unknown, never a no."""
    assert look({"Role": {}}, simulated=simulated)["may_accept"] is may


def test_an_account_that_cannot_be_entered_says_why() -> None:
    """Neither present nor missing: unknown, with the role that was tried."""
    row = look({}, error("AccessDenied"))
    assert (row["reachable"], row["service_linked_role"]) == (False, None)
    assert "arn:aws:iam::222222222222:role/Looker could not be assumed (sts:" in row["why"]


def test_the_partition_is_the_callers() -> None:
    """China and others spell ARNs with their own partition."""
    aws = FakeAws({"AssumeRole": error("AccessDenied")})
    organization = aws.organization()
    arn = organization.caller.arn.replace("arn:aws:", "arn:aws-cn:")
    organization.caller = type(organization.caller)(organization.caller.account_id, arn)
    (row,) = members(Ask(organization, "L", members=("222222222222",)))
    assert row["why"].startswith("arn:aws-cn:iam::")


def test_one_locked_account_does_not_hide_the_others(
    simulator: Callable[..., Service],
) -> None:
    """On acme one account has no role to enter by, another lacks the service-linked role."""
    simulator("acme")
    accounts = ("101010101010", "404040404040", "444444444444")
    asked = members(Ask(connect(), ACCESS_ROLE, members=accounts))
    rows = {r["account_id"]: r for r in asked}
    assert tuple(rows) == accounts
    assert rows["101010101010"]["service_linked_role"] is True
    assert rows["404040404040"]["service_linked_role"] is False
    assert rows["444444444444"]["reachable"] is False
