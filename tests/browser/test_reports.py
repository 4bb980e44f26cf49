"""Every report in a real browser: offline, without script, readable by everybody on any width."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import nbformat
import pytest
from playwright.sync_api import BrowserContext

from orgkit.report.exporter import export
from tests.browser import worlds
from tests.browser.chromium import FLAG, Watched
from tests.browser.contrast import CONTRAST
from tests.support.simulator import Place, served

STORED = sorted(Path("notebooks").glob("[0-9]*.ipynb"))
_WAIVED = "approvers_active: a rehearsal; approvers_not_closed: a rehearsal"
RUNS: dict[str, dict[str, dict[str, str]]] = {
    "hostile": {
        "request": {},
        "monitor": {"sim_advance": "2d"},
        "precheck": {},
        "audit_report": {},
    },
    "messy": {
        "precheck": {},
        "request": {"waive": _WAIVED},
        "monitor": {"sim_advance": "10d"},
        "audit_report": {},
    },
}
PAGES = [p.stem for p in STORED] + [f"{s}-{n}" for s in RUNS for n in (*RUNS[s], "index")]
NARROW = 320  # a screen of 1280 zoomed to 400 % (WCAG 2.2, success criterion 1.4.10)
_POLICY = '<meta http-equiv="Content-Security-Policy"'


@pytest.fixture(scope="module")
def reports(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the reports in one folder; made before the browser starts."""
    made = tmp_path_factory.mktemp("reports")
    for path in STORED:  # what a walk on the scenario `acme` showed
        html = export(nbformat.read(path, as_version=4))
        (made / f"{path.stem}.html").write_text(html, encoding="utf-8")
    with served(worlds.hostile()) as service:
        _run("hostile", tmp_path_factory.mktemp("hostile"), made, service.endpoint)
    _run("messy", tmp_path_factory.mktemp("messy"), made)
    return made


def _run(scenario: str, folder: Path, made: Path, endpoint: str = "") -> None:
    """Run the notebooks headless, confirmed where they ask, and collect their reports."""
    with Place(folder, scenario) as place:
        if endpoint:
            os.environ["ORGKIT_SIM_ENDPOINT"] = endpoint
        for name, given in RUNS[scenario].items():
            confirm = {"confirm": place.organization_id} if name == "request" else {}
            assert not place.run(name, **confirm, **given)["error"]
            shutil.copy(place.file("report.html"), made / f"{scenario}-{name}.html")
        index = folder / "evidence" / place.organization_id / "index.html"
        shutil.copy(index, made / f"{scenario}-index.html")


@contextmanager
def opened(browser: BrowserContext, path: Path) -> Iterator[Watched]:
    """A page opened from disk, as an auditor does who got it by mail."""
    page = Watched(browser.new_page())
    page.page.goto(path.as_uri())
    try:
        yield page
    finally:
        page.page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_report_is_offline_accessible_and_fits(
    reports: Path, browser: BrowserContext, name: str
) -> None:
    """No request, no script, no complaint; axe-core finds nothing; nothing scrolls sideways."""
    path = reports / f"{name}.html"
    with opened(browser, path) as page:
        assert page.requests == [path.as_uri()]
        assert page.page.locator("script, iframe, link, object, embed").count() == 0
        assert page.page.locator("html").get_attribute("lang") == "en"
        for role in ("banner", "main", "contentinfo"):
            assert page.page.get_by_role(role).count() == 1
        assert page.page.get_by_role("heading", level=1).count() == 1
        style = "getComputedStyle(document.body).maxWidth"
        assert page.page.evaluate(style) != "none", "the policy must let the style sheet in"
        page.screenshot(f"report-{name}")
        assert page.violations() == []
        assert _sideways(page) == 0
        page.page.set_viewport_size({"width": NARROW, "height": 900})
        assert _sideways(page) == 0
        assert page.hits() == []
        assert page.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["06_audit_report", *(f"messy-{n}" for n in RUNS["messy"])])
def test_every_text_of_a_report_is_legible(
    reports: Path, browser: BrowserContext, name: str, scheme: Literal["light", "dark"]
) -> None:
    """Contrast of each text against what is behind it, as the reader's system is set."""
    with opened(browser, reports / f"{name}.html") as page:
        page.page.emulate_media(color_scheme=scheme)
        measured = page.page.evaluate(CONTRAST, "body")
    assert measured["count"] > 20, "nothing was measured"
    assert measured["found"] == []


def _sideways(page: Watched) -> int:
    """How many pixels the whole page can be scrolled sideways."""
    size = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.page.evaluate(size))


@pytest.mark.parametrize("name", [f"hostile-{n}" for n in (*RUNS["hostile"], "index")])
def test_hostile_names_do_nothing_even_without_the_policy(
    reports: Path, browser: BrowserContext, tmp_path: Path, name: str
) -> None:
    """The policy is a second wall; the text is harmless by itself."""
    html = (reports / f"{name}.html").read_text(encoding="utf-8")
    assert html.count(_POLICY) == 1
    bare = tmp_path / "bare.html"
    bare.write_text(html.replace(_POLICY, '<meta name="no-policy"'), encoding="utf-8")
    with opened(browser, bare) as page:
        assert page.requests == [bare.as_uri()]
        assert page.hits() == []


def test_hostile_names_hit_a_page_that_does_not_escape_them(
    browser: BrowserContext, tmp_path: Path
) -> None:
    """What the other tests hold to be absent is seen where it is there."""
    careless = tmp_path / "careless.html"
    careless.write_text("<!DOCTYPE html><p>" + "<p>".join(worlds.MARKUP), encoding="utf-8")
    with opened(browser, careless) as page:
        assert sorted(page.hits()) == [f"{FLAG}{n}" for n in (1, 2, 3, 4)]
        assert page.requests != [careless.as_uri()]


def test_a_script_that_got_into_a_report_would_not_run(
    browser: BrowserContext, tmp_path: Path
) -> None:
    """The second wall stands: a report that was altered runs nothing."""
    html = export(nbformat.read(STORED[-1], as_version=4))
    altered = tmp_path / "altered.html"
    altered.write_text(html.replace("<main>", "<main>" + "".join(worlds.MARKUP)), "utf-8")
    with opened(browser, altered) as page:
        assert page.hits() == []
        assert [e for e in page.errors if "Content Security Policy" in e]
