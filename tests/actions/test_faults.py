"""Whatever breaks while something is changed: it ends right, or it stops with a remedy.

Never with a wrong phase, a second EnableAllFeatures, or a lost observation; and once the trouble is
over, running the same notebook again brings it to its end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.sim.client.control import Control
from orgkit.sim.faults.catalog import FAULTS
from orgkit.sim.faults.effects import Buckets
from orgkit.sim.server.serve import Service
from tests.support.cells import bring, run_cells

# Notebook: scenario, the call that changes something, a read it rests on, phase afterwards, more.
NOTEBOOKS: dict[str, tuple[str, str, str, str, dict[str, str]]] = {
    "request": ("acme", "EnableAllFeatures", "ListHandshakesForOrganization", "WAITING", {}),
    "finalize": ("solo", "AcceptHandshake", "DescribeOrganization", "ALL_FEATURES", {}),
    "policy_types": (
        "solo",
        "EnablePolicyType",
        "ListRoots",
        "ALL_FEATURES",
        {"policy_types": "TAG_POLICY"},
    ),
}
BEFORE = {"request": (), "finalize": ("request",), "policy_types": ("request", "finalize")}
OPTIONS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 0.01},
    "throttle-documented": {
        "factor": 0.001
    },  # refills so slowly that no machine is too slow for it
}


def hits(notebook: str, name: str) -> list[tuple[str, ...]]:
    """The operations to arm a fault on, one case each: the write, and the read before it."""
    _, write, read, _, _ = NOTEBOOKS[notebook]
    if name == "stale-reads":
        return [(write, read)]  # a lag begins with a write
    if name == "throttle-documented":
        return [("DescribeOrganization",)]  # the bucket that is smaller than what a run needs
    operations = FAULTS[name].operations
    return [(o,) for o in (write, read) if operations == ("*",) or o in operations]


CASES = [(n, f, o) for n in NOTEBOOKS for f in FAULTS for o in hits(n, f)]


def test_no_fault_is_left_out() -> None:
    """Every fault of the simulator hits at least one writing notebook."""
    assert {fault for _, fault, _ in CASES} == set(FAULTS)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits between its tries; nothing here needs that."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("orgkit.migration.observe.PAUSES", (0.0,) * 7)


class Organization:
    """A simulated organization at the moment of one writing notebook."""

    def __init__(self, service: Service, notebook: str) -> None:
        self.control = Control(service.endpoint)
        self.id = str(self.control.status()["organization_id"])
        _, self.write, _, self.phase, self.given = NOTEBOOKS[notebook]
        self.notebook = notebook
        bring(service.endpoint, *BEFORE[notebook])

    def run(self) -> dict[str, Any] | OrgkitError:
        """Run the notebook with its confirmation; its result, or the remedy that stopped it."""
        try:
            return run_cells(self.notebook, confirm=self.id, **self.given)
        except OrgkitError as error:
            return error

    def effective(self, operation: str) -> int:
        """How often a call changed something, by the simulator's own list."""
        calls = self.control.calls()
        return sum(c["changed"] and c["operation"] == operation for c in calls)

    def true_phase(self) -> str:
        """Where the organization really stands."""
        status = self.control.status()
        if status["feature_set"] == "ALL":
            return "ALL_FEATURES"
        states = {"REQUESTED": "WAITING", "OPEN": "READY", "": "CONSOLIDATED_BILLING"}
        return states[str(status["process"])]


@pytest.fixture
def at(simulator: Callable[..., Service]) -> Callable[[str], Organization]:
    """Bring a fresh organization to the moment of a notebook.

    Its token buckets stand still: on a slow machine they would fill again between two calls.
    """

    def bring_to(notebook: str) -> Organization:
        service = simulator(NOTEBOOKS[notebook][0])
        service.engine.buckets = Buckets(lambda: 0.0)
        return Organization(service, notebook)

    return bring_to


@pytest.mark.parametrize(("notebook", "fault", "operations"), CASES, ids=str)
def test_it_ends_right_or_stops_with_a_remedy(
    at: Callable[[str], Organization],
    isolated: Path,
    notebook: str,
    fault: str,
    operations: tuple[str, ...],
) -> None:
    """One fault at one call of one writing notebook, and then once more without it."""
    organization = at(notebook)
    with organization.control.fault(fault, *operations, **OPTIONS.get(fault, {})):
        came_of_it = organization.run()
    if isinstance(came_of_it, OrgkitError):
        assert came_of_it.problem
        assert came_of_it.do_this
    else:
        assert came_of_it["phase"] in (organization.true_phase(), "UNKNOWN")
        right = came_of_it["phase"] == organization.phase and came_of_it["exit_code"] != 20
        assert right or came_of_it["exit_code"] == 20, "not right, so it must say that it stopped"
    again = organization.run()
    assert not isinstance(again, OrgkitError), again
    assert again["phase"] == organization.phase == organization.true_phase()
    assert organization.effective(organization.write) == 1
    _nothing_is_lost(isolated, organization)


def _nothing_is_lost(home: Path, organization: Organization) -> None:
    """The journal holds, every intention has its result, and what was changed is in it."""
    found = verify(Store(str(home / "evidence")))
    assert found.broken == ()
    folder = home / "evidence" / organization.id / "observations"
    entries = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
    events = [e["body"] for e in entries if e["kind"] == "event"]
    tried = [e for e in events if e["name"] == "intention"]
    assert any(e["operation"] == organization.write for e in tried)
    done = [e for e in events if e["name"] == "result" and e["operation"] == organization.write]
    assert done[-1]["done"] is True or len(done) < len(tried)
