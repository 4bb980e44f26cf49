"""Credentials of every source: what is wrong with them is told, they themselves never are."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

from orgkit import redaction
from orgkit.aws import connect
from orgkit.aws.credentials import check
from orgkit.aws.session import profiles
from orgkit.errors.exceptions import OrgkitError
from orgkit.sim.server.serve import Service

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK waits between its tries; and each test begins with a filter that knows nothing."""
    with monkeypatch.context() as patch:
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr(redaction, "_known", type(redaction._known)())
        patch.setattr(redaction, "_index", {})
        patch.setattr(redaction, "_short", {})
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        patch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
        yield


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write the profile `payer` of this test, and use it."""

    def write(text: str) -> None:
        file = Path(os.environ["AWS_CONFIG_FILE"])
        file.write_text(f"[profile payer]\nregion = us-east-1\n{text}\n", encoding="utf-8")
        monkeypatch.setenv("AWS_PROFILE", "payer")

    return write


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Make a program for `credential_process` of a few lines of Python."""

    def make(code: str) -> Path:
        file = tmp_path / "broker"
        file.write_text(f"#!{sys.executable}\nimport json, sys\n{code}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    return make


def refusal(**given: str) -> OrgkitError:
    """How signing in ends: with problem, remedy and actor, blocked, and without a secret."""
    with pytest.raises(OrgkitError) as caught:
        connect("aws", **given)
    assert caught.value.exit_code == 20
    assert caught.value.problem
    assert caught.value.do_this
    for shown in (str(caught.value), repr(caught.value)):
        assert SECRET[:12] not in shown
        assert "hunter2" not in shown
    return caught.value


PRINTED = {
    "a banner": ("print('Welcome to ACME, hunter2')", "something other than the JSON"),
    "a banner before it": ("print('Hi'); print(json.dumps({}))", "something other than the JSON"),
    "nothing": ("pass", "something other than the JSON"),
    "bytes": ("sys.stdout.buffer.write(b'\\xff\\xfe')", "something other than the JSON"),
    "a list": ("print('[1]')", "could not be fetched"),
    "a number": ("print('1')", "could not be fetched"),
    "nothing of it": ("print('{}')", "could not be fetched"),
    "half": ("print(json.dumps({'Version': 1}))", "could not be fetched"),
    "a null": (
        "print(json.dumps({'Version': 1, 'AccessKeyId': 'A', 'SecretAccessKey': None}))",
        "",
    ),
    "a bad date": (
        "print(json.dumps({'Version': 1, 'AccessKeyId': 'A', "
        f"'SecretAccessKey': '{SECRET}', 'Expiration': 'hunter2'}}))",
        "could not be fetched",
    ),
    "an old date": (
        "print(json.dumps({'Version': 1, 'AccessKeyId': 'A', "
        f"'SecretAccessKey': '{SECRET}', 'Expiration': '2026-01-05T10:00:00Z'}}))",
        "session has expired",
    ),
    "a failure": (
        "sys.stderr.write('password hunter2 is wrong'); sys.exit(3)",
        "could not be fetched",
    ),
    "a failure in bytes": ("sys.stderr.buffer.write(b'\\xff'); sys.exit(3)", ""),
}


@pytest.mark.parametrize("printed", PRINTED)
def test_a_credential_process_that_prints_what_it_should_not(
    printed: str, config: Callable[[str], None], program: Callable[[str], Path]
) -> None:
    """F6, F10: a remedy, and nothing of what it printed."""
    code, words = PRINTED[printed]
    config(f"credential_process = {program(code)}")
    assert words in refusal().problem


def test_a_credential_process_that_is_not_installed(config: Callable[[str], None]) -> None:
    """F6: the profile came from a colleague; the program that it names is named."""
    config("credential_process = /opt/corp/bin/sso-broker --account 111111111111 --role Payer")
    said = refusal()
    assert "missing" in said.problem
    assert "/opt/corp/bin/sso-broker" in said.detail


def test_a_credential_process_that_may_not_be_run(
    config: Callable[[str], None], tmp_path: Path
) -> None:
    """F6: it is there, and is no program."""
    (tmp_path / "broker").write_text("x", encoding="utf-8")
    config(f"credential_process = {tmp_path / 'broker'}")
    assert "may not be read or run" in refusal().problem


def test_credentials_that_come_back_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: a wrapper exported them into a terminal that was left open over the weekend."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGINVENTED")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2026-01-05T10:00:00+00:00")
    assert "session has expired" in refusal().problem


@pytest.mark.parametrize("when", ["tomorrow", "", "\r"])
def test_an_expiration_that_is_no_time(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody can read as a time is told, or taken for none."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", when)
    refusal()


def test_a_web_identity_token_file_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: a container without its token mounted."""
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/A")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    said = refusal()
    assert "missing" in said.problem
    assert "/var/run/secrets/token" in said.detail


def test_a_role_with_mfa_and_nobody_at_a_terminal(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7: no prompt is written, and what is piped in is not taken for a code."""
    config(
        "role_arn = arn:aws:iam::111111111111:role/A\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/ada\n[profile base]\n"
        f"aws_access_key_id = A\naws_secret_access_key = {SECRET}"
    )
    said = refusal()
    assert "MFA" in said.problem


def test_a_role_with_mfa_in_a_kernel_is_asked_for_there(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7: a kernel puts its own way to ask in the place of the terminal's."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "123456"

    config(
        "role_arn = arn:aws:iam::111111111111:role/A\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/ada\n[profile base]\n"
        f"aws_access_key_id = A\naws_secret_access_key = {SECRET}"
    )
    monkeypatch.setattr("getpass.getpass", ask)
    refusal()
    assert len(asked) == 1
    assert "mfa/ada" in asked[0]


@pytest.mark.parametrize("odd", ["\r", "\n", " ", "\t", "\x00", "\x1b[31m", "\u00e9", "\u202e"])
@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("AWS_ACCESS_KEY_ID", "access key id"),
        ("AWS_SECRET_ACCESS_KEY", "secret access key"),
        ("AWS_SESSION_TOKEN", "session token"),
    ],
)
def test_a_credential_that_holds_what_none_may(
    odd: str, variable: str, name: str, config: Callable[[str], None]
) -> None:
    """F8: which one it is and where it is from, not what it is; and nothing is sent."""
    values = {
        "AWS_ACCESS_KEY_ID": "111111111111",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": "FwoGINVENTED",
    }
    session = SimpleNamespace(
        access_key=values["AWS_ACCESS_KEY_ID"] + odd * (name == "access key id"),
        secret_key=values["AWS_SECRET_ACCESS_KEY"] + odd * (name == "secret access key"),
        token=values["AWS_SESSION_TOKEN"] + odd * (name == "session token"),
    )
    credentials = SimpleNamespace(get_frozen_credentials=lambda: session, method="env")
    with pytest.raises(OrgkitError, match=f"The {name} from the environment holds") as caught:
        check(credentials)
    assert "INVENTED" not in str(caught.value)
    assert SECRET[:12] not in str(caught.value)
    assert caught.value.exit_code == 20


def test_an_environment_file_that_was_saved_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """F8: every line ends in a carriage return, which the shell exports."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111\r")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any\r")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGINVENTED\r")
    said = refusal()
    assert "carriage return" in said.problem
    assert "control character" in said.problem
    assert "INVENTED" not in str(said)


@pytest.fixture
def metadata() -> Iterator[Callable[[int, bytes], str]]:
    """A server on loopback that gives credentials as a container's or an instance's does."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def serve(status: int, body: bytes) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def do_PUT(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = HTTPServer(("127.0.0.1", 0), Answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


ANSWERS = [
    (500, f"the token {SECRET} is wrong".encode()),
    (200, b""),
    (200, b"<html>hunter2</html>"),
    (200, b"{}"),
    (200, b"[]"),
    (200, b"null"),
    (200, json.dumps({"AccessKeyId": "A", "SecretAccessKey": SECRET}).encode()),
    (200, b"\xff\xfe"),
]


@pytest.mark.parametrize(("status", "body"), ANSWERS)
def test_a_container_that_gives_no_credentials(
    status: int,
    body: bytes,
    metadata: Callable[[int, bytes], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its answer is not quoted: it may be the credentials."""
    monkeypatch.setattr("botocore.utils.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata(status, body) + "/x")
    refusal()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2\r\nx: y"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/gone/token"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/hunter2"),
    ],
)
def test_a_container_whose_settings_cannot_be_used(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is no header, a file that is gone, a host that is not allowed."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/x")
    monkeypatch.setenv(variable, value)
    refusal()


@pytest.mark.parametrize(("status", "body"), ANSWERS)
def test_an_instance_that_gives_no_credentials(
    status: int,
    body: bytes,
    metadata: Callable[[int, bytes], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The metadata service answers something else than credentials."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata(status, body))
    refusal()


@pytest.mark.parametrize(
    "cached",
    [
        None,
        "",
        "{}",
        "[]",
        "hunter2",
        json.dumps({"accessToken": SECRET, "expiresAt": "2026-01-05T10:00:00Z"}),
        json.dumps({"accessToken": SECRET, "expiresAt": "soon"}),
    ],
)
def test_a_session_of_identity_center_that_cannot_be_used(
    cached: str | None,
    config: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Never opened, expired, or a cache that something else wrote."""
    monkeypatch.setenv("HOME", str(tmp_path))
    if cached is not None:
        folder = tmp_path / ".aws" / "sso" / "cache"
        folder.mkdir(parents=True)
        (folder / f"{hashlib.sha1(b'acme').hexdigest()}.json").write_text(cached)  # noqa: S324
    monkeypatch.setattr("botocore.utils.CachedProperty", property, raising=False)
    config(
        "sso_session = acme\nsso_account_id = 111111111111\nsso_role_name = Admin\n"
        "[sso-session acme]\nsso_region = us-east-1\n"
        "sso_start_url = https://acme.example.com/start"
    )
    refusal()


GARBLED = {
    "no header": "profile payer]\nregion",
    "twice": "[profile payer]\n[profile payer]\n",
    "binary": "\x00\x01\x02",
    "nested": "[profile payer]\ns3 =\n  a\n",
    "a loop": "[profile payer]\nrole_arn=arn:aws:iam::111111111111:role/A\nsource_profile=b\n"
    "[profile b]\nrole_arn=arn:aws:iam::111111111111:role/B\nsource_profile=payer\n",
    "a source that gives nothing": "[profile payer]\n"
    "role_arn=arn:aws:iam::111111111111:role/A\ncredential_source=Environment\n",
    "an unknown source": "[profile payer]\n"
    "role_arn=arn:aws:iam::111111111111:role/A\ncredential_source=Moon\n",
    "half a key": "[profile payer]\naws_access_key_id = A\n",
    "no key": "[profile payer]\naws_access_key_id =\naws_secret_access_key =\n",
    "a secret with a space": "[profile payer]\n"
    f"aws_access_key_id=A\naws_secret_access_key=a {SECRET}",
    "a quoted process": '[profile payer]\ncredential_process = "unclosed\n',
    "an empty process": "[profile payer]\ncredential_process =\n",
    "a retry mode": "[profile payer]\nretry_mode = often\n",
    "attempts": "[profile payer]\nmax_attempts = many\n",
    "another profile": "[profile other]\n",
}


@pytest.mark.parametrize("text", GARBLED)
def test_a_configuration_that_cannot_be_used(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in the file is told as trouble of the file."""
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    monkeypatch.setenv("AWS_PROFILE", "payer")
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(GARBLED[text], encoding="utf-8")
    refusal()
    assert isinstance(profiles(), list)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_METADATA_SERVICE_TIMEOUT", "long"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "x"),
        ("AWS_DEFAULTS_MODE", "odd"),
        ("AWS_STS_REGIONAL_ENDPOINTS", "x"),
        ("AWS_REQUEST_CHECKSUM_CALCULATION", "x"),
        ("AWS_ENDPOINT_URL", "http://[::1"),
        ("AWS_ENDPOINT_URL", "http://ada:hunter2#x@127.0.0.1:9"),
    ],
)
def test_a_variable_that_the_sdk_cannot_use(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each setting in the environment that the SDK refuses in an error of its own or of Python."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv(variable, value)
    refusal()


def test_a_configuration_that_is_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mount that went wrong in a container."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path))
    refusal()


@pytest.mark.parametrize(
    "garbage",
    ["nowhere", "\x01", "http://ada:p#ss@[::1", "true", "/gone", "-1"],
)
def test_the_simulator_needs_no_set_up_of_aws(
    garbage: str,
    simulator: Callable[..., Service],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F5: with rubbish in every setting of the SDK and in its files, the simulator works."""
    simulator("solo")
    variables = {
        variable
        for _, names, _, _ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values()
        for variable in ([names] if isinstance(names, str) else names or [])
    }
    assert len(variables) > 25
    variables |= {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ORGANIZATIONS", "AWS_ENDPOINT_URL_STS"}
    variables |= {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "REQUESTS_CA_BUNDLE"}
    variables |= {"AWS_CREDENTIAL_EXPIRATION", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}
    for variable in variables - {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}:
        monkeypatch.setenv(variable, garbage)
    for file in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        Path(os.environ[file]).write_bytes(b"\x00[profile\xff")
    organization = connect("sim")
    assert organization.simulated
    assert organization.call("ListRoots")["Roots"]
    organization.client("iam").list_roles()  # moto answers this
    assert profiles() == []


def test_nothing_of_the_users_set_up_reaches_a_new_simulator(tmp_path: Path) -> None:
    """F5: the server is a process of its own, with the same environment."""
    broken = tmp_path / "config"
    broken.write_bytes(b"\x00[profile\xff")
    settings = {"AWS_PROFILE": "nowhere", "AWS_CONFIG_FILE": str(broken), "AWS_CA_BUNDLE": "/gone"}
    code = (
        "from orgkit.aws import connect; import os; from pathlib import Path\n"
        "from orgkit.sim.client import discovery\n"
        "o = connect('sim'); o.client('iam').list_roles(); print(o.organization_id)\n"
        "discovery.stop(Path(os.environ['ORGKIT_HOME']))"
    )
    environ = {**os.environ, **settings, "ORGKIT_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    with suppress(OSError):
        log = (tmp_path / ".orgkit" / "sim" / "server.log").read_text()
        assert "Traceback" not in log
    assert done.stdout.startswith("o-"), done.stderr
