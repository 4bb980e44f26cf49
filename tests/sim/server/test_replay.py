"""A recorded run, played again, gives the same bytes; anything else is said."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from orgkit.sim.cli import sim
from orgkit.sim.errors import SimulatorError
from orgkit.sim.server.replay import replay
from orgkit.sim.server.serve import open_world
from orgkit.sim.state import state_file
from orgkit.terms import ACCESS_ROLE
from tests.sim.faults.test_faults import fails
from tests.support.sim_walk import INVITED, MANAGEMENT
from tests.support.simulator import Running, served


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[tuple[Running, Path]]:
    """A server that records, and the file."""
    path = tmp_path / "deep" / "run.jsonl"
    with served(open_world("acme", None), record=path) as service:
        yield Running(service), path


def walk(server: Running) -> None:
    """Organizations, STS, IAM, S3, the clock, owners and faults: something of everything."""
    control, organizations = server.service.control, server.client("organizations")
    parent = organizations.enable_all_features()["Handshake"]["Id"]
    arn = f"arn:aws:iam::{INVITED}:role/{ACCESS_ROLE}"
    given = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    member = server.client("organizations", given["AccessKeyId"], given["SessionToken"])
    request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
    server.post("arm", {"name": "reset-after", "operations": ["AcceptHandshake"], "times": 1})
    assert fails(member.accept_handshake, HandshakeId=request) == "ConnectionClosedError"
    server.post("arm", {"name": "slow", "times": 1, "seconds": 0.01})
    server.client("iam").create_user(UserName="pat")
    server.client("s3").create_bucket(Bucket="evidence")
    assert fails(server.client("organizations", "AKIAREALLOOKING").list_roots)
    server.post("advance", {"when": "50d"})
    organizations.accept_handshake(HandshakeId=parent)
    assert control.status()["feature_set"] == "ALL"


def test_the_same_bytes(recorded: tuple[Running, Path]) -> None:
    """Every answer of Organizations, STS and the clock is what it was; the rest is played too."""
    server, path = recorded
    walk(server)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    played = replay(path)
    assert played.difference == ""
    assert played.requests == len(lines) - 1 == 11
    assert played.compared == 8, "not IAM, S3 and the unknown key"
    assert [line["status"] for line in lines[1:]].count("dropped") == 1


def test_a_difference_is_shown(recorded: tuple[Running, Path]) -> None:
    """A recording that was changed does not pass: the comparison can fail."""
    server, path = recorded
    walk(server)
    lines = path.read_text().splitlines()
    changed = json.loads(lines[-1])
    answer = base64.b64decode(changed["answer"]).replace(b"ACCEPTED", b"ACCEPTES")
    changed["answer"] = base64.b64encode(answer).decode()
    path.write_text("\n".join([*lines[:-1], json.dumps(changed)]))
    result = CliRunner().invoke(sim, ["replay", str(path)])
    assert result.exit_code == 1
    assert "AcceptHandshake):\nwas 200 OK" in result.output
    path.write_text("\n".join(lines))
    result = CliRunner().invoke(sim, ["replay", str(path)])
    assert (result.exit_code, result.output) == (
        0,
        "11 requests, 8 answers compared: all the same.\n",
    )


def test_real_credentials_are_not_written(recorded: tuple[Running, Path]) -> None:
    """Whoever points a real profile at the simulator finds no key and no token in the file."""
    server, path = recorded
    real = server.client("organizations", "ASIAREALLOOKING", token="a-real-token")
    assert fails(real.list_roots) == "UnrecognizedClientException"
    assert server.client("organizations", MANAGEMENT).list_roots()["Roots"]
    text = path.read_text()
    assert "REALLOOKING" not in text
    assert "a-real-token" not in text
    assert MANAGEMENT in text.splitlines()[-1]


@pytest.mark.parametrize("content", [None, "", "{}", "[]", "not json", '{"orgkit_recording": 2}'])
def test_files_of_others(tmp_path: Path, content: str | None) -> None:
    """What is no recording is refused with what to do."""
    path = tmp_path / "run.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SimulatorError, match="not a recording of this simulator"):
        replay(path)


FIXTURES = Path(__file__).parent / "fixtures"


def test_a_recording_of_the_version_before() -> None:
    """What the released protocol answered, errors and a dropped connection included, it answers."""
    played = replay(FIXTURES / "before.jsonl")
    assert played.difference == ""
    assert (played.requests, played.compared) == (34, 30)


def test_a_state_file_of_the_version_before() -> None:
    """It loads, and is written again without anything more or less in it."""
    path = FIXTURES / "before-state.json"
    world = open_world(None, path)
    assert (world.organization_id, len(world.handshakes)) == ("o-solo123456", 2)
    assert state_file.dump(world) == path.read_bytes()
