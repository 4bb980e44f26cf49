"""What is shown while AWS is read, and whether the page of a kernel is still open."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from orgkit.environment import SERVER
from orgkit.notebook import page_open
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.waiting import Waiting, progress


@pytest.mark.parametrize(
    ("calls", "usual", "seconds", "says"),
    [
        (0, 0, 0.0, "Reading AWS: 0 calls, 0 s."),
        (0, 640, 0.0, "Reading AWS: 0 of about 640 calls, 0 s."),
        (160, 640, 10.0, "Reading AWS: 160 of about 640 calls, 10 s, about 30 s left."),
        (700, 640, 41.0, "Reading AWS: 700 calls, 41 s."),
    ],
)
def test_progress_has_counts_and_time_left(
    calls: int, usual: int, seconds: float, says: str
) -> None:
    """As far as an earlier run tells how many there are; more than that is no promise."""
    block = progress(calls, usual, seconds)
    assert block.text() == says
    assert ("<progress" in block.html()) == (calls < usual)
    assert 'role="status"' in block.html()


class Organization:
    """An organization that has made some calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []


def test_progress_goes_when_reading_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after an error; in batch nothing is shown at all."""
    shown: list[str] = []
    output = "orgkit.notebook.waiting.LiveOutput"
    monkeypatch.setattr(f"{output}._ipython_display_", lambda self: shown.append(self.text()))
    monkeypatch.setattr(f"{output}.refresh", lambda self: shown.append(self._make().text()))
    organization: Any = Organization()

    def read(front_end: FrontEnd) -> None:
        with Waiting(front_end, organization, lambda: {"calls": [1, 2]}, lambda: 0.0):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(FrontEnd.LAB)
    assert shown[0] == "Reading AWS: 0 of about 2 calls, 0 s."
    assert shown[-1] == ""
    number = len(shown)
    with pytest.raises(ZeroDivisionError):
        read(FrontEnd.NONE)
    assert len(shown) == number


class Answer(BaseHTTPRequestHandler):
    """A Jupyter server that knows one kernel."""

    connections: Any = 1
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        """Answer as `GET /api/kernels/{id}` does."""
        self.asked.append((self.path, str(self.headers["Authorization"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"connections": self.connections}).encode())

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HTTPServer]:
    """The server of this kernel, with its file of address and token."""
    with HTTPServer(("127.0.0.1", 0), Answer) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        said = {"url": f"http://127.0.0.1:{made.server_port}/", "token": "secret"}
        (tmp_path / "jpserver-42.json").write_text(json.dumps(said))
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setenv(SERVER, "42")
        monkeypatch.setattr(page_open, "_kernel_id", lambda: "k1")
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("connections", "found"), [(2, True), (0, False), ("x", None), (None, None)]
)
def test_the_server_says_whether_a_page_is_connected(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch, connections: Any, found: bool | None
) -> None:
    """What it says of something else is not known."""
    monkeypatch.setattr(Answer, "connections", connections)
    monkeypatch.setattr(Answer, "asked", [])
    assert page_open.page_is_open() is found
    assert Answer.asked == [("/api/kernels/k1", "token secret")]


def test_the_token_goes_to_this_machine_alone(server: HTTPServer, tmp_path: Path) -> None:
    """Whoever wrote another address there gets nothing."""
    said = {"url": "http://example.com/", "token": "secret"}
    (tmp_path / "jpserver-42.json").write_text(json.dumps(said))
    assert page_open.page_is_open() is None


@pytest.mark.parametrize("number", ["", "x", "43"])
def test_without_a_server_it_is_not_known(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    """Then a watch goes on, as nobody says that its page is gone."""
    monkeypatch.setenv(SERVER, number)
    assert page_open.page_is_open() is None
