"""`orgkit demo`: the whole migration through the real notebooks, on a simulator of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orgkit.cli import options
from orgkit.environment import SIM_ENDPOINT, changed
from orgkit.errors.exceptions import OrgkitError
from orgkit.terms import ExitCode, Phase

if TYPE_CHECKING:
    from orgkit.notebook.headless import Launched

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
    """List the walk to all features; `confirm` is given only where the story says so."""
    yes = {"confirm": organization_id}
    before, ready, after = Phase.CONSOLIDATED_BILLING, Phase.READY, Phase.ALL_FEATURES
    types = {**yes, "policy_types": FIRST_TYPES}
    return [
        Step("start_here", "day 0: where are we?", before),
        Step("precheck", "day 0: are we ready?", before),
        Step("request", "day 0: the plan, unconfirmed", before),
        Step("request", "day 0: confirmed, all features requested", Phase.WAITING, yes),
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


@click.command()
@options.store
def demo(store: str) -> None:
    """Run a whole simulated migration through the notebooks; ends with the reports."""
    from orgkit.views.blocks import Banner

    reports = []
    organization_id = _unused(store)
    click.echo(Banner(True, (f"organization {organization_id}",)).text())
    with walk(store, organization_id) as runs:
        for step, launched in runs:
            if launched.result is None or launched.result["phase"] != step.phase:
                raise _astray(step, launched)
            phase = launched.result["phase"]
            click.echo(
                f"{step.notebook:<13} {step.story:<42} {phase:<21} exit {launched.exit_code}"
            )
            reports.append(launched.report)
    click.echo("\nReports:\n" + "\n".join(f"  {report}" for report in reports))
    click.echo(f"\nFinal phase: {phase}")
    sys.exit(ExitCode.DONE if phase == Phase.ALL_FEATURES else ExitCode.FAILED)


def _astray(step: Step, launched: Launched) -> OrgkitError:
    """Say where the demo stopped; what has a remedy of its own is nothing to report."""
    where = f"{step.notebook} ({step.story}): {launched.message}"
    if launched.result is None and launched.exit_code != ExitCode.FAILED:
        return OrgkitError(
            f"The demo stopped at {where}", "Do what is said above, and start again."
        )
    return OrgkitError(f"The demo failed at {where}", "Please report this with the text above.")


@contextmanager
def walk(store: str, organization_id: str) -> Iterator[Iterator[tuple[Step, Launched]]]:
    """Start a fresh organization and go through the steps; ends its simulator afterwards."""
    from orgkit.aws.simulator import fresh
    from orgkit.notebook.headless import launch

    with (
        tempfile.TemporaryDirectory(prefix="orgkit-demo-") as scratch,
        fresh(SCENARIO, organization_id, Path(scratch)) as endpoint,
        changed({SIM_ENDPOINT: endpoint}),
    ):
        yield ((s, launch(s.notebook, {**s.given, "store": store})) for s in steps(organization_id))


def _unused(store: str) -> str:
    """Choose an organization that the store does not know, so that no evidence is touched."""
    from orgkit.evidence.store.store import Store

    opened, number = Store(store), 1
    while opened.exists(f"o-acmedemo{number:02d}"):
        number += 1
    return f"o-acmedemo{number:02d}"
