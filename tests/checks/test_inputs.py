"""What the administrator says: read from files, refused with every line that cannot be meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orgkit.checks.inputs import read_inputs
from orgkit.checks.inputs.questions import Question
from orgkit.errors.exceptions import UsageError
from orgkit.migration.inputs import Answer, Owner

pytestmark = pytest.mark.usefixtures("standing")

A, ZERO = "222222222222", "012345678901"


@pytest.fixture
def file(isolated: Path) -> Callable[[str, str], str]:
    """Write a file into the working folder; its name."""

    def write(name: str, text: str) -> str:
        (isolated / name).write_text(text, encoding="utf-8")
        return name

    return write


def test_nothing_was_said_without_files() -> None:
    """Empty parameters are no answers, and no list of owners is not an empty list."""
    nothing = read_inputs()
    assert nothing.answers == {}
    assert nothing.owners is None
    assert nothing.owner(A) is None


def test_answers_are_yes_or_no_with_a_note(file: Callable[[str, str], str]) -> None:
    """In words, as YAML's own booleans, with a note; an empty one is no answer."""
    text = (
        'assisted_migration: no\nstakeholders_told: "Yes"\nmail_arrives:\n'
        "alarms_told: {answer: yes, note: ticket 7}\n"
    )
    answers = read_inputs(answers=file("a.yaml", text)).answers
    assert answers == {
        "assisted_migration": Answer("no"),
        "stakeholders_told": Answer("yes"),
        "alarms_told": Answer("yes", "ticket 7"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weather: yes", 'no question "weather"'),
        ("mail_arrives: perhaps", "neither yes nor no"),
        ("mail_arrives: {note: x}", "neither yes nor no"),
        ("mail_arrives: yes\nmail_arrives: no", "twice"),
        ("- mail_arrives", "no `key: value` lines"),
        ("a: [", "no YAML"),
    ],
)
def test_answers_that_cannot_be_meant_are_refused(
    file: Callable[[str, str], str], text: str, words: str
) -> None:
    """A misspelled question would stay unanswered without anybody noticing."""
    with pytest.raises(UsageError, match=words) as caught:
        read_inputs(answers=file("a.yaml", text))
    assert caught.value.exit_code == 64


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("o.csv", f"account_id,owner,channel,note\n{ZERO},Ada,#ada,night shift\n{A},Bob,,\n"),
        ("o.csv", f"\ufeffowner,account_id,channel,note\nAda,{ZERO},#ada,night shift\nBob,{A},,\n"),
        (
            "o.yaml",
            f'"{ZERO}": {{owner: Ada, channel: "#ada", note: night shift}}\n"{A}": Bob\n',
        ),
    ],
)
def test_owners_come_from_csv_or_yaml(
    file: Callable[[str, str], str], name: str, text: str
) -> None:
    """Columns in any order, a leading zero kept, a spreadsheet's mark at the start ignored."""
    given = read_inputs(owners=file(name, text))
    assert given.owners == {ZERO: Owner("Ada", "#ada", "night shift"), A: Owner("Bob")}
    assert (str(given.owner(ZERO)), str(given.owner(A))) == ("Ada, #ada", "Bob")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("o.csv", f"account_id,owner\n{A},Ada\n{A},Bob\n", f"{A} stands there twice"),
        ("o.csv", "account_id,owner\n12345678901,Ada\n", '"12345678901" is no account id'),
        ("o.csv", f"account_id,owner\n{A},\n", f"{A} has no owner"),
        ("o.csv", f"account,owner\n{A},Ada\n", "no column account_id"),
        ("o.yaml", "12345: Ada\n", '"12345" is no account id'),
        ("o.yaml", f'"{A}": Ada\n"{A}": Bob\n', "twice"),
    ],
)
def test_owners_that_cannot_be_meant_are_refused(
    file: Callable[[str, str], str], name: str, text: str, words: str
) -> None:
    """Lost zeros, duplicates and gaps are named, all of them."""
    with pytest.raises(UsageError, match=words):
        read_inputs(owners=file(name, text))


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    """It says which parameter names it."""
    with pytest.raises(UsageError, match=r'`owners` names ".*/nobody.csv"'):
        read_inputs(owners="nobody.csv")


def row(answer: str, note: str = "") -> dict[str, str]:
    """An answer as the record remembers it."""
    return {"answer": answer, "note": note, "at": "2026-01-05T09:00:00Z", "by": "arn:ada"}


def test_the_record_answers_what_the_file_leaves_open(file: Callable[[str, str], str]) -> None:
    """The file goes before the record, and each answer says where it came from."""
    kept = {"mail_arrives": row("yes", "tried"), "alarms_told": row("no")}
    name = file("a.yaml", "alarms_told: yes\nstakeholders_told:\n")
    given = read_inputs(answers=name, kept=kept)
    assert given.answers == {"mail_arrives": Answer("yes", "tried"), "alarms_told": Answer("yes")}
    assert given.origin("mail_arrives") == "given on 2026-01-05 by arn:ada"
    assert given.origin("alarms_told") == "from the file `answers`"
    assert given.news() == {"alarms_told": Answer("yes")}


def test_not_answered_takes_back_what_the_record_holds(file: Callable[[str, str], str]) -> None:
    """An empty line says nothing; only the words take an answer back."""
    kept = {"mail_arrives": row("yes"), "alarms_told": row("yes")}
    given = read_inputs(
        answers=file("a.yaml", "mail_arrives: Not answered\nalarms_told:\n"), kept=kept
    )
    assert set(given.answers) == {"alarms_told"}
    assert given.news() == {"mail_arrives": Answer("")}


def test_what_the_record_says_already_is_no_news(file: Callable[[str, str], str]) -> None:
    """The same file every week adds nothing to the record."""
    given = read_inputs(file("a.yaml", "mail_arrives: yes\n"), kept={"mail_arrives": row("yes")})
    assert given.news() == {}


def test_a_question_that_is_not_asked_any_more_is_left_alone() -> None:
    """The record of an older orgkit is neither shown nor taken back."""
    given = read_inputs(kept={"weather": row("yes")})
    assert (given.answers, given.news()) == ({}, {})


def test_a_question_that_cannot_be_meant_is_refused() -> None:
    """A misspelled key, verdict or a bare yes, which YAML takes for a truth value, is an error."""
    row: dict[str, Any] = dict.fromkeys(("title", "text", "why", "do_this", "source"), "x")
    for wrong in ({"good": True}, {"good": "yes", "verdict": "WARM"}):
        with pytest.raises(ValueError, match=r"good|WARM"):
            Question("mail", **row | wrong)
    with pytest.raises(TypeError, match="titel"):
        Question("mail", **row | {"good": "yes", "titel": "x"})
