"""The seam to the simulator: find or start it, and move its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orgkit.environment import SIM_ENDPOINT, SIM_SCENARIO, changed, home
from orgkit.errors.exceptions import OrgkitError, UsageError


@contextmanager
def _said_plainly(usual: type[OrgkitError] = OrgkitError) -> Iterator[None]:
    """Give the simulator's troubles the kit's form; a bad scenario is wrong usage in any case."""
    from orgkit.sim.errors import ScenarioError, SimulatorError

    try:
        yield
    except ScenarioError as error:
        raise UsageError(error.problem, error.do_this) from error
    except SimulatorError as error:
        raise usual(error.problem, error.do_this) from error


def find_or_start() -> tuple[str, str]:
    """Give this folder's simulator: endpoint, management account. Starts one if needed."""
    from orgkit.sim.client.control import Control
    from orgkit.sim.client.discovery import find_or_start as find

    with _said_plainly():
        endpoint = find(home())
        return endpoint, str(Control(endpoint).status()["management_account_id"])


def advance(endpoint: str, when: str) -> None:
    """Move the clock by a span such as "14d" or to an instant; what falls due happens in order."""
    from orgkit.sim.client.control import Control

    with _said_plainly(UsageError):
        Control(endpoint).advance(when)


def answer(endpoint: str, account_id: str, approve: bool) -> None:
    """Let the owner of an account accept or decline everything that is open for it."""
    from orgkit.sim.client.control import Control

    with _said_plainly(UsageError):
        control = Control(endpoint)
        (control.approve if approve else control.decline)(account_id)


@contextmanager
def fresh(scenario: str, organization_id: str, folder: Path) -> Iterator[str]:
    """Start a simulated organization of its own, gone when the block ends; yields its endpoint."""
    import yaml

    from orgkit.sim.client import discovery
    from orgkit.sim.scenario import shipped

    with _said_plainly():
        chosen = shipped.load(scenario).model_dump(mode="json")
        chosen["organization"]["id"] = organization_id
        source = folder / f"{scenario}.yaml"
        source.write_text(yaml.safe_dump(chosen), encoding="utf-8")
        # A simulator that the environment names must not be taken for the new one.
        with changed({SIM_ENDPOINT: None, SIM_SCENARIO: None}):
            endpoint = discovery.find_or_start(folder, str(source))
    try:
        yield endpoint
    finally:
        discovery.stop(folder)
