"""The confirmation field only sets a value, and is plain text where there is no front end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from orgkit import widgets


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
