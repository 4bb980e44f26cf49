"""docs/simulator.md names every switch, scenario and command as they are."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

from orgkit.sim.cli import sim
from orgkit.sim.faults.catalog import FAULTS
from orgkit.sim.scenario import shipped
from orgkit.sim.state.switches import Switches

DOC = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()


@pytest.mark.parametrize("name", Switches.model_fields)
def test_every_switch_has_its_row(name: str) -> None:
    """Name, default, other values and the description of the code are in the table."""
    field = Switches.model_fields[name]
    values = typing.get_args(field.annotation) or (True, False)
    shown = [str(v).lower() if isinstance(v, bool) else v for v in (field.default, *values)]
    others = ", ".join(f"`{value}`" for value in dict.fromkeys(shown[1:]) if value != shown[0])
    described = " ".join(str(field.description).split())  # its lines are those of the code
    assert f"| `{name}` | `{shown[0]}` | {others} | {described} |" in DOC


@pytest.mark.parametrize("name", [name for name, _ in shipped.available()])
def test_every_scenario_has_its_row(name: str) -> None:
    """No scenario is hidden."""
    assert f"| `{name}` |" in DOC


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_its_row(name: str) -> None:
    """Name, description and how often it hits."""
    times = FAULTS[name].times or "always"
    row = next(line for line in DOC.splitlines() if line.startswith(f"| `{name}` |"))
    assert row.startswith(f"| `{name}` | {FAULTS[name].about} |")
    assert row.endswith(f"| {times} |")


@pytest.mark.parametrize("name", sim.commands)
def test_every_command_has_its_row(name: str) -> None:
    """No command is hidden."""
    assert f"| `orgkit sim {name}" in DOC
