"""A thorough look: what surrounds the process, and what was refused, by the missing permission."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from orgkit.aws import Caller
from orgkit.checks import CHECKS
from orgkit.migration import state
from orgkit.snapshot import snapshot
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import SOURCES, NotRead
from orgkit.snapshot.surroundings import SIMULATED, role_name
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
    facts = {name: seen.setting(name) for name in ("management_role", "support")}
    assert facts == {"management_role": "present", "support": "business"}
    assert seen.setting("sdk", "state_modelled") == "yes"


def test_a_quick_look_asks_nothing_of_it() -> None:
    """Monitoring needs fewer permissions than the pre-checks."""
    fake = aws()
    seen = look(fake, thorough=False)
    assert not set(AROUND) & set(fake.operations())
    assert not seen.thorough
    assert Snapshot.from_json(seen.to_json()).to_json() == seen.to_json()


def test_a_look_of_an_older_version_can_still_be_read() -> None:
    """The journal outlives the program: a table that it lacks was not read, which is not empty."""
    told = look(aws()).to_json()
    for name in ("trails", "quotas", "settings"):
        del told["tables"][name]
    del told["thorough"]
    old = Snapshot.from_json(told)
    assert not old.thorough
    for part in ("trails", "quotas", "sdk", "support"):
        with pytest.raises(NotRead, match="did not ask"):
            old.part(part)
    assert not old.accounts.empty


def test_a_failure_that_the_journal_kept_is_not_read_again() -> None:
    """Its words, its part and its permissions come back, and the JSON is the same."""
    seen = look(aws(DescribeTrails=error("AccessDenied"), ListServiceQuotas=error("New")))
    old = Snapshot.from_json(seen.to_json())
    assert old.to_json() == seen.to_json()
    for part in ("trails", "quotas"):
        with pytest.raises(NotRead) as caught:
            old.part(part)
        before = seen.failed[part]
        assert (caught.value.why, caught.value.do_this) == (before.why, before.do_this)
        assert (caught.value.part, caught.value.actions) == (part, SOURCES[part].actions)


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
    assert {part for _, part, _ in DENIALS} == {s.part for s in SOURCES.values() if s.thorough}


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


@pytest.mark.parametrize(("operation", "part", "action"), DENIALS)
def test_an_optional_read_that_fails_in_an_unknown_way_ends_nothing(
    operation: str, part: str, action: str
) -> None:
    """Everything else is kept; this part was not read, with AWS's own text."""
    seen = look(aws(**{operation: error("BrandNewException", message="Try the new thing.")}))
    assert "BrandNewException" in seen.unreadable[part]
    assert "Try the new thing." in seen.unreadable[part]
    assert action in seen.unreadable[part]
    assert not seen.accounts.empty
    (finding,) = {
        f.text: f
        for check in CHECKS.values()
        if part in check.reads
        for f in check.findings(state.assess(seen, memory_of(seen)))
    }.values()
    assert (finding.verdict, finding.do_this) == ("UNKNOWN", "Look it up by hand.")


def test_a_required_read_that_fails_in_an_unknown_way_is_loud() -> None:
    """Without the accounts nothing can be said, and nobody shall believe that it was."""
    with pytest.raises(ClientError, match="BrandNewException"):
        look(aws(ListAccounts=error("BrandNewException")))
