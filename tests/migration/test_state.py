"""Where the process stands: every row of the phase rules, from frames of a few lines."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.migration.board import BOARD, expected_approvers, standing
from orgkit.migration.forecast import approvals_over_time, forecast
from orgkit.migration.state import NEXT_STEPS, MigrationState
from orgkit.snapshot import tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import NotRead
from orgkit.terms import Phase
from tests.support.make import (
    ADMIN,
    PARENT,
    account,
    child,
    created,
    day,
    make_snapshot,
    parent,
    progress_of,
)

A, B, C = "222222222222", "333333333333", "444444444444"
ACCOUNTS = [account(A), account(B)]


def look(*handshakes: Any, at: float = 1, accounts: Any = ACCOUNTS, **options: Any) -> Snapshot:
    """One look at an organization with two invited accounts."""
    return make_snapshot(accounts, handshakes, at=at, **options)


def board(state: MigrationState) -> dict[str, dict[str, Any]]:
    """The board by account."""
    return {row["account_id"]: row for row in tables.rows(state.board)}


def approved(state: MigrationState) -> dict[str, bool | None]:
    """Who has approved: yes, no, or None for unknown."""
    return {k: row["approved"] for k, row in board(state).items()}


RUNNING = (parent(), child(A, "ACCEPTED"), child(B))

PHASES = [
    ("no process", [look()], "CONSOLIDATED_BILLING"),
    ("already all", [look(feature_set="ALL")], "ALL_FEATURES"),
    ("all, denied", [look(feature_set="ALL", unreadable={"handshakes": "no"})], "ALL_FEATURES"),
    ("denied", [look(unreadable={"handshakes": "denied"})], "UNKNOWN"),
    ("denied later", [look(*RUNNING), look(unreadable={"handshakes": "no"}, at=2)], "UNKNOWN"),
    ("waiting", [look(*RUNNING)], "WAITING"),
    ("waiting on the last day", [look(*RUNNING, at=89.9)], "WAITING"),
    ("declined", [look(parent(), child(A, "DECLINED"), child(B))], "BLOCKED"),
    ("child canceled", [look(parent(), child(A, "CANCELED"), child(B))], "BLOCKED"),
    ("child expired", [look(parent(), child(A, "EXPIRED"), child(B))], "BLOCKED"),
    (
        "suspended",
        [look(*RUNNING, accounts=[account(A), account(B, "SUSPENDED")])],
        "BLOCKED",
    ),
    (
        "pending activation",
        [look(*RUNNING, accounts=[account(A), account(B, "PENDING_ACTIVATION")])],
        "BLOCKED",
    ),
    ("closed", [look(*RUNNING, accounts=[account(A), account(B, "CLOSED")])], "BLOCKED"),
    (
        "closing can still act",
        [look(*RUNNING, accounts=[account(B, "PENDING_CLOSURE")])],
        "WAITING",
    ),
    (
        "suspended after approving",
        [look(*RUNNING, accounts=[account(A, "SUSPENDED"), account(B)])],
        "WAITING",
    ),
    ("decliner left", [look(parent(), child(A, "DECLINED"), accounts=[account(B)])], "WAITING"),
    ("ready", [look(parent("OPEN"), child(A, "ACCEPTED"), child(B, "ACCEPTED"))], "READY"),
    ("ready with nobody to ask", [look(parent("OPEN"), accounts=[])], "READY"),
    ("accepted, not shown yet", [look(parent("ACCEPTED"))], "READY"),
    ("expired", [look(parent("EXPIRED"), child(A, "CANCELED"), at=91)], "EXPIRED"),
    ("expired, list lags", [look(*RUNNING, at=90)], "EXPIRED"),
    ("open, but over", [look(parent("OPEN"), at=90)], "EXPIRED"),
    ("expired and forgotten", [look(*RUNNING), look(at=130)], "EXPIRED"),
    ("canceled", [look(parent("CANCELED"), child(A, "CANCELED"))], "CANCELED"),
    ("canceled and vanished", [look(parent("CANCELED")), look(at=45)], "CANCELED"),
    ("canceled unseen, forgotten", [look(*RUNNING), look(at=31)], "CANCELED"),
    ("list lags a moment", [look(*RUNNING), look(at=1.01)], "WAITING"),
    ("list lags just under 30 days", [look(*RUNNING), look(at=30.9)], "WAITING"),
    ("open, list lags", [look(parent("OPEN")), look(at=1.01)], "READY"),
    (
        "begun again after a cancel",
        [
            look(parent("CANCELED"), child(A, "CANCELED")),
            look(
                parent("CANCELED"), parent(handshake_id="h-second00000001", requested=day(3)), at=4
            ),
        ],
        "WAITING",
    ),
]


@pytest.mark.parametrize(
    ("looks", "phase"), [(looks, phase) for _, looks, phase in PHASES], ids=[p[0] for p in PHASES]
)
def test_each_row_of_the_phase_rules(looks: list[Snapshot], phase: str) -> None:
    """The phase follows from the parent's state, from time and from what was seen before."""
    state = progress_of(*looks)
    assert state.phase == phase
    assert state.why


def test_every_phase_is_covered_above_and_has_a_next_step() -> None:
    """Nobody is left without a next step, and no rule without a row."""
    assert {phase for _, _, phase in PHASES} == set(Phase) == set(NEXT_STEPS)
    assert all(progress_of(look()).next_step for _ in Phase)


@pytest.mark.parametrize("swapped", [False, True])
def test_both_labellings_lead_to_the_same_board(swapped: bool) -> None:
    """AWS's documents swap the two actions; nothing may hang on their names."""
    names = ("APPROVE_ALL_FEATURES", "ENABLE_ALL_FEATURES")
    of_parent, of_child = names if swapped else names[::-1]
    state = progress_of(
        look(
            parent(action=of_parent),
            child(A, "ACCEPTED", action=of_child),
            child(B, action=of_child),
        )
    )
    assert (state.phase, approved(state)) == (Phase.WAITING, {A: True, B: False})


def test_an_empty_board_has_the_schema() -> None:
    """Before the process there is nobody on it."""
    empty = progress_of(look()).board
    assert {str(k): str(v) for k, v in empty.dtypes.items()} == dict(BOARD)


def test_the_board_says_all_about_one_account() -> None:
    """Account, owner, how joined, state, requested, days left, since when, last seen, by whom."""
    state = progress_of(look(parent(), child(A), at=1), look(*RUNNING, at=8))
    assert board(state)[A] == {
        "account_id": A,
        "handshake_id": f"h-child{A}",
        "name": "Account 222",
        "email": f"root+{A}@a{A}.example.com",
        "joined_method": "INVITED",
        "account_state": "ACTIVE",
        "request_state": "ACCEPTED",
        "answer": "approved",
        "approved": True,
        "requested_timestamp": "2026-01-05T09:00:00Z",
        "days_left": None,
        "state_since": "2026-01-13T09:00:00Z",
        "last_seen": "2026-01-13T09:00:00Z",
        "listed": True,
        "observed_by": ADMIN,
    }
    assert board(state)[B]["days_left"] == 82
    assert (state.asked, state.approved, state.days_left) == (2, 1, 82)


def test_an_approval_that_vanished_stays_an_approval() -> None:
    """AWS deletes answers after 30 days; the process lasts 90."""
    state = progress_of(look(*RUNNING, at=2), look(parent(), child(B), at=33))
    assert approved(state) == {A: True, B: False}
    assert board(state)[A]["listed"] is False
    assert state.phase is Phase.WAITING


def test_a_decline_that_vanished_still_blocks() -> None:
    """The last observed state is the only record of it."""
    state = progress_of(
        look(parent(), child(A, "DECLINED"), child(B)), look(parent(), child(B), at=40)
    )
    assert state.phase is Phase.BLOCKED
    assert "DECLINED" in state.blockers[0]


def test_a_request_that_vanished_unanswered_is_unknown() -> None:
    """It was answered between two looks, and nobody saw how: neither yes nor no."""
    state = progress_of(look(parent(), child(A), child(B), at=1), look(parent(), child(B), at=40))
    assert approved(state) == {A: None, B: False}
    assert state.approved == 0
    assert state.phase is Phase.WAITING


def test_an_invited_account_that_no_look_showed_is_unknown() -> None:
    """AWS asked it all the same; it is on the board as not seen."""
    state = progress_of(look(parent(), child(B), at=40))
    assert board(state)[A]["request_state"] == "NOT_SEEN"
    assert approved(state) == {A: None, B: False}


def test_an_account_that_was_invited_later_was_not_asked() -> None:
    """Its invitation already says all features."""
    later = account(C, joined_timestamp=day(3))
    state = progress_of(look(*RUNNING, at=5, accounts=[*ACCOUNTS, later]))
    assert set(board(state)) == {A, B}


def test_ready_means_that_everybody_who_was_asked_has_approved() -> None:
    """The organization's handshake opens only then, so vanished and unseen ones approved too."""
    state = progress_of(
        look(parent(), child(A), child(B), at=1),
        look(parent("OPEN"), child(B, "ACCEPTED"), at=45, accounts=[*ACCOUNTS, account(C)]),
    )
    assert state.phase is Phase.READY
    assert approved(state) == {A: True, B: True, C: True}
    assert [row["days_left"] for row in board(state).values()] == [None, None, None]


def test_ready_says_nothing_about_an_account_that_left() -> None:
    """Somebody who was removed did not approve by that."""
    state = progress_of(
        look(parent(), child(A), child(B), at=1),
        look(parent("OPEN"), child(B, "ACCEPTED"), at=45, accounts=[account(B)]),
    )
    assert approved(state) == {A: None, B: True}
    assert board(state)[A]["account_state"] == "LEFT"


def test_all_features_after_a_canceled_attempt_proves_no_approval() -> None:
    """An assisted migration cancels the standard one and asks nobody; nothing is inferred."""
    state = progress_of(
        look(parent(), child(A), child(B, "ACCEPTED"), at=1),
        look(parent("CANCELED"), child(A, "CANCELED"), feature_set="ALL", at=20),
    )
    assert state.phase is Phase.ALL_FEATURES
    assert approved(state) == {A: False, B: True}


def test_an_account_that_left_stays_on_the_board_with_its_name() -> None:
    """Who was asked is part of the story; it blocks nobody any more."""
    state = progress_of(
        look(parent(), child(A, "DECLINED"), child(B), at=1),
        look(parent(), child(A, "CANCELED"), child(B), at=2, accounts=[account(B)]),
    )
    gone = board(state)[A]
    assert (gone["account_state"], gone["name"]) == ("LEFT", "Account 222")
    assert state.blockers == ()


@pytest.mark.parametrize("of", [PARENT, None])
def test_a_role_only_request_of_a_created_account_counts(of: str | None) -> None:
    """It blocks finalizing too; whether it names its parent is not documented."""
    asked = child(C, of=of, action="ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE", requested=day(0.001))
    state = progress_of(
        look(parent(), child(A, "ACCEPTED"), child(B, "ACCEPTED"), asked, accounts=[created(C)])
    )
    assert board(state)[C]["joined_method"] == "CREATED"
    assert approved(state)[C] is False


def test_an_old_orphan_request_is_not_of_this_attempt() -> None:
    """Without a parent's name only time tells which attempt it belongs to."""
    old = child(C, "DECLINED", of=None, requested=day(-100))
    state = progress_of(look(*RUNNING, old, accounts=[*ACCOUNTS, created(C)]))
    assert C not in board(state)


def test_requests_of_an_earlier_attempt_do_not_count() -> None:
    """Approvals given before a cancel are worth nothing now."""
    again = "h-second00000001"
    state = progress_of(
        look(parent("CANCELED"), child(A, "ACCEPTED"), child(B, "DECLINED"), at=1),
        look(
            parent("CANCELED"),
            parent(handshake_id=again, requested=day(3)),
            child(A, of=again, handshake_id="h-a2", requested=day(3)),
            child(B, of=again, handshake_id="h-b2", requested=day(3)),
            at=4,
        ),
    )
    assert (state.phase, approved(state)) == (Phase.WAITING, {A: False, B: False})
    assert state.attempt is not None
    assert state.attempt.handshake_id == again


def test_of_two_requests_to_one_account_the_later_counts() -> None:
    """Whether AWS sends a request again after a decline is not documented."""
    first = child(A, "DECLINED")
    second = child(A, "ACCEPTED", handshake_id="h-again", requested=day(2))
    assert approved(progress_of(look(parent(), second, first, child(B), at=3)))[A] is True


@pytest.mark.parametrize(
    ("at", "left"), [(0, 90), (0.5, 89), (1, 89), (89.5, 0), (90, 0), (120, 0)]
)
def test_days_left_are_whole_days_and_never_negative(at: float, left: int) -> None:
    """A day that has begun is not a whole day any more."""
    assert progress_of(look(*RUNNING, at=at)).days_left == left


def test_no_days_are_left_without_a_running_process() -> None:
    """None, not zero: there is no deadline."""
    assert progress_of(look()).days_left is None
    assert progress_of(look(parent("CANCELED"))).days_left is None


def test_blockers_name_account_and_cause() -> None:
    """What blocks is said in one sentence each."""
    state = progress_of(
        look(
            parent(),
            child(A, "DECLINED"),
            child(B),
            accounts=[account(A), account(B, "SUSPENDED", name="Shop")],
        )
    )
    assert state.blockers == (
        f"{A} (Account 222): its request is DECLINED.",
        f"{B} (Shop): the account is SUSPENDED and cannot answer.",
    )


# Forecast


def pace(count: int, asked: int, at: float, **options: Any) -> MigrationState:
    """So many of so many have approved by this day."""
    ids = [f"2000000000{n:02d}" for n in range(asked)]
    requests = [child(i, "ACCEPTED" if n < count else "OPEN") for n, i in enumerate(ids)]
    return progress_of(look(parent(), *requests, at=at, accounts=[account(i) for i in ids]))


def test_the_forecast_follows_the_pace() -> None:
    """Three in six days: the other three come six days later."""
    found = forecast(pace(3, 6, at=6))
    assert found.on == day(12)
    assert "2026-01-17, 78 days before the deadline" in found.text


def test_a_pace_that_is_too_slow_says_by_how_many_days() -> None:
    """Three in sixty days will not do."""
    found = forecast(pace(3, 6, at=60))
    assert found.on == day(120)
    assert "30 days too late" in found.text


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_approvals_are_no_estimate(count: int) -> None:
    """What is not known is not guessed."""
    found = forecast(pace(count, 6, at=6))
    assert (found.on, found.text) == (None, "Too few approvals for an estimate.")


@pytest.mark.parametrize(
    "seen", [look(), look(parent("OPEN")), look(parent(), child(A, "DECLINED"))]
)
def test_there_is_a_forecast_only_while_waiting(seen: Snapshot) -> None:
    """Nothing is waited for, or waiting does not help."""
    assert forecast(progress_of(seen)).on is None


def test_an_account_that_left_is_not_waited_for_in_the_forecast() -> None:
    """It will never approve, and does not have to."""
    ids = [f"20000000000{n}" for n in range(6)]
    requests = [child(i, "ACCEPTED" if n < 3 else "OPEN") for n, i in enumerate(ids)]
    all_, fewer = [account(i) for i in ids], [account(i) for i in ids[:4]]
    state = progress_of(
        look(parent(), *requests, at=5, accounts=all_),
        look(parent(), *requests, at=6, accounts=fewer),
    )
    assert forecast(state).on == day(8)


# Approvals over time


def points(state: MigrationState) -> list[tuple[str, int]]:
    """Days of the month and counts."""
    table = approvals_over_time(state)
    return [(f"{d:%m-%d}", int(n)) for d, n in zip(table["day"], table["approved"], strict=True)]


def test_approvals_over_time_count_up_by_the_looks_that_first_showed_them() -> None:
    """From zero at the request to what is certain today."""
    state = progress_of(
        look(parent(), child(A), child(B), at=0),
        look(parent(), child(A, "ACCEPTED"), child(B), at=7),
        look(parent(), child(B), at=40),
    )
    assert points(state) == [("01-05", 0), ("01-12", 1), ("02-14", 1)]


def test_two_approvals_of_one_look_are_one_point() -> None:
    """The day between two looks is not known better than that."""
    done = (child(A, "ACCEPTED"), child(B, "ACCEPTED"))
    state = progress_of(look(parent(), *RUNNING[1:], at=1), look(parent("OPEN"), *done, at=8))
    assert points(state) == [("01-05", 0), ("01-06", 1), ("01-13", 2), ("01-13", 2)]


def test_an_approval_without_a_day_is_not_in_the_curve() -> None:
    """Inferred approvals are counted on the board, but nobody saw their day."""
    state = progress_of(look(parent("OPEN"), at=45))
    assert state.approved == 2
    assert points(state) == [("01-05", 0), ("02-19", 0)]


def test_after_the_end_the_curve_stops_at_the_last_approval() -> None:
    """No line goes on into a time when nothing was waited for."""
    state = progress_of(look(*RUNNING, at=3), look(parent("ACCEPTED"), feature_set="ALL", at=9))
    assert points(state) == [("01-05", 0), ("01-08", 1)]


def test_without_a_process_there_is_no_point() -> None:
    """The frame is empty and has its columns."""
    table = approvals_over_time(progress_of(look()))
    assert table.empty
    assert list(table.columns) == ["day", "approved"]


# Who would be asked


def test_who_would_be_asked_are_invited_accounts_and_created_ones_without_the_role() -> None:
    """Not the management account, and no created account whose role is there or unknown."""
    members = [
        {"account_id": "000000000001", "service_linked_role": False, "reachable": True},
        {"account_id": C, "service_linked_role": True, "reachable": True},
        {"account_id": "555555555555", "service_linked_role": None, "reachable": False},
        {"account_id": A, "service_linked_role": False, "reachable": True},
    ]
    made = [created("000000000001"), created(C), created("555555555555")]
    seen = make_snapshot([account(B), account(A), *made], members=members)
    found = expected_approvers(seen)
    assert found["account_id"].tolist() == ["000000000001", A, B]
    assert found.index.tolist() == [0, 1, 2]  # rows of one table, wherever they came from


def test_without_a_look_into_members_only_invited_accounts_are_expected() -> None:
    """What was not checked is not guessed."""
    seen = make_snapshot([account(A), created(C)])
    assert expected_approvers(seen)["account_id"].tolist() == [A]


@pytest.mark.parametrize(
    ("looks", "answer", "standing_of", "approved"),
    [
        ([look(parent(), child(A, "ACCEPTED"))], "approved", "approved", True),
        ([look(parent("OPEN"), child(A))], "approved_unseen", "approved_unseen", True),
        ([look(parent(), child(A))], "waiting", "waiting", False),
        ([look(parent(), child(A, "REQUESTED"))], "waiting", "waiting", False),
        ([look(parent(), child(A, "DECLINED"))], "declined", "declined", False),
        ([look(parent(), child(A, "CANCELED"))], "canceled", "canceled", False),
        ([look(parent(), child(A, "EXPIRED"))], "expired", "expired", False),
        ([look(parent())], "unknown", "unknown", None),
        ([look(parent(), child(A, "BRAND_NEW"))], "unknown", "unknown", None),
        ([look(parent(), child(A)), look(parent(), at=2)], "unknown", "unknown", None),
        ([look(parent(), child(A, "ACCEPTED"), accounts=[])], "approved", "left", True),
    ],
)
def test_what_an_account_answered_is_one_value(
    looks: list[Snapshot], answer: str, standing_of: str, approved: bool | None
) -> None:
    """Every state and what became of it; an account that left keeps its answer."""
    state = progress_of(*looks)
    row = board(state)[A]
    assert (row["answer"], row["approved"]) == (answer, approved)
    order = state.board["account_id"].tolist()
    assert standing(state.board)[order.index(A)] == standing_of


def test_nobody_leaves_because_the_list_of_accounts_is_denied() -> None:
    """Who was a member stays one until AWS shows otherwise; who was asked is still counted."""
    before = look(*RUNNING)
    state = progress_of(before, look(*RUNNING, at=1, unreadable={"accounts": "denied"}))
    assert {row["account_state"] for row in board(state).values()} == {"ACTIVE"}
    assert state.asked == progress_of(before).asked


def test_who_would_be_asked_is_not_known_without_the_list_of_accounts() -> None:
    """Nobody is not the answer."""
    with pytest.raises(NotRead, match="denied"):
        expected_approvers(make_snapshot(unreadable={"accounts": "denied"}))
