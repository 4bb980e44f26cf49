"""`python -m tests.browser.screens`: every notebook's first screen after Run All, on one sheet.

Each notebook comes at its moment of one migration, in the light and the dark theme; the sheet and
the pictures lie in `tests/browser/artifacts/`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.browser import chromium
from tests.browser.lab import Lab, Tab
from tests.browser.server import Server
from tools.store_outputs import MOVES

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
# At 200 % a page has half of the pixels that it would have.
SIZES = {"": (1280, 800), "-wide": (1920, 1080), "-200": (640, 400)}
SCENARIOS = ("acme", "messy", "big", "hostile")
NOTEBOOKS = (
    "00_start_here",
    "01_precheck",
    "02_request",
    "03_monitor",
    "04_finalize",
    "05_policy_types",
    "06_audit_report",
)
KEY = tuple(name for name in NOTEBOOKS if name != "05_policy_types")  # compared with pictures
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"


@contextmanager
def in_theme(folder: Path, theme: str, **environment: str) -> Iterator[Server]:
    """JupyterLab with one of its themes."""
    settings = {"@jupyterlab/apputils-extension:themes": {"theme": THEMES[theme]}}
    with Server(folder, settings, **environment) as server:
        yield server


def to_the_top(tab: Tab) -> None:
    """Scroll to the first screen."""
    tab.page.locator(_PANEL).first.evaluate("e => e.scrollTo(0, 0)")


def first_screen(tab: Tab) -> bytes:
    """A picture of the first screen at 1280 by 800, without the menus around it."""
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    to_the_top(tab)
    tab.page.wait_for_timeout(300)
    return tab.page.locator(_PANEL).first.screenshot()


def key_screens(context: BrowserContext) -> Iterator[tuple[str, bytes]]:
    """First screens of the light theme after Run All, each notebook at its moment."""
    with (
        tempfile.TemporaryDirectory(prefix="orgkit-screens-") as folder,
        in_theme(Path(folder), "light") as server,
    ):
        for notebook in NOTEBOOKS:
            move(server, notebook)
            with Lab(context, server).open(notebook) as tab:
                tab.run_all()
                if notebook in KEY:
                    yield notebook, first_screen(tab)
            server.end_kernels()


def move(server: Server, notebook: str) -> None:
    """Make the moves that lead to a notebook's moment."""
    for name, given in MOVES.get(notebook, []):
        pairs = [part for pair in given.items() for part in ("-p", "=".join(pair))]
        command = [sys.executable, "-m", "orgkit", "run", name, *pairs]
        done = subprocess.run(command, cwd=server.root, env=server.environment, capture_output=True)
        assert done.returncode in (0, 10), done.stderr.decode()[-2000:]


def shoot(
    context: BrowserContext, theme: str, sizes: tuple[str, ...], scenario: str = "acme"
) -> list[str]:
    """Walk through the notebooks and keep their first screens; gives the names of the pictures."""
    names = []
    with (
        tempfile.TemporaryDirectory(prefix="orgkit-screens-") as folder,
        in_theme(Path(folder), theme, ORGKIT_SIM_SCENARIO=scenario) as server,
    ):
        for notebook in NOTEBOOKS:
            if scenario == "acme":  # the others stay where they begin
                move(server, notebook)
            with Lab(context, server).open(notebook) as tab:
                tab.run_all()
                for size in sizes:
                    name = f"{scenario}-{theme}-{notebook}{size}"
                    _shoot(tab, name, size)
                    names += [f"screen-{name}"]
            server.end_kernels()
    return names


def _shoot(tab: Tab, name: str, size: str) -> None:
    width, height = SIZES[size]
    tab.page.set_viewport_size({"width": width, "height": height})
    tab.screenshot(f"end-{name}")
    to_the_top(tab)
    tab.page.wait_for_timeout(300)
    tab.screenshot(f"screen-{name}")


def sheet(context: BrowserContext, names: list[str]) -> Path:
    """Put pictures on one page, and keep a picture of that."""
    figures = "".join(
        f"<figure><img src='{name}.png'><figcaption>{name}</figcaption></figure>" for name in names
    )
    style = (
        "body{margin:8px;display:grid;grid-template-columns:repeat(2,1fr);gap:8px}img{width:100%}"
    )
    path = chromium.ARTIFACTS / "contact-sheet.html"
    path.write_text(f"<!doctype html><style>{style}</style>{figures}", encoding="utf-8")
    page = context.new_page()
    page.goto(path.as_uri())
    page.screenshot(path=path.with_suffix(".png"), full_page=True)
    page.close()
    return path.with_suffix(".png")


def main() -> None:
    """Make the pictures and the sheet; `--all`: also of other scenarios, wide, and at 200 %."""
    whole = "--all" in sys.argv
    sizes = tuple(SIZES) if whole else ("",)
    scenarios = SCENARIOS if whole else SCENARIOS[:1]
    with (
        tempfile.TemporaryDirectory(prefix="orgkit-chromium-") as profile,
        chromium.launched(chromium.find(), Path(profile)) as context,
    ):
        names = [
            name
            for scenario in scenarios
            for theme in THEMES
            for name in shoot(context, theme, sizes, scenario)
        ]
        sys.stdout.write(f"{sheet(context, names)}\n")


if __name__ == "__main__":
    main()
