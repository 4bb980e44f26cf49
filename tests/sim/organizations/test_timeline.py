"""Time: owners' answers, expiry, purge, closed accounts, and the order in which they happen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orgkit.sim.errors import SimulatorError
from orgkit.sim.scenario import shipped
from orgkit.sim.scenario.build import build
from orgkit.sim.state import clock
from tests.support.sim_walk import INVITED, MANAGEMENT, OTHER, OUTSIDE, SMALL, Walk, at

Make = Callable[..., Walk]


def owners(*plans: object) -> dict:
    """The two invited accounts with these owners."""
    accounts = zip(SMALL["accounts"], plans, strict=False)
    return {"accounts": [account | {"owner": plan} for account, plan in accounts]}


def what(events: list) -> list[str]:
    """What happened, in order."""
    return [event.what for event in events]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("14d", "2026-01-19T09:00:00+00:00"),
        ("36h", "2026-01-06T21:00:00+00:00"),
        ("1d12h30m", "2026-01-06T21:30:00+00:00"),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00+00:00"),
        ("2026-02-01T02:00:00+02:00", "2026-02-01T00:00:00+00:00"),
        ("2026-02-01", "2026-02-01T00:00:00+00:00"),
    ],
)
def test_when(words: str, expected: str) -> None:
    """Durations count from now; instants may carry any offset and are UTC without one."""
    assert clock.when(words, at("2026-01-05T09:00:00+00:00")) == at(expected)


@pytest.mark.parametrize(
    "words", ["", "soon", "14", "d", "14 d", "-3d", "1d garbage", "9" * 20 + "d"]
)
def test_bad_when(words: str) -> None:
    """What is neither gets an error that says what to write."""
    with pytest.raises(SimulatorError, match="Write a duration"):
        clock.when(words, at("2026-01-05T09:00:00+00:00"))


def test_clock_never_goes_back(walk: Walk) -> None:
    """Going back in time is refused, and the clock stays."""
    with pytest.raises(SimulatorError, match="cannot go back"):
        walk.advance("2025-01-01")
    assert walk.world.now == at("2026-01-05T09:00:00+00:00")


def test_owners_answer_on_their_day(walk_with: Make) -> None:
    """An answer falls due counted from the request, not from the start of the scenario."""
    walk = walk_with(
        owners({"answer": "approve", "after": "2d"}, {"answer": "decline", "after": "36h"})
    )
    walk.advance("10d")
    walk.begin()
    assert what(walk.advance("1d")) == []
    events = walk.advance("1d")
    assert [(e.what, e.account, e.time) for e in events] == [
        ("declined", OTHER, "2026-01-16T21:00:00Z"),
        ("approved", INVITED, "2026-01-17T09:00:00Z"),
    ]


def test_answers_by_turn(walk_with: Make) -> None:
    """A list of answers is used one by one, its last one again and again."""
    plan = [{"answer": "decline", "after": "1d"}, {"answer": "approve", "after": "1d"}]
    walk = walk_with(owners(plan))
    for expected in ("declined", "approved", "approved"):
        parent = walk.begin()
        assert what(walk.advance("1d")) == [expected]
        walk.call(MANAGEMENT, "CancelHandshake", HandshakeId=parent)


def test_an_answer_given_by_hand_makes_the_plan_void(walk_with: Make) -> None:
    """The owner does not answer twice."""
    walk = walk_with(owners({"answer": "decline", "after": "5d"}))
    parent = walk.begin()
    walk.answer(INVITED, "Accept")
    assert what(walk.advance("10d")) == []
    assert walk.state(parent) == "OPEN"


def test_expiry_after_90_days(walk: Walk) -> None:
    """Parent and unanswered requests expire together, accepted ones stay accepted."""
    parent = walk.begin()
    walk.advance("70d")
    walk.answer(INVITED, "Accept")
    accepted, waiting = walk.request_of(INVITED), walk.request_of(OTHER)
    walk.advance("19d23h")
    assert walk.state(parent) == "REQUESTED"
    assert what(walk.advance("1h")) == ["expired"]
    assert (walk.state(parent), walk.state(waiting)) == ("EXPIRED", "EXPIRED")
    assert walk.state(accepted) == "ACCEPTED"
    assert walk.begin() != parent, "the process can be begun again"


def test_requests_may_be_canceled_by_expiry(walk_with: Make) -> None:
    """The guide's words say canceled where the timestamps say expired: a switch."""
    walk = walk_with(expired_requests="CANCELED")
    walk.begin()
    request = walk.request_of(OTHER)
    walk.advance("90d")
    assert walk.state(request) == "CANCELED"


def test_an_answer_at_the_last_instant_counts(walk_with: Make) -> None:
    """What falls due at the same instant happens in a fixed order, answers first."""
    walk = walk_with(owners({"answer": "approve", "after": "90d"}))
    parent = walk.begin()
    events = walk.advance("90d")
    assert what(events) == ["approved", "expired"]
    assert walk.state(parent) == "EXPIRED"


def test_ended_handshakes_vanish_after_30_days(walk: Walk) -> None:
    """They are neither listed nor described any more, while the parent waits on."""
    parent = walk.begin()
    walk.answer(INVITED, "Accept")
    request = walk.request_of(INVITED)
    walk.advance("29d")
    assert walk.call(INVITED, "DescribeHandshake", HandshakeId=request)
    assert what(walk.advance("1d")) == ["purged"]
    gone = walk.refused(INVITED, "DescribeHandshake", HandshakeId=request)
    assert gone == "HandshakeNotFoundException"
    assert walk.call(INVITED, "ListHandshakesForAccount")["Handshakes"] == []
    assert walk.state(parent) == "REQUESTED"
    walk.answer(OTHER, "Accept")
    assert walk.state(parent) == "OPEN", "a vanished approval still counts"


def test_invitations_expire_after_15_days(walk: Walk) -> None:
    """An invitation lives exactly 1,296,000 seconds."""
    target = {"Type": "ACCOUNT", "Id": OUTSIDE}
    invited = walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)["Handshake"]
    assert invited["ExpirationTimestamp"] - invited["RequestedTimestamp"] == 1_296_000
    walk.advance("15d")
    assert walk.state(invited["Id"]) == "EXPIRED"


def test_closed_accounts_vanish_after_90_days(walk: Walk) -> None:
    """A closed account is shown as CLOSED for 90 days."""
    walk.finalize()
    walk.call(MANAGEMENT, "CloseAccount", AccountId=OTHER)
    seen = [walk.call(MANAGEMENT, "DescribeAccount", AccountId=OTHER)["Account"] for _ in range(3)]
    assert [(shown["State"], shown["Status"]) for shown in seen] == [
        ("PENDING_CLOSURE", "PENDING_CLOSURE"),
        ("PENDING_CLOSURE", "PENDING_CLOSURE"),
        ("CLOSED", "SUSPENDED"),
    ]
    assert "vanished" not in what(walk.advance("89d"))
    assert "vanished" in what(walk.advance("1d"))
    refused = walk.refused(MANAGEMENT, "DescribeAccount", AccountId=OTHER)
    assert refused == "AccountNotFoundException"


def test_a_closed_voter_that_vanishes_unblocks(walk_with: Make) -> None:
    """A closed invited account is in the way until AWS deletes it."""
    closed = SMALL["accounts"][0] | {"state": "CLOSED", "closed_at": "2025-11-01T00:00:00Z"}
    walk = walk_with({"accounts": [closed]})
    parent = walk.begin()
    assert walk.state(parent) == "REQUESTED"
    walk.advance("30d")
    assert walk.state(parent) == "OPEN"


def test_an_owner_that_cannot_sign_in_does_not_answer() -> None:
    """In `stuck` the suspended account stays silent although its owner would approve."""
    walk = Walk(build(shipped.load("stuck")))
    parent = walk.begin()
    events = walk.advance("5d")
    assert ("could not answer", "333333333333") in [(e.what, e.account) for e in events]
    assert walk.state(parent) == "REQUESTED"


@pytest.mark.parametrize("step", ["1d", "7d", "45d", "5h"])
def test_steps_do_not_matter(step: str) -> None:
    """One move of 45 days and many small ones come to the same state."""
    whole, parts = (Walk(build(shipped.load("acme"))) for _ in range(2))
    for walk in (whole, parts):
        walk.begin()
    events = whole.advance("45d")
    pieces = []
    goal = parts.world.now + clock.duration("45d")
    while parts.world.now < goal:
        to = min(parts.world.now + clock.duration(step), goal)
        pieces += parts.advance(clock.iso(to))
    assert pieces == events
    assert parts.world.handshakes == whole.world.handshakes
    assert parts.world.accounts == whole.world.accounts
