"""The first screen of the pre-checks, what changed since the last run, and the questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orgkit.checks import CHECKS, Finding, run
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.checks.results import MUST_BE_KNOWN
from orgkit.migration.inputs import Answer, Inputs, Owner
from orgkit.migration.state import MigrationState
from orgkit.terms import Verdict
from orgkit.views.blocks import Facts
from orgkit.views.readiness import comparison, questions, summary
from tests.support.make import account, make_snapshot, progress_of

A, B = "222222222222", "333333333333"


def organization(*accounts: Any, **options: Any) -> MigrationState:
    """Where a small organization stands."""
    return progress_of(make_snapshot(accounts, **options))


def facts(view: MigrationState, findings: list[Finding] | None = None) -> dict[str, object]:
    """The facts of the readiness block."""
    shown = summary(view, run(view) if findings is None else findings)
    (found,) = [b for b in shown.blocks if isinstance(b, Facts)]  # type: ignore[attr-defined]
    return dict(found.facts)


def finding(verdict: str, name: str, subject: str = "", text: str = "x.") -> Finding:
    """One finding of a check."""
    return Finding(Verdict(verdict), text, subject, f"Clear {name}.", id=name)


def test_a_failure_is_not_ready_and_comes_first() -> None:
    """The three things to do first are of three checks, the worst ahead."""
    found = [
        finding("FAIL", "one", A),
        finding("FAIL", "one", B),
        finding("WARN", "two"),
        finding("UNKNOWN", "three"),
        finding("UNKNOWN", "four"),
        finding("PASS", "five"),
    ]
    shown = summary(organization(account(A)), found).text()
    assert "Not ready: 1 check failed." in shown
    assert [n for n in ("one", "two", "three", "four") if f"Clear {n}." in shown] == [
        "one",
        "two",
        "three",
    ]
    assert facts(organization(account(A)), found)["Ready to request"] == "no"


def test_what_is_unknown_is_no_plain_yes() -> None:
    """Ready as far as is known, with how much is not."""
    view = organization(account(A))
    assert facts(view, [finding("UNKNOWN", "a")])["Ready to request"] == (
        "yes; 1 could not be evaluated"
    )
    must = next(iter(MUST_BE_KNOWN))
    assert facts(view, [finding("UNKNOWN", must)])["Ready to request"] == "no"
    assert "must be known first" in summary(view, [finding("UNKNOWN", must)]).text()
    assert facts(view, [finding("PASS", "a")])["Ready to request"] == "yes"


def test_what_must_be_known_are_checks_that_can_be_unknown() -> None:
    """A name that no check has would let every UNKNOWN pass."""
    assert all(Verdict.UNKNOWN in CHECKS[name].verdicts for name in MUST_BE_KNOWN)


def test_people_are_counted_once() -> None:
    """Two accounts of one mailbox, or of one owner, are one person to ask."""
    view = organization(account(A, email="aws+a@x.example"), account(B, email="AWS+b@x.example"))
    assert facts(view)["People to ask"] == 1
    apart = organization(account(A), account(B))
    assert facts(apart)["People to ask"] == 2
    owners = Inputs(owners={A: Owner("Ada"), B: Owner("Ada")})
    assert facts(replace(apart, inputs=owners))["People to ask"] == 1


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "no waiting"), (10, "one to two"), (11, "three to six"), (101, "most of the 90 days")],
)
def test_the_duration_is_a_rule_of_thumb(count: int, words: str) -> None:
    """It grows with how many must be asked, and says what it is."""
    told = str(
        facts(organization(*(account(f"{n:012d}") for n in range(count))), [])["Expected duration"]
    )
    assert words in told
    assert "rule of thumb" in told


def test_what_could_not_be_read_is_not_counted_as_zero() -> None:
    """Nobody to ask would be good news; not knowing is not."""
    told = facts(organization(unreadable={"accounts": "denied"}))
    assert {str(told[k]) for k in ("Must approve", "People to ask", "Expected duration")} == {
        "unknown"
    }


def test_new_fixed_and_changed_are_told_by_check_and_account() -> None:
    """The wording may change; check, account and verdict tell whether it is the same."""
    before = {
        "started": "2026-01-05T09:00:00Z",
        "findings": [
            {"id": "a", "verdict": "FAIL", "subject": A, "text": "old words"},
            {"id": "b", "verdict": "UNKNOWN", "subject": "", "text": "?"},
            {"id": "c", "verdict": "WARN", "subject": "", "text": "same"},
            {"id": "d", "verdict": "PASS", "subject": "", "text": "fine"},
        ],
    }
    now = [finding("WARN", "b"), finding("WARN", "c"), finding("FAIL", "a", B)]
    table = comparison(now, before).tables()["compared"]
    rows = table[["change", "id", "account"]].to_numpy().tolist()
    assert rows == [["new", "a", B], ["fixed", "a", A], ["changed", "b", ""]]


def test_the_first_run_has_nothing_to_compare_with() -> None:
    """And says so; a later one without change says that."""
    assert "first run" in comparison([], None).text()
    before = {"started": "2026-01-05T09:00:00Z", "findings": []}
    assert "Nothing is new and nothing is fixed" in comparison([], before).text()


def test_every_question_is_shown_with_its_answer() -> None:
    """What is not answered is shown as that."""
    inputs = Inputs(answers={"mail_arrives": Answer("yes", "tried")})
    table = questions(replace(organization(), inputs=inputs)).tables()["questions"]
    shown = dict(zip(table["id"], table["answer"], strict=True))
    assert set(shown) == {question.name for question in QUESTIONS.values()}
    assert shown.pop("mail_arrives") == "yes"
    assert set(shown.values()) == {"not answered"}
