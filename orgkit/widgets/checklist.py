"""Widgets only set values; each has a plain value, so that batch runs need none."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from orgkit.plans import Plan
from orgkit.questions import QUESTIONS, Question
from orgkit.said import Answer, Said


def interactive() -> bool:
    """Whether somebody sits at a Jupyter front end: its server names the session to the kernel."""
    return "JPY_SESSION_NAME" in os.environ


class Confirmation:
    """What was typed to allow a plan. Running its cell again starts with an empty field, so that
    "Run All" can never repeat a confirmation.
    """

    def __init__(self, plan: Plan, confirm: str) -> None:
        self._organization_id = plan.organization_id
        self._needed = not plan.not_now
        self._given = confirm
        self._field = self._make_field() if self._needed and interactive() else None

    @property
    def value(self) -> str:
        """The text of the field, or the parameter `confirm` where there is none."""
        return str(self._field.value).strip() if self._field is not None else self._given

    def _make_field(self) -> Any:
        import ipywidgets

        field = ipywidgets.Text(
            value=self._given,
            description="confirm",
            placeholder=self._organization_id,
            tooltip="Type the organization id to allow the plan, then run the next cell.",
        )
        field.add_class("orgkit-confirm")
        return field

    def __repr__(self) -> str:
        if not self._needed:
            return "Nothing to confirm."
        if self.value == self._organization_id:
            return "Confirmed: the organization id was typed."
        return f"Not confirmed. To allow the plan, type {self._organization_id}."

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = dict(self._field._repr_mimebundle_(**kwargs)) if self._field is not None else {}
        return {**bundle, "text/plain": repr(self)}


class Checklist:
    """The questions that no API answers: a list of fields in a Jupyter front end, else the file.

    A field begins with what the file says. Nothing waits for an answer: what is left empty stays
    unanswered, and so UNKNOWN.
    """

    def __init__(self, given: Said) -> None:
        self._given = given
        self._fields = {q.id: self._field(q) for q in QUESTIONS.values()} if interactive() else {}

    @property
    def said(self) -> Said:
        """What was answered, with the notes and the owners of the files."""
        before = self._given.answers
        typed = {
            name: Answer(str(field.value), before[name].note if name in before else "")
            for name, field in self._fields.items()
            if field.value
        }
        return replace(self._given, answers=typed) if self._fields else self._given

    def _field(self, question: Question) -> Any:
        import ipywidgets

        answer = self._given.answers.get(question.id)
        return ipywidgets.Dropdown(
            options=[("not answered", ""), ("yes", "yes"), ("no", "no")],
            value=answer.yes_or_no if answer else "",
            description=question.text,
            tooltip=question.why,
            style={"description_width": "70%"},
            layout={"width": "100%"},
        )

    def __repr__(self) -> str:
        return f"{len(self.said.answers)} of {len(QUESTIONS)} questions are answered."

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if not self._fields:
            return {"text/plain": repr(self)}
        import ipywidgets

        box = ipywidgets.VBox(list(self._fields.values()))
        return {**dict(box._repr_mimebundle_(**kwargs)), "text/plain": repr(self)}


def checklist(given: Said) -> Checklist:
    """Ask what no API answers: fields in a Jupyter front end, the files' content elsewhere."""
    return Checklist(given)


def confirmation(plan: Plan, confirm: str = "") -> Confirmation:
    """Ask for the organization id: a field in a Jupyter front end, the parameter elsewhere."""
    return Confirmation(plan, confirm)
