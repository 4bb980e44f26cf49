"""Checks that rest on what the administrator answered: one for each question."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.checks.inputs.questions import QUESTIONS, Question
from orgkit.checks.registry import Examine, Finding, make, ok, unknown
from orgkit.migration.state import MigrationState
from orgkit.terms import Verdict


def _examine(question: Question) -> Examine:
    def examine(state: MigrationState) -> Iterator[Finding]:
        answer = state.inputs.answers.get(question.id)
        if answer is None:
            todo = (
                "Answer in the fields of 01_precheck, "
                f"or as `{question.name}` in the file that `answers` names."
            )
            yield unknown(f"Not answered: {question.text}", todo)
            return
        origin = state.inputs.origin(question.id)
        text = f"{question.text} Answered: {question.turned(answer.yes_or_no)}, {origin}."
        text += f" {answer.note}" if answer.note else ""
        if answer.yes_or_no == question.good:
            yield ok(text)
        else:
            yield Finding(question.verdict, text, "", question.do_this)

    return examine


CHECKS = tuple(
    make(
        question.id,
        question.title,
        question.why,
        question.source,
        "answers",
        f"{question.verdict} {Verdict.PASS} {Verdict.UNKNOWN}",
        _examine(question),
    )
    for question in QUESTIONS.values()
)
