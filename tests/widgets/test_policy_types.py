"""Policy types are ticked; plan and button follow what is ticked."""

from __future__ import annotations

import pytest

from orgkit.widgets.confirm import Confirm
from orgkit.widgets.policy_types import Boxes
from tests.widgets.conftest import ORGANIZATION, Lab, Page


@pytest.fixture
def page(lab: Lab) -> Page:
    """05_policy_types of an organization that has all features."""
    lab.request()
    lab.control.advance("42d")
    decision = lab.open("04_finalize").the(Confirm)
    decision.field.value = ORGANIZATION
    decision.button.click()
    return lab.open("05_policy_types")


def test_ticking_makes_the_plan(lab: Lab, page: Page) -> None:
    """Nothing ticked, nothing to press; then the types in the order of ticking, each once."""
    boxes, decision = page.the(Boxes), page.the(Confirm)
    decision.field.value = ORGANIZATION
    assert decision.button.disabled
    boxes.boxes["TAG_POLICY"].value = True
    boxes.boxes["SERVICE_CONTROL_POLICY"].value = True
    assert boxes.names == ["TAG_POLICY", "SERVICE_CONTROL_POLICY"]
    assert decision.field.value == ""  # what was typed was typed for another plan
    decision.field.value = ORGANIZATION
    decision.button.click()
    assert lab.changes()[-2:] == ["EnablePolicyType", "EnablePolicyType"]
    assert "done" in decision.status.widget.value


def test_another_choice_afterwards_arms_the_button_again(lab: Lab, page: Page) -> None:
    """The button works once for each plan."""
    boxes, decision = page.the(Boxes), page.the(Confirm)
    for name in ("TAG_POLICY", "BACKUP_POLICY"):
        boxes.boxes[name].value = True
        assert decision.button.disabled
        decision.field.value = ORGANIZATION
        assert not decision.button.disabled
        decision.button.click()
    assert lab.changes()[-2:] == ["EnablePolicyType", "EnablePolicyType"]


def test_unticked_is_unchosen(page: Page) -> None:
    """Taking the tick away takes the type out of the plan."""
    boxes = page.the(Boxes)
    boxes.boxes["TAG_POLICY"].value = True
    boxes.boxes["TAG_POLICY"].value = False
    assert boxes.names == []
    assert "Chosen: none" in boxes.static_copy.text()
