"""Run All in JupyterLab, at each notebook's moment, in an organization of hostile names."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from orgkit import catalog
from orgkit.formats import printable
from orgkit.sim.server.serve import Service
from tests.browser import worlds
from tests.browser.lab import Lab
from tests.browser.server import Server
from tests.support.cells import run_cells
from tests.support.simulator import served

STEMS = [notebook.stem for notebook in catalog.notebooks()]
TYPES = "SERVICE_CONTROL_POLICY"
SERIOUS = ("serious", "critical")
# Off-screen cells have no layout by default; here every cell is looked at.
WHOLE = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
# Before which notebook, what is run, with which parameters, and what it changes: the proof that
# changes can be seen.
MOVES: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("03_monitor", "request", {}, ["EnableAllFeatures"]),
    ("04_finalize", "monitor", {"sim_advance": "2d"}, []),
    ("05_policy_types", "finalize", {}, ["AcceptHandshake"]),
    ("06_audit_report", "policy_types", {"policy_types": TYPES}, ["EnablePolicyType"]),
]
CONFIRMED = ("02_request", "04_finalize", "05_policy_types")
SHOW_ALL_NAMES = ("00_start_here", "03_monitor", "06_audit_report")


class Walk:
    """The simulator and the server, and the moves that lead to each notebook's moment.

    The moves are made once, in order, whichever notebook is asked for first.
    """

    def __init__(self, service: Service, lab: Lab) -> None:
        self.service, self.lab, self.world = service, lab, service.engine.world
        self._ahead = list(MOVES)

    def go_to(self, stem: str, patch: pytest.MonkeyPatch) -> None:
        """Make the outstanding moves up to a notebook, confirmed, in this process."""
        patch.setenv("ORGKIT_HOME", str(self.lab.server.root))
        patch.setenv("ORGKIT_SIM_ENDPOINT", self.service.endpoint)
        while self._ahead and self._ahead[0][0] <= stem:
            _, name, given, writes = self._ahead.pop(0)
            before = self.changes()
            run_cells(name, confirm=self.world.organization_id, **given)
            assert self.changes() == before + writes

    def changes(self) -> list[str]:
        """Calls to Organizations that changed something, by the simulator's own list."""
        calls = self.world.calls
        return [c.operation for c in calls if c.service == "organizations" and c.changed]

    def state(self) -> tuple[object, ...]:
        """What a write could have changed; the records in it are frozen."""
        world = self.world
        held = (world.accounts, world.handshakes, world.units, world.policy_types)
        return (world.feature_set, world.now, *(dict(each) for each in held))


@pytest.fixture(scope="module")
def walk(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """One simulator and one JupyterLab for all notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    with (
        served(worlds.hostile()) as service,
        Server(folder, WHOLE, ORGKIT_SIM_ENDPOINT=service.endpoint) as server,
    ):
        _ask_for_a_policy_type(server)
        yield Walk(service, Lab(browser, server))


def _ask_for_a_policy_type(server: Server) -> None:
    """As a user edits the parameters cell: without it there would be nothing to confirm."""
    path = server.notebook("05_policy_types")
    text = path.read_text(encoding="utf-8")
    asked = text.replace('policy_types: str = \\"\\"  ', f'policy_types: str = \\"{TYPES}\\"  ')
    assert asked != text
    json.loads(asked)
    path.write_text(asked, encoding="utf-8")


@pytest.mark.parametrize("stem", STEMS)
def test_run_all_changes_nothing_and_hostile_names_do_nothing(
    walk: Walk, stem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything runs, nothing is written, no name acts or is drawn as anything but itself."""
    walk.go_to(stem, monkeypatch)
    state, changes = walk.state(), walk.changes()
    with walk.lab.open(stem) as tab:
        calls = len(walk.world.calls)
        tab.run_all()
        tab.screenshot(f"run-all-{stem}")
        assert tab.troubles() == []
        assert len(walk.world.calls) > calls
        assert tab.find("orgkit-confirm").count() == (stem in CONFIRMED)
        assert walk.changes() == changes
        assert walk.state() == state
        assert "SIMULATED" in tab.text("orgkit-banner")
        assert tab.hits() == []
        assert tab.page.locator("mjx-container").count() == 0
        assert tab.too_wide() == []
        assert tab.outside() == []
        assert tab.errors == []
        assert tab.violations(".jp-Cell-outputArea", SERIOUS) == []
        shown = " ".join(tab.outputs("text/html").all_text_contents())
    if stem in SHOW_ALL_NAMES:
        assert [name for name in worlds.ASKED if printable(name) not in shown] == []
