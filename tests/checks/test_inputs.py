"""What the administrator says: read from files, refused with every line that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from orgkit.checks.inputs import read_inputs
from orgkit.checks.inputs.questions import QUESTIONS, Question
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
    "text", ["assisted_migration: no", "no_assisted_migration: yes"], ids=["before", "today"]
)
def test_answers_under_either_name_mean_the_same(
    file: Callable[[str, str], str], text: str
) -> None:
    """Files and journals of the past keep their meaning; today yes is the good answer to all."""
    answers = read_inputs(answers=file("a.yaml", text)).answers
    assert answers == {"assisted_migration": Answer("no")}


def test_a_question_is_not_answered_under_two_names(file: Callable[[str, str], str]) -> None:
    """Neither of two answers to one question wins in silence."""
    text = "no_assisted_migration: yes\nassisted_migration: yes\n"
    with pytest.raises(UsageError, match=r"Line 1: .* are one question"):
        read_inputs(answers=file("a.yaml", text))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_yes_is_the_good_answer_to_every_question(question: Question) -> None:
    """With yes to all nothing is left to do; what is kept keeps its meaning."""
    assert question.turned("yes") == question.good
    assert question.turned(question.turned("no")) == "no"
    assert question.turned("") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weather: yes", 'no question "weather"'),
        ("mail_arrives: perhaps", "neither yes nor no"),
        ("mail_arrives: {note: x}", "neither yes nor no"),
        ("mail_arrives: yes\nmail_arrives: no", "twice"),
        ("- mail_arrives", "no `key: value` lines"),
        ("a: [", "not YAML"),
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
        ("o.csv", f"account_id,owner\n{A},Ada\n{A},Bob\n", f"{A} is given twice"),
        ("o.csv", "account_id,owner\n12345678901,Ada\n", '"12345678901" is not an account id'),
        ("o.csv", f"account_id,owner\n{A},\n", f"{A} has no owner"),
        ("o.csv", f"account,owner\n{A},Ada\n", "no column account_id"),
        ("o.yaml", "12345: Ada\n", '"12345" is not an account id'),
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


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        (
            "owners-alt-enter.csv",
            {A: Owner("Ada Lindqvist", "#payments", "ask Bo first then Cy")},
        ),
        ("owners-blank-rows.csv", {A: Owner("Ada Lindqvist", "#payments")}),
        (
            "owners-line-separator.csv",
            {
                A: Owner("Ada Lindqvist", "#payments", "pasted from chat\u2028second line"),
                "333333333333": Owner("Bo Okafor", "#shop"),
            },
        ),
        ("owners-semicolon-excel-de.csv", {A: Owner("Jörg Brandström", "#netz")}),
        ("owners-space-after-comma.csv", {A: Owner("Lindqvist, Ada", "#payments")}),
        ("owners-octal.yaml", {"012345670123": Owner("Ada Lindqvist")}),
    ],
)
def test_lists_as_people_save_them_are_read(name: str, owners: dict[str, Owner]) -> None:
    """F11: Alt+Enter, empty rows, U+2028, semicolons, spaces after commas, bare digits."""
    assert read_inputs(owners=str(FIXTURES / name)).owners == owners


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("owners-two-owner-columns.csv", ['Line 1 names the column "owner" twice']),
        (
            "owners-unquoted-comma.csv",
            ["Line 2 has 5 cells, and 4 columns are named", '"Lindqvist", "Ada"', "double quotes"],
        ),
        (
            "owners-list-and-typo.yaml",
            [
                f'Line 1: owner of "{A}" is a list, and must be one text.',
                'Line 1: there is no key "chanel". Did you mean channel?',
            ],
        ),
    ],
)
def test_lists_that_cannot_be_meant_are_refused(name: str, words: list[str]) -> None:
    """F11: two owner columns, a name that is cut, a list, a typo: with file, line and remedy."""
    with pytest.raises(UsageError) as caught:
        read_inputs(owners=str(FIXTURES / name))
    said = str(caught.value)
    assert caught.value.exit_code == 64
    assert str(FIXTURES / name) in said
    assert [each for each in words if each not in said] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x yes\n", "Line 1, column 4"),
        (
            "mail_arives: yes\n",
            'Line 1: there is no question "mail_arives". Did you mean mail_arrives?',
        ),
        (
            "\nmail_arrives: [yes, no]\n",
            "Line 2: the answer to mail_arrives is left out or no text",
        ),
        (
            "mail_arrives:\n  answer: yes\n  nota: x\n",
            'Line 3: there is no key "nota". Did you mean note?',
        ),
        ("mail_arrives: {answer: yes, note: [x]}\n", "the note to mail_arrives must be one text"),
        ("mail_arrives: 1\n", 'the answer to mail_arrives is "1"'),
        ("just text\n", "Line 1: it holds no `key: value` lines."),
    ],
)
def test_a_refused_answer_has_its_line(
    file: Callable[[str, str], str], text: str, words: str
) -> None:
    """F11: what stands there, and what was expected."""
    with pytest.raises(UsageError) as caught:
        read_inputs(answers=file("a.yaml", text))
    assert words in str(caught.value)


def test_a_note_stays_as_it_was_written(file: Callable[[str, str], str]) -> None:
    """A day or a number in a note is text, not what YAML makes of it."""
    text = "mail_arrives: {answer: no, note: 2026-03-12}\nalarms_told: {answer: ON, note: 012}\n"
    answers = read_inputs(answers=file("a.yaml", text)).answers
    assert answers == {
        "mail_arrives": Answer("no", "2026-03-12"),
        "alarms_told": Answer("yes", "012"),
    }


def test_a_tilde_is_the_home_of_who_types(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F12: `~/owners.csv` is the file in his home, also when it is not there."""
    monkeypatch.setenv("HOME", str(isolated))
    (isolated / "mine.csv").write_text(f"account_id,owner\n{A},Ada\n", encoding="utf-8")
    (isolated / "mine.yaml").write_text("mail_arrives: yes\n", encoding="utf-8")
    given = read_inputs("~/mine.yaml", "~/mine.csv")
    assert given.owners == {A: Owner("Ada")}
    assert given.answers == {"mail_arrives": Answer("yes")}
    with pytest.raises(UsageError, match=re.escape(f'"{isolated}/not.csv"')):
        read_inputs(owners="~/not.csv")


WORDS = "account_id|owner|222222222222|mail_arrives|yes|note|,|;|\t|: |{|}|[|- |&a |*a |!x |#|  "
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xf6", "\u2028".encode())
PIECES = st.sampled_from(
    [*(word.encode() for word in WORDS.split("|")), *MARKS, b"|", b'"', b"\n", b"\r", b"---\n"]
)


@given_by(
    st.lists(PIECES, max_size=12).map(b"".join), st.sampled_from(["o.csv", "o.yaml", "a.yaml"])
)
def test_no_file_is_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    """F11: whatever stands in a file, it is read, or refused with its full path and what to do."""
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    parameter = "answers" if name == "a.yaml" else "owners"
    assert outcome(parameter, path) in (
        "read",
        f'`{parameter}` names "{path}", which cannot be used.',
    )


def outcome(parameter: str, path: Path) -> str:
    """What is said of a file, first."""
    try:
        read_inputs(**{parameter: str(path)})
    except UsageError as error:
        return error.problem if error.detail and error.do_this else "nothing said"
    return "read"


def test_the_example_of_the_documentation_is_read(file: Callable[[str, str], str]) -> None:
    """docs/inputs.md shows what works, also an id without quotes."""
    page = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    owners = read_inputs(owners=file("o.yaml", example)).owners
    assert owners == {
        A: Owner("Ada Lindqvist"),
        "333333333333": Owner("Bo Okafor", "#shop", "back in May"),
    }


@pytest.mark.parametrize("name", ["o.csv", "o.yaml"])
def test_ids_that_a_spreadsheet_changed_are_refused_in_words(
    file: Callable[[str, str], str], name: str
) -> None:
    """F12: a zero that Excel dropped, and digits that it rounded, are never guessed."""
    lines = {"o.csv": "account_id,owner\n12345678901,Ada\n2.22222E+11,Bo\n", "o.yaml": ""}
    text = lines[name] or "12345678901: Ada\n2.22222E+11: Bo\n"
    with pytest.raises(UsageError) as caught:
        read_inputs(owners=file(name, text))
    assert "A spreadsheet drops leading zeros; was it 012345678901?" in str(caught.value)
    assert "a spreadsheet rounded it" in str(caught.value)


def row(answer: str, note: str = "") -> dict[str, str]:
    """An answer as the journal remembers it."""
    return {"answer": answer, "note": note, "at": "2026-01-05T09:00:00Z", "by": "arn:ada"}


def test_the_record_answers_what_the_file_leaves_open(file: Callable[[str, str], str]) -> None:
    """The file goes before the journal, and each answer says where it came from."""
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
    """The same file every week adds nothing to the journal."""
    given = read_inputs(file("a.yaml", "mail_arrives: yes\n"), kept={"mail_arrives": row("yes")})
    assert given.news() == {}


def test_a_question_that_is_not_asked_any_more_is_left_alone() -> None:
    """The journal of an older orgkit is neither shown nor taken back."""
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
