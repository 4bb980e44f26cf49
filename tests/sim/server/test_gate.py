"""U15: who may ask the simulator: programs of its user, and no page in a browser."""

from __future__ import annotations

import http.client
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from orgkit.sim.client import tokens
from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError
from tests.support.sim_walk import MANAGEMENT
from tests.support.simulator import Running

LOOPBACK = ["127.0.0.1", "127.0.0.9:80", "localhost:5000", "bucket.localhost", "[::1]:9"]
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "10.0.0.1", ""]
AWS: dict[str, Any] = {
    "X-Amz-Target": "AWSOrganizationsV20161128.EnableAllFeatures",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": f"AWS4-HMAC-SHA256 Credential={MANAGEMENT}/20260105/us-east-1/"
    "organizations/aws4_request, SignedHeaders=host, Signature=0",
}


def ask(
    server: Running, method: str, path: str, host: str = "127.0.0.1", **headers: str
) -> tuple[int, Any]:
    """Send one request as some program would; its status and what it was told."""
    connection = http.client.HTTPConnection("127.0.0.1", server.service.server.port)
    connection.putrequest(method, path, skip_host=True)
    body = b'{"when": "1d", "accounts": []}' if path != "/" else b"{}"
    for name, text in {"Host": host, "Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, text)
    connection.endheaders(body)
    answer = connection.getresponse()
    told = answer.status, json.loads(answer.read() or b"null")
    connection.close()
    return told


def token(server: Running) -> dict[str, str]:
    """The header that `orgkit sim` sends."""
    return {tokens.HEADER: server.service.app.token}


@pytest.mark.parametrize("host", LOOPBACK)
def test_names_of_this_machine_are_answered(server: Running, host: str) -> None:
    """Also through a tunnel, whose port is another one."""
    assert ask(server, "GET", "/_orgkit/status", host)[0] == 200
    assert ask(server, "POST", "/_orgkit/advance", host, **token(server))[0] == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_was_led_here_is_not_answered(server: Running, host: str) -> None:
    """A page whose own name leads to loopback reads nothing, changes nothing."""
    status, told = ask(server, "GET", "/_orgkit/status", host, **token(server))
    assert (status, set(told)) == (403, {"problem", "do_this"})
    assert ask(server, "POST", "/", host, **AWS)[0] == 403
    assert server.service.engine.world.calls == []


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8888"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/_orgkit/status"), ("POST", "/")])
def test_pages_are_not_answered(
    server: Running, header: dict[str, str], method: str, path: str
) -> None:
    """Whatever they ask of the simulator or of the AWS that it plays."""
    more = AWS if path == "/" else token(server)
    assert ask(server, method, path, **header, **more)[0] == 403
    assert server.service.engine.world.calls == []


def test_an_address_that_a_person_opens_shows_the_status(server: Running) -> None:
    """A browser says that no page asked."""
    assert ask(server, "GET", "/_orgkit/status", **{"Sec-Fetch-Site": "none"})[0] == 200


CHANGES = ["advance", "approve", "decline", "suspend", "reinstate", "arm", "disarm", "stop"]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("wrong", [{}, {tokens.HEADER: ""}, {tokens.HEADER: "ä"}])
def test_what_changes_something_needs_the_token(
    server: Running, name: str, wrong: dict[str, str]
) -> None:
    """Without it nothing moves, and the refusal says where the token is."""
    before = server.service.engine.world.version
    status, told = ask(server, "POST", f"/_orgkit/{name}", **wrong)
    assert status == 403
    assert "token file" in told["do_this"]
    assert server.service.engine.world.version == before
    assert ask(server, "GET", "/_orgkit/status")[0] == 200


def test_commands_of_the_same_user_find_the_token(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the port alone; or in ORGKIT_SIM_TOKEN; a wrong one is refused with what to do."""
    assert Control(server.endpoint).advance("1d")["now"] == "2026-01-06T09:00:00Z"
    monkeypatch.setenv("ORGKIT_SIM_TOKEN", "another")
    with pytest.raises(SimulatorError, match=tokens.HEADER) as caught:
        Control(server.endpoint).advance("1d")
    assert "ORGKIT_SIM_TOKEN" in caught.value.do_this
    monkeypatch.setenv("ORGKIT_SIM_TOKEN", server.service.app.token)
    assert Control(server.endpoint).advance("1d")["now"] == "2026-01-07T09:00:00Z"


def test_tokens_are_for_their_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folder have no rights for others, links are replaced and not followed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "orgkit").mkdir(0o700)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    (tmp_path / "orgkit" / "80.token").symlink_to(elsewhere)
    state = tmp_path / "sim" / "state.json"
    kept = tokens.keep(80, "secret", state)
    assert kept == tmp_path / "orgkit" / "80.token"
    assert elsewhere.read_text() == "kept"
    beside = state.with_name("state.json.token")
    for file in (kept, beside):
        assert stat.S_IMODE(file.lstat().st_mode) == 0o600
        assert file.read_text() == "secret"
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700
    assert tokens.find("http://127.0.0.1:80") == "secret"
    tokens.forget(kept, "of another server")
    assert kept.exists()
    tokens.forget(kept, "secret")
    assert not kept.exists()
    assert tokens.find("http://127.0.0.1:80") == ""


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750])
def test_a_folder_that_others_reach_keeps_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """Somebody else may have made it first: nothing is written there, and nothing believed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "orgkit"
    folder.mkdir()
    folder.chmod(mode)
    (folder / "80.token").write_text("theirs")
    assert tokens.keep(80, "secret") is None
    assert tokens.find("http://127.0.0.1:80") == ""
    assert (folder / "80.token").read_text() == "theirs"


def test_a_stopped_simulator_leaves_no_token(server: Running) -> None:
    """The next server on that port makes its own."""
    file = server.service.token_file
    assert file is not None
    assert file.read_text() == server.service.app.token
    tokens.forget(file, server.service.app.token)
    assert not file.exists()
