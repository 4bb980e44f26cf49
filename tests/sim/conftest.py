"""Two ways to drive the simulator in tests: the bare state machine, and a server over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orgkit.sim.scenario.build import build
from orgkit.sim.server.serve import Service, open_world
from tests.support.sim_walk import Running, Walk, small


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
    started: list[tuple[Service, threading.Thread]] = []

    def start(scenario: str = "acme", **options: Any) -> Running:
        service = Service(open_world(scenario, options.get("state")), 0, options.get("state"))
        thread = threading.Thread(target=service.run, daemon=True)
        thread.start()
        started.append((service, thread))
        return Running(service)

    yield start
    for service, thread in started:
        service.stop()
        thread.join(10)


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
