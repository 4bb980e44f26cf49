"""How quick the simulator is at 5,000 accounts: start, pages, mass acceptance, beside moto's own.

python benchmarks/simulator.py          # prints the figures and writes them to README.md
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from orgkit.sim.scenario import shipped

README = Path(__file__).parent / "README.md"
HEAD = """# Benchmarks

`python benchmarks/simulator.py` measures the simulator in about a minute and writes this file.
Whole processes over HTTP, one client, one connection each, no signing. What is compared takes turns
every few pages, so the ratios hold where the figures drift; nothing in the tests depends on them.

"""
ROUNDS = 7
TURN = 5  # pages
PAGES = 1000  # of each list and round; four lists of 5,000
MANAGEMENT = "111111111111"
TARGET = "AWSOrganizationsV20161128."

# moto alone, on the same HTTP server, with as many accounts; made without its API, which would
# take minutes. Each account has its own second, because moto's tokens are made of them.
MOTO = """
import sys
from datetime import datetime, timedelta
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.organizations.models import FakeAccount, organizations_backends
from orgkit.sim.server import httpd
backend = organizations_backends["111111111111"]["aws"]
backend.create_organization(region="us-east-1", FeatureSet="ALL")
for number in range(int(sys.argv[1]) - len(backend.accounts)):
    account = FakeAccount.__new__(FakeAccount)
    account.type, account.id, account.region = "ACCOUNT", f"{200000000000 + number}", "us-east-1"
    account.organization_id = backend.org.id
    account.master_account_id = backend.org.master_account_id
    account.create_account_status_id, account.attached_policies, account.tags = "", [], {}
    account.name, account.email = f"Account {number}", f"a{number}@x.example.com"
    account.parent_id, account.state, account.status = backend.ou[0].id, "ACTIVE", "ACTIVE"
    account.joined_method = "CREATED"
    account.create_time = datetime(2020, 1, 1) + timedelta(seconds=number)
    backend.accounts.append(account)
application = DomainDispatcherApplication(create_backend_app)
def app(environ, start_response):
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = "111111111111"
    return application(environ, start_response)
server = httpd.make(app, 0)
print('{"endpoint": "http://127.0.0.1:%d"}' % server.port, flush=True)
server.serve_forever()
"""


class Client:
    """The thinnest client: one connection, no signing, so that the server is what is measured."""

    def __init__(self, endpoint: str) -> None:
        self._tokens: dict[str, str | None] = {}
        self._connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))

    def call(self, operation: str, account: str = MANAGEMENT, **params: Any) -> dict[str, Any]:
        """One call."""
        scope = f"{account}/20260101/us-east-1/organizations/aws4_request"
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": TARGET + operation,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0",
        }
        self._connection.request("POST", "/", json.dumps(params), headers)
        answer = self._connection.getresponse()
        content = json.load(answer)
        if answer.status != 200:
            raise RuntimeError(content)
        return dict(content)

    def pages(self, operation: str, count: int) -> float:
        """Seconds for so many pages, going on where the last time ended, again and again."""
        started = time.perf_counter()
        for _ in range(count):
            token = self._tokens.get(operation)
            answer = self.call(operation, MaxResults=20, **({"NextToken": token} if token else {}))
            self._tokens[operation] = answer.get("NextToken")
        return time.perf_counter() - started


def rates(operation: str, pages: int, *clients: Client) -> list[float]:
    """Pages a second of each client; they take turns every few pages, so that a busy machine
    slows them all alike.
    """
    seconds = [0.0] * len(clients)
    for _ in range(pages // TURN):
        for number, client in enumerate(clients):
            seconds[number] += client.pages(operation, TURN)
    return [pages / spent for spent in seconds]


@contextmanager
def process(*command: str) -> Iterator[Client]:
    """A server process and its client."""
    server = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *command], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None  # noqa: S101
        yield Client(json.loads(server.stdout.readline())["endpoint"])
    finally:
        server.terminate()
        server.wait()


def serve(scenario: str, *options: str) -> tuple[str, ...]:
    """The command of a simulator."""
    return ("-m", "orgkit", "sim", "serve", "--scenario", scenario, *options)


def hundred(folder: Path) -> str:
    """The big scenario with 100 accounts: as many entries on every page as there."""
    content = yaml.safe_load((shipped.FOLDER / "big.yaml").read_text())
    content["generate"] = [content["generate"][0] | {"count": 99}]
    file = folder / "hundred.yaml"
    file.write_text(yaml.safe_dump(content))
    return str(file)


def start_up(scenario: str) -> float:
    """Seconds until the server says that it is ready."""
    started = time.perf_counter()
    with process(*serve(scenario)):
        return time.perf_counter() - started


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def measure_start() -> list[str]:
    """Ready in how many seconds."""
    found: dict[str, list[float]] = {"acme": [], "big": []}
    for _ in range(ROUNDS):
        for name, times in found.items():
            times.append(start_up(name))
    small, large = median(found["acme"]), median(found["big"])
    return [
        f"| ready with `acme` | {small:.2f} s | |",
        f"| ready with `big` | {large:.2f} s | {large - small:+.2f} s; wanted: under +3 s |",
    ]


def measure_pages(folder: Path) -> list[str]:
    """Pages a second at 100 and at 5,000 accounts, and moto's."""
    with (
        process(*serve(hundred(folder))) as small,
        process(*serve("big")) as large,
        process("-c", MOTO, "5000") as moto,
    ):
        for client in (small, large):
            client.call("EnableAllFeatures")
        return [
            *_by_size("ListAccounts", small, large),
            *_beside_moto("ListAccounts", large, moto),
            *_by_size("ListHandshakesForOrganization", small, large),
        ]


def _by_size(operation: str, small: Client, large: Client) -> list[str]:
    found = [rates(operation, PAGES, small, large) for _ in range(ROUNDS)]
    at_100, at_5000 = (median([round_[n] for round_ in found]) for n in (0, 1))
    ratio = median([many / few for few, many in found])
    return [
        f"| `{operation}` at 100 | {at_100:,.0f} pages/s | |",
        f"| `{operation}` at 5,000 | {at_5000:,.0f} pages/s | {ratio:.2f} of those at 100; "
        "wanted: 0.80 |",
    ]


def _beside_moto(operation: str, ours: Client, moto: Client) -> list[str]:
    found = [rates(operation, PAGES // 40, ours, moto) for _ in range(ROUNDS)]
    rate = median([theirs for _, theirs in found])
    ratio = median([our / theirs for our, theirs in found])
    return [
        f"| moto's `{operation}` at 5,000 | {rate:,.0f} pages/s | ours is {ratio:.0f} times as "
        "quick; wanted: 5 |"
    ]


def measure_acceptance(folder: Path) -> list[str]:
    """4,200 accounts list and accept, with a state file kept; and one move of the clock."""
    with process(*serve("big", "--state", str(folder / "state.json"))) as client:
        client.call("EnableAllFeatures")
        started = time.perf_counter()
        for number in range(4200):
            account = str(200000000001 + number)
            request = client.call("ListHandshakesForAccount", account)["Handshakes"][0]["Id"]
            client.call("AcceptHandshake", account, HandshakeId=request)
        seconds = time.perf_counter() - started
    return [f"| 4,200 accounts list and accept | {seconds:.1f} s | {8400 / seconds:,.0f} calls/s |"]


def main() -> None:
    """Measure everything, print it, and write it down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["ORGKIT_HOME"] = name  # what the servers announce is nobody's working folder
        lines = [*measure_start(), *measure_pages(folder), *measure_acceptance(folder)]
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    table = ["| what | measured | ratio |", "|---|---|---|", *lines]
    text = f"{HEAD}Medians of {ROUNDS} rounds on {machine}:\n\n" + "\n".join(table) + "\n"
    others = re.search(r"\n(?:## |<!-- )", README.read_text())  # what other benchmarks wrote
    README.write_text(text + (README.read_text()[others.start() :] if others else ""))
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
