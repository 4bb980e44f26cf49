"""What each owner still owes, and the organization as a tree: the figures are the board's."""

from __future__ import annotations

from dataclasses import replace

from orgkit.migration.inputs import Inputs, Owner
from orgkit.migration.state import MigrationState
from orgkit.views import charts, pictures
from tests.support.make import account, child, created, make_snapshot, parent, progress_of

A, B, C, D = "222222222222", "333333333333", "444444444444", "555555555555"
ACCOUNTS = [account(A, name="Pay"), account(B, name="Shop"), account(C), created(D)]


def state(**owners: str) -> MigrationState:
    """Three were asked; one approved in week one, one declined; `owners` by letter."""
    asked = [parent(), child(A), child(B), child(C)]
    answered = [parent(), child(A, "ACCEPTED"), child(B, "DECLINED"), child(C)]
    found = progress_of(
        make_snapshot(ACCOUNTS, asked, at=0), make_snapshot(ACCOUNTS, answered, at=7)
    )
    ids = {"a": A, "b": B, "c": C}
    named = {ids[letter]: Owner(name) for letter, name in owners.items()}
    return replace(found, inputs=Inputs(owners=named or None))


def test_the_burn_down_counts_what_each_owner_still_owes() -> None:
    """An approval is none any more; a decline still is; who is not named stands by himself."""
    text = pictures.burn_down(state(a="Ana", b="Ana")).text()
    assert "Ana: 1 of 2" in text
    assert "no owner named: 1 of 1" in text


def test_without_owners_it_says_what_to_give() -> None:
    """A picture of one panel would say nothing new."""
    assert "`owners`" in pictures.burn_down(state()).text()


def test_many_owners_are_summed_up() -> None:
    """The largest first, the others in one panel, so that all accounts are counted."""
    by_owner = {f"owner {n:02}": list(range(n + 1)) for n in range(20)}
    folded = pictures._folded(by_owner)
    assert len(folded) == charts.OWNERS
    assert sum(map(len, folded.values())) == sum(map(len, by_owner.values()))
    assert next(iter(folded)) == "owner 19"
    assert list(folded)[-1] == "9 other owners"


def test_the_tree_counts_every_account_once() -> None:
    """The management account, those that are asked by state, and the others by kind."""
    text = pictures.tree(state()).text()
    assert "management account: 1 not asked" in text
    assert "accounts that are asked: 1 refused, 1 waiting, 1 approved" in text
    assert "created accounts: 1 not asked" in text


def test_before_the_request_nobody_owes_anything() -> None:
    """The tree is there all the same."""
    before = progress_of(make_snapshot(ACCOUNTS, [], at=0))
    assert "nothing to draw" in pictures.burn_down(before).text()
    assert "invited accounts: 3 not asked" in pictures.tree(before).text()
