"""The picker shows who and where that is before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgkit.notebook.connection import Connection, chosen
from orgkit.widgets.connection import ConnectionForm
from tests.widgets.conftest import ORGANIZATION, Lab


def test_it_shows_caller_and_organization_and_is_remembered(lab: Lab) -> None:
    """One press: read, shown, and held to by the other notebooks."""
    picker = lab.open("00_start_here").the(ConnectionForm)
    picker.pin.value = ORGANIZATION
    picker.button.click()
    assert ORGANIZATION in picker.status.widget.value
    assert "arn:aws:iam::111111111111:user/administrator" in picker.status.widget.value
    assert chosen() == Connection(organization_id=ORGANIZATION)
    organization = lab.open("03_monitor").run.organization
    assert organization.signed_in["organization_id"] == ORGANIZATION
    assert lab.changes() == []


def test_what_cannot_be_connected_is_not_chosen(lab: Lab) -> None:
    """Another organization's id is refused in the page, and nothing is remembered."""
    picker = lab.open("00_start_here").the(ConnectionForm)
    picker.pin.value = "o-somebodyelse"
    picker.button.click()
    assert "not to o-somebodyelse" in picker.status.widget.value
    assert chosen() is None


def test_profiles_of_this_machine_are_offered(
    lab: Lab, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the AWS configuration, beside the simulator and the usual credentials."""
    (isolated / "aws-config").write_text("[profile acme]\nregion = us-east-1\n", encoding="utf-8")
    picker = lab.open("00_start_here").the(ConnectionForm)
    assert dict(picker.where.options) == {
        "the built-in simulator": ("sim", ""),
        "AWS, usual credentials": ("aws", ""),
        "AWS, profile acme": ("aws", "acme"),
    }
    assert picker.value == Connection()
