"""What a user sees first, in both themes: where, how far, what is next, legible everywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext

from tests.browser.contrast import CONTRAST
from tests.browser.lab import Lab, Tab
from tests.browser.screens import KEY, NOTEBOOKS, first_screen, in_theme, move
from tests.browser.server import Server
from tests.browser.test_look import KEPT, TOLERANCE, difference

_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_IN_VIEW = """
([panel, css]) => {
  const view = document.querySelector(`${panel} .jp-WindowedPanel-outer`).getBoundingClientRect();
  return [...document.querySelectorAll(`${panel} .jp-Cell-outputArea ${css}`)].some(e => {
    const box = e.getBoundingClientRect();
    return box.height > 0 && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
  });
}
"""
_LIGHT = "() => document.body.dataset.jpThemeLight === 'true'"
_FIGURES = """
panel => [...document.querySelectorAll(`${panel} .jp-Cell-outputArea .orgkit-n`)]
  .filter(e => e.checkVisibility())
  .map(e => [[...e.classList].find(c => c.startsWith('orgkit-n-')), e.textContent.trim()])
"""


@pytest.fixture(scope="module", params=["light", "dark"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """JupyterLab in one of its themes."""
    with in_theme(tmp_path_factory.mktemp("face"), request.param) as made:
        yield made


def in_view(tab: Tab, css: str) -> bool:
    """Whether something lies within what is seen of the notebook."""
    return bool(tab.page.evaluate(_IN_VIEW, [_PANEL, css]))


@pytest.mark.timeout(900)
def test_the_first_screen_answers_and_is_legible(browser: BrowserContext, server: Server) -> None:
    """At 1280 by 800, where Run All ends and on top: where, phase, next step; contrast; figures.

    One test, because each notebook comes at its moment of one migration.
    """
    for notebook in NOTEBOOKS:
        move(server, notebook)
        _answers(browser, server, notebook)


def _answers(browser: BrowserContext, server: Server, notebook: str) -> None:
    with Lab(browser, server).open(notebook) as tab:
        tab.page.set_viewport_size({"width": 1280, "height": 800})
        light = tab.page.evaluate(_LIGHT)
        tab.run_all()
        assert tab.troubles() == []
        for css in (".orgkit-banner strong", ".orgkit-line b", ".orgkit-strip .orgkit-next"):
            assert in_view(tab, css), f"{css} is out of view where Run All ends"
        measured = tab.page.evaluate(CONTRAST, f"{_PANEL} .jp-Cell-outputArea")
        seen = first_screen(tab)
        for css in (".orgkit-strip .orgkit-banner strong", ".orgkit-summary h3", ".orgkit-rail"):
            assert in_view(tab, css), f"{css} is not on the first screen"
        shown = tab.page.evaluate(_FIGURES, _PANEL)
    server.end_kernels()
    if light and notebook in KEY:
        kept = Image.open(KEPT / f"screen-{notebook}.png")
        apart = difference(Image.open(io.BytesIO(seen)), kept)
        assert apart < TOLERANCE, "not as it was; `make pictures` stores what is meant to be new"
    assert measured["count"] > 40, "nothing was measured"
    assert measured["found"] == []
    named: dict[str, set[str]] = {}
    for name, value in shown:
        named.setdefault(name, set()).add(value)
    assert named, "no figure was found"
    assert {n: v for n, v in named.items() if len(v) > 1} == {}
