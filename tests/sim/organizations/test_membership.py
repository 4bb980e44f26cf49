"""Accounts come and go, and what that does to requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orgkit.sim.errors import AwsError, SimulatorError
from orgkit.sim.organizations import membership
from tests.support.sim_walk import CREATED, INVITED, MANAGEMENT, NOBODY, OTHER, OUTSIDE, SMALL, Walk

Make = Callable[..., Walk]


def create(walk: Walk, email: str = "new@small.example.com", **more: str) -> str:
    """Ask for an account; gives the request's id."""
    answer = walk.call(MANAGEMENT, "CreateAccount", AccountName="New", Email=email, **more)
    return str(answer["CreateAccountStatus"]["Id"])


def status(walk: Walk, request: str) -> dict:
    """How far the request is."""
    answer = walk.call(MANAGEMENT, "DescribeCreateAccountStatus", CreateAccountRequestId=request)
    return dict(answer["CreateAccountStatus"])


def test_creation_is_asynchronous(walk: Walk) -> None:
    """The account is there after it was seen IN_PROGRESS twice."""
    request = create(walk, RoleName="Custom")
    assert [status(walk, request)["State"] for _ in range(3)] == [
        "IN_PROGRESS",
        "IN_PROGRESS",
        "SUCCEEDED",
    ]
    made = walk.world.accounts[status(walk, request)["AccountId"]]
    assert (made.joined_method, made.access_role) == ("CREATED", "Custom")
    assert made.service_linked_role


def test_creation_completes_with_time(walk: Walk) -> None:
    """Time that passes is enough."""
    request = create(walk)
    walk.advance("1s")
    assert status(walk, request)["State"] == "SUCCEEDED"
    listed = walk.call(MANAGEMENT, "ListCreateAccountStatus", States=["SUCCEEDED"])
    assert [c["Id"] for c in listed["CreateAccountStatuses"]] == [request]


def test_creation_fails_for_a_used_address(walk: Walk) -> None:
    """E-mail addresses are unique."""
    request = create(walk, "ONE@small.example.com")
    walk.advance("1s")
    shown = status(walk, request)
    assert (shown["State"], shown["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert "AccountId" not in shown


def test_an_account_created_during_the_process_needs_no_approval(walk: Walk) -> None:
    """It has the role, so it is not asked."""
    walk.begin()
    create(walk)
    walk.advance("1s")
    assert set(walk.world.outstanding) == {INVITED, OTHER}


def test_removal_cancels_the_request(walk: Walk) -> None:
    """The removed account's request is canceled and the account stands alone."""
    walk.begin()
    request = walk.request_of(INVITED)
    walk.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=INVITED)
    assert walk.state(request) == "CANCELED"
    gone = walk.refused(INVITED, "DescribeOrganization")
    assert gone == "AWSOrganizationsNotInUseException"


def test_leaving_does_the_same(walk: Walk) -> None:
    """An account that leaves by itself is no longer waited for."""
    parent = walk.begin()
    walk.answer(OTHER, "Accept")
    walk.call(INVITED, "LeaveOrganization")
    assert walk.state(parent) == "OPEN"


def test_refused_departures(walk_with: Make) -> None:
    """Management, unknown, young and incomplete accounts cannot be removed."""
    young = SMALL["accounts"][2] | {"joined_at": "2026-01-04T00:00:00Z"}
    reason = "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"
    poor = SMALL["accounts"][0] | {"removal_refused": reason}
    closed = SMALL["accounts"][1] | {"state": "CLOSED"}
    walk = walk_with({"accounts": [young, poor, closed]})
    expected = {
        MANAGEMENT: "MasterCannotLeaveOrganizationException",
        NOBODY: "AccountNotFoundException",
        CREATED: "ConstraintViolationException/WAIT_PERIOD_ACTIVE",
        INVITED: f"ConstraintViolationException/{reason}",
        OTHER: "ConstraintViolationException/ACCOUNT_CANNOT_LEAVE_ORGANIZATION",
    }
    for account, error in expected.items():
        refused = walk.refused(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=account)
        assert refused == error
    left = walk.refused(MANAGEMENT, "LeaveOrganization")
    assert left == "MasterCannotLeaveOrganizationException"


def test_removal_is_for_management(walk: Walk) -> None:
    """A member removes nobody."""
    refused = walk.refused(INVITED, "RemoveAccountFromOrganization", AccountId=OTHER)
    assert refused == "AccessDeniedException"


def test_closing(walk: Walk) -> None:
    """Not in billing mode, not the management account, not twice."""
    refused = walk.refused(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    assert refused == "ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
    walk.finalize()
    refused = walk.refused(MANAGEMENT, "CloseAccount", AccountId=MANAGEMENT)
    assert refused.endswith("/CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
    walk.call(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    refused = walk.refused(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    assert refused == "AccountAlreadyClosedException"


@pytest.mark.parametrize("operation", ["DescribeOrganization", "ListHandshakesForAccount"])
def test_a_suspended_account_cannot_act(walk_with: Make, operation: str) -> None:
    """Nobody can use a suspended account."""
    walk = walk_with({"accounts": [SMALL["accounts"][0] | {"state": "SUSPENDED"}]})
    assert walk.refused(INVITED, operation) == "AccessDeniedException"


def test_closing_takes_its_time(walk: Walk) -> None:
    """Until it is CLOSED the account can still be used; closing twice is refused at once."""
    walk.finalize()
    walk.call(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    assert walk.call(OTHER, "DescribeOrganization")["Organization"]
    twice = walk.refused(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    assert twice == "AccountAlreadyClosedException"
    walk.advance("1s")
    assert walk.refused(OTHER, "DescribeOrganization") == "AccessDeniedException"
    assert walk.refused(MANAGEMENT, "CloseAccount", AccountId=OTHER) == twice
    removed = walk.refused(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=OTHER)
    assert removed == "ConstraintViolationException/ACCOUNT_CANNOT_LEAVE_ORGANIZATION"


def test_suspended_while_the_process_runs(walk: Walk) -> None:
    """It cannot answer and blocks; reinstated it can, removed it blocks no more."""
    parent = walk.begin()
    for account in (INVITED, OTHER):
        membership.suspend(walk.world, account)
        assert walk.refused(account, "ListHandshakesForAccount") == "AccessDeniedException"
    membership.reinstate(walk.world, OTHER)
    walk.answer(OTHER, "Accept")
    assert walk.state(parent) == "REQUESTED"
    walk.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=INVITED)
    assert walk.state(parent) == "OPEN"


@pytest.mark.parametrize("account", [MANAGEMENT, NOBODY, INVITED])
def test_what_cannot_be_suspended(walk: Walk, account: str) -> None:
    """The management account, strangers, and what is suspended already."""
    membership.suspend(walk.world, INVITED)
    with pytest.raises(SimulatorError, match=f"Account {account} is"):
        membership.suspend(walk.world, account)


# What happens to an account | in which phase | what becomes of its request, and of the parent.
# Refused motions have the error; `-` is no request at all.
MOTIONS = """
remove   billing  -         -
remove   running  CANCELED  REQUESTED
remove   last     CANCELED  OPEN
remove   ready    ACCEPTED  OPEN
remove   all      ACCEPTED  ACCEPTED
leave    billing  -         -
leave    running  CANCELED  REQUESTED
leave    last     CANCELED  OPEN
leave    ready    ACCEPTED  OPEN
leave    all      ACCEPTED  ACCEPTED
close    billing  ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE -
close    running  ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE REQUESTED
close    last     ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE REQUESTED
close    ready    ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE OPEN
close    all      ACCEPTED  ACCEPTED
suspend  billing  -         -
suspend  running  OPEN      REQUESTED
suspend  last     OPEN      REQUESTED
suspend  ready    ACCEPTED  OPEN
suspend  all      ACCEPTED  ACCEPTED
create   billing  -         -
create   running  OPEN      REQUESTED
create   last     OPEN      REQUESTED
create   ready    ACCEPTED  OPEN
create   all      ACCEPTED  ACCEPTED
invite   billing  -         -
invite   running  OPEN      REQUESTED
invite   last     OPEN      REQUESTED
invite   ready    ACCEPTED  OPEN
invite   all      ACCEPTED  ACCEPTED
""".strip().splitlines()


def in_phase(walk: Walk, phase: str) -> str:
    """Go that far; gives the organization's handshake. `last`: only one account is missing."""
    parent = walk.begin() if phase != "billing" else ""
    if phase in ("last", "ready", "all"):
        walk.answer(OTHER, "Accept")
    if phase in ("ready", "all"):
        walk.answer(INVITED, "Accept")
    if phase == "all":
        walk.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
    return parent


def move(walk: Walk, motion: str) -> str:
    """Let it happen; gives the error if it is refused."""
    calls = {
        "remove": (MANAGEMENT, "RemoveAccountFromOrganization", {"AccountId": INVITED}),
        "leave": (INVITED, "LeaveOrganization", {}),
        "close": (MANAGEMENT, "CloseAccount", {"AccountId": INVITED}),
    }
    if motion == "suspend":
        membership.suspend(walk.world, INVITED)
    elif motion == "create":
        create(walk)
        walk.advance("1h")
    elif motion == "invite":
        target = {"Type": "ACCOUNT", "Id": OUTSIDE}
        walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)
        walk.answer(OUTSIDE, "Accept")
    else:
        actor, operation, params = calls[motion]
        try:
            walk.call(actor, operation, **params)
        except AwsError as error:
            return f"{error.code}/{error.reason}"
    return ""


@pytest.mark.parametrize("line", MOTIONS, ids=lambda line: "-".join(line.split()[:2]))
def test_motion_in_every_phase(walk: Walk, line: str) -> None:
    """What it does to the account's request and to readiness; nothing else is moved by it."""
    motion, phase, request, process = line.split()
    parent = in_phase(walk, phase)
    refused = move(walk, motion)
    sent = [h.state.value for h in walk.world.handshakes.values() if h.account_id == INVITED]
    assert (refused or (sent[0] if sent else "-")) == request
    assert (walk.state(parent) if parent else "-") == process
    others = [h.state.value for h in walk.world.handshakes.values() if h.account_id == OTHER]
    assert others == ([] if phase == "billing" else ["OPEN" if phase == "running" else "ACCEPTED"])
