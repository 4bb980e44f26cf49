"""The controls on a bad day: dead kernels, a lost endpoint, two tabs; and without a mouse."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, expect

from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service, open_world
from tests.browser.lab import Lab, Tab
from tests.browser.server import Server
from tests.support.cells import bring
from tests.support.simulator import served


class Desk:
    """JupyterLab in front of a simulated organization that is new in every test."""

    def __init__(self, lab: Lab, service: Service) -> None:
        self.lab, self.world = lab, service.engine.world
        self.control = Control(service.endpoint)
        self.organization_id = self.world.organization_id

    def changes(self) -> list[str]:
        """Calls to Organizations that changed something, by the simulator's own list."""
        calls = self.world.calls
        return [c.operation for c in calls if c.service == "organizations" and c.changed]

    def looks(self) -> list[str]:
        """The looks so far, one call each."""
        found = [c.operation for c in self.world.calls]
        return [name for name in found if name == "ListHandshakesForOrganization"]

    def request(self) -> None:
        """Begin the process, as somebody does at another desk."""
        bring(self.control.endpoint, "request")

    def type(self, tab: Tab) -> None:
        """Type the organization id into the field; the button is enabled."""
        tab.find("orgkit-confirm").locator("input").fill(self.organization_id)
        expect(tab.find("orgkit-apply")).to_be_enabled()


class Desks:
    """One server; the simulator behind it is replaced, at the address that the kernels know."""

    def __init__(self, browser: BrowserContext, server: Server, port: int) -> None:
        self.lab, self._server, self._port, self._used = Lab(browser, server), server, port, 0

    def new(self, stack: ExitStack) -> Desk:
        """Another organization, and no kernel that remembers the one before."""
        self._used += 1
        world = open_world("acme", None, edition=self._used)
        service = stack.enter_context(served(world, self._port))
        stack.callback(self._server.end_kernels)
        return Desk(self.lab, service)


@pytest.fixture(scope="module")
def desks(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """A server with stock settings, and a port for the simulators."""
    with served(open_world("acme", None)) as first:
        port, endpoint = first.server.port, first.endpoint
    folder = tmp_path_factory.mktemp("desk")
    with Server(folder, ORGKIT_SIM_ENDPOINT=endpoint) as server:
        yield Desks(browser, server, port)


@pytest.fixture
def desk(desks: Desks) -> Iterator[Desk]:
    """A new organization for each test."""
    with ExitStack() as stack:
        yield desks.new(stack)


def test_a_dead_kernel_does_nothing_and_running_again_starts_unconfirmed(desk: Desk) -> None:
    """After a restart the old button is dead, and what was typed is not remembered."""
    with desk.lab.open("02_request") as tab:
        tab.run_all()
        desk.type(tab)
        tab.restart_kernel()
        tab.find("orgkit-apply").dispatch_event("click")
        tab.run_all()  # what the click had sent would be handled before
        assert tab.troubles() == []
        expect(tab.find("orgkit-apply")).to_be_disabled()
        expect(tab.find("orgkit-confirm").locator("input")).to_have_value("")
        assert desk.changes() == []


def test_a_lost_endpoint_is_a_remedy_in_the_page(desk: Desk) -> None:
    """The button says what is wrong; when AWS answers again, running again goes on, once."""
    with desk.lab.open("02_request") as tab:
        tab.run_all()
        desk.type(tab)
        with desk.control.fault("reset-before", times=1000):
            tab.find("orgkit-apply").click()
            tab.shows("orgkit-status", "Stopped:", "Do this")
            tab.picture("lost-02_request", "orgkit-apply")
        assert desk.changes() == []
        tab.run_all()
        desk.type(tab)
        tab.find("orgkit-apply").dblclick()
        tab.shows("orgkit-phase", "WAITING")
        assert desk.changes() == ["EnableAllFeatures"]
        assert tab.troubles() == []


def test_a_watch_outlives_a_lost_endpoint_and_a_restarted_kernel(desk: Desk) -> None:
    """The first look fails in the page, not in a log; stopped and started again it sees."""
    desk.request()
    with desk.lab.open("03_monitor") as tab:
        tab.run_all()
        with desk.control.fault("reset-before", times=1000):
            tab.find("orgkit-watch-start").click()
            tab.shows("orgkit-status", "Stopped:", "Next snapshot")
            tab.find("orgkit-watch-stop").click()
            tab.shows("orgkit-status", "Stopped. All snapshots are kept.")
        desk.control.advance("7d")
        tab.find("orgkit-watch-start").click()
        tab.shows("orgkit-progress", "3 of 10 approved")
        tab.restart_kernel()
        desk.control.advance("7d")
        tab.run_all()
        assert tab.troubles() == []
        tab.find("orgkit-watch-start").click()
        tab.shows("orgkit-status", "Watching.")
        assert desk.changes() == ["EnableAllFeatures"]


def test_two_tabs_on_one_notebook_make_one_change(desk: Desk) -> None:
    """Whoever presses second is told how things stand, and changes nothing."""
    with desk.lab.open("02_request") as first, desk.lab.open("02_request") as second:
        first.run_all()
        desk.type(first)
        second.run_all()
        desk.type(second)
        second.find("orgkit-apply").click()
        second.shows("orgkit-phase", "WAITING")
        assert desk.changes() == ["EnableAllFeatures"]
        first.find("orgkit-apply").click()
        first.shows("orgkit-status", "Nothing was changed")
        first.screenshot("second-tab")
        assert desk.changes() == ["EnableAllFeatures"]


def test_the_keyboard_is_enough(desk: Desk) -> None:
    """Run, confirm, go on, rehearse, watch, sort, filter and search without a mouse."""
    with desk.lab.open("02_request") as tab:
        keys = tab.page.keyboard
        tab.run_all_by(lambda: tab.palette("Run All Cells"))
        tab.tab_to("orgkit-confirm")
        keys.type(desk.organization_id)
        expect(tab.find("orgkit-apply")).to_be_enabled()
        tab.tab_to("orgkit-apply")
        keys.press("Enter")
        tab.shows("orgkit-phase", "WAITING")
        assert desk.changes() == ["EnableAllFeatures"]
    with desk.lab.open("03_monitor") as tab:
        keys = tab.page.keyboard
        tab.run_all_by(lambda: tab.palette("Run All Cells"))
        tab.tab_to("orgkit-watch-start")
        keys.press("Enter")
        tab.shows("orgkit-status", "Watching.")
        tab.tab_to("orgkit-watch-stop")
        keys.press("Enter")
        tab.shows("orgkit-status", "Stopped. All snapshots are kept.")
        tab.tab_to("orgkit-sim-advance")
        keys.press("Enter")
        tab.shows("orgkit-progress", "3 of 10 approved")
        tab.tab_to("orgkit-filter")
        for key in ("Space", "ArrowDown", "Enter"):  # JupyterLab keeps a bare arrow for itself
            keys.press(key)
        tab.shows("orgkit-board", "Showing 1 to 3 of 3 entries")
        keys.press("Home")
        tab.shows("orgkit-board", "Showing 1 to 10 of 10 entries")
        rows = tab.find("orgkit-board").locator("tbody tr")
        expect(rows.first).to_contain_text("012345678901")
        tab.tab_to("dt-column-order")
        keys.press("Enter")
        keys.press("Enter")
        expect(rows.first).to_contain_text("999999999999")
        tab.tab_to("dt-search")
        keys.type("web shop")
        tab.shows("orgkit-board", "Showing 1 to 1 of 1 entry")
        assert tab.troubles() == []


def test_what_is_exported_from_the_board_disarms_formulas(desk: Desk) -> None:
    """The CSV file of the grid may be opened in a spreadsheet."""
    account, formula = desk.world.accounts["222222222222"], "=1+cmd|' /C calc'!A0"
    desk.world.put_account(replace(account, name=formula))
    desk.request()
    with desk.lab.open("03_monitor") as tab:
        tab.run_all()
        with tab.page.expect_download() as download:
            tab.find("orgkit-board").locator(".buttons-csv").click()
        text = download.value.path().read_text("utf-8-sig")
        rows = list(csv.reader(text.strip().splitlines()))
        assert len(rows) == 11
        (name,) = [row[1] for row in rows if row[0] == "222222222222"]
        assert name == f"'{formula}"
        assert tab.troubles() == []


def test_a_watch_ends_with_its_page(desk: Desk) -> None:
    """The tab is closed: the watch says so in the evidence, keeps what it saw, and asks no more."""
    desk.request()
    with desk.lab.open("03_monitor") as tab:
        tab.run_all()
        tab.find("orgkit-watch-start").click()
        tab.shows("orgkit-status", "Watching.")
    runs = desk.lab.server.root / "evidence" / desk.organization_id / "runs"
    (kept,) = runs.glob("*-03_monitor*/notebook.ipynb")
    deadline = time.monotonic() + 60
    while "page was closed" not in kept.read_text("utf-8") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "page was closed" in kept.read_text("utf-8")
    looks = len(desk.looks())
    desk.control.advance("7d")
    time.sleep(6)  # longer than its pause on the simulator
    assert len(desk.looks()) == looks
