"""The seam to the simulator: found by the environment, moved by its clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orgkit import environment
from orgkit.aws import connect
from orgkit.aws import simulator as aws_simulator
from orgkit.errors.exceptions import UsageError
from orgkit.sim.server.serve import Service


def test_the_working_folder_is_named_by_the_environment(isolated: Path) -> None:
    """Relative stores and the simulator's state lie there."""
    assert environment.home() == isolated


def test_the_simulator_of_the_environment_is_found(simulator: Callable[..., Service]) -> None:
    """Several notebooks share one and so continue one walk."""
    service = simulator("solo")
    assert aws_simulator.find_or_start() == (service.endpoint, "111111111111")


@pytest.mark.parametrize("when", ["soon", "-3d", "3 weeks ago"])
def test_a_span_that_cannot_be_read_is_wrong_usage(
    simulator: Callable[..., Service], when: str
) -> None:
    """`sim_advance` is typed by hand; time never goes back."""
    simulator("solo")
    organization = connect()
    before = organization.now
    with pytest.raises(UsageError) as caught:
        organization.advance(when)
    assert caught.value.exit_code == 64
    assert connect().now == before


def test_advancing_reads_the_organization_again(simulator: Callable[..., Service]) -> None:
    """Time by AWS's clock is known at once, without another call of the notebook."""
    simulator("solo")
    organization = connect()
    before = organization.now
    organization.advance("36h")
    assert (organization.now - before).total_seconds() == pytest.approx(36 * 3600, abs=5)


def test_a_simulator_that_ended_in_between_is_said_plainly() -> None:
    """The address of a server that is gone ends in a remedy."""
    with pytest.raises(UsageError, match="No simulator answers"):
        aws_simulator.advance("http://127.0.0.1:9", "1d")
