"""Clients that are not ours walk a migration, a decline and an expiry: AWS CLI and JavaScript."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from filelock import FileLock

from orgkit.sim.client.control import Control
from tests.support.sim_walk import INVITED, MANAGEMENT, OTHER
from tests.support.simulator import Running

JS = Path(__file__).parent / "js"
Start = Callable[..., Running]


class Client(Protocol):
    """Some SDK or CLI."""

    def call(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """The answer, or {"code": …} of the error."""


class AwsCli:
    """The AWS command line interface, a process for each call."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def call(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One command."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", operation).lower()
        command = [sys.executable, "-m", "awscli", "organizations", name, "--output", "json"]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        done = subprocess.run(
            [*command, "--cli-input-json", json.dumps(params)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            found = re.search(r"An error occurred \((\w+)\)", done.stderr)
            assert found, done.stderr
            return {"code": found[1]}
        return dict(json.loads(done.stdout or "{}"))

    def close(self) -> None:
        """Nothing is left running."""


class JavaScript:
    """The AWS SDK for JavaScript v3 in one node process."""

    def __init__(self, endpoint: str) -> None:
        self._node = subprocess.Popen(
            ["node", "driver.mjs", endpoint],
            cwd=JS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, account: str, operation: str, **params: Any) -> dict[str, Any]:
        """One command."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        asked = {"account": account, "operation": operation, "params": params}
        self._node.stdin.write(json.dumps(asked) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        return dict(answer.get("answer", answer))

    def close(self) -> None:
        """End the process by ending its input."""
        self._node.communicate(timeout=20)


@pytest.fixture(scope="session")
def javascript_sdk() -> None:
    """@aws-sdk/client-organizations as package-lock.json pins it, from npm's own registry."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("SKIPPED JavaScript SDK: node and npm are not installed here")
    with FileLock(Path(tempfile.gettempdir()) / "orgkit-npm-ci.lock"):  # workers install it once
        _npm_ci()


def _npm_ci() -> None:
    installed, lock = JS / "node_modules" / ".package-lock.json", JS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=JS, capture_output=True, text=True, check=False, timeout=240)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        pytest.skip(f"SKIPPED JavaScript SDK: npm could not install it: {last}")


@pytest.fixture(params=["aws-cli", "javascript"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Client]]:
    """Make a client of the kind that is asked for."""
    made: list[AwsCli | JavaScript] = []
    if request.param == "javascript":
        request.getfixturevalue("javascript_sdk")

    def make(endpoint: str) -> Client:
        made.append(AwsCli(endpoint) if request.param == "aws-cli" else JavaScript(endpoint))
        return made[-1]

    yield make
    for client in made:
        client.close()


def handshake(client: Client, account: str, verb: str, handshake_id: str) -> str:
    """The state after an action on a handshake, or the error's code."""
    answer = client.call(account, f"{verb}Handshake", HandshakeId=handshake_id)
    return str(answer["code"] if "code" in answer else answer["Handshake"]["State"])


def begin(client: Client) -> str:
    """The id of the organization's handshake."""
    return str(client.call(MANAGEMENT, "EnableAllFeatures")["Handshake"]["Id"])


def feature_set(client: Client) -> str:
    """As any member sees it."""
    return str(client.call(INVITED, "DescribeOrganization")["Organization"]["FeatureSet"])


def received(client: Client, account: str) -> dict[str, Any]:
    """The one request that an account has."""
    (request,) = client.call(account, "ListHandshakesForAccount")["Handshakes"]
    return dict(request)


def test_migration(run_server: Start, connect: Callable[[str], Client]) -> None:
    """Begin, everybody accepts, finalize, enable a policy type; the answers have AWS's shapes."""
    client = connect(run_server("declined").endpoint)
    parent = begin(client)
    twice = client.call(MANAGEMENT, "EnableAllFeatures")
    assert twice == {"code": "HandshakeConstraintViolationException"}
    for account in (INVITED, OTHER, "444444444444"):
        request = received(client, account)
        assert {party["Type"] for party in request["Parties"]} == {"ORGANIZATION", "ACCOUNT"}
        assert handshake(client, account, "Accept", request["Id"]) == "ACCEPTED"
    assert handshake(client, MANAGEMENT, "Describe", parent) == "OPEN"
    assert handshake(client, INVITED, "Accept", parent) == "AccessDeniedException"
    assert handshake(client, MANAGEMENT, "Accept", parent) == "ACCEPTED"
    assert feature_set(client) == "ALL"
    root = client.call(MANAGEMENT, "ListRoots")["Roots"][0]["Id"]
    enabled = client.call(MANAGEMENT, "EnablePolicyType", RootId=root, PolicyType="TAG_POLICY")
    assert enabled["Root"]["PolicyTypes"] == [{"Type": "TAG_POLICY", "Status": "PENDING_ENABLE"}]


def test_decline(run_server: Start, connect: Callable[[str], Client]) -> None:
    """A declined request blocks finalizing until its account is removed."""
    client = connect(run_server("declined").endpoint)
    parent = begin(client)
    request = received(client, OTHER)["Id"]
    assert handshake(client, OTHER, "Decline", request) == "DECLINED"
    assert handshake(client, OTHER, "Accept", request) == "InvalidHandshakeTransitionException"
    for account in (INVITED, "444444444444"):
        handshake(client, account, "Accept", received(client, account)["Id"])
    early = handshake(client, MANAGEMENT, "Accept", parent)
    assert early == "InvalidHandshakeTransitionException"
    client.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=OTHER)
    assert handshake(client, MANAGEMENT, "Accept", parent) == "ACCEPTED"
    assert feature_set(client) == "ALL"


def test_expiry(run_server: Start, connect: Callable[[str], Client]) -> None:
    """After 90 days everything is over, and the second attempt succeeds."""
    endpoint = run_server("expired").endpoint
    client, control = connect(endpoint), Control(endpoint)
    parent = begin(client)
    control.advance("90d")
    assert handshake(client, MANAGEMENT, "Describe", parent) == "EXPIRED"
    late = handshake(client, MANAGEMENT, "Accept", parent)
    assert late == "InvalidHandshakeTransitionException"
    listed = client.call(MANAGEMENT, "ListHandshakesForOrganization")["Handshakes"]
    assert {h["State"] for h in listed} == {"EXPIRED"}, "those accepted early are purged by now"
    again = begin(client)
    control.advance("20d")
    assert handshake(client, MANAGEMENT, "Accept", again) == "ACCEPTED"
    assert feature_set(client) == "ALL"
