"""Who is let in to the simulator: programs of this machine with the token, never a page."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orgkit import environment
from orgkit.sim.client import discovery, token
from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError
from tests.support.simulator import Running

MOVES = ("advance", "approve", "decline", "suspend", "reinstate", "arm", "disarm", "stop", "other")
READS = ("status", "calls", "faults")
SIGNED = "AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/organizations/aws4_request"
AWS = {
    "Authorization": f"{SIGNED}, Signature=0",
    "X-Amz-Target": "AWSOrganizationsV20161128.EnableAllFeatures",
    "Content-Type": "application/x-amz-json-1.1",
}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder and a folder of temporary files of their own."""
    for name in (environment.SIM_ENDPOINT, environment.SIM_SCENARIO, environment.SIM_TOKEN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(environment.HOME, str(tmp_path / "home"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    discovery.stop(tmp_path / "home")


def port(server: Running) -> int:
    """The port that a server listens on."""
    return int(server.endpoint.rpartition(":")[2])


def ask(
    server: Running, method: str, path: str, headers: dict[str, str] | None = None, body: str = "{}"
) -> tuple[int, dict[str, Any]]:
    """Send a request as it stands, and read status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port(server), timeout=10)
    given = headers or {}
    connection.putrequest(method, path, skip_host="Host" in given)
    for name, value in ({"Content-Length": str(len(body))} | given).items():
        connection.putheader(name, value)
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    content = answer.read()
    assert answer.getheader("Access-Control-Allow-Origin") is None or answer.status == 200
    connection.close()
    return answer.status, json.loads(content or b"{}")


def untouched(server: Running) -> bool:
    """Tell whether nothing was moved, armed, called or stopped."""
    found = Control(server.endpoint).status()
    return (found["day"], found["counts"]["calls"], found["faults"]) == (0, 0, [])


HOSTS = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"]
HOSTS += ["0.0.0.0", "[::]"]  # noqa: S104 - no address to listen on
HOSTS += [
    "",
    "[::]",
    "evil.example#127.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1,evil.example",
    "2130706433",
]


@pytest.mark.parametrize("host", HOSTS)
def test_another_name_for_this_machine_is_refused(server: Running, host: str) -> None:
    """A page whose own name was pointed at 127.0.0.1 reads nothing and moves nothing."""
    key = {"Host": f"{host}:{port(server)}", token.HEADER: server.service.token}
    assert ask(server, "GET", "/_orgkit/status", key)[0] == 403
    assert ask(server, "POST", "/_orgkit/advance", key, '{"when": "1d"}')[0] == 403
    assert ask(server, "POST", "/", key | AWS)[0] == 403
    assert untouched(server)


@pytest.mark.parametrize("other", ["127.0.0.1", "127.0.0.1:1", "127.0.0.1:x", "localhost:99999"])
def test_another_port_is_refused(server: Running, other: str) -> None:
    """What is meant for another server of this machine is not answered."""
    assert ask(server, "GET", "/_orgkit/status", {"Host": other})[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "b.localhost"])
def test_this_machine_may_be_named_in_every_way(server: Running, host: str) -> None:
    """Names that mean this machine, whoever resolves them, are let in."""
    assert ask(server, "GET", "/_orgkit/status", {"Host": f"{host}:{port(server)}"})[0] == 200


PAGES = [
    {"Origin": origin} for origin in ("https://evil.example", "null", "", "http://127.0.0.1:1")
]
PAGES += [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "same-origin", "")]


PATHS = [*(f"/_orgkit/{name}" for name in (*MOVES, *READS)), "/", "/bucket/key"]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_in_a_browser_gets_nothing(server: Running, page: dict[str, str]) -> None:
    """U15: whatever a page sends, even with the token, is refused on every path and method."""
    key = page | {token.HEADER: server.service.token}
    for path, method in itertools.product(PATHS, ("POST", "GET", "OPTIONS")):
        assert ask(server, method, path, key)[0] == 403
        assert ask(server, method, path, key | AWS)[0] == 403
        plain = page | {"Content-Type": "text/plain"}
        assert ask(server, "POST", path, plain, '{"when": "30d", "accounts": []}')[0] == 403
    assert untouched(server)


@pytest.mark.parametrize("shown", [None, "", "x", "ü"])
def test_nothing_moves_without_the_token(server: Running, shown: str | None) -> None:
    """Every call that changes something says what it needs, and does nothing."""
    headers = {} if shown is None else {token.HEADER: shown.encode().decode("latin-1")}
    for name, method in itertools.product(MOVES, ("POST", "PUT", "DELETE", "PATCH")):
        status, answer = ask(server, method, f"/_orgkit/{name}", headers, '{"when": "1d"}')
        assert status == 403
        assert str(token.file(port(server))) in answer["do_this"]
    assert untouched(server)


def test_reading_needs_no_token(server: Running) -> None:
    """Status, calls and faults are there for every program of this machine."""
    for name in READS:
        assert ask(server, "GET", f"/_orgkit/{name}")[0] == 200


def test_the_token_moves_it(server: Running) -> None:
    """Whoever shows the token is let in, as the documentation says."""
    key = {token.HEADER: token.file(port(server)).read_text()}
    assert ask(server, "POST", "/_orgkit/advance", key, '{"when": "1d"}')[0] == 200
    assert Control(server.endpoint).status()["day"] == 1


def test_the_token_is_private_and_goes_with_the_server(server: Running) -> None:
    """Only its user can read the file and the folder; afterwards there is none."""
    path = token.file(port(server))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    token.forget(port(server), "of another server")
    assert path.exists()
    token.forget(port(server), server.service.token)
    assert not path.exists()


def test_a_link_or_an_open_file_is_no_token(server: Running, tmp_path: Path) -> None:
    """What another user could have put there is not believed, and not sent."""
    path = token.file(port(server))
    path.chmod(0o644)
    assert token.find(server.endpoint) == ""
    path.chmod(0o600)
    moved = path.rename(tmp_path / "moved")
    path.symlink_to(moved)
    assert token.find(server.endpoint) == ""
    path.unlink()
    os.mkfifo(path, 0o600)
    assert token.find(server.endpoint) == ""


def test_a_folder_that_others_may_use_keeps_no_token(tmp_path: Path) -> None:
    """A folder of that name that somebody made before, open or as a link, is left alone."""
    folder = token.file(1).parent
    (tmp_path / "theirs").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "theirs")
    token.keep(1, "secret")
    assert not list((tmp_path / "theirs").iterdir())
    folder.unlink()
    folder.mkdir()
    folder.chmod(0o777)
    token.keep(1, "secret")
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "endpoint", ["http://evil.example:{}", "http://10.0.0.1:{}", "http://x@[::2]:{}"]
)
def test_the_token_is_for_this_machine_only(server: Running, endpoint: str) -> None:
    """An address elsewhere gets no token, although the port is the same."""
    assert token.find(server.endpoint) == server.service.token
    assert token.find(endpoint.format(port(server))) == ""


def test_the_environment_may_name_the_token(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file cannot be found, such as from a container, ORGKIT_SIM_TOKEN says it."""
    token.file(port(server)).unlink()
    with pytest.raises(SimulatorError, match="must show its token"):
        Control(server.endpoint).advance("1d")
    monkeypatch.setenv(environment.SIM_TOKEN, server.service.token)
    assert Control(server.endpoint).advance("1d")["now"] == "2026-01-06T09:00:00Z"


def orgkit(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of a person who stands in a folder, in a shell of its own."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "orgkit", "sim", *words]
    given = {**os.environ, "ORGKIT_HOME": str(folder), **variables}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_another_shell_in_another_folder_moves_it(tmp_path: Path) -> None:
    """The same user needs the address only; somebody with other temporary files needs the token."""
    command = [sys.executable, "-m", "orgkit", "sim", "serve", "--scenario", "solo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        said = json.loads(line)
        try:
            endpoint = {"ORGKIT_SIM_ENDPOINT": said["endpoint"]}
            secret = Path(said["token_file"]).read_text()
            assert secret not in line
            done = orgkit(tmp_path / "elsewhere", "advance", "1d", **endpoint)
            assert done.returncode == 0, done.stderr
            (tmp_path / "others").mkdir()
            far = endpoint | {"TMPDIR": str(tmp_path / "others")}
            refused = orgkit(tmp_path / "elsewhere", "advance", "1d", **far)
            assert refused.returncode == 64
            assert "must show its token" in refused.stderr
            told = orgkit(tmp_path / "elsewhere", "advance", "1d", **far, ORGKIT_SIM_TOKEN=secret)
            assert told.returncode == 0, told.stderr
        finally:
            process.terminate()


def test_the_folders_own_server_says_its_token_to_the_folder(tmp_path: Path) -> None:
    """In `.orgkit`, for its user alone: the token is found there too, and in no log."""
    home = tmp_path / "home"
    endpoint = discovery.find_or_start(home, "solo")
    said = json.loads(discovery.announcement(home).read_text())
    assert stat.S_IMODE(discovery.announcement(home).stat().st_mode) == 0o600
    assert said["token"] not in (discovery.folder(home) / "server.log").read_text()
    Path(said["token_file"]).unlink()
    Control(endpoint).advance("1d")
    assert discovery.stop(home)
