"""What was known on a past day: states, answers, and gaps said as gaps."""

from __future__ import annotations

from orgkit.migration.as_of import accounts_on, gap_on
from orgkit.snapshot import tables
from tests.support.make import account, child, day, make_snapshot, memory_of, parent

A, B = "222222222222", "333333333333"
ONE, TWO = account(A, name="Pay"), account(B, name="Shop")


def test_each_account_has_its_state_and_answer_of_that_day() -> None:
    """Those who left are there too, as no members, with what was last seen of them."""
    looks = [
        make_snapshot([ONE, TWO], [parent(), child(A), child(B)], at=0),
        make_snapshot(
            [ONE | {"state": "SUSPENDED"}], [parent(), child(A), child(B, "ACCEPTED")], at=7
        ),
    ]
    then = {r["account_id"]: r for r in tables.rows(accounts_on(looks[-1], memory_of(*looks)))}
    assert (then[A]["state"], then[A]["request"], then[A]["approved"]) == (
        "SUSPENDED",
        "OPEN",
        False,
    )
    assert (then[B]["member"], then[B]["request"]) == (False, "ACCEPTED")
    assert then[B]["seen"] == "2026-01-12T09:00:00Z"
    before = accounts_on(looks[0], memory_of(looks[0])).set_index("account_id")
    assert before.loc[A, "state"] == "ACTIVE"
    assert bool(before.loc[B, "member"])


def test_before_any_process_nobody_has_a_request() -> None:
    """Accounts are known, answers do not exist."""
    look = make_snapshot([ONE], at=0)
    rows = tables.rows(accounts_on(look, memory_of(look)))
    assert {r["request"] for r in rows} == {""}


def test_a_day_long_after_the_last_look_is_a_gap() -> None:
    """A week is usual; more is said, with the day of the look."""
    look = make_snapshot([ONE], at=0)
    assert gap_on(look, day(7)) == ""
    assert "No snapshot was taken for 20 days before 2026-01-25" in gap_on(look, day(20))
