"""Invitations: targets, refusals, the e-mail party, joining."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.sim_walk import INVITED, MANAGEMENT, NOBODY, OUTSIDE, SMALL, Walk

Make = Callable[..., Walk]
BY_ID = {"Type": "ACCOUNT", "Id": OUTSIDE}
BY_EMAIL = {"Type": "EMAIL", "Id": "out@other.example.com"}


def invite(walk: Walk, target: dict, **more: object) -> dict:
    """Invite and give the handshake."""
    answer = walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target, **more)
    return dict(answer["Handshake"])


def test_shape(walk: Walk) -> None:
    """An invitation names the inviter and the feature set inside its organization resource."""
    shown = invite(walk, BY_ID, Notes="Welcome")
    assert (shown["Action"], shown["State"]) == ("INVITE", "OPEN")
    assert "/invite/h-" in shown["Arn"]
    resources = {r["Type"]: r for r in shown["Resources"]}
    inner = {r["Type"]: r["Value"] for r in resources["ORGANIZATION"]["Resources"]}
    assert inner == {
        "MASTER_EMAIL": "billing@small.example.com",
        "MASTER_NAME": "Billing",
        "ORGANIZATION_FEATURE_SET": "CONSOLIDATED_BILLING",
    }
    assert resources["NOTES"]["Value"] == "Welcome"


def test_by_email_the_party_becomes_an_account(walk: Walk) -> None:
    """The recipient is found by its address, and its answer reveals the account."""
    shown = invite(walk, BY_EMAIL)
    assert {"Id": BY_EMAIL["Id"], "Type": "EMAIL"} in shown["Parties"]
    answered = walk.answer(OUTSIDE, "Decline")
    assert {"Id": OUTSIDE, "Type": "ACCOUNT"} in answered["Parties"]


@pytest.mark.parametrize("target", [BY_ID, BY_EMAIL])
def test_joining(walk: Walk, target: dict) -> None:
    """The account becomes a member, INVITED, today, with the service-linked role."""
    walk.advance("3d")
    invite(walk, target)
    walk.answer(OUTSIDE, "Accept")
    shown = walk.call(MANAGEMENT, "DescribeAccount", AccountId=OUTSIDE)["Account"]
    assert shown["JoinedMethod"] == "INVITED"
    assert shown["JoinedTimestamp"] == walk.world.now.timestamp()
    assert walk.world.accounts[OUTSIDE].service_linked_role


def test_an_account_that_no_scenario_names_may_join(walk: Walk) -> None:
    """Every twelve digits are somebody's account."""
    invite(walk, {"Type": "ACCOUNT", "Id": NOBODY})
    assert walk.answer(NOBODY, "Accept")["State"] == "ACCEPTED"
    assert walk.call(MANAGEMENT, "DescribeAccount", AccountId=NOBODY)["Account"]["Id"] == NOBODY


def test_duplicates(walk: Walk) -> None:
    """A live invitation is not sent twice, but again after it was answered."""
    invite(walk, BY_ID)
    refused = walk.refused(MANAGEMENT, "InviteAccountToOrganization", Target=BY_ID)
    assert refused == "DuplicateHandshakeException"
    walk.answer(OUTSIDE, "Decline")
    assert invite(walk, BY_ID)["State"] == "OPEN"


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ({"Type": "ACCOUNT", "Id": "12345"}, "InvalidInputException/INVALID_PATTERN_TARGET_ID"),
        ({"Type": "EMAIL", "Id": "nobody"}, "InvalidInputException/INVALID_EMAIL_ADDRESS_TARGET"),
        (
            {"Type": "ORGANIZATION", "Id": "o-other12345"},
            "InvalidInputException/INVALID_PARTY_TYPE_TARGET",
        ),
        (
            {"Type": "ACCOUNT", "Id": INVITED},
            "HandshakeConstraintViolationException/ALREADY_IN_AN_ORGANIZATION",
        ),
    ],
)
def test_bad_targets(walk: Walk, target: dict, error: str) -> None:
    """Each unusable target has an error of its own."""
    assert walk.refused(MANAGEMENT, "InviteAccountToOrganization", Target=target) == error


def test_trap_error_and_yet_accepted(walk_with: Make) -> None:
    """Seen on AWS: accepting inside another organization fails, and the handshake is ACCEPTED."""
    walk = walk_with({"outside": [SMALL["outside"][0] | {"in_other_organization": True}]})
    invitation = invite(walk, BY_ID)["Id"]
    refused = walk.refused(OUTSIDE, "AcceptHandshake", HandshakeId=invitation)
    assert refused.endswith("/ALREADY_IN_AN_ORGANIZATION")
    assert walk.state(invitation) == "ACCEPTED"
    assert not walk.world.accounts[OUTSIDE].member


def test_during_the_process(walk: Walk) -> None:
    """It offers ALL, and joining is consent: no request follows."""
    parent = walk.begin()
    shown = invite(walk, BY_ID)
    inner = shown["Resources"][0]["Resources"]
    assert {"Type": "ORGANIZATION_FEATURE_SET", "Value": "ALL"} in inner
    walk.answer(OUTSIDE, "Accept")
    assert OUTSIDE not in walk.world.outstanding
    assert walk.state(parent) == "REQUESTED"


def test_may_be_refused_during_the_process(walk_with: Make) -> None:
    """The older rule still has an error code, so it is a switch."""
    walk = walk_with(invites_during_process="refused")
    walk.begin()
    refused = walk.refused(MANAGEMENT, "InviteAccountToOrganization", Target=BY_ID)
    assert refused.endswith("/INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES")


def test_owner_of_an_invited_outsider_answers(walk_with: Make) -> None:
    """Outside accounts have owners too."""
    owner = {"answer": "approve", "after": "3d"}
    walk = walk_with({"outside": [SMALL["outside"][0] | {"owner": owner}]})
    invite(walk, BY_EMAIL)
    assert [event.what for event in walk.advance("3d")] == ["approved"]
    assert walk.world.accounts[OUTSIDE].member
