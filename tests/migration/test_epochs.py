"""Facts of an earlier membership or an earlier attempt never stand for the present one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orgkit.aws import connect
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.store.store import Store
from orgkit.migration.board import Reply
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.terms import Phase
from orgkit.views.audit import consent_table
from orgkit.views.board import blockers
from tests.support.cells import bring, manager
from tests.support.make import account, child, day, handshake, make_snapshot, parent, progress_of

BACK = "444444444444"


class Walk:
    """A walk on the simulator, with a look after each step."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.control = Control(endpoint)
        self.endpoint = endpoint
        self.aws = manager(endpoint, "organizations")
        organization = connect()
        self._observer = Observer(
            organization, Journal(Store(str(folder)), organization.organization_id)
        )

    def look(self) -> MigrationState:
        """Take a look now."""
        return self._observer.observe()

    def comes_back(self) -> None:
        """The account is removed, invited again, and accepts, a day each."""
        self.aws.remove_account_from_organization(AccountId=BACK)
        self.look()
        self.control.advance("1d")
        self.aws.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": BACK})
        self.look()
        self.control.advance("1d")
        self.control.approve(BACK)


@pytest.fixture
def walk(simulator: Callable[..., Service], tmp_path: Path) -> Walk:
    """Acme, three days after the request."""
    endpoint = simulator("acme").endpoint
    made = Walk(endpoint, tmp_path)
    bring(endpoint, "request")
    made.look()
    made.control.advance("3d")
    made.look()
    return made


@pytest.mark.parametrize("before", ["", "decline"])
def test_an_approver_that_left_and_came_back_consented_by_joining(walk: Walk, before: str) -> None:
    """F1: removed while the process runs, invited again, accepted: no blocker, and a day."""
    if before:
        walk.control.decline(BACK)
        assert walk.look().phase is Phase.BLOCKED
    walk.comes_back()
    state = walk.look()
    assert not [b for b in state.blockers if BACK in b]
    row = state.board.set_index("account_id").loc[BACK]
    assert (row["answer"], row["approved"], row["account_state"]) == ("approved", True, "ACTIVE")
    told = consent_table(state).set_index("account_id").loc[BACK]
    assert (told["answer"], told["day"]) == ("approved", 5)


def test_ready_names_nothing_that_blocks(walk: Walk) -> None:
    """F1: what the organization's handshake says goes before what an account once answered."""
    walk.comes_back()
    state = walk.look()
    for row in state.board.itertuples():
        if row.request_state == "OPEN":
            walk.control.approve(str(row.account_id))
    ready = walk.look()
    assert ready.phase is Phase.READY
    assert ready.blockers == ()
    assert blockers(ready).text() == blockers(walk.look()).text()
    told = consent_table(ready).set_index("account_id").loc[BACK]
    assert told["answer"] == "approved"


A = "222222222222"


@pytest.mark.parametrize("state", ["DECLINED", "CANCELED", "EXPIRED", "OPEN", "ACCEPTED"])
def test_a_request_from_before_joining_is_of_another_membership(state: str) -> None:
    """Whatever it says; without a visible invitation nobody knows, which blocks nobody."""
    seen = make_snapshot([account(A, joined_timestamp=day(5))], [parent(), child(A, state)], at=6)
    now = progress_of(seen)
    (row,) = [r for r in now.board.itertuples() if r.account_id == A]
    assert row.answer == Reply.UNKNOWN
    assert now.phase is Phase.WAITING


def test_an_invitation_of_an_earlier_attempt_is_no_consent() -> None:
    """It was accepted for consolidated billing, or for a process that was canceled."""
    invited = handshake(
        "h-invite0000001",
        "INVITATION",
        "ACCEPTED",
        account_id=A,
        action="INVITE",
        requested=day(-20),
    )
    seen = make_snapshot(
        [account(A, joined_timestamp=day(5))], [invited, parent(), child(A, "DECLINED")], at=6
    )
    (row,) = [r for r in progress_of(seen).board.itertuples() if r.account_id == A]
    assert row.answer == Reply.UNKNOWN


def test_a_request_made_after_the_return_counts_again() -> None:
    """AWS asked the account anew: what it answers now is its answer."""
    again = child(A, "DECLINED", handshake_id="h-again00000001", requested=day(6))
    invited = handshake(
        "h-invite0000001", "INVITATION", "ACCEPTED", account_id=A, action="INVITE", requested=day(4)
    )
    seen = make_snapshot(
        [account(A, joined_timestamp=day(5))],
        [invited, parent(), child(A, "CANCELED"), again],
        at=7,
    )
    assert progress_of(seen).phase is Phase.BLOCKED


def test_accounts_that_were_never_read_have_not_left() -> None:
    """F4: a list that was not read makes nobody leave."""
    seen = make_snapshot(
        [], [parent(), child(A)], unreadable={"accounts": "organizations:ListAccounts was denied"}
    )
    state = progress_of(seen)
    assert state.asked == 1
    assert state.board["account_state"].isna().all()
