"""Notebooks run in this process as in JupyterLab, on a simulator in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from orgkit.notebook.run import Run
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from tests.support.cells import SHOWN, bring, run_names

ORGANIZATION = "o-acme123456"
T = TypeVar("T")


@dataclass
class Page:
    """A notebook whose cells have all been run."""

    names: dict[str, Any]

    @property
    def run(self) -> Run:
        """The run that its setup cell opened."""
        run = self.names["run"]
        assert isinstance(run, Run)
        return run

    def the(self, kind: type[T]) -> T:
        """The one value of this kind that a cell shows."""
        (found,) = [value for value in self.names[SHOWN] if isinstance(value, kind)]
        return found


class Lab:
    """JupyterLab in front of a simulated organization."""

    def __init__(self, service: Service) -> None:
        self.control = Control(service.endpoint)

    def open(self, notebook: str, **parameters: str) -> Page:
        """Open a notebook and run all its cells."""
        return Page(run_names(notebook, **parameters))

    def changes(self) -> list[str]:
        """Calls to Organizations that changed something, by the simulator's own list."""
        calls = self.control.calls()
        return [c["operation"] for c in calls if c["service"] == "organizations" and c["changed"]]

    def request(self) -> None:
        """Begin the process, as somebody does at another desk."""
        bring(self.control.endpoint, "request")


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at JupyterLab."""
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    monkeypatch.setenv("ORGKIT_SERVER_TOKEN", "a1b2")


@pytest.fixture
def lab(simulator: Callable[..., Service], front_end: None) -> Lab:
    """JupyterLab in front of the scenario `acme`."""
    return Lab(simulator("acme"))
