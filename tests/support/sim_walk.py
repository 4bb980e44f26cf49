"""The bare state machine, driven in tests without a server, and the small organization."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import Shape

from orgkit.sim.errors import AwsError
from orgkit.sim.organizations import timeline, validation
from orgkit.sim.organizations.operations import OWNED
from orgkit.sim.scenario.schema import Scenario
from orgkit.sim.state import clock
from orgkit.sim.state.model import Context, World

MANAGEMENT = "111111111111"
INVITED = "222222222222"
OTHER = "333333333333"
CREATED = "444444444444"
OUTSIDE = "555555555555"
NOBODY = "909090909090"

SMALL: dict[str, Any] = {
    "name": "small",
    "title": "Two invited accounts, one created, one outside; owners wait for the test",
    "seed": "small",
    "organization": {"id": "o-small12345", "root": "r-smal"},
    "management": {"id": MANAGEMENT, "name": "Billing", "email": "billing@small.example.com"},
    "accounts": [
        {"id": INVITED, "name": "One", "email": "one@small.example.com", "joined": "INVITED"},
        {"id": OTHER, "name": "Two", "email": "two@small.example.com", "joined": "INVITED"},
        {"id": CREATED, "name": "Made", "email": "made@small.example.com", "joined": "CREATED"},
    ],
    "outside": [
        {"id": OUTSIDE, "name": "Out", "email": "out@other.example.com", "joined": "INVITED"},
    ],
}


def assert_shape(shape: Shape | None, value: Any, path: str = "") -> None:
    """Fail unless a value is what the service model says that AWS sends."""
    if shape is None:
        assert value == {}, path
    elif shape.type_name == "structure":
        assert set(value) <= set(shape.members), f"{path}: unknown {set(value)}"
        assert set(shape.required_members) <= set(value), f"{path}: missing members"
        for name, member in value.items():
            assert_shape(shape.members[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        assert isinstance(value, list), path
        for item in value:
            assert_shape(shape.member, item, f"{path}[]")
    elif shape.type_name == "timestamp":
        assert isinstance(value, int | float), path
    else:
        _assert_string(shape, value, path)


def _assert_string(shape: Shape, value: Any, path: str) -> None:
    assert shape.type_name == "string", path
    assert isinstance(value, str), path
    assert not shape.enum or value in shape.enum, f"{path}: {value!r}"
    pattern = shape.metadata.get("pattern", "")
    # The model allows 32 letters for the segment; this action's name in lower case has 38.
    value = value.replace("/add_organizations_service_linked_role/", "/role/")
    if "\\p{" not in pattern:
        assert not pattern or re.match(pattern, value), f"{path}: {value!r}"


class Walk:
    """One walk on the bare state machine: no HTTP, no moto; every answer's shape is checked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.made = 0

    def call(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call by the administrator of an account."""
        self.made += 1
        validation.check(operation, params)
        context = Context(self.world, timeline.administrator(account), str(self.made))
        answer = OWNED[operation](context, params)
        timeline.note_reads(self.world, operation)
        shape = validation.service_model().operation_model(operation).output_shape
        assert_shape(shape, answer, operation)
        return answer

    def refused(self, account: str, operation: str, **params: Any) -> str:
        """The error code, with its reason after a slash if it has one."""
        with pytest.raises(AwsError) as caught:
            self.call(account, operation, **params)
        return f"{caught.value.code}/{caught.value.reason}".removesuffix("/None")

    def begin(self) -> str:
        """Begin the process; gives the id of the organization's handshake."""
        return str(self.call(MANAGEMENT, "EnableAllFeatures")["Handshake"]["Id"])

    def request_of(self, account: str) -> str:
        """The id of the newest handshake addressed to an account."""
        received = self.call(account, "ListHandshakesForAccount")["Handshakes"]
        return str(received[-1]["Id"])

    def answer(self, account: str, verb: str) -> dict[str, Any]:
        """Accept or decline what the account received last."""
        handshake_id = self.request_of(account)
        return self.call(account, f"{verb}Handshake", HandshakeId=handshake_id)["Handshake"]

    def state(self, handshake_id: str) -> str:
        """The present state of a handshake."""
        return self.world.handshakes[handshake_id].state.value

    def advance(self, when: str) -> list[timeline.Event]:
        """Let time pass."""
        return timeline.advance(self.world, clock.when(when, self.world.now))

    def finalize(self) -> None:
        """Go the whole way to all features."""
        parent = self.begin()
        for account in list(self.world.outstanding):
            self.answer(account, "Accept")
        self.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)


def small(**changes: Any) -> Scenario:
    """The small scenario, with some fields replaced."""
    return Scenario.model_validate(SMALL | changes)


def at(words: str) -> datetime:
    """An instant, for comparisons."""
    return datetime.fromisoformat(words).astimezone(UTC)
