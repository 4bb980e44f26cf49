"""What `make demo` does: the whole migration through the real notebooks, on its own simulator."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from orgkit.aws.simulator import fresh
from orgkit.environment import SIM_ENDPOINT, changed
from orgkit.evidence.store.store import Store
from orgkit.notebook.headless import Launched, launch
from orgkit.terms import Phase

SCENARIO = "acme"
FIRST_TYPES = "SERVICE_CONTROL_POLICY,TAG_POLICY"


@dataclass(frozen=True)
class Step:
    """One run: which notebook, its part in the story, the phase it must lead to, parameters."""

    notebook: str
    story: str
    phase: Phase
    given: Mapping[str, str] = field(default_factory=dict)


def steps(organization_id: str) -> list[Step]:
    """The walk to all features; `confirm` is given only where the story says so."""
    yes = {"confirm": organization_id}
    before, ready, after = Phase.CONSOLIDATED_BILLING, Phase.READY, Phase.ALL_FEATURES
    types = {**yes, "policy_types": FIRST_TYPES}
    return [
        Step("start_here", "day 0: where are we?", before),
        Step("precheck", "day 0: are we ready?", before),
        Step("request", "day 0: the plan, unconfirmed", before),
        Step("request", "day 0: confirmed, the process begins", Phase.WAITING, yes),
        *(_week(n, Phase.WAITING) for n in range(1, 6)),
        _week(6, ready),
        Step("finalize", "day 42: the plan, unconfirmed", ready),
        Step("finalize", "day 42: confirmed, all features", after, yes),
        Step("policy_types", "day 42: which policy types are there?", after),
        Step("policy_types", "day 42: confirmed, two are enabled", after, types),
        Step("audit_report", "the whole story for the auditor", after),
    ]


def _week(number: int, phase: Phase) -> Step:
    story = f"day {7 * number}: who has approved?"
    return Step("monitor", story, phase, {"sim_advance": "7d"})


@contextmanager
def walk(store: str) -> Iterator[Iterator[tuple[Step, Launched]]]:
    """Start a fresh organization and go through the steps; ends its simulator afterwards.

    Each walk is an organization of its own, so that no earlier evidence is touched.
    """
    with tempfile.TemporaryDirectory(prefix="orgkit-demo-") as scratch:
        organization_id = _unused(Store(store))
        with (
            fresh(SCENARIO, organization_id, Path(scratch)) as endpoint,
            changed({SIM_ENDPOINT: endpoint}),
        ):
            yield (
                (s, launch(s.notebook, {**s.given, "store": store})) for s in steps(organization_id)
            )


def _unused(store: Store) -> str:
    number = 1
    while store.exists(f"o-acmedemo{number:02d}"):
        number += 1
    return f"o-acmedemo{number:02d}"
