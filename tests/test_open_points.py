"""What AWS leaves undocumented: the kit's own notebooks end right under every reading of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from orgkit.sim.client.control import Control
from orgkit.sim.scenario import shipped
from orgkit.sim.server.serve import Service
from orgkit.sim.state.switches import Switches
from tests.support.cells import run_cells


def readings() -> list[tuple[str, Any]]:
    """Every value of every switch but its default."""
    found = []
    for name, field in Switches.model_fields.items():
        values = (True, False) if field.annotation is bool else get_args(field.annotation)
        found += [(name, value) for value in values if value != field.default]
    return found


@pytest.fixture
def begun(simulator: Callable[..., Service], tmp_path: Path) -> Callable[..., Control]:
    """Start a scenario under one reading and begin the process in it by the notebook."""

    def begin(scenario: str, switch: str, value: Any) -> Control:
        chosen = shipped.load(scenario).model_dump(mode="json")
        chosen["switches"][switch] = value
        # Whoever is asked unexpectedly under this reading answers as well.
        chosen["owners"] = [{"answer": "approve", "after": "30d"}]
        source = tmp_path / f"{scenario}.yaml"
        source.write_text(yaml.safe_dump(chosen), encoding="utf-8")
        control = Control(simulator(str(source)).endpoint)
        run_cells("request", confirm=str(control.status()["organization_id"]))
        return control

    return begin


@pytest.mark.parametrize(("switch", "value"), readings())
def test_the_walk_passes_under_every_reading(
    begun: Callable[..., Control], switch: str, value: Any
) -> None:
    """Request, monitor and finalize go from consolidated billing to all features, unchanged."""
    control = begun("acme", switch, value)
    assert run_cells("monitor", sim_advance="21d")["phase"] == "WAITING"
    assert run_cells("monitor", sim_advance="24d")["phase"] == "READY"
    organization_id = str(control.status()["organization_id"])
    assert run_cells("finalize", confirm=organization_id)["phase"] == "ALL_FEATURES"
    assert control.status()["feature_set"] == "ALL"


@pytest.mark.parametrize("value", ["worked-examples", "api-reference"])
@pytest.mark.parametrize(
    ("scenario", "after", "phase"),
    [("declined", "5d", "BLOCKED"), ("expired", "91d", "EXPIRED"), ("solo", "1d", "READY")],
)
def test_who_accepts_which_action_does_not_matter(
    begun: Callable[..., Control], value: str, scenario: str, after: str, phase: str
) -> None:
    """Under both readings of the actions a decline, an expiry and an empty board read the same."""
    begun(scenario, "labels", value)
    assert run_cells("monitor", sim_advance=after)["phase"] == phase


def test_a_decline_that_ends_the_process_is_told_as_such(begun: Callable[..., Control]) -> None:
    """If AWS ends the whole process on a decline, the phase is not WAITING for ever."""
    begun("declined", "decline_parent_state", "CANCELED")
    assert run_cells("monitor", sim_advance="5d")["phase"] == "CANCELED"


def test_a_request_that_seems_empty_but_waits_is_waiting(begun: Callable[..., Control]) -> None:
    """Readiness is the organization's handshake's state: REQUESTED without approvers waits."""
    begun("solo", "no_approvers_state", "REQUESTED")
    assert run_cells("monitor")["phase"] == "WAITING"
