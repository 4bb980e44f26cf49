"""Questions are fields in a front end; what is chosen there is kept with the evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.migration.inputs import Answer
from orgkit.sim.server.serve import Service
from orgkit.widgets.questionnaire import Fields, Questionnaire
from tests.support.cells import run_names
from tests.widgets.conftest import Lab

pytestmark = pytest.mark.usefixtures("standing")


def test_without_a_front_end_the_files_answer(
    simulator: Callable[..., Service], isolated: Any
) -> None:
    """Batch runs need no field; what is shown says how much is answered."""
    simulator("acme")
    (isolated / "answers.yaml").write_text("mail_arrives: yes\n", encoding="utf-8")
    asked = run_names("01_precheck", answers="answers.yaml")["asked"]
    assert type(asked) is Questionnaire
    assert f"1 of {len(QUESTIONS)} questions are answered" in repr(asked)
    assert asked.inputs.answers == {"mail_arrives": Answer("yes")}


def test_fields_begin_with_the_file_and_win_over_it(lab: Lab, isolated: Any) -> None:
    """A choice replaces what the file said; its note stays; empty is not answered."""
    text = "mail_arrives: {answer: yes, note: tried}\n"
    (isolated / "answers.yaml").write_text(text, encoding="utf-8")
    asked = lab.open("01_precheck", answers="answers.yaml").names["asked"]
    asked.fields["assisted_migration"].value = "yes"  # none is running
    asked.fields["mail_arrives"].value = "no"
    assert asked.inputs.answers == {
        "assisted_migration": Answer("no"),
        "mail_arrives": Answer("no", "tried"),
    }
    asked.fields["mail_arrives"].value = ""
    assert "mail_arrives" not in asked.inputs.answers
    assert "1 of" in asked.static_copy.text()


def test_each_field_says_its_question(lab: Lab) -> None:
    """A description for every reader."""
    asked = lab.open("01_precheck").the(Fields)
    assert {f.description for f in asked.fields.values()} == {q.text for q in QUESTIONS.values()}


def test_what_is_kept_is_known_everywhere(lab: Lab) -> None:
    """Another notebook, another day: the answer is there, with by whom it was given."""
    asked = lab.open("01_precheck").the(Fields)
    asked.fields["stakeholders_told"].value = "yes"
    asked.keep.click()
    assert "Kept: 1 of" in asked.status.widget.value
    later = lab.open("02_request").run.state.inputs
    assert later.answers["stakeholders_told"].yes_or_no == "yes"
    assert "user/administrator" in later.origin("stakeholders_told")
    again = lab.open("01_precheck").the(Fields)
    assert again.fields["stakeholders_told"].value == "yes"


def test_a_record_that_cannot_be_written_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is called kept that is not."""
    page = lab.open("01_precheck")

    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(page.run, "record_answers", full)
    page.the(Fields).keep.click()
    assert "No space left on device" in page.the(Fields).status.widget.value
