"""JupyterLab as `make lab` gives it: no settings, nothing started before, the first notebook."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import BrowserContext

from orgkit.report.exporter import export
from orgkit.sim import locate
from tests.browser.lab import Lab
from tests.browser.server import Server


@pytest.fixture(scope="module")
def lab(browser: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server of its own that was told nothing."""
    with Server(tmp_path_factory.mktemp("stock")) as server:
        yield Lab(browser, server)


def test_the_first_notebook_runs_is_saved_and_runs_again(lab: Lab) -> None:
    """The address that is printed leads to it; the kernel starts the simulator by itself."""
    first, root = "00_start_here", lab.server.root
    assert not locate.announcement(root).exists()
    with lab.open(first, lab.server.front_door) as tab:
        assert tab.page.url.endswith(f"/lab/tree/notebooks/{first}.ipynb")
        tab.run_all()
        assert locate.announcement(root).exists()
        assert tab.troubles() == []
        assert "SIMULATED organization o-acme123456" in tab.text("orgkit-banner")
        assert "CONSOLIDATED_BILLING" in tab.text("orgkit-facts")
        tab.save()
        report = export(nbformat.read(lab.server.notebook(first), as_version=4))
        assert "Integrity" in report, "the stored outputs have no digests, those of a run have"
        tab.restart_kernel()
        tab.run_all()
        assert tab.troubles() == []
        tab.screenshot("stock")
        assert tab.page.locator(".Toastify__toast, .jp-Dialog").count() == 0
        assert tab.outside() == []
        assert tab.errors == []
    runs = root / "evidence" / "o-acme123456" / "runs"
    assert len(list(runs.iterdir())) == 2
