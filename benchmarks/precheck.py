"""How long the pre-checks of 5,000 accounts take when every call to AWS takes 50 ms.

python benchmarks/precheck.py          # prints the figures and writes them to README.md
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control

README = Path(__file__).parent / "README.md"
CALL = 0.05
ROUNDS = 3
WANTED = 1.5
_BEGIN, _END = "<!-- precheck: written by precheck.py -->", "<!-- /precheck -->"
# The lists that pre-checks read, one chain after another, as a plain script would.
CHAINS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_accounts", {}),
    ("list_roots", {}),
    ("list_create_account_status", {}),
    ("list_handshakes_for_organization", {}),
)


@contextmanager
def simulator() -> Iterator[str]:
    """The big scenario in a folder of its own, every answer 50 ms late; yields its endpoint."""
    with tempfile.TemporaryDirectory(prefix="orgkit-benchmark-") as folder:
        os.environ["ORGKIT_HOME"], os.environ["ORGKIT_SIM_SCENARIO"] = folder, "big"
        endpoint = discovery.find_or_start(Path(folder))
        Control(endpoint).arm("slow", "*", times=10**9, seconds=CALL)
        try:
            yield endpoint
        finally:
            discovery.stop(Path(folder))


def bare(endpoint: str) -> float:
    """Seconds of the bare page chains: one client, one page after another, nothing kept."""
    client = boto3.client(
        "organizations",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="simulator",  # noqa: S106
    )
    started = time.perf_counter()
    client.describe_organization()
    for name, parameters in CHAINS:
        for _ in client.get_paginator(name).paginate(**parameters):
            pass
    return time.perf_counter() - started


def notebook(**given: str) -> float:
    """Seconds of `orgkit run precheck`, kernel, evidence and report included."""
    options = [text for key, value in given.items() for text in ("-p", f"{key}={value}")]
    started = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "orgkit", "run", "precheck", *options],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def measure() -> list[str]:
    """Rounds take turns, so that a busy machine slows both alike."""
    with simulator() as endpoint:
        rounds = [(bare(endpoint), notebook(member_role="")) for _ in range(ROUNDS)]
        members = notebook()
    chains = statistics.median(first for first, _ in rounds)
    whole = statistics.median(second for _, second in rounds)
    ratio = statistics.median(second / first for first, second in rounds)
    return [
        f"| the bare page chains, one after another | {chains:.1f} s | |",
        f"| `01_precheck`, members not looked into | {whole:.1f} s | {ratio:.2f} of the chains; "
        f"wanted: {WANTED} |",
        f"| `01_precheck`, every member looked into | {members:.0f} s | {members / chains:.1f} of "
        "the chains: a call or three more for each account |",
    ]


def written(text: str, lines: list[str]) -> str:
    """The README with this benchmark's section, as it was or new at the end."""
    section = "\n".join(
        (
            _BEGIN,
            "## Pre-checks of 5,000 accounts",
            "",
            "`python benchmarks/precheck.py`: whole `orgkit run precheck` (kernel, evidence, "
            f"report) on `big`, every call {CALL * 1000:.0f} ms late, against boto3's paginators "
            f"on the same lists. Medians of {ROUNDS} rounds.",
            "",
            "| what | measured | ratio |",
            "|---|---|---|",
            *lines,
            _END,
        )
    )
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.S)
    if pattern.search(text):
        return pattern.sub(lambda _: section, text)
    return f"{text.rstrip()}\n\n{section}\n"


def main() -> None:
    """Measure, print, write."""
    lines = measure()
    sys.stdout.write("\n".join(lines) + "\n")
    README.write_text(written(README.read_text(encoding="utf-8"), lines), encoding="utf-8")


if __name__ == "__main__":
    main()
