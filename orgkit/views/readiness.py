"""The first screen of the pre-checks: ready or not, what to do first, how long, how many people.

Also what is new and what is fixed since the run before, and the questions that no API answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.checks import Finding
from orgkit.checks.inputs.questions import QUESTIONS, Question
from orgkit.checks.results import CheckResult, by_check, missing
from orgkit.migration.board import expected_approvers
from orgkit.migration.figures import figures
from orgkit.migration.inputs import NOT_ANSWERED, Inputs
from orgkit.migration.state import MigrationState
from orgkit.terms import ASKS, Verdict
from orgkit.views.blocks import Block, Facts, Note, Number, Steps, Table, join
from orgkit.views.blocks.finding_list import counts

_FIRST = 3
# A rule of thumb, said as such: so many to ask, so long. AWS ends the process after 90 days.
_PACE = ((0, "no waiting"), (10, "one to two weeks"), (100, "three to six weeks"))
_LONG = "most of the 90 days"


def summary(state: MigrationState, findings: Iterable[Finding]) -> Block:
    """Show one screen for whoever decides: the answer, three things to do first, time, people."""
    found = list(findings)
    results = by_check(found)
    lacking = missing(results)
    numbers = figures(state)
    known = numbers.must_approve.number is not None
    facts: dict[str, object] = {
        "Ready to request": _ready(results, lacking),
        "Must approve": Number("must-approve", numbers.must_approve),
        "People to ask": _people(state) if known else "unknown",
        "Expected duration": f"{_duration(numbers.must_approve.number or 0)} (rule of thumb)"
        if known
        else "unknown",
        **{str(v): _checks(v, n) for v, n in counts(results).items() if v in ASKS},
    }
    first = [f"{f.text} {f.do_this} ({f.actor})" for f in _first(found)]
    steps = [Steps("To do first", first)] if first else []
    return join([_verdict(results, lacking), Facts("Readiness", facts), *steps])


def _ready(results: list[CheckResult], lacking: list[CheckResult]) -> str:
    hidden = counts(results).get(Verdict.UNKNOWN, 0)
    if lacking:
        return "no"
    return f"yes; {hidden} could not be evaluated" if hidden else "yes"


def _checks(verdict: Verdict, count: int) -> Number:
    return Number(f"checks-{verdict.lower()}", count)


def _verdict(results: list[CheckResult], lacking: list[CheckResult]) -> Note:
    """Conclude: ready only if nothing failed and nothing that must be known is unknown."""
    numbers = counts(results)
    hidden = numbers.get(Verdict.UNKNOWN, 0)
    failed = numbers.get(Verdict.FAIL, 0)
    if failed:
        return Note(f"Not ready: {failed} {_word(failed)} failed.", "bad")
    if lacking:
        names = ", ".join(r.title for r in lacking[:_FIRST])
        more = f" and {len(lacking) - _FIRST} more" if len(lacking) > _FIRST else ""
        text = (
            f"Not ready: {len(lacking)} {_word(len(lacking))} must be known first: {names}{more}."
        )
        return Note(text, "unknown")
    if hidden:
        return Note(f"Ready: no failed checks; {hidden} could not be evaluated.", "warn")
    return Note("Ready: no failed checks, and every check was evaluated.", "good")


def _word(count: int) -> str:
    return "check" if count == 1 else "checks"


def _duration(asked: int) -> str:
    return next((words for limit, words in _PACE if asked <= limit), _LONG)


def _people(state: MigrationState) -> int:
    """Count owners where the list names them, else mailboxes; a plus-address is the same one.

    An account without either is somebody of its own: nobody knows who.
    """
    approvers = expected_approvers(state.snapshot)
    mailbox = approvers["email"].str.replace(r"\+[^@]*@", "@", regex=True).str.lower()
    owners = [state.inputs.owner(str(a)) for a in approvers["account_id"]]
    someone = mailbox.fillna(approvers["account_id"])
    pairs = zip(owners, someone, strict=True)
    return len({str(owner) if owner else str(address) for owner, address in pairs})


def _first(findings: list[Finding]) -> list[Finding]:
    """Choose the worst finding of each of the worst checks; they come sorted."""
    one_each = {f.id: f for f in reversed(findings) if f.verdict in ASKS}
    ordered = [f for f in findings if one_each.get(f.id) is f]
    return ordered[:_FIRST]


def comparison(findings: Iterable[Finding], before: Mapping[str, Any] | None) -> Block:
    """List what is new and what is fixed since the run before, by check and account."""
    if before is None:
        return Note("This is the first run of the pre-checks here: nothing to compare with.")
    now = {(f.id, f.subject): (str(f.verdict), f.text) for f in findings if f.verdict in ASKS}
    then = {
        (f["id"], f["subject"]): (f["verdict"], f["text"])
        for f in before["findings"]
        if f["verdict"] in {str(v) for v in ASKS}
    }
    rows = [_line("new", key, now[key]) for key in now if key not in then]
    rows += [_line("fixed", key, then[key]) for key in then if key not in now]
    rows += [_line("changed", k, now[k]) for k in now if k in then and then[k][0] != now[k][0]]
    table = pd.DataFrame(rows, columns=list(_COMPARED), dtype="string")
    when = f"Nothing is new and nothing is fixed since {before['started']}."
    return Table(f"Since {before['started']}", table, _COMPARED, "compared", when)


_COMPARED = {
    "change": "Change",
    "verdict": "Verdict",
    "id": "Check",
    "account": "Account",
    "text": "Found",
}


def _line(change: str, key: tuple[str, str], found: tuple[str, str]) -> dict[str, str]:
    return dict(zip(_COMPARED, (change, found[0], *key, found[1]), strict=True))


def questions(state: MigrationState) -> Block:
    """List the questions that no API answers, with what was answered."""
    rows = [_question(question, state.inputs) for question in QUESTIONS.values()]
    columns = {
        "question": "Question",
        "answer": "Answer",
        "origin": "Source",
        "note": "Note",
        "id": "Name in the file",
    }
    table = pd.DataFrame(rows, columns=list(rows[0]), dtype="string")
    return Table("Questions that no API answers", table, columns, "questions")


def _question(question: Question, inputs: Inputs) -> dict[str, str]:
    answer = inputs.answers.get(question.id)
    return {
        "id": question.name,
        "question": question.text,
        "answer": question.turned(answer.yes_or_no) if answer else NOT_ANSWERED,
        "origin": inputs.origin(question.id) if answer else "",
        "note": answer.note if answer else "",
    }
