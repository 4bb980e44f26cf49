"""Enabling all features: who is asked, when it is ready, how it ends, and every switch of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from orgkit.sim.organizations import process
from orgkit.terms import AccountState, FeatureSet
from tests.support.sim_walk import CREATED, INVITED, MANAGEMENT, NOBODY, OTHER, OUTSIDE, SMALL, Walk

Make = Callable[..., Walk]
ALREADY = "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"


def handshakes(walk: Walk, **filters: str) -> list[dict]:
    """What management sees in one page."""
    return walk.call(MANAGEMENT, "ListHandshakesForOrganization", Filter=filters)["Handshakes"]


def test_only_invited_members_are_asked(walk: Walk) -> None:
    """Neither the management account nor a created account with its role must approve."""
    walk.begin()
    assert set(walk.world.outstanding) == {INVITED, OTHER}


def test_shapes_of_parent_and_child(walk: Walk) -> None:
    """Prefixes, ARN segments, parties, resources and times are those of the worked examples."""
    parent = walk.call(MANAGEMENT, "EnableAllFeatures")["Handshake"]
    child = walk.call(INVITED, "ListHandshakesForAccount")["Handshakes"][0]
    assert parent["State"] == "REQUESTED"
    assert child["State"] == "OPEN"
    assert parent["Parties"] == [{"Id": "small12345", "Type": "ORGANIZATION"}]
    assert {"Id": INVITED, "Type": "ACCOUNT"} in child["Parties"]
    assert len(child["Parties"]) == 2
    assert parent["Resources"] == [{"Type": "ORGANIZATION", "Value": "o-small12345"}]
    assert {r["Type"]: r["Value"] for r in child["Resources"]} == {
        "PARENT_HANDSHAKE": parent["Id"].removeprefix("h-"),
        "ORGANIZATION": "o-small12345",
        "ACCOUNT": INVITED,
    }
    assert f"::{MANAGEMENT}:handshake/o-small12345/enable_all_features/h-" in parent["Arn"]
    assert f"::{MANAGEMENT}:handshake/o-small12345/approve_all_features/h-" in child["Arn"]
    assert parent["ExpirationTimestamp"] - parent["RequestedTimestamp"] == 90 * 86400
    assert child["ExpirationTimestamp"] == parent["ExpirationTimestamp"]
    assert child["RequestedTimestamp"] > parent["RequestedTimestamp"]


def test_ready_when_all_have_accepted_then_finalized(walk: Walk) -> None:
    """The parent turns OPEN with the last approval, and only its acceptance sets ALL."""
    parent = walk.begin()
    walk.answer(INVITED, "Accept")
    early = walk.refused(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
    assert early == "InvalidHandshakeTransitionException"
    walk.answer(OTHER, "Accept")
    assert walk.state(parent) == "OPEN"
    assert walk.world.feature_set is FeatureSet.CONSOLIDATED_BILLING
    walk.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
    assert walk.state(parent) == "ACCEPTED"
    assert walk.world.feature_set is FeatureSet.ALL
    root = walk.call(MANAGEMENT, "ListRoots")["Roots"][0]
    assert root["PolicyTypes"] == [], "nothing is enabled by finalizing"
    again = walk.refused(MANAGEMENT, "EnableAllFeatures")
    assert again.endswith("/ORGANIZATION_ALREADY_HAS_ALL_FEATURES")


def test_nobody_to_ask(walk_with: Make) -> None:
    """Without invited accounts the process may be finalized at once, but is not by itself."""
    walk = walk_with({"accounts": []})
    parent = walk.begin()
    assert walk.state(parent) == "OPEN"
    assert walk.world.feature_set is FeatureSet.CONSOLIDATED_BILLING
    waiting = walk_with({"accounts": []}, no_approvers_state="REQUESTED")
    assert waiting.state(waiting.begin()) == "REQUESTED"


@pytest.mark.parametrize(
    ("account", "error"),
    [
        (INVITED, "AccessDeniedException"),
        (OUTSIDE, "AWSOrganizationsNotInUseException"),
        (NOBODY, "AWSOrganizationsNotInUseException"),
    ],
)
def test_only_management_begins(walk: Walk, account: str, error: str) -> None:
    """Members are denied; accounts outside hear that they are in no organization."""
    assert walk.refused(account, "EnableAllFeatures") == error


def test_created_account_without_role_is_asked_for_it(walk_with: Make) -> None:
    """It gets a role request that blocks until accepted, and accepting makes the role."""
    walk = walk_with({"accounts": [SMALL["accounts"][2] | {"service_linked_role": False}]})
    parent = walk.begin()
    request = walk.call(CREATED, "ListHandshakesForAccount")["Handshakes"][0]
    assert request["Action"] == "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
    assert "/add_organizations_service_linked_role/" in request["Arn"]
    assert request["Resources"][0]["Type"] == "PARENT_HANDSHAKE"
    assert walk.state(parent) == "REQUESTED"
    walk.answer(CREATED, "Accept")
    assert walk.world.accounts[CREATED].service_linked_role
    assert walk.state(parent) == "OPEN"


def test_role_request_switches(walk_with: Make) -> None:
    """Whether role requests have a parent, and whether every created account gets one."""
    walk = walk_with(role_request_to="every-created-account", role_request_has_parent=False)
    walk.begin()
    assert CREATED in walk.world.outstanding
    request = walk.call(CREATED, "ListHandshakesForAccount")["Handshakes"][0]
    assert "PARENT_HANDSHAKE" not in [r["Type"] for r in request["Resources"]]


def test_labels_switch_swaps_the_actions(walk_with: Make) -> None:
    """Read as in the API reference, members accept ENABLE_ and management APPROVE_."""
    walk = walk_with(labels="api-reference")
    parent = walk.call(MANAGEMENT, "EnableAllFeatures")["Handshake"]
    child = walk.call(INVITED, "ListHandshakesForAccount")["Handshakes"][0]
    assert (parent["Action"], child["Action"]) == ("APPROVE_ALL_FEATURES", "ENABLE_ALL_FEATURES")
    assert "/approve_all_features/" in parent["Arn"]
    assert "/enable_all_features/" in child["Arn"]


def test_parent_handshake_prefix_switch(walk_with: Make) -> None:
    """The PARENT_HANDSHAKE value may carry its h- too."""
    walk = walk_with(parent_handshake_prefix=True)
    parent = walk.begin()
    child = walk.call(INVITED, "ListHandshakesForAccount")["Handshakes"][0]
    assert child["Resources"][0]["Value"] == parent


def test_children_in_unfiltered_list_switch(walk_with: Make) -> None:
    """With a filter they are always there; without one it is a switch."""
    walk = walk_with(children_in_unfiltered_list=False)
    parent = walk.begin()
    assert [h["Id"] for h in handshakes(walk)] == [parent]
    assert len(handshakes(walk, ParentHandshakeId=parent)) == 2
    assert len(handshakes(walk, ActionType="APPROVE_ALL_FEATURES")) == 2


def test_second_request_is_refused(walk: Walk) -> None:
    """While the process runs, beginning again is refused and changes nothing."""
    walk.begin()
    before = walk.world.version
    refused = walk.refused(MANAGEMENT, "EnableAllFeatures")
    assert refused == f"HandshakeConstraintViolationException/{ALREADY}"
    assert walk.world.version == before


def test_second_request_may_resend(walk_with: Make) -> None:
    """Under the other reading it asks those again who declined, under the same parent."""
    walk = walk_with(second_request="resend")
    parent = walk.begin()
    walk.answer(INVITED, "Decline")
    assert walk.begin() == parent
    assert walk.answer(INVITED, "Accept")["State"] == "ACCEPTED"
    walk.answer(OTHER, "Accept")
    assert walk.state(parent) == "OPEN"


@pytest.mark.parametrize(
    ("switch", "parent_state", "other_state"),
    [
        ("REQUESTED", "REQUESTED", "OPEN"),
        ("DECLINED", "DECLINED", "CANCELED"),
        ("CANCELED", "CANCELED", "CANCELED"),
    ],
)
def test_one_decline(walk_with: Make, switch: str, parent_state: str, other_state: str) -> None:
    """A decline keeps the process from getting ready, or ends it, as the switch says."""
    walk = walk_with(decline_parent_state=switch)
    parent = walk.begin()
    other = walk.request_of(OTHER)
    walk.answer(INVITED, "Decline")
    assert walk.state(parent) == parent_state
    assert walk.state(other) == other_state
    if other_state == "OPEN":
        walk.answer(OTHER, "Accept")
        assert walk.state(parent) == "REQUESTED", "the declined one is still missing"


def test_removing_the_decliner_unblocks(walk: Walk) -> None:
    """The documented way out of a decline: the account leaves the organization."""
    parent = walk.begin()
    walk.answer(INVITED, "Decline")
    walk.answer(OTHER, "Accept")
    walk.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=INVITED)
    assert walk.state(parent) == "OPEN"


def test_removal_switch(walk_with: Make) -> None:
    """Whether the last removal makes the process ready is not documented."""
    walk = walk_with(removal_completes=False)
    parent = walk.begin()
    walk.answer(OTHER, "Accept")
    walk.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=INVITED)
    assert walk.state(parent) == "REQUESTED"


def test_cancel_ends_everything_and_all_start_over(walk: Walk) -> None:
    """Requests are canceled with the process, and earlier approvals do not count again."""
    first = walk.begin()
    walk.answer(INVITED, "Accept")
    other = walk.request_of(OTHER)
    walk.call(MANAGEMENT, "CancelHandshake", HandshakeId=first)
    assert walk.state(other) == "CANCELED"
    second = walk.begin()
    assert second != first
    assert set(walk.world.outstanding) == {INVITED, OTHER}


def test_acceptances_may_survive(walk_with: Make) -> None:
    """Under the other reading an account that approved before is not asked again."""
    walk = walk_with(acceptances_survive_restart=True)
    first = walk.begin()
    walk.answer(INVITED, "Accept")
    walk.call(MANAGEMENT, "CancelHandshake", HandshakeId=first)
    walk.begin()
    assert set(walk.world.outstanding) == {OTHER}


def test_cancel_may_be_refused(walk_with: Make) -> None:
    """Whether the organization's handshake can be canceled is not documented."""
    walk = walk_with(cancel_process="refused")
    parent = walk.begin()
    refused = walk.refused(MANAGEMENT, "CancelHandshake", HandshakeId=parent)
    assert refused == "AccessDeniedException"
    assert walk.state(parent) == "REQUESTED"


@pytest.mark.parametrize(("switch", "asked"), [("asked", True), ("skipped", False)])
@pytest.mark.parametrize("state", ["SUSPENDED", "CLOSED"])
def test_inactive_approvers(walk_with: Make, switch: str, asked: bool, state: str) -> None:
    """A suspended or closed invited account is asked, and so in the way, or skipped."""
    accounts = [SMALL["accounts"][0] | {"state": state}]
    walk = walk_with({"accounts": accounts}, inactive_approvers=switch)
    parent = walk.begin()
    assert (INVITED in walk.world.outstanding) is asked
    assert walk.state(parent) == ("REQUESTED" if asked else "OPEN")
    if asked:
        assert walk.refused(INVITED, "ListHandshakesForAccount") == "AccessDeniedException"


def test_size_limit(monkeypatch: pytest.MonkeyPatch, walk_with: Make) -> None:
    """More accounts than the limit are refused; exactly as many, and closed ones, are switches."""
    reason = "ConstraintViolationException/ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED"
    monkeypatch.setattr(process, "SIZE_LIMIT", 3)
    assert walk_with().refused(MANAGEMENT, "EnableAllFeatures") == reason
    monkeypatch.setattr(process, "SIZE_LIMIT", 4)
    strict = walk_with(exactly_5000_accounts="refused")
    assert strict.refused(MANAGEMENT, "EnableAllFeatures") == reason
    assert walk_with().begin()
    monkeypatch.setattr(process, "SIZE_LIMIT", 3)
    lenient = walk_with(closed_accounts_count=False)
    closed = replace(lenient.world.accounts[CREATED], state=AccountState.CLOSED)
    lenient.world.put_account(closed)
    assert lenient.begin()


def test_pending_invitations_are_canceled_at_the_start(walk: Walk) -> None:
    """Invitations for a billing organization do not outlive the start of the process."""
    target = {"Type": "ACCOUNT", "Id": OUTSIDE}
    walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)
    invitation = walk.request_of(OUTSIDE)
    walk.begin()
    assert walk.state(invitation) == "CANCELED"


@pytest.mark.parametrize("how", ["CancelHandshake", "expiry"])
def test_invitations_of_the_process_end_with_it(walk: Walk, how: str) -> None:
    """Invitations made during the process promise all features, so they end with it."""
    parent = walk.begin()
    walk.advance("80d")
    target = {"Type": "ACCOUNT", "Id": OUTSIDE}
    walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)
    invitation = walk.request_of(OUTSIDE)
    if how == "expiry":
        walk.advance("10d")
    else:
        walk.call(MANAGEMENT, how, HandshakeId=parent)
    assert walk.state(invitation) == "CANCELED"
