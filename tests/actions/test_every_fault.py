"""Every fault of the simulator, at every write, from a page and in batch.

What orgkit says of `changed` is held against what the simulator really did: never yes for what did
not happen, never no for what did; and one confirmation never has a second effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from orgkit import actions, connect, open_run, widgets
from orgkit.actions.plan import Plan
from orgkit.evidence.journal.events import Intention, Result
from orgkit.migration.state import MigrationState
from orgkit.notebook.run import Run
from orgkit.sim.client.control import Control
from orgkit.sim.faults.catalog import FAULTS
from orgkit.sim.faults.effects import Buckets
from orgkit.sim.server.serve import Service
from orgkit.widgets.confirm import Confirm
from tests.support.cells import bring

MEMBER = "222222222222"


@dataclass(frozen=True)
class Case:
    """A write: how an organization comes to its moment, and its plan."""

    before: tuple[str, ...]
    plan: Callable[[MigrationState], Plan]


WRITES: dict[str, Case] = {
    "EnableAllFeatures": Case((), actions.request),
    "AcceptHandshake": Case(("request",), actions.finalize),
    "CancelHandshake": Case(("request",), actions.cancel),
    "EnablePolicyType": Case(
        ("request", "finalize"), lambda s: actions.policy_types(s, ["TAG_POLICY"])
    ),
    "RemoveAccountFromOrganization": Case((), lambda s: actions.remove(s, MEMBER)),
}
SCENARIOS = {"RemoveAccountFromOrganization": "acme"}
OPTIONS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 0.01},
    "throttle-documented": {"factor": 0.001},
}
# What does not touch the answer of a write, or only puts it off: then nothing may be unknown.
CLEAR = {"slow", "stale-reads", "throttled"}


def hit(write: str, fault: str) -> tuple[str, ...]:
    """The operations on which a fault is armed so that it meets this write; none if it cannot."""
    if fault == "stale-reads":
        return (write, "List*", "DescribeOrganization")
    if fault == "throttle-documented":  # the bucket that is smaller than what a run needs
        return ("DescribeOrganization",)
    if fault == "empty-page":  # the reading back
        return ("List*",)
    operations = FAULTS[fault].operations
    return (write,) if operations == ("*",) or write in operations else ()


CASES = [(w, f) for w in WRITES for f in FAULTS if hit(w, f)]


def test_every_fault_meets_a_write() -> None:
    """None of the catalog is left out, and no write."""
    assert {fault for _, fault in CASES} == set(FAULTS)
    assert {write for write, _ in CASES} == set(WRITES)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits between its tries; nothing here needs that."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.parametrize("front_end", ["batch", "page"])
@pytest.mark.parametrize(("write", "fault"), CASES, ids=str)
def test_what_is_said_is_what_happened(
    simulator: Callable[..., Service],
    monkeypatch: pytest.MonkeyPatch,
    write: str,
    fault: str,
    front_end: str,
) -> None:
    """One confirmation under one fault: `changed` in run.json and journal, and the truth."""
    service = simulator(SCENARIOS.get(write, "solo"))
    control = Control(service.endpoint)
    if front_end == "page":
        monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    service.engine.buckets = Buckets(lambda: 0.0)
    bring(service.endpoint, *WRITES[write].before)
    run = open_run("02_request", connect(), given={})
    plan = WRITES[write].plan(run.observe())
    assert not plan.not_now
    before = effects(control, write)
    with control.fault(fault, *hit(write, fault), **OPTIONS.get(fault, {})):
        confirmed(run, plan)
    really = effects(control, write) - before
    assert really <= 1
    said = [c["changed"] for c in run.result()["calls"] if c["operation"] == write]
    noted = [e.changed for e in run.journal.events() if isinstance(e, Result)]
    tried = [e for e in run.journal.events() if isinstance(e, Intention)]
    assert len(noted) == len(tried) <= 1, "every intention has its result"
    holds(True in said, None in said, really)
    holds("yes" in noted, "unknown" in noted, really)
    if fault in CLEAR:
        assert noted == ["yes"]


def confirmed(run: Run, plan: Plan) -> None:
    """Confirm once, as the front end has it; what stops it is no matter here."""
    if not run.front_end.interactive:
        try:
            widgets.confirm(run, plan, plan.organization_id)
        except Exception as error:
            run.failed(error)
        return
    shown = widgets.confirm(run, plan)
    assert isinstance(shown, Confirm)
    shown.field.value = plan.organization_id
    shown.button.click()
    shown.button.click()


def effects(control: Control, write: str) -> int:
    """How often a call changed something, by the simulator's own list."""
    calls = [c for c in control.calls() if c["operation"] == write]
    return sum(bool(c["changed"]) for c in calls)


def holds(yes: bool, unknown: bool, really: int) -> None:
    """Yes means that it happened, no that it did not; unknown claims nothing."""
    if yes:
        assert really == 1
    elif not unknown:
        assert really == 0
