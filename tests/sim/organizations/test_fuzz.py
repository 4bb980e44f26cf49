"""Input that nobody expects: an answer of AWS's kind for everything, never an accident of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from orgkit.sim.organizations import validation
from orgkit.sim.scenario.build import build
from orgkit.sim.state import state_file
from tests.support.sim_walk import INVITED, MANAGEMENT, NOBODY, OTHER, OUTSIDE, small
from tests.support.simulator import Running, served

STRINGS = [
    *("", "x", "é", "\x00", "<b>", "x" * 2000, "out@other.example.com", "empty-page.e30="),
    *("h-" + "0" * 32, "h-0", "r-smal", "o-small12345", "p-FullAWSAccess", "ec2.amazonaws.com"),
    *("ALL", "ACCOUNT", "EMAIL", "TAG_POLICY", "INVITE", "ORGANIZATIONAL_UNIT"),
    *(MANAGEMENT, INVITED, OTHER, OUTSIDE, NOBODY),
]
SIMPLE = st.none() | st.booleans() | st.integers() | st.sampled_from(STRINGS) | st.text(max_size=5)
ANYTHING = (
    SIMPLE | st.lists(SIMPLE, max_size=2) | st.dictionaries(st.text(max_size=3), SIMPLE, max_size=2)
)


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly what the model says, sometimes anything."""
    if shape.type_name == "structure" and depth < 4:
        members = {name: values(member, depth + 1) for name, member in shape.members.items()}
        right: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=members)
    elif shape.type_name == "list" and depth < 4:
        right = st.lists(values(shape.member, depth + 1), max_size=3)
    elif shape.type_name == "integer":
        right = st.integers(-1, 25)
    else:
        right = st.sampled_from([*shape.enum, *STRINGS] if hasattr(shape, "enum") else STRINGS)
    return st.one_of(right, right, right, right, ANYTHING)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """One server for all the attempts."""
    with served(build(small())) as service:
        yield Running(service)


def post(server: Running, account: str, operation: str, body: bytes) -> tuple[str, Any]:
    """One raw request to the application: status and content."""
    scope = f"{account}/20260101/us-east-1/organizations/aws4_request"
    headers = {
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0",
        "Content-Type": "application/x-amz-json-1.1",
    }
    answer = Client(server.service.app).post("/", data=body, headers=headers)
    return answer.status, json.loads(answer.data or b"{}")


@pytest.mark.parametrize("operation", validation.service_model().operation_names)
def test_every_operation_withstands(server: Running, operation: str) -> None:
    """Success, or an error with a code and status that AWS has; 501 is said plainly."""
    shape = validation.service_model().operation_model(operation).input_shape
    inputs = values(shape) if shape is not None else ANYTHING

    @settings(
        max_examples=25,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(params=inputs, account=st.sampled_from([MANAGEMENT, MANAGEMENT, INVITED, NOBODY]))
    def attempt(params: Any, account: str) -> None:
        status, content = post(server, account, operation, json.dumps(params).encode())
        assert status[:3] in ("200", "400", "501"), (params, content)
        assert status.startswith("200") or content["__type"], content

    attempt()


def test_null_is_nothing(server: Running) -> None:
    """A member that is null is a member that is not there."""
    asked = json.dumps({"Filter": None, "NextToken": None, "MaxResults": None}).encode()
    status, content = post(server, MANAGEMENT, "ListHandshakesForOrganization", asked)
    assert (status, list(content)[:1]) == ("200 OK", ["Handshakes"])


def test_the_state_can_still_be_written(server: Running) -> None:
    """Whatever came in, the state file would bring it back."""
    world = server.service.engine.world
    assert len(world.calls) > 100
    assert state_file.load(state_file.dump(world)) == world


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"1", b'"x"', b"{}" * 99])
def test_bodies_that_are_no_json_objects(server: Running, body: bytes) -> None:
    """An empty one is as good as {}; the others are serialization errors."""
    status, content = post(server, MANAGEMENT, "ListRoots", body)
    assert (status[:3], content.get("__type")) == (
        ("200", None) if not body else ("400", "SerializationException")
    )
