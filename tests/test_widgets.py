"""The confirmation field only sets a value, and is plain text where there is no front end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from orgkit import widgets
from orgkit.questions import QUESTIONS
from orgkit.said import Answer, Owner, Said


def planned(not_now: str = "") -> Any:
    """What the field needs to know of a plan."""
    return SimpleNamespace(organization_id="o-acme123456", not_now=not_now)


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at JupyterLab."""
    monkeypatch.setenv("JPY_SESSION_NAME", "02_request.ipynb")


@pytest.mark.usefixtures("front_end")
def test_what_is_typed_is_the_value() -> None:
    """The field carries what a person typed, without blanks around it."""
    typed = widgets.confirmation(planned())
    assert typed.value == ""
    typed._field.value = " o-acme123456 "
    assert typed.value == "o-acme123456"
    assert repr(typed) == "Confirmed: the organization id was typed."


@pytest.mark.usefixtures("front_end")
def test_running_the_cell_again_empties_the_field() -> None:
    """Run All can never repeat a confirmation that was typed before."""
    first = widgets.confirmation(planned())
    first._field.value = "o-acme123456"
    assert widgets.confirmation(planned()).value == ""


@pytest.mark.usefixtures("front_end")
def test_the_field_can_be_found_by_its_class() -> None:
    """Tests and styles find it in every front end; its static twin says the same in words."""
    typed = widgets.confirmation(planned())
    bundle = typed._repr_mimebundle_()
    assert "orgkit-confirm" in typed._field._dom_classes
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Not confirmed" in bundle["text/plain"]


def test_without_a_front_end_the_parameter_is_the_value() -> None:
    """Batch runs need no widget."""
    typed = widgets.confirmation(planned(), "o-acme123456")
    assert typed.value == "o-acme123456"
    assert set(typed._repr_mimebundle_()) == {"text/plain"}


@pytest.mark.usefixtures("front_end")
def test_where_nothing_can_be_done_nothing_is_asked() -> None:
    """A plan that is not for now has no field."""
    typed = widgets.confirmation(planned("The phase is WAITING."), "o-acme123456")
    assert repr(typed) == "Nothing to confirm."
    assert set(typed._repr_mimebundle_()) == {"text/plain"}


GIVEN = Said({"mail_arrives": Answer("yes", "tried")}, {"222222222222": Owner("Ada")})


def test_without_a_front_end_the_files_answer() -> None:
    """Batch runs need no field; what is shown says how much is answered."""
    asked = widgets.checklist(GIVEN)
    assert asked.said == GIVEN
    assert set(asked._repr_mimebundle_()) == {"text/plain"}
    assert repr(asked) == f"1 of {len(QUESTIONS)} questions are answered."


@pytest.mark.usefixtures("front_end")
def test_fields_begin_with_the_file_and_win_over_it() -> None:
    """A choice replaces what the file said; notes and owners stay; empty is not answered."""
    asked = widgets.checklist(GIVEN)
    assert asked.said == GIVEN
    asked._fields["assisted_migration"].value = "no"
    asked._fields["mail_arrives"].value = "no"
    assert asked.said.answers == {
        "assisted_migration": Answer("no"),
        "mail_arrives": Answer("no", "tried"),
    }
    assert asked.said.owners == GIVEN.owners
    asked._fields["mail_arrives"].value = ""
    assert "mail_arrives" not in asked.said.answers


@pytest.mark.usefixtures("front_end")
def test_each_field_says_its_question() -> None:
    """A description for every reader, and a static twin in words."""
    asked = widgets.checklist(Said())
    texts = {f.description for f in asked._fields.values()}
    assert texts == {q.text for q in QUESTIONS.values()}
    bundle = asked._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == f"0 of {len(QUESTIONS)} questions are answered."
