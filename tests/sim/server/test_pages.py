"""U15: whatever a page in a browser sends, on every path and by every method, does nothing."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orgkit import environment
from orgkit.sim.client import discovery, tokens
from orgkit.sim.client.control import Control
from tests.sim.server.test_gate import AWS, ask, token
from tests.support.simulator import Running

MOVES = ("advance", "approve", "decline", "suspend", "reinstate", "arm", "disarm", "stop", "other")
READS = ("status", "calls", "faults")
PATHS = [*(f"/_orgkit/{name}" for name in (*MOVES, *READS)), "/", "/bucket/key"]
PAGES = [{"Origin": o} for o in ("https://evil.example", "null", "", "http://127.0.0.1:1")]
PAGES += [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "same-origin", "")]
HOSTS = ["localhost.evil.example", "user@127.0.0.1", "127.0.0.1,evil.example", "2130706433"]
HOSTS += ["evil.example#127.0.0.1", "[::]", "0.0.0.0"]  # noqa: S104 - no address to listen on


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder and a folder of temporary files of their own."""
    names = (environment.SIM_ENDPOINT, environment.SIM_SCENARIO, environment.SIM_TOKEN)
    for name in (*names, environment.RUNTIME):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(environment.HOME, str(tmp_path / "home"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    discovery.stop(tmp_path / "home")


def untouched(server: Running) -> bool:
    """Tell whether nothing was moved, armed, called or stopped."""
    found = Control(server.endpoint).status()
    return (found["day"], found["counts"]["calls"], found["faults"]) == (0, 0, [])


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_gets_nothing_even_with_the_token(server: Running, page: dict[str, str]) -> None:
    """Every path, every method, signed and not, also as a form would send it: refused."""
    before = server.service.app.last_request
    for path, method in itertools.product(PATHS, ("POST", "GET", "PUT", "OPTIONS")):
        assert ask(server, method, path, **page, **token(server))[0] == 403
        assert ask(server, method, path, **page, **token(server), **AWS)[0] == 403
        assert ask(server, method, path, **page, **{"Content-Type": "text/plain"})[0] == 403
    assert server.service.app.last_request == before  # nor is it kept awake
    assert untouched(server)


@pytest.mark.parametrize("host", HOSTS)
def test_another_name_for_this_machine_is_refused(server: Running, host: str) -> None:
    """A page whose own name was pointed at 127.0.0.1 reads nothing and moves nothing."""
    for path, method in itertools.product(PATHS, ("POST", "GET")):
        assert ask(server, method, path, host, **token(server))[0] == 403
    assert untouched(server)


def test_no_answer_invites_pages(server: Running) -> None:
    """No answer to a refused page allows another origin to read it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.service.server.port)
    connection.request("OPTIONS", "/bucket", headers={"Origin": "https://evil.example"})
    answer = connection.getresponse()
    assert answer.status == 403
    assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-")]
    connection.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("shown", ["", "x"])
def test_nothing_moves_without_the_token(server: Running, method: str, shown: str) -> None:
    """No method moves anything without it."""
    for name in MOVES:
        assert ask(server, method, f"/_orgkit/{name}", **{tokens.HEADER: shown})[0] == 403
    assert untouched(server)


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "[::2]", "localhost.evil.example"])
def test_the_token_is_for_this_machine_only(server: Running, host: str) -> None:
    """An address elsewhere gets no token, although the port is the same."""
    port = server.service.server.port
    assert tokens.find(f"http://localhost:{port}") == server.service.app.token
    assert tokens.find(f"http://{host}:{port}") == ""
    assert tokens.find("http://127.0.0.1:no") == ""


def orgkit(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of a person who stands in a folder, in a shell of its own."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "orgkit", "sim", *words]
    given = {**os.environ, "ORGKIT_HOME": str(folder), **variables}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_another_shell_in_another_folder_moves_it(tmp_path: Path) -> None:
    """The same user needs the address only, in whichever folder and shell."""
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
            (tmp_path / "run").mkdir(mode=0o700)
            there = endpoint | {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
            done = orgkit(tmp_path / "elsewhere", "advance", "1d", **there)
            assert done.returncode == 0, done.stderr
            (tmp_path / "others").mkdir()
            far = endpoint | {"TMPDIR": str(tmp_path / "others")}
            refused = orgkit(tmp_path / "elsewhere", "advance", "1d", **far)
            assert refused.returncode == 64
            assert "ORGKIT_SIM_TOKEN" in refused.stderr
            told = orgkit(tmp_path / "elsewhere", "advance", "1d", **far, ORGKIT_SIM_TOKEN=secret)
            assert told.returncode == 0, told.stderr
        finally:
            process.terminate()
