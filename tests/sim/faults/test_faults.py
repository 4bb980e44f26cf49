"""Faults: each does what its row says, as often as it was told, and says when it never fired."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from orgkit.facts import THROTTLES
from orgkit.sim.client.control import Control
from orgkit.sim.errors import AwsError, ScenarioError, SimulatorError
from orgkit.sim.faults import catalog, effects
from orgkit.sim.faults.catalog import FAULTS
from orgkit.sim.faults.effects import Buckets
from orgkit.sim.organizations.operations import OWNED
from orgkit.sim.scenario.build import build
from orgkit.sim.server.engine import Engine
from orgkit.sim.state import state_file
from tests.support.sim_walk import INVITED, MANAGEMENT, SMALL, Walk, small
from tests.support.simulator import Running

Start = Callable[..., Running]

# What a client sees of EnableAllFeatures and AcceptHandshake, and whether the call took effect.
SEEN = {
    "throttled": ("TooManyRequestsException", False),
    "server-error": ("ServiceException", False),
    "unavailable": ("ServiceUnavailable", False),
    "reset-before": ("ConnectionClosedError", False),
    "reset-after": ("ConnectionClosedError", True),
    "error-after": ("ServiceException", True),
    "accepted-with-error": ("HandshakeConstraintViolationException", True),
    "concurrent-modification": ("ConcurrentModificationException", False),
    "expired-token": ("ExpiredTokenException", False),
    "denied": ("AccessDeniedException", False),
    "dependency-denied": ("AccessDeniedForDependencyException", False),
    "assisted-migration": ("HandshakeConstraintViolationException", False),
    "handshake-limit": ("HandshakeConstraintViolationException", False),
}
BY_TESTS_OF_THEIR_OWN = {"throttle-documented", "empty-page", "stale-reads", "slow"}


def fails(call: Callable[..., Any], **params: Any) -> str:
    """The error code or the kind of lost connection that a call ends with."""
    with pytest.raises((ClientError, BotoCoreError)) as caught:
        call(**params)
    if isinstance(caught.value, ClientError):
        return str(caught.value.response["Error"]["Code"])
    return type(caught.value).__name__


def test_every_fault_is_tested() -> None:
    """A new row in the table needs a row here."""
    assert set(FAULTS) == set(SEEN) | BY_TESTS_OF_THEIR_OWN


@pytest.mark.parametrize("name", SEEN)
def test_what_a_client_sees(server: Running, name: str) -> None:
    """The answer is the fault's, the effect is as promised, and the journal names the fault."""
    organizations, control = server.client("organizations"), Control(server.endpoint)
    world = server.service.engine.world
    if "EnableAllFeatures" in FAULTS[name].operations or FAULTS[name].operations == ("*",):
        call, params = organizations.enable_all_features, {}
    else:
        organizations.enable_all_features()
        member = server.client("organizations", INVITED)
        request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
        call, params = member.accept_handshake, {"HandshakeId": request}
    before = world.version
    control.arm(name, times=1)
    assert fails(call, **params) == SEEN[name][0]
    assert (world.version != before) is SEEN[name][1]
    last = control.calls()[-1]
    assert (last["fault"], last["changed"]) == (name, SEEN[name][1])
    assert control.faults()[0]["fired"] == 1


@pytest.mark.parametrize("name", sorted(SEEN))
def test_a_fault_that_is_spent_is_over(server: Running, name: str) -> None:
    """After its last time the same operation works again."""
    organizations, control = server.client("organizations"), Control(server.endpoint)
    control.arm(name, "ListRoots", times=2)
    assert {fails(organizations.list_roots) for _ in range(2)} == {SEEN[name][0]}
    assert organizations.list_roots()["Roots"]


def test_an_empty_page_hides_nothing(run_server: Start, tmp_path: Path) -> None:
    """Wherever it comes, also twice in a row, the whole list is the same afterwards."""
    accounts = [
        {"id": f"{n:012d}", "name": f"A{n}", "email": f"a{n}@x.example.com", "joined": "INVITED"}
        for n in range(1, 46)
    ]
    file = tmp_path / "many.yaml"
    file.write_text(yaml.safe_dump(SMALL | {"accounts": accounts}))
    server = run_server(str(file))
    control, client = Control(server.endpoint), server.client("organizations")

    def listed() -> list[list[str]]:
        pages = client.get_paginator("list_accounts").paginate()
        return [[account["Id"] for account in page["Accounts"]] for page in pages]

    plain = listed()
    for skip in range(3):
        with control.fault("empty-page", "ListAccounts", times=2, skip=skip):
            broken = listed()
        assert [len(page) for page in broken[skip : skip + 2]] == [0, 0]
        assert [page for page in broken if page] == plain


@pytest.mark.parametrize("token", ["empty-page.", "empty-page.x", "empty-page.bm9uc2Vuc2U="])
def test_forged_empty_pages(walk: Walk, token: str) -> None:
    """A token that no empty page carried is refused like any other."""
    with pytest.raises(AwsError) as caught:
        effects.unwrap("ListAccounts", {"NextToken": token})
    assert caught.value.reason == "INVALID_NEXT_TOKEN"
    assert effects.unwrap("ListAccounts", {"NextToken": "other"}) == {"NextToken": "other"}


def test_reads_lag_behind_writes(server: Running) -> None:
    """So many reads show the time before the write; then all of it is there."""
    organizations = server.client("organizations")
    with Control(server.endpoint).fault("stale-reads", times=3):
        made = organizations.enable_all_features()["Handshake"]["Id"]
        listed = organizations.list_handshakes_for_organization
        assert [listed()["Handshakes"] for _ in range(2)] == [[], []]
        missing = fails(organizations.describe_handshake, HandshakeId=made)
        assert missing == "HandshakeNotFoundException"
        assert organizations.describe_handshake(HandshakeId=made)["Handshake"]["Id"] == made
        assert len(listed()["Handshakes"]) == 11
    assert server.service.engine.world.past is None


def test_a_slow_answer_holds_up_nobody_else(server: Running) -> None:
    """The client gives up waiting while others are served."""
    control = Control(server.endpoint)
    control.arm("slow", "ListRoots", seconds=30)
    config = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
    waiting = server.client("organizations", config=config)
    with pytest.raises(ReadTimeoutError):
        waiting.list_roots()
    assert server.client("organizations").list_roots()["Roots"]
    assert control.faults()[0]["fired"] == 1


def test_documented_buckets() -> None:
    """DescribeHandshake: two at once, then one a second; a factor makes seconds shorter."""
    now = [0.0]
    buckets = Buckets(lambda: now[0])

    def allowed(times: int, factor: float = 1) -> int:
        return sum(buckets.take("DescribeHandshake", INVITED, factor) for _ in range(times))

    assert allowed(5) == 2
    now[0] += 1
    assert allowed(5) == 1
    now[0] += 1
    assert allowed(5, factor=10) == 2, "a bucket never holds more than its burst"
    assert all(buckets.take("DescribeHandshake", f"{n:012d}") for n in range(5))


def test_the_organization_has_a_bucket_too() -> None:
    """Five accounts accept at once, the sixth has to wait although its own bucket is full."""
    buckets = Buckets(lambda: 0.0)
    assert [buckets.take("AcceptHandshake", f"{n:012d}") for n in range(6)] == [True] * 5 + [False]


def test_the_rates_are_for_known_operations() -> None:
    """A misspelt operation would never be throttled."""
    from orgkit.sim.organizations.validation import service_model

    assert set(THROTTLES) <= set(service_model().operation_names)


def test_documented_throttling_on_the_wire(run_server: Start, tmp_path: Path) -> None:
    """A scenario arms it; the third ListRoots in one instant is refused, with its Type."""
    file = tmp_path / "busy.yaml"
    file.write_text(yaml.safe_dump(SMALL | {"throttle": "documented", "throttle_factor": 0.001}))
    organizations = run_server(str(file)).client("organizations")
    for _ in range(2):
        organizations.list_roots()
    with pytest.raises(ClientError) as caught:
        organizations.list_roots()
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert caught.value.response["Type"] == "RATE_LIMIT_EXCEEDED"


def test_probability_is_seeded() -> None:
    """The same seed hits the same calls, another one others, and about as many as told."""

    def hits(seed: str) -> list[int]:
        world = build(small())
        catalog.arm(world, "server-error", probability=0.3, seed=seed)
        found = []
        for number in range(200):
            incoming = effects.Incoming(
                "organizations", "ListRoots", False, {}, f"id-{number}", Buckets()
            )
            hit = effects.Hit(world, 0, incoming, lambda _: None)
            found += [number] if hit.fires() else []
        return found

    assert hits("one") == hits("one") != hits("two")
    assert 40 < len(hits("one")) < 80


def test_faults_of_one_seed_hit_different_calls(server: Running) -> None:
    """Otherwise the one armed first would take all the calls of the others."""
    control, organizations = Control(server.endpoint), server.client("organizations")
    for name in ("server-error", "unavailable", "denied"):
        control.arm(name, "ListRoots", probability=0.3, seed="same")
    for _ in range(60):
        with suppress(ClientError):
            organizations.list_roots()
    fired = [fault["fired"] for fault in control.faults()]
    assert all(5 < count < 30 for count in fired), fired


def test_which_calls_it_hits(server: Running) -> None:
    """Patterns, a caller's account, and calls to let pass first narrow a fault down."""
    control = Control(server.endpoint)
    management, member = (server.client("organizations", key) for key in (MANAGEMENT, INVITED))
    control.arm("denied", "List*", account=INVITED)
    assert management.list_roots()["Roots"]
    assert member.describe_organization()["Organization"]
    assert fails(member.list_handshakes_for_account) == "AccessDeniedException"
    control.disarm()
    control.arm("denied", "ListRoots", skip=1, times=1)
    assert management.list_roots()["Roots"]
    assert fails(management.list_roots) == "AccessDeniedException"
    assert management.list_roots()["Roots"]


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "ListRoles", "GET"])
def test_other_services_by_name(server: Running, operation: str) -> None:
    """STS, IAM and S3 are hit only where an operation of theirs is named."""
    calls = {
        "GetCallerIdentity": server.client("sts").get_caller_identity,
        "ListRoles": server.client("iam").list_roles,
        "GET": server.client("s3").list_buckets,
    }
    control = Control(server.endpoint)
    control.arm("expired-token")
    calls[operation]()
    control.disarm()
    control.arm("expired-token", operation)
    assert fails(calls[operation]) == "ExpiredToken"


def test_the_first_armed_wins(server: Running) -> None:
    """A fault behind one that refuses does not fire, and stays armed."""
    control = Control(server.endpoint)
    control.arm("server-error")
    control.arm("denied", times=1)
    organizations = server.client("organizations")
    assert fails(organizations.list_roots) == "ServiceException"
    assert fails(organizations.list_roots) == "AccessDeniedException"
    assert organizations.list_roots()["Roots"]


def test_faults_of_one_name_inside_each_other(server: Running) -> None:
    """Each block takes back its own."""
    control, organizations = Control(server.endpoint), server.client("organizations")
    with control.fault("denied", "ListRoots"):
        with control.fault("denied", "ListAccounts"):
            assert fails(organizations.list_accounts) == "AccessDeniedException"
        assert organizations.list_accounts()["Accounts"]
        assert fails(organizations.list_roots) == "AccessDeniedException"
    assert organizations.list_roots()["Roots"]


def test_a_fault_that_never_fired_is_an_error(server: Running) -> None:
    """A test that needs the fault and did not meet it has shown nothing."""
    control = Control(server.endpoint)
    with (
        pytest.raises(AssertionError, match="'denied' was armed and never fired"),
        control.fault("denied", "ListRoots"),
    ):
        assert control.status()["faults_never_fired"] == ["denied"]
    assert control.faults() == []


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("nonsense", {}, "There is no fault 'nonsense'"),
        ("denied", {"times": 0}, "times of fault 'denied' is 0"),
        ("denied", {"probability": 2}, "probability of fault 'denied' is 2"),
        ("denied", {"skip": -1}, "skip of fault 'denied' is -1"),
        ("denied", {"nonsense": 1}, "nonsense"),
        ("denied", {"times": "x"}, "Bad request"),
    ],
)
def test_bad_faults_are_explained(
    server: Running, name: str, options: dict[str, Any], words: str
) -> None:
    """The message names the field, and nothing is armed."""
    with pytest.raises(SimulatorError, match=words):
        Control(server.endpoint).arm(name, **options)
    assert Control(server.endpoint).faults() == []


def test_armed_by_the_scenario(run_server: Start, tmp_path: Path) -> None:
    """A scenario's faults are armed at the start; a wrong one is explained with its field."""
    file = tmp_path / "broken.yaml"
    row = {"name": "denied", "operations": ["ListRoots"], "times": 2}
    file.write_text(yaml.safe_dump(SMALL | {"faults": [row]}))
    organizations = run_server(str(file)).client("organizations")
    codes = [fails(organizations.list_roots) for _ in range(2)]
    assert codes == ["AccessDeniedException"] * 2
    assert organizations.list_roots()["Roots"]
    file.write_text(yaml.safe_dump(SMALL | {"faults": [row | {"times": 0}]}))
    with pytest.raises(ScenarioError, match=r"faults\[0\].times"):
        run_server(str(file))
    file.write_text(yaml.safe_dump(SMALL | {"faults": [{"name": "nonsense"}]}))
    with pytest.raises(SimulatorError, match="There is no fault 'nonsense'"):
        run_server(str(file))


def test_faults_survive_a_restart(tmp_path: Path) -> None:
    """What is armed, how often it fired, and the past that reads still show."""
    engine = Engine(build(small()), tmp_path / "state.json")
    catalog.arm(engine.world, "stale-reads", times=5)
    catalog.arm(engine.world, "denied", operations=("ListRoots",))
    walk = Walk(engine.world)
    engine.world.past = effects.remember(engine.world)
    walk.begin()
    read = state_file.load(state_file.dump(engine.world))
    assert read == engine.world
    assert read.past is not None
    assert read.past.handshakes == {}
    assert [dataclasses.replace(a) for a in read.armed] == engine.world.armed


def test_every_operation_can_be_refused() -> None:
    """A fault for all operations really stands before each of them."""
    for operation in OWNED:
        world = build(small())
        armed = catalog.arm(world, "throttled")
        incoming = effects.Incoming("organizations", operation, True, {}, "id", Buckets())
        assert effects.matches(armed, incoming, MANAGEMENT)
