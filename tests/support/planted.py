"""Secrets in every place where AWS's SDK looks, and an AWS that quotes them in its errors."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import random
import stat
import string
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote

_ALPHABET = string.ascii_letters + string.digits + "/+"
MANAGEMENT = "111111111111"
LATER = "2099-01-01T00:00:00Z"


def _ways(secret: str) -> list[str]:
    """Write a secret as somebody may who quotes it."""
    return [
        secret,
        quote(secret, safe=""),
        quote(quote(secret, safe=""), safe=""),
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(f"ada:{secret}".encode()).decode(),
        html.escape(secret),
        secret[:12],
        secret[-12:],
        secret[:5] + "\r\n" + secret[5:],
    ]


@dataclass
class Planted:
    """Every secret by the place where it was planted; made from a seed."""

    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    inputs: set[Path] = field(default_factory=set)  # the files that hold them, as they must
    _random: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311

    def new(self, place: str, length: int = 40) -> str:
        """Plant a secret in a place."""
        made = "".join(self._random.choice(_ALPHABET) for _ in range(length))
        self.secrets[place] = made
        return made

    def password(self, place: str) -> str:
        """Plant a password that splits the URL it stands in."""
        made = self.new(place, 20)
        self.secrets[place] = f"{made[:9]}#{made[9:]}".replace("/", "-")
        return self.secrets[place]

    def write(self, name: str, text: str) -> Path:
        """Write a file that holds secrets, below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.inputs.add(path)
        return path

    def program(self, name: str, code: str) -> Path:
        """Write a program that prints secrets."""
        path = self.write(name, f"#!{sys.executable}\nimport json, sys\n{code}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def keys(self, place: str) -> dict[str, str]:
        """Plant a secret access key and a session token, as STS names them."""
        return {
            "AccessKeyId": MANAGEMENT,
            "SecretAccessKey": self.new(f"{place}, secret"),
            "SessionToken": self.new(f"{place}, token", 300),
        }


def everywhere(folder: Path) -> tuple[Planted, dict[str, str]]:
    """Plant a secret in every place; gives the environment that leads there."""
    planted = Planted(folder)
    _files(planted)
    environ = {
        "HOME": str(folder / "user"),
        "AWS_CONFIG_FILE": str(folder / "user/.aws/config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "user/.aws/credentials"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": planted.new("container's token"),
        "AWS_BEARER_TOKEN": planted.new("bearer token", 60),
        "ORGKIT_SMTP_PASSWORD": planted.password("SMTP password"),
        "ORGKIT_SIM_TOKEN": planted.new("simulator's token"),
        "JUPYTER_TOKEN": planted.new("Jupyter's token"),
        "CI_JOB_TOKEN": planted.new("token of CI"),
        "DEPLOY_SECRET": planted.new("secret of CI"),
        "NO_PROXY": "127.0.0.1",
    }
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environ[name] = f"http://ada:{planted.password(name)}@127.0.0.1:9"
    token = planted.write("user/web-identity", planted.new("web identity token", 400))
    environ["AWS_WEB_IDENTITY_TOKEN_FILE"] = str(token)
    return planted, environ


def _files(planted: Planted) -> None:
    shared, config = "", ""
    for name in ("default", "other", "third"):
        keys = planted.keys(f"credentials file, {name}")
        shared += f"[{name}]\naws_access_key_id = {MANAGEMENT}\n"
        shared += f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
        shared += f"aws_session_token = {keys['SessionToken']}\n"
        keys = planted.keys(f"config file, {name}")
        config += f"[profile c-{name}]\naws_access_key_id = {MANAGEMENT}\n"
        config += f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
        config += f"aws_session_token = {keys['SessionToken']}\n"
        config += f"endpoint_url = http://ada:{planted.password(f'endpoint of {name}')}@x:1\n"
    output = json.dumps({"Version": 1, "Expiration": LATER, **planted.keys("process")})
    process = planted.program("user/broker", f"print({output!r})")
    said = planted.password("process, stderr")
    failing = planted.program(
        "user/failing-broker", f"sys.stderr.write('ada {said} refused')\nsys.exit(2)"
    )
    banner = planted.program("user/banner", f"print({planted.new('process, banner')!r})")
    config += f"[profile process]\ncredential_process = {process}\n"
    config += f"[profile failing]\ncredential_process = {failing}\n"
    config += f"[profile banner]\ncredential_process = {banner}\n"
    role = "role_arn = arn:aws:iam::111111111111:role/Planted\n"
    config += f"[profile role]\n{role}source_profile = default\n"
    config += f"[profile web]\n{role}web_identity_token_file = "
    config += f"{planted.write('user/token', planted.new('web identity of a profile', 400))}\n"
    config += "[profile sso]\nsso_session = acme\nsso_account_id = 111111111111\n"
    config += "sso_role_name = Admin\n[sso-session acme]\nsso_region = us-east-1\n"
    config += "sso_start_url = https://acme.example.com/start\n"
    planted.write("user/.aws/credentials", shared)
    planted.write("user/.aws/config", config)
    cache = {
        "accessToken": planted.new("Identity Center, access token", 200),
        "refreshToken": planted.new("Identity Center, refresh token", 200),
        "clientSecret": planted.new("Identity Center, client secret", 200),
        "clientId": "id",
        "registrationExpiresAt": LATER,
        "expiresAt": LATER,
        "region": "us-east-1",
        "startUrl": "https://acme.example.com/start",
    }
    name = hashlib.sha1(b"acme").hexdigest()  # noqa: S324 - as the SDK names it
    planted.write(f"user/.aws/sso/cache/{name}.json", json.dumps(cache))
    cli = {"Credentials": planted.keys("cache of the AWS CLI")}
    planted.write("user/.aws/cli/cache/x.json", json.dumps(cli))


class Quoting:
    """Stands before a simulator as a proxy does; its errors quote everything that it knows."""

    def __init__(self, behind: str, planted: Planted) -> None:
        self.behind, self.planted = behind, planted
        self.fails: Mapping[str, str] = {}  # the code of its error, by operation
        self.asked: list[str] = []
        # What a program keeps to itself can be quoted by nobody.
        self.hidden: tuple[str, ...] = ("process", "container, ", "role ")

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        operation = headers.get("X-Amz-Target", "").rpartition(".")[2]
        if not operation:
            operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [path])[0]
        self.asked.append(operation)
        if code := self.fails.get(operation, self.fails.get("*", "")):
            return self._refuse(code, headers, body)
        if made := self._credentials(operation):
            return 200, made.encode()
        kept = {n: v for n, v in headers.items() if n.lower() not in ("host", "content-length")}
        request = urllib.request.Request(self.behind + path, body, kept)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def _refuse(self, code: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        said = "The Canonical String for this request should have been 'POST\n/\n\n"
        said += "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
        said += body.decode("utf-8", "replace") + "'. "
        said += " ".join(way for secret in self.known() for way in _ways(secret))
        if "X-Amz-Target" in headers:
            return 400, json.dumps({"__type": code, "message": said}).encode()
        error = f"<Error><Code>{code}</Code><Message>{html.escape(said)}</Message></Error>"
        return 403, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>".encode()

    def known(self) -> list[str]:
        """Give what whoever answers may know."""
        return [s for at, s in self.planted.secrets.items() if not at.startswith(self.hidden)]

    def _credentials(self, operation: str) -> str:
        if operation in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            keys = self.planted.keys(f"role {len(self.planted.secrets)}")
            told = "".join(f"<{name}>{value}</{name}>" for name, value in keys.items())
            told += f"<Expiration>{LATER}</Expiration>"
            arn = "arn:aws:sts::111111111111:assumed-role/Planted/orgkit"
            user = f"<AssumedRoleUser><Arn>{arn}</Arn><AssumedRoleId>A:o</AssumedRoleId>"
            inner = f"<Credentials>{told}</Credentials>{user}</AssumedRoleUser>"
            result = f"<{operation}Result>{inner}</{operation}Result>"
            return f"<{operation}Response>{result}</{operation}Response>"
        if operation.startswith("/federation/credentials"):
            keys = self.planted.keys("Identity Center")
            lower = {name[0].lower() + name[1:]: value for name, value in keys.items()}
            return json.dumps({"roleCredentials": {**lower, "expiration": 4070908800000}})
        if operation.startswith("/container"):
            keys = self.planted.keys("container")
            keys["Token"] = keys.pop("SessionToken")
            return json.dumps({**keys, "Expiration": LATER})
        return ""


@contextmanager
def quoting(behind: str, planted: Planted) -> Iterator[tuple[Quoting, str]]:
    """Serve it on loopback until the block ends; gives its address too."""
    made = Quoting(behind, planted)

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = made.answer(self.path, dict(self.headers.items()), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def found(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Name the places whose secret, or a piece of it, stands in a text, however it is written."""
    shown = [text, html.unescape(text), text.replace("\\r\\n", "").replace("\r\n", "")]
    left = []
    for place, secret in secrets.items():
        forms = {form.replace("\r\n", "") for form in _ways(secret)}
        forms |= {json.dumps(secret)[1:-1], base64.b64encode(b"x" + secret.encode()).decode()[4:30]}
        forms |= {base64.b64encode(secret.encode()).decode()[:16]}
        if any(form in one for form in forms for one in shown):
            left.append(place)
    return left


def files_below(folder: Path, but: Callable[[Path], bool]) -> list[Path]:
    """List every file below a folder, but for some."""
    every = [Path(where) / name for where, _, names in os.walk(folder) for name in names]
    return sorted(path for path in every if path.is_file() and not but(path))
