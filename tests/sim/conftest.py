"""Two ways to drive the simulator in tests: the bare state machine, and a server over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from orgkit.sim.scenario.build import build
from orgkit.sim.server.serve import open_world
from tests.support.sim_walk import Walk, small
from tests.support.simulator import Running, served


@pytest.fixture
def walk() -> Walk:
    """A walk through the small organization."""
    return Walk(build(small()))


@pytest.fixture
def walk_with() -> Callable[..., Walk]:
    """A walk through the small organization with other switches or fields."""

    def make(fields: dict[str, Any] | None = None, **switches: Any) -> Walk:
        return Walk(build(small(switches=switches, **(fields or {}))))

    return make


@pytest.fixture
def run_server() -> Iterator[Callable[..., Running]]:
    """Start servers in threads of this process; all are ended after the test."""
    with ExitStack() as stack:

        def start(scenario: str | None = "acme", state: Path | None = None) -> Running:
            world = open_world(scenario, state)
            return Running(stack.enter_context(served(world, state=state)))

        yield start


@pytest.fixture
def server(run_server: Callable[..., Running]) -> Running:
    """A server with the default scenario."""
    return run_server()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many rows of the conformance table were tested, and how many hold."""
    counts = {
        outcome: sum(
            name == "conformance"
            for report in terminalreporter.getreports(outcome)
            for name, _ in getattr(report, "user_properties", ())
        )
        for outcome in ("passed", "failed")
    }
    if any(counts.values()):
        total = sum(counts.values())
        terminalreporter.write_line(
            f"simulator conformance: {counts['passed']} of {total} rows hold"
        )
