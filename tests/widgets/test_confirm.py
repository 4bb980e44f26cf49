"""Only the button changes something, only with the exact id, and only once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orgkit.sim.server.serve import Service
from orgkit.views.blocks import Block
from orgkit.widgets.base import StaticControl
from orgkit.widgets.confirm import Confirm
from tests.support.cells import SHOWN, run_cells, run_names
from tests.widgets.conftest import ORGANIZATION, Lab


def test_running_all_cells_changes_nothing(lab: Lab) -> None:
    """Not even with the right parameter: in a front end only the button acts."""
    page = lab.open("02_request", confirm=ORGANIZATION)
    decision = page.the(Confirm)
    assert lab.changes() == []
    assert not decision.button.disabled  # typed already, still to be pressed
    assert page.run.result()["outcome"] == "blocked"


@pytest.mark.parametrize("text", ["", "o-acme12345", " o-acme123456", "O-ACME123456", "yes"])
def test_the_button_needs_the_exact_id(lab: Lab, text: str) -> None:
    """Anything else leaves it disabled, and a click that comes all the same does nothing."""
    decision = lab.open("02_request").the(Confirm)
    decision.field.value = text
    assert decision.button.disabled
    decision.button.click()
    assert lab.changes() == []
    assert "Nothing is changed" in decision.status.widget.value


def test_pressed_twice_it_acts_once(lab: Lab) -> None:
    """The second click of a double click finds the plan used; the field is closed as well."""
    page = lab.open("02_request")
    decision = page.the(Confirm)
    decision.field.value = ORGANIZATION
    decision.button.click()
    decision.button.click()
    assert lab.changes() == ["EnableAllFeatures"]
    assert decision.button.disabled
    assert decision.field.disabled
    assert "done, and read back from AWS" in decision.status.widget.value
    assert "done, and read back from AWS" in decision.static_copy.html()


def test_everything_below_follows_the_click(lab: Lab) -> None:
    """What stands below the button, and the evidence, say what is so afterwards."""
    page = lab.open("02_request")
    decision = page.the(Confirm)
    decision.field.value = ORGANIZATION
    decision.button.click()
    now, saved = page.names[SHOWN][-2:]
    assert "WAITING" in now.text()
    assert "waiting (exit code 10)" in saved.text()
    assert page.run.folder.result()["phase"] == "WAITING"
    assert any("done, and read back" in text for text in page.run.folder.result()["summary"])


def test_a_lost_connection_is_told_in_the_page(lab: Lab) -> None:
    """The remedy appears where the click was made, and the run keeps it."""
    page = lab.open("02_request")
    decision = page.the(Confirm)
    decision.field.value = ORGANIZATION
    with lab.control.fault("reset-before", times=99):
        decision.button.click()
    assert 'role="alert"' in decision.status.widget.value
    assert "Do this" in decision.status.widget.value
    assert page.run.folder.result()["error"]
    assert decision.button.disabled


def test_what_nobody_understands_is_told_in_full(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error is no reason to stay silent: its stack stands in the page, escaped."""
    page = lab.open("02_request")
    decision = page.the(Confirm)
    decision.field.value = ORGANIZATION

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("<b>surprise</b>")

    monkeypatch.setattr(page.run, "carry_out", breaks)
    decision.button.click()
    assert "&lt;b&gt;surprise&lt;/b&gt;" in decision.status.widget.value
    assert "Traceback" in decision.status.widget.value
    assert page.run.folder.result()["exit_code"] == 1


def test_at_the_wrong_moment_there_is_nothing_to_press(lab: Lab) -> None:
    """Finalizing before all have approved: no id enables the button."""
    decision = lab.open("04_finalize").the(Confirm)
    decision.field.value = ORGANIZATION
    assert decision.field.disabled
    assert decision.button.disabled
    assert "CONSOLIDATED_BILLING" in decision.status.widget.value


def test_what_moved_meanwhile_is_not_overrun(lab: Lab) -> None:
    """The plan of one page is refused after another page has acted on it."""
    first = lab.open("02_request").the(Confirm)
    lab.request()
    first.field.value = ORGANIZATION
    first.button.click()
    assert lab.changes() == ["EnableAllFeatures"]
    assert "the state in AWS changed after the plan was shown" in first.status.widget.value


def test_controls_can_be_found_by_their_classes(lab: Lab) -> None:
    """The names on which tests and style sheets rely."""
    decision = lab.open("02_request").the(Confirm)
    assert "orgkit-confirm" in decision.field._dom_classes
    assert "orgkit-apply" in decision.button._dom_classes
    assert 'orgkit-status"' in decision.status.widget.value
    assert "orgkit-status" not in decision.static_copy.html()  # the live one answers to the name


def test_in_batch_the_parameter_decides(simulator: Callable[..., Service]) -> None:
    """Without a front end the same cell acts on `confirm`, and shows a plain block."""
    simulator("acme")
    assert run_cells("02_request", confirm="o-wrong12345")["outcome"] == "blocked"
    names = run_names("02_request", confirm=ORGANIZATION)
    assert names["run"].result()["phase"] == "WAITING"
    shown = [value for value in names[SHOWN] if value is not None]
    assert all(isinstance(value, Block | StaticControl) for value in shown[1:])


def test_a_store_that_dies_behind_the_button_is_told_in_the_page(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U1: that AWS was changed stands in the page, though nothing can be kept of it any more."""
    page = lab.open("02_request")
    decision = page.the(Confirm)
    decision.field.value = ORGANIZATION
    store, real = page.run.store, page.run.organization.call

    def dead(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    def call(operation: str, *args: Any, **given: Any) -> Any:
        answer = real(operation, *args, **given)
        if operation == "EnableAllFeatures":
            for name in ("create", "replace", "swap"):
                monkeypatch.setattr(store, name, dead)
        return answer

    monkeypatch.setattr(page.run.organization, "call", call)
    decision.button.click()
    assert "AWS WAS CHANGED: EnableAllFeatures was sent at" in decision.status.widget.value
    assert "Traceback" not in decision.status.widget.value
    assert lab.changes() == ["EnableAllFeatures"]


def test_the_code_of_the_plan_enables_the_button_too(lab: Lab) -> None:
    """What the plan prints for batch may be pasted here; another code does nothing."""
    decision = lab.open("02_request").the(Confirm)
    decision.field.value = f"{ORGANIZATION}:00000000"
    assert decision.button.disabled
    decision.field.value = f"{ORGANIZATION}:{decision._plan.code}"
    decision.button.click()
    assert lab.changes() == ["EnableAllFeatures"]
