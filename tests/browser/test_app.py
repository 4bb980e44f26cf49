"""The same notebooks as plain web pages, behind a token, without another host."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import open_world
from tests.browser.chromium import Watched
from tests.browser.server import START_SECONDS, TOKEN, Server
from tests.support.simulator import served

ORGANIZATION = "o-acme123456"


class Pages(Server):
    """Voila as `orgkit app` starts it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        with socket.socket() as free:  # Voila does not say which port it took when told 0
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.command = ("app", "--no-browser", f"--port={self._port}", f"--token={TOKEN}")

    def address(self, notebook: str) -> str:
        """Where a notebook is a page."""
        return f"{self.url}voila/render/{notebook}.ipynb"

    def _address(self) -> str:
        """Where it answers, once it does."""
        url, deadline = f"http://127.0.0.1:{self._port}/", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"{url}login", timeout=5).close()  # noqa: S310 - loopback
                return url
            time.sleep(0.05)
        raise AssertionError(f"Voila did not start:\n{self._log.read_text()[-3000:]}")


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Control]:
    """A simulated organization."""
    with served(open_world("acme", None)) as service:
        yield Control(service.endpoint)


@pytest.fixture(scope="module")
def pages(control: Control, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A server in front of it."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with Pages(folder, ORGKIT_SIM_ENDPOINT=control.endpoint) as server:
        yield server


def ready(page: Watched) -> None:
    """Until the notebook behind the page has run."""
    page.page.locator("#loading").wait_for(state="hidden")
    expect(page.page.locator(".orgkit-next").last).to_be_visible()


def test_without_the_token_there_is_no_page(browser: BrowserContext, pages: Pages) -> None:
    """The pages act with somebody's credentials, so nobody else may open them."""
    page = Watched(browser.new_page())
    page.page.goto(pages.address("00_start_here"))
    assert "/login" in page.page.url
    assert page.page.locator(".orgkit-banner").count() == 0
    page.page.close()


def test_request_and_monitor_as_pages(
    browser: BrowserContext, pages: Pages, control: Control
) -> None:
    """Type, press, go on to the next page, rehearse; what follows follows; no other host."""
    tab = Watched(browser.new_page())
    page = tab.page
    page.goto(f"{pages.address('02_request')}?token={TOKEN}")
    ready(tab)
    assert page.locator(".jp-CodeCell .jp-InputArea-editor:visible").count() == 0
    page.locator(".orgkit-confirm input").fill(ORGANIZATION)
    page.locator(".orgkit-apply").dblclick()
    expect(page.locator(".orgkit-status")).to_contain_text("done, and read back from AWS")
    expect(page.locator(".orgkit-phase").last).to_contain_text("WAITING")
    tab.screenshot("app-02_request")
    page.locator(".orgkit-next").first.click()
    page.wait_for_url("**/03_monitor.ipynb*")
    ready(tab)
    page.locator(".orgkit-sim-advance").click()
    expect(page.locator(".orgkit-progress")).to_contain_text("3 of 10 approved")
    expect(page.locator(".orgkit-board").first).to_contain_text("approved")
    assert tab.violations(".orgkit-live", ("serious", "critical")) == []
    tab.screenshot("app-03_monitor")
    changed = [c["operation"] for c in control.calls() if c["changed"]]
    assert changed == ["EnableAllFeatures"]
    assert tab.outside() == []
    assert tab.errors == []
    page.close()


def test_the_app_opens_on_its_dashboard(browser: BrowserContext, pages: Pages) -> None:
    """State, next step and runs; a page between and back; a report in a frame without rights."""
    opened = Watched(browser.new_page())
    page = opened.page
    page.goto(f"{pages.url}?token={TOKEN}")
    page.wait_for_url("**/voila/render/_dashboard.ipynb*")
    ready(opened)
    expect(page.locator(".orgkit-dashboard")).to_contain_text(ORGANIZATION)
    expect(page.locator(".orgkit-dashboard .orgkit-summary")).to_be_visible()
    expect(page.locator(".orgkit-dashboard .orgkit-next").first).to_be_visible()
    page.locator("nav.orgkit-pages").get_by_text("Start here").click()
    page.wait_for_url("**/00_start_here.ipynb*")
    ready(opened)
    expect(page.locator("text=Saved").first).to_be_visible()
    page.locator("nav.orgkit-pages").get_by_text("Dashboard").click()
    page.wait_for_url("**/_dashboard.ipynb*")
    ready(opened)
    expect(page.locator(".orgkit-dashboard")).to_contain_text("00_start_here")
    page.locator(".orgkit-report-open").click()
    frame = page.locator(".orgkit-report iframe")
    expect(frame).to_have_attribute("sandbox", "")
    assert "Start here" in str(frame.get_attribute("srcdoc"))
    assert str(page.locator("a.orgkit-save").get_attribute("download")).endswith(".html")
    opened.screenshot("app-dashboard")
    assert opened.errors == []
    assert opened.outside() == []
    page.close()
