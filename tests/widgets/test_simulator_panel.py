"""A rehearsal moves the simulated world, and the page follows."""

from __future__ import annotations

import pytest

from orgkit import widgets
from orgkit.widgets.simulator_panel import SimulatorPanel
from orgkit.widgets.watch import Watch
from tests.support.cells import SHOWN, run_names
from tests.widgets.conftest import Lab


@pytest.fixture
def panel(lab: Lab) -> SimulatorPanel:
    """The panel of 03_monitor, one minute after the request."""
    lab.request()
    return lab.open("03_monitor").the(SimulatorPanel)


def test_time_passes(lab: Lab, panel: SimulatorPanel) -> None:
    """A week later AWS's clock says so, and who has approved meanwhile is seen."""
    panel.advance.click()
    assert "2026-01-12" in panel.status.widget.value
    assert panel._run.state.approved == 3


def test_the_watch_beside_it_says_the_same(lab: Lab) -> None:
    """Bar and words of the watch never tell different stories, watching or not."""
    lab.request()
    page = lab.open("03_monitor")
    page.the(SimulatorPanel).advance.click()
    watch = page.the(Watch)
    assert watch.bar.value == 3
    assert "<dd>3 of 10</dd>" in watch.status.widget.value
    assert "3 of 10" in watch.static_copy.text()


def test_owners_answer(lab: Lab, panel: SimulatorPanel) -> None:
    """One approves and is offered no longer; another declines and blocks."""
    first = panel.owner.value
    panel.approve.click()
    assert panel._run.state.approved == 1
    assert first not in [account for _, account in panel.owner.options]
    panel.decline.click()
    assert panel._run.state.phase == "BLOCKED"


def test_with_nobody_left_to_answer_the_buttons_rest(lab: Lab, panel: SimulatorPanel) -> None:
    """When all are in there is nothing to approve."""
    panel.span.value = "30d"
    panel.advance.click()
    panel.advance.click()
    assert panel._run.state.phase == "READY"
    assert panel.approve.disabled
    assert panel.decline.disabled


def test_trouble_is_told_in_the_page(lab: Lab, panel: SimulatorPanel) -> None:
    """A simulator that is gone is a remedy, not a log line."""
    lab.control.stop()
    panel.advance.click()
    assert "orgkit sim serve" in panel.status.widget.value


def test_nothing_to_rehearse_elsewhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """No panel in batch, and none in front of AWS."""
    run = lab.open("03_monitor").run
    run.organization.target = "aws"
    assert widgets.simulator_panel(run) is None
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert not any(isinstance(v, SimulatorPanel) for v in run_names("03_monitor")[SHOWN])
