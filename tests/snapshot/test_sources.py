"""A thorough look: what surrounds the process, and what was refused, by the missing permission."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.aws import Caller
from orgkit.checks import CHECKS
from orgkit.migration import state
from orgkit.snapshot import snapshot
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import PARTS, SIMULATED, role_name
from tests.support.fake_aws import FakeAws, error, lists
from tests.support.make import ADMIN, MANAGEMENT, aws_account, memory_of

ROLE = {"Role": {"Arn": f"arn:aws:iam::{MANAGEMENT}:role/team/Admin"}}
BILLING = error("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
AROUND: dict[str, Any] = {
    "ListDelegatedAdministrators": BILLING,
    "ListAWSServiceAccessForOrganization": BILLING,
    "ListInboundResponsibilityTransfers": {
        "ResponsibilityTransfers": [{"Id": "rt-1", "Status": "REQUESTED"}]
    },
    "ListOutboundResponsibilityTransfers": {"ResponsibilityTransfers": []},
    "DescribeTrails": {
        "trailList": [{"Name": "main", "HomeRegion": "us-east-1", "IsMultiRegionTrail": True}]
    },
    "ListServiceQuotas": {
        "Quotas": [
            {"QuotaName": "Default maximum number of accounts in an organization", "Value": 10.0}
        ]
    },
    "GetRole": ROLE,
    "SimulatePrincipalPolicy": {
        "EvaluationResults": [{"EvalActionName": a, "EvalDecision": "allowed"} for a in SIMULATED]
    },
    "DescribeSeverityLevels": {"severityLevels": []},
}
DENIALS = [
    ("ListDelegatedAdministrators", "delegated", "organizations:ListDelegatedAdministrators"),
    ("ListAWSServiceAccessForOrganization", "trusted", "ListAWSServiceAccessForOrganization"),
    ("ListOutboundResponsibilityTransfers", "transfers", "ListOutboundResponsibilityTransfers"),
    ("DescribeTrails", "trails", "cloudtrail:DescribeTrails"),
    ("ListServiceQuotas", "quotas", "servicequotas:ListServiceQuotas"),
    ("SimulatePrincipalPolicy", "permissions", "iam:SimulatePrincipalPolicy"),
    ("GetRole", "management_role", "iam:GetRole"),
    ("GetRole", "permissions", "iam:GetRole"),
    ("DescribeSeverityLevels", "support", "support:DescribeSeverityLevels"),
]


def aws(**answers: Any) -> FakeAws:
    """An AWS that answers a thorough look."""
    return FakeAws({**lists([aws_account(MANAGEMENT)]), **AROUND, **answers})


def look(fake: FakeAws, **options: Any) -> Snapshot:
    """One thorough look."""
    return snapshot.take(fake.organization(), **({"thorough": True} | options))


def test_a_thorough_look_reads_the_surroundings() -> None:
    """Each part lands in its table; billing mode means that there are no delegated ones."""
    seen = look(aws())
    assert seen.thorough
    assert seen.unreadable == {}
    assert seen.delegated.empty
    assert seen.trusted.empty
    assert seen.transfers["transfer_id"].tolist() == ["rt-1"]
    assert seen.trails["name"].tolist() == ["main"]
    assert seen.quotas["value"].tolist() == [10.0]
    assert seen.permissions["action"].tolist() == list(SIMULATED)
    facts = {name: seen.setting(name) for name in ("management_role", "support", "state_modelled")}
    assert facts == {"management_role": "present", "support": "business", "state_modelled": "yes"}


def test_a_quick_look_asks_nothing_of_it() -> None:
    """Monitoring needs fewer permissions than the pre-checks."""
    fake = aws()
    seen = look(fake, thorough=False)
    assert not set(AROUND) & set(fake.operations())
    assert not seen.thorough
    assert Snapshot.from_json(seen.to_json()).to_json() == seen.to_json()


def test_a_look_of_an_older_version_can_still_be_read() -> None:
    """The record outlives the program: tables that it lacks are empty."""
    told = look(aws()).to_json()
    for name in ("trails", "quotas", "settings"):
        del told["tables"][name]
    del told["thorough"]
    old = Snapshot.from_json(told)
    assert old.trails.empty
    assert not old.thorough


@pytest.mark.parametrize(("operation", "part", "action"), DENIALS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "AccessDenied"])
def test_a_denied_part_is_unknown_with_the_permission_named(
    operation: str, part: str, action: str, code: str
) -> None:
    """Never a pass and never a failure: UNKNOWN, and what to ask for."""
    seen = look(aws(**{operation: error(code)}))
    assert f"{action} was denied" in seen.unreadable[part]
    view = state.assess(seen, memory_of(seen))
    for check in CHECKS.values():
        if part in check.reads:
            (finding,) = check.findings(view)
            assert finding.verdict == "UNKNOWN"
            assert action in finding.text


def test_every_part_was_denied_once() -> None:
    """No part of a thorough look is left out above."""
    assert {part for _, part, _ in DENIALS} == set(PARTS)


def test_an_endpoint_that_does_not_offer_a_call_is_unknown_too() -> None:
    """The simulator answers 501 to what it does not have."""
    seen = look(aws(ListServiceQuotas=error("501")))
    assert "does not offer the call" in seen.unreadable["quotas"]


def test_a_missing_role_of_management_is_a_finding() -> None:
    """That it does not exist is an answer; that it may not be asked is none."""

    def roles(asked: dict[str, Any]) -> dict[str, Any]:
        return ROLE if asked.get("RoleName") == "Admin" else error("NoSuchEntity")

    seen = look(aws(GetRole=roles))
    assert seen.setting("management_role") == "missing"
    assert "permissions" not in seen.unreadable


def test_no_subscription_means_a_basic_plan() -> None:
    """AWS tells the plan by refusing."""
    assert look(aws(DescribeSeverityLevels=error("SubscriptionRequiredException"))).setting(
        "support"
    ) == ("basic")


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        (ADMIN, "Admin"),
        (f"arn:aws:iam::{MANAGEMENT}:user/team/ada", ""),
        (f"arn:aws:iam::{MANAGEMENT}:root", ""),
    ],
)
def test_the_role_behind_a_session_is_found(arn: str, role: str) -> None:
    """IAM's simulation wants the role, not the session; a user is its own principal."""
    assert role_name(Caller(MANAGEMENT, arn)) == role


def test_the_simulation_is_asked_about_the_role_with_its_path() -> None:
    """A session's ARN leaves the path of its role out, so IAM is asked for it."""
    fake = aws()
    look(fake)
    asked = dict(fake.sent)["SimulatePrincipalPolicy"]
    assert asked["PolicySourceArn"] == ROLE["Role"]["Arn"]
