"""Waivers as fields: a reason for each failed check, and the plan follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orgkit.actions.request import waivers as parsed
from orgkit.sim.server.serve import Service
from orgkit.widgets.waivers import Reasons, Waivers
from tests.support.cells import run_names
from tests.widgets.conftest import Lab

pytestmark = pytest.mark.usefixtures("standing")


@pytest.fixture
def lab_of_messy(simulator: Callable[..., Service], front_end: None) -> Lab:
    """JupyterLab in front of an organization with failed checks."""
    return Lab(simulator("messy"))


def test_in_batch_the_parameter_has_them(simulator: Callable[..., Service]) -> None:
    """No field, and the same plan."""
    simulator("messy")
    waived = run_names("02_request", waive="approvers_active: known")["waived"]
    assert type(waived) is Waivers
    assert waived.text() == "approvers_active: known"


def test_a_reason_typed_waives_and_the_plan_follows(lab_of_messy: Lab) -> None:
    """Written as the parameter writes it, whatever was typed; empty waives nothing."""
    page = lab_of_messy.open("02_request")
    waived = page.names["waived"]
    assert isinstance(waived, Reasons)
    assert waived.text() == ""
    name, field = next(iter(waived.fields.items()))
    before = page.names["plan"](page.run.state)
    field.value = "  known;  agreed with\nthe owner "
    waived.button.click()
    assert parsed(waived.text()) == {name: "known, agreed with the owner"}
    after = page.names["plan"](page.run.state)
    assert dict(after.waived) == {name: "known, agreed with the owner"}
    assert after.fingerprint != before.fingerprint
    field.value = " "
    waived.button.click()
    assert waived.text() == ""


def test_without_a_failed_check_there_is_nothing_to_waive(
    lab: Lab,
) -> None:
    """The form is not shown."""
    assert type(lab.open("02_request").names["waived"]) is Waivers
