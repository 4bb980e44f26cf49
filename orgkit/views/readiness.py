"""The first screen of the pre-checks: ready or not, what to do first, how long, how many people.

Also what is new and what is fixed since the run before, and the questions that no API answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.checks import Finding
from orgkit.checks.inputs.questions import QUESTIONS, Question
from orgkit.migration.board import expected_approvers
from orgkit.migration.inputs import NOT_ANSWERED, Inputs
from orgkit.migration.state import MigrationState
from orgkit.terms import ASKS, Verdict
from orgkit.views.blocks import Block, Facts, Note, Steps, Table, join

_FIRST = 3
# A rule of thumb, said as such: so many to ask, so long. AWS ends the process after 90 days.
_PACE = ((0, "no waiting"), (10, "one to two weeks"), (100, "three to six weeks"))
_LONG = "most of the 90 days"


def summary(state: MigrationState, findings: Iterable[Finding]) -> Block:
    """Show one screen for whoever decides: the answer, three things to do first, time, people."""
    found = list(findings)
    failed = len({f.id for f in found if f.verdict is Verdict.FAIL})
    known = not state.snapshot.not_read("accounts")
    asked = len(expected_approvers(state.snapshot)) if known else 0
    facts = {
        "Ready to request": _ready(found, failed),
        "Accounts to ask": asked if known else "unknown",
        "People to ask": _people(state) if known else "unknown",
        "Expected duration": f"{_duration(asked)} (rule of thumb)" if known else "unknown",
        **{str(v): sum(f.verdict is v for f in found) for v in ASKS},
    }
    first = [f"{f.text} {f.do_this} ({f.actor})" for f in _first(found)]
    tone = "bad" if failed else "good"
    says = f"Not ready: {failed} checks fail." if failed else "Ready, as far as could be read."
    steps = [Steps("To do first", first)] if first else []
    return join([Note(says, tone), Facts("Readiness", facts), *steps])


def _ready(findings: list[Finding], failed: int) -> str:
    if failed:
        return "no"
    hidden = sum(f.verdict is Verdict.UNKNOWN for f in findings)
    return f"yes, as far as is known ({hidden} unknown)" if hidden else "yes"


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
        "origin": "Where from",
        "note": "Note",
        "id": "Name in the file",
    }
    table = pd.DataFrame(rows, columns=list(rows[0]), dtype="string")
    return Table("Questions that no API answers", table, columns, "questions")


def _question(question: Question, inputs: Inputs) -> dict[str, str]:
    answer = inputs.answers.get(question.id)
    return {
        "id": question.id,
        "question": question.text,
        "answer": answer.yes_or_no if answer else NOT_ANSWERED,
        "origin": inputs.origin(question.id) if answer else "",
        "note": answer.note if answer else "",
    }
