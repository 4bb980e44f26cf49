"""The server as a process of its own: found, started once, shared, ended; the CLIs against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orgkit import environment as orgkit_environment
from orgkit.sim.cli import sim
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError
from tests.support.sim_walk import INVITED, MANAGEMENT

SERVE = [sys.executable, "-m", "orgkit", "sim", "serve"]


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder of its own, and no server left behind in it."""
    for name in (orgkit_environment.SIM_ENDPOINT, orgkit_environment.SIM_SCENARIO):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(orgkit_environment.HOME, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    discovery.stop(tmp_path)


def run(*words: str) -> tuple[int, str]:
    """`orgkit sim …`: exit code and output."""
    result = CliRunner().invoke(sim, list(words))
    return result.exit_code, result.output


def serve(*options: str) -> subprocess.Popen[str]:
    """A server process."""
    return subprocess.Popen(
        [*SERVE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Its readiness line."""
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def aws(endpoint: str, account: str, *words: str) -> dict[str, Any]:
    """One command of the AWS CLI as an account's administrator."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "awscli", "organizations", *words, "--output", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_and_the_state_survives(base: Path, number: int) -> None:
    """It ends with code 0, and the next one goes on where it was, calls included."""
    options = ("--scenario", "solo", "--state", "state.json")
    process = serve(*options)
    line = ready(process)
    assert line["organization_id"] == "o-solo123456"
    assert line["management_account_id"] == MANAGEMENT
    Control(line["endpoint"]).advance("2d")
    process.send_signal(number)
    assert process.wait(10) == 0
    again = serve("--state", "state.json")
    assert ready(again)["now"] == "2026-01-07T09:00:00Z"
    again.terminate()
    again.wait(10)


def test_idle_ends_it() -> None:
    """A server that nobody asks anything goes away."""
    process = serve("--scenario", "solo", "--idle", "0.005")
    ready(process)
    assert process.wait(10) == 0


def test_bad_scenario_exits_64(base: Path) -> None:
    """The fault is on stderr, nothing on stdout, no state file."""
    Path("bad.yaml").write_text("title: x\n")
    process = serve("--scenario", "bad.yaml", "--state", "state.json")
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (64, "")
    assert "bad.yaml: organization: Field required" in err
    assert not Path("state.json").exists()


def test_a_taken_port_is_explained() -> None:
    """Two servers cannot share a port; the second says so."""
    first = serve("--scenario", "solo")
    port = ready(first)["endpoint"].rpartition(":")[2]
    second = serve("--scenario", "solo", "--port", port)
    assert second.wait(20) == 64
    assert second.stderr is not None
    assert f"Port {port}" in second.stderr.read()
    first.terminate()
    first.wait(10)


def test_two_at_once_start_one_server(base: Path) -> None:
    """Several kernels that need a simulator at the same moment share one."""
    code = (
        "from orgkit import environment; from orgkit.sim.client import discovery; import sys;"
        "print(discovery.find_or_start(environment.home()));"
        "assert not {'moto', 'boto3', 'pydantic'} & set(sys.modules)"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    endpoints = [starter.communicate(timeout=60)[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert len(set(endpoints)) == 1
    assert discovery.find(base) == endpoints[0].strip()


def test_find_or_start_goes_on(base: Path) -> None:
    """After a stop the walk goes on; after a reset it begins anew."""
    endpoint = discovery.find_or_start(base, "solo")
    assert discovery.find_or_start(base, "acme") == endpoint
    Control(endpoint).advance("2d")
    assert discovery.stop(base)
    assert discovery.find(base) is None
    again = Control(discovery.find_or_start(base, "acme")).status()
    assert (again["scenario"], again["day"]) == ("solo", 2)
    discovery.reset(base)
    assert not discovery.state_file(base).exists()
    assert not discovery.stop(base)


def test_a_reset_begins_a_new_organization(base: Path) -> None:
    """Each has an id and handshakes of its own, so that no evidence store sees time run back."""
    assert discovery.reset(base) == 1
    seen = []
    for number in (1, 2, 3):
        endpoint = discovery.find_or_start(base, "solo")
        parent = aws(endpoint, MANAGEMENT, "enable-all-features")["Handshake"]["Id"]
        assert discovery.stop(base)
        again = Control(discovery.find_or_start(base)).status()
        seen.append((again["organization_id"], parent))
        code, out = run("reset")
        assert code == 0
        assert f"the scenario's with {number + 1} at the end" in out
    assert [name for name, _ in seen] == ["o-solo123456", "o-solo1234562", "o-solo1234563"]
    assert len({parent for _, parent in seen}) == 3


def test_the_environment_names_scenario_and_endpoint(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ORGKIT_SIM_SCENARIO chooses for a new server, ORGKIT_SIM_ENDPOINT names a running one."""
    monkeypatch.setenv(orgkit_environment.SIM_SCENARIO, "declined")
    endpoint = discovery.find_or_start(base)
    assert Control(endpoint).status()["scenario"] == "declined"
    monkeypatch.setenv(orgkit_environment.SIM_SCENARIO, "solo")
    assert discovery.stop(base)
    with pytest.raises(SimulatorError, match="holds a walk of scenario 'declined'") as caught:
        discovery.find_or_start(base)
    assert "reset" in caught.value.do_this
    monkeypatch.setenv(orgkit_environment.SIM_ENDPOINT, "http://127.0.0.1:9")
    with pytest.raises(SimulatorError, match="No simulator answers"):
        discovery.find_or_start(base)


@pytest.mark.parametrize(
    "content", ["", "{}", '{"endpoint": "http://127.0.0.1:9", "pid": 1}', "\x00"]
)
def test_stale_announcements_are_tolerated(base: Path, content: str) -> None:
    """A file that a killed server left does not keep a new one from starting."""
    discovery.folder(base).mkdir(parents=True)
    discovery.announcement(base).write_text(content)
    assert discovery.find(base) is None
    assert not discovery.stop(base)
    assert Control(discovery.find_or_start(base, "solo")).status()["scenario"] == "solo"


def test_home(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable, else the nearest folder with the notebooks or an .orgkit, else here."""
    deep = base / "kit" / "notebooks" / "deeper"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert orgkit_environment.home() == base
    monkeypatch.delenv(orgkit_environment.HOME)
    assert orgkit_environment.home() == deep
    (base / "kit" / "notebooks" / "00_start_here.ipynb").write_text("{}")
    assert orgkit_environment.home() == base / "kit"
    (deep / ".orgkit").mkdir()
    assert orgkit_environment.home() == deep


def test_commands(base: Path) -> None:
    """The commands find the folder's server, and keep the zeros of account ids."""
    endpoint = discovery.find_or_start(base, "acme")
    aws_endpoint = Control(endpoint)
    assert aws_endpoint.status()["organization_id"] == "o-acme123456"
    code, out = run("approve", "012345678901")
    assert code == 64
    assert "012345678901 has nothing to answer" in out
    aws(endpoint, MANAGEMENT, "enable-all-features")
    code, out = run("approve", "012345678901")
    assert code == 0
    assert "approved" in out
    assert run("decline", INVITED)[0] == 0
    assert run("suspend", INVITED)[1] == f"Now SUSPENDED: {INVITED}.\n"
    assert run("suspend", INVITED, "--lift")[1] == f"Now ACTIVE: {INVITED}.\n"
    code, out = run("advance", "14d")
    assert "It is now 2026-01-19T09:00:00Z." in out
    code, out = run("status")
    assert "scenario               acme" in out
    code, out = run("calls")
    assert out.split()[1:4] == [MANAGEMENT, "200", "EnableAllFeatures"]
    code, out = run("calls", "--json")
    assert json.loads(out.splitlines()[0])["changed"] is True
    assert run("stop")[0] == 0
    code, out = run("advance", "1d")
    assert code == 64
    assert "orgkit sim serve" in out
    assert run("reset")[0] == 0


def test_fault_commands(base: Path) -> None:
    """Arm, see that it never fired, let it fire, take it back."""
    endpoint = discovery.find_or_start(base, "solo")
    code, out = run("fault", "denied", "--operation", "ListRoots", "--times", "2")
    assert (code, out.strip()) == (0, "Armed denied, on ListRoots.")
    assert "denied: never fired (0 of 2), on ListRoots" in run("status")[1]
    with pytest.raises(subprocess.CalledProcessError) as caught:
        aws(endpoint, MANAGEMENT, "list-roots")
    assert "AccessDeniedException" in caught.value.stderr
    assert run("fault", "denied", "--off")[1].startswith("denied: fired 1 of 2")
    assert aws(endpoint, MANAGEMENT, "list-roots")["Roots"]
    code, out = run("fault", "nonsense")
    assert code == 64
    assert "Name one of: throttled" in out
    assert "reset-after" in run("faults")[1]
    run("fault", "slow", "--probability", "0.5", "--seed", "x")
    assert discovery.stop(base)
    log = (discovery.folder(base) / "server.log").read_text()
    assert "The fault 'slow' was armed and never fired." in log


def test_recording_from_the_command_line(base: Path) -> None:
    """`serve --record` writes what `replay` plays."""
    process = serve("--scenario", "solo", "--record", "r.jsonl")
    Control(ready(process)["endpoint"]).advance("2d")
    process.terminate()
    assert process.wait(10) == 0
    code, out = run("replay", "r.jsonl")
    assert (code, out) == (0, "1 requests, 1 answers compared: all the same.\n")


def test_scenarios_command() -> None:
    """Every scenario on one line."""
    code, out = run("scenarios")
    assert code == 0
    assert any(line.startswith("acme ") for line in out.splitlines())


def test_start_is_quick(base: Path) -> None:
    """A notebook that starts the simulator waits a moment, not a coffee."""
    before = time.monotonic()
    discovery.find_or_start(base, "acme")
    assert time.monotonic() - before < 10
