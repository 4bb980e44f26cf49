"""The board of 5,000 accounts in JupyterLab and Chromium: to show, sort, search, filter, follow.

python -m benchmarks.board          # prints the figures and writes them to README.md
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import boto3

from benchmarks.readme import put
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import open_world
from tests.browser import chromium, worlds
from tests.browser.lab import Lab, Tab
from tests.browser.server import Server

HEADING = "## The board in a browser"
ROUNDS = 3
ASKED, APPROVED = 4200, 865  # after ten days: the first after one, then four an hour
Measured = dict[str, list[float]]


def timed(do: Callable[[], None], shown: Callable[[], None]) -> float:
    """Seconds from an action to what it should show."""
    started = time.perf_counter()
    do()
    shown()
    return time.perf_counter() - started


def show_again(tab: Tab) -> float:
    """Run the board's cell once more, until the new grid shows its first page."""
    grid = tab.page.locator(".orgkit-board")
    grid.evaluate("e => e.classList.add('before')")
    tab.page.locator(".jp-CodeCell", has=grid).locator(".jp-InputArea-prompt").click()
    new = tab.page.locator(".orgkit-board:not(.before)")
    row = new.get_by_text(f"Showing 1 to 25 of {ASKED:,} entries")
    return timed(lambda: tab.page.keyboard.press("Control+Enter"), row.wait_for)


def one_round(tab: Tab, measured: Measured) -> None:
    """Every action once, and back to where it was."""
    board = tab.find("orgkit-board")
    answer = tab.find("orgkit-filter").get_by_label("Show")
    search = board.get_by_role("searchbox")

    def shows(text: str) -> Callable[[], None]:
        return lambda: board.get_by_text(text).first.wait_for()

    everybody = shows(f"of {ASKED:,} entries")
    steps: list[tuple[str, Callable[[], object], Callable[[], None]]] = [
        ("sort by name", board.get_by_label("Name: Activate to sort").click, shows("Invited 1000")),
        ("search", lambda: search.fill("invited-4199"), shows("Showing 1 to 1 of 1 entry")),
        ("", lambda: search.fill(""), everybody),
        (
            "filter",
            lambda: answer.select_option(f"approved ({APPROVED:,})"),
            shows(f"of {APPROVED:,} entries"),
        ),
        ("and back to all", lambda: answer.select_option(f"everyone ({ASKED:,})"), everybody),
    ]
    measured.setdefault("run the cell", []).append(show_again(tab))
    for name, do, shown in steps:
        seconds = timed(lambda do=do: do() and None, shown)
        if name:
            measured.setdefault(name, []).append(seconds)


def measure(folder: Path) -> list[str]:
    """One notebook, opened once; the rounds within it."""
    measured: Measured = {}
    with (
        chromium.launched(chromium.find(), folder / "profile") as browser,
        worlds.served(open_world("big", None)) as service,
        Server(folder, ORGKIT_SIM_ENDPOINT=service.endpoint) as server,
    ):
        keys = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "simulator"}
        boto3.client(
            "organizations", "us-east-1", endpoint_url=service.endpoint, **keys
        ).enable_all_features()
        Control(service.endpoint).advance("10d")
        with Lab(browser, server).open("03_monitor") as tab:
            whole = timed(tab.run_all, lambda: None)
            for _ in range(ROUNDS):
                one_round(tab, measured)
            size = tab.page.evaluate("performance.memory.usedJSHeapSize")
    rows = [f"| {name} | {statistics.median(times):.2f} s |" for name, times in measured.items()]
    return [
        f"| Run All of `03_monitor`, with a look at AWS | {whole:.1f} s |",
        *rows,
        f"| memory of the page | {size / 1e6:.0f} MB |",
    ]


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory(prefix="orgkit-benchmark-") as folder:
        lines = measure(Path(folder))
    sys.stdout.write("\n".join(lines) + "\n")
    text = (
        f"`python -m benchmarks.board`: `big`, {ASKED:,} accounts asked, in JupyterLab and "
        f"Chromium, from the click to what it shows. Medians of {ROUNDS} rounds.\n\n"
        "| what | measured |\n|---|---|\n"
    )
    put(HEADING, text + "\n".join(lines))


if __name__ == "__main__":
    main()
