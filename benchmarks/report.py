"""How large and how quick the audit report is at 5,000 accounts, 4,200 of which were asked.

python benchmarks/report.py          # some minutes; prints the figures, writes them to README.md
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from readme import put

from orgkit.notebook.headless import launch
from orgkit.report.exporter import export
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control

HEADING = "## The audit report"
ROUNDS = 5
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""


def timed(work: Callable[[], object]) -> float:
    """Median seconds."""
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def opened(page: str) -> None:
    """Load a page in Chromium and end."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom")
    command = [CHROMIUM, *options, page]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def measure(home: Path) -> list[str]:
    """Walk the big scenario to its middle, make the report, look at it."""
    organization = str(Control(discovery.find_or_start(home)).status()["organization_id"])
    for name, given in (
        ("request", {"confirm": organization}),
        ("monitor", {"sim_advance": "14d"}),
        ("monitor", {"sim_advance": "14d"}),
    ):
        launch(name, given, progress=False)
    started = time.perf_counter()
    made = launch("audit_report", {}, progress=False)
    whole = time.perf_counter() - started
    folder = home / (made.folder.shown if made.folder else "")
    page = folder / "report.html"
    notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
    tables = sum(f.stat().st_size for f in folder.glob("*.csv"))
    lines = [
        f"| `report.html` | {page.stat().st_size / 1e3:,.0f} KB; wanted: under 2 MB |",
        f"| the tables beside it | {tables / 1e6:.1f} MB |",
        f"| the whole run of `06_audit_report` | {whole:.1f} s |",
        f"| of which export to HTML | {timed(lambda: export(notebook)):.2f} s |",
    ]
    if CHROMIUM:
        empty = home / "empty.html"
        empty.write_text("<!DOCTYPE html><title>empty</title>")
        base = timed(lambda: opened(empty.as_uri()))
        full = timed(lambda: opened(page.as_uri()))
        lines.append(f"| open in Chromium | {full:.2f} s; an empty page takes {base:.2f} s |")
    return lines


def main() -> None:
    """Measure, print, and write down."""
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(ORGKIT_HOME=name, ORGKIT_SIM_SCENARIO="big")
        try:
            lines = measure(Path(name))
        finally:
            discovery.stop(Path(name))
    text = (
        f"`python benchmarks/report.py`: scenario `big`, day 28, medians of {ROUNDS}, on "
        f"{platform.machine()}, Python {platform.python_version()}.\n\n| what | measured |\n"
        "|---|---|\n" + "\n".join(lines) + "\n"
    )
    put(HEADING, text)
    sys.stdout.write(f"{HEADING}\n\n{text}")


if __name__ == "__main__":
    main()
