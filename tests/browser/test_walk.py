"""The whole walk by hand, as a person clicks and types it, in JupyterLab as `make lab` gives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from orgkit import catalog
from orgkit.evidence.index_page import INDEX, listed, opened
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.report.exporter import export
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control
from tests.browser.lab import Lab, Tab
from tests.browser.server import Server

ORGANIZATION = "o-acme123456"
CLICKS = 25  # of a person who does this once
SIMULATED = 7  # of the clicks, in the simulator's panel
FIELDS = 3  # that a person clicks on and the test does not
WEEKS = 6  # until the slowest owner of the scenario has approved
WRITES = ["EnableAllFeatures", "AcceptHandshake", "EnablePolicyType"]


@pytest.fixture(scope="module")
def lab(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that was told nothing: no settings, no simulator."""
    with Server(tmp_path_factory.mktemp("walk")) as server:
        yield Lab(browser, server)


def decide(tab: Tab, button: str) -> None:
    """Type a wrong id, which does nothing, then the right one, and double-click the button."""
    field, apply = tab.find("orgkit-confirm").locator("input"), tab.find("orgkit-apply")
    expect(apply).to_be_disabled()
    expect(apply).to_have_text(button)
    field.fill(f"{ORGANIZATION}7")
    tab.shows("orgkit-status", "is not the id of this organization")
    expect(apply).to_be_disabled()
    field.fill(ORGANIZATION)
    expect(apply).to_be_enabled()
    tab.picture(f"walk-{tab.notebook}-confirm", "orgkit-confirm")
    apply.dblclick()
    expect(apply).to_be_disabled()


def test_from_consolidated_billing_to_all_features(lab: Lab) -> None:
    """Seven notebooks, every click and key; three changes, and in the end AWS says ALL."""
    root = lab.server.root
    assert not discovery.announcement(root).exists()
    with lab.open("00_start_here", lab.server.front_door) as tab:
        assert tab.page.url.endswith("/lab/tree/notebooks/00_start_here.ipynb")
        start(tab)
        control = Control(str(discovery.find(root)))
        precheck(tab)
        request(tab)
        monitor(tab, control)
        finalize(tab)
        policy_types(tab)
        audit(tab, lab)
        assert tab.hits() == []
        assert tab.outside() == []
        assert tab.errors == []
        assert tab.clicks() - SIMULATED + FIELDS <= CLICKS
    calls = [c for c in control.calls() if c["service"] == "organizations" and c["changed"]]
    assert [c["operation"] for c in calls] == WRITES
    assert control.status()["feature_set"] == "ALL"


def test_the_walk_by_hand_left_what_headless_runs_leave(lab: Lab) -> None:
    """Each run has its report, its executed notebook and its line; the evidence verifies."""
    store = Store(str(lab.server.root / "evidence"))
    runs = sorted(p.name for p in (lab.server.root / "evidence" / ORGANIZATION / "runs").iterdir())
    assert [name[17:] for name in runs] == [n.stem for n in catalog.notebooks()]
    page = opened(store.read(f"{ORGANIZATION}/{INDEX}"))
    for run in runs:
        assert {"notebook.ipynb", "report.html"} <= set(store.names(f"{ORGANIZATION}/runs/{run}"))
        assert f"runs/{run}/report.html" in str(page)
    report = store.read(f"{ORGANIZATION}/runs/{runs[2]}/report.html").decode()
    assert "done, and read back from AWS" in report, "the page after the button was pressed"
    assert page is not None
    shown = listed(page)[f"runs/{runs[2]}/report.html"]
    assert "<td>WAITING</td>" in shown, "the state after the button, not the one at Run All"
    found = verify(store)
    assert (found.broken, found.notices) == ((), ())


def test_the_walk_by_hand_left_the_kit_s_notebooks_as_they_were(lab: Lab) -> None:
    """A checkout stays clean: account ids and addresses are saved in the user's copies only."""
    for each in catalog.notebooks():
        theirs = lab.server.root / "notebooks" / each.path.name
        assert theirs.read_bytes() == each.path.read_bytes()
    assert ORGANIZATION in lab.server.notebook("06_audit_report").read_text("utf-8")


def ran(tab: Tab) -> None:
    """Run All showed the banner and no error, and nothing covers the page."""
    tab.press_run_all()
    assert tab.troubles() == []
    tab.shows("orgkit-banner", f"SIMULATED organization {ORGANIZATION}")
    assert tab.page.locator(".Toastify__toast, .jp-Dialog").count() == 0


def start(tab: Tab) -> None:
    """Where we are, and the button to what is next."""
    ran(tab)
    tab.shows("orgkit-phase", "CONSOLIDATED_BILLING")
    tab.picture("walk-00_start_here", "orgkit-next")
    tab.follow(tab.find("orgkit-next").first, "01_precheck")


def precheck(tab: Tab) -> None:
    """Nothing fails; the prose leads on."""
    ran(tab)
    tab.picture("walk-01_precheck", "orgkit-facts")
    tab.follow(tab.find("orgkit-next").first, "02_request")


def request(tab: Tab) -> None:
    """The plan, the confirmation, and what AWS says afterwards."""
    ran(tab)
    decide(tab, "Request all features")
    tab.shows("orgkit-status", "OK:")
    tab.shows("orgkit-phase", "WAITING")
    tab.picture("walk-02_request", "orgkit-apply")
    tab.follow(tab.find("orgkit-next").first, "03_monitor")


def monitor(tab: Tab, control: Control) -> None:
    """Owners approve in six simulated weeks; the page follows."""
    ran(tab)
    tab.shows("orgkit-progress", "0 of 10 approved")
    tab.find("orgkit-sim-approve").click()
    tab.shows("orgkit-progress", "1 of 10 approved")
    tab.find("orgkit-watch-start").click()
    for _ in range(WEEKS):
        later = datetime.fromisoformat(control.status()["now"]) + timedelta(days=7)
        tab.find("orgkit-sim-advance").click()
        tab.shows("orgkit-sim-status", f"It is {later:%Y-%m-%d %H:%M} UTC")
    tab.shows("orgkit-progress", "10 of 10 approved")
    tab.shows("orgkit-phase", "READY")
    tab.shows("orgkit-status", "There is nothing more to wait for.")
    tab.picture("walk-03_monitor", "orgkit-progress")
    tab.picture("walk-03_monitor-board", "orgkit-board")
    tab.follow(tab.find("orgkit-next").first, "04_finalize")


def finalize(tab: Tab) -> None:
    """What cannot be undone is said before, and proved afterwards."""
    ran(tab)
    decide(tab, "Finalize: switch the organization to all features")
    tab.shows("orgkit-status", "OK:")
    tab.picture("walk-04_finalize", "orgkit-apply")
    tab.follow(tab.find("orgkit-next").first, "05_policy_types")


def policy_types(tab: Tab) -> None:
    """One type is ticked; the plan follows."""
    ran(tab)
    tab.find("orgkit-policy-types").get_by_label("SERVICE_CONTROL_POLICY").check()
    decide(tab, "Enable policy types")
    tab.shows("orgkit-status", "OK:")
    tab.picture("walk-05_policy_types", "orgkit-apply")
    tab.follow(tab.find("orgkit-next").first, "06_audit_report")


def audit(tab: Tab, lab: Lab) -> None:
    """The story, saved by the keyboard and exported without widgets."""
    ran(tab)
    tab.picture("walk-06_audit_report", "orgkit-facts")
    tab.save()
    report = export(nbformat.read(lab.server.notebook("06_audit_report"), as_version=4))
    assert "Integrity" in report, "the stored outputs have no digests, those of a run have"
    for operation in WRITES:
        assert operation in report
