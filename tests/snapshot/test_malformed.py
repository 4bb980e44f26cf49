"""Every field of every answer spoiled: no wrong phase, no traceback, no write (kind 6)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import open_world
from orgkit.terms import Phase
from tests.support.cells import bring, manager
from tests.support.malformed import World
from tests.support.simulator import served

PHASES = ("CONSOLIDATED_BILLING", "WAITING", "BLOCKED", "READY", "ALL_FEATURES")
TRIED = 60  # of each phase, another choice in each; `python -m tests.support.malformed` tries all


def reach(endpoint: str, phase: str) -> None:
    """Bring acme to a phase."""
    if phase == "CONSOLIDATED_BILLING":
        return
    bring(endpoint, "request")
    if phase == "BLOCKED":
        Control(endpoint).decline("444444444444")
    if phase in ("READY", "ALL_FEATURES"):
        Control(endpoint).advance("60d")
    if phase == "ALL_FEATURES":
        aws = manager(endpoint, "organizations")
        mine = aws.list_handshakes_for_organization()["Handshakes"]
        (parent,) = [h["Id"] for h in mine if len(h["Parties"]) == 1]
        aws.accept_handshake(HandshakeId=parent)


@pytest.fixture(scope="module", params=PHASES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """An organization in each phase, its answers on a wire that spoils them."""
    with served(open_world("acme", None)) as service:
        reach(service.endpoint, request.param)
        made = World(service.endpoint)
        assert made.state.phase is Phase(request.param)
        yield made


def test_a_spoiled_answer_never_makes_another_phase_a_pass_or_a_write(world: World) -> None:
    """U5 to U8: the phase stays or is UNKNOWN, and nobody sees a traceback."""
    cases = list(world.cases())
    assert len(cases) > 1000
    chosen = Random(str(world.state.phase)).sample(cases, TRIED)  # noqa: S311 - seeded
    tried = enumerate(chosen)
    wrong = {str(c): w for n, c in tried if (w := world.wrong(c, remembered=bool(n % 2)))}
    assert wrong == {}


BODIES = (
    b"",
    b"{}",
    b"null",
    b"[]",
    b"<!DOCTYPE html><html>Sign in</html>",
    b"[" * 50_000,
    b"\xff",
)


@pytest.mark.parametrize(
    "operation",
    ["DescribeOrganization", "ListAccounts", "ListHandshakesForOrganization", "ListRoots"],
)
def test_what_is_no_answer_at_all_says_nothing(world: World, operation: str) -> None:
    """F4: HTML, nothing and other shapes with status 200, in every phase."""
    assert {b: w for b in BODIES if (w := world.answered_raw(operation, b))} == {}
