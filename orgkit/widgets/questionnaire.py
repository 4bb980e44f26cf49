"""The questions that no API answers: fields to choose from, or what files and journal say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from orgkit.checks.inputs.questions import QUESTIONS, Question
from orgkit.checks.results import MUST_BE_KNOWN
from orgkit.migration.inputs import Answer, Inputs
from orgkit.notebook.run import Run
from orgkit.views.blocks import Block, Note
from orgkit.widgets.base import Control, StaticControl, Status, button


class Questionnaire(StaticControl):
    """What was answered; nothing waits for an answer, and what is not answered stays UNKNOWN."""

    def __init__(self, given: Inputs) -> None:
        self._given = given

    @property
    def inputs(self) -> Inputs:
        """Answers, notes and owners."""
        return self._given

    def block(self) -> Block:
        """Count the answers."""
        return Note(f"{len(self.inputs.answers)} of {len(QUESTIONS)} questions are answered.")


class Fields(Questionnaire, Control):
    """One field a question, which begins with what was answered; a button keeps what was chosen."""

    def __init__(self, run: Run, given: Inputs, asked: Sequence[Question]) -> None:
        import ipywidgets

        Questionnaire.__init__(self, given)
        self._run = run
        self.fields = {q.id: _field(q, given) for q in asked}
        for each in self.fields.values():
            each.observe(lambda _: self.static_copy.refresh(), "value")
        self.keep = button("Keep these answers", "orgkit-answers-keep", self._keep)
        self.status = Status("orgkit-answers-status")
        rows = [*self.fields.values(), self.keep, self.status.widget]
        column = ipywidgets.VBox(rows)
        column.add_class("orgkit-questions")
        Control.__init__(self, column, self.block, run.front_end)

    @property
    def inputs(self) -> Inputs:
        """What is chosen, with the notes and the owners of the files."""
        before = self._given.answers
        typed = {
            name: Answer(
                QUESTIONS[name].turned(field.value), before[name].note if name in before else ""
            )
            for name, field in self.fields.items()
            if field.value
        }
        others = {name: a for name, a in before.items() if name not in self.fields}
        return replace(self._given, answers=others | typed)

    def _keep(self, _: Any) -> None:
        with self.status.reporting():
            self._given = self._run.answer(self.inputs)
            count = len(self._given.answers)
            says = f"Kept: {count} of {len(QUESTIONS)} are answered. The page is updated."
            self.status.show(Note(says, "good"))


def _field(question: Question, given: Inputs) -> Any:
    import ipywidgets

    answer = given.answers.get(question.id)
    return ipywidgets.Dropdown(
        options=[("not answered", ""), ("yes", "yes"), ("no", "no")],
        value=question.turned(answer.yes_or_no) if answer else "",
        description=question.text,
        tooltip=question.why,
        style={"description_width": "70%"},
        layout={"width": "100%", "height": "auto"},
    )


def questionnaire(run: Run, given: Inputs, *, missing: bool = False) -> Questionnaire:
    """Ask what no API answers; in batch the files and the journal say it.

    With `missing` only what must be known before the request and is not answered yet.
    """
    asked = [q for q in QUESTIONS.values() if not missing or _lacks(q, given)]
    if not run.front_end.interactive or not asked:
        return Questionnaire(given)
    return Fields(run, given, asked)


def _lacks(question: Question, given: Inputs) -> bool:
    return question.id in MUST_BE_KNOWN and question.id not in given.answers
