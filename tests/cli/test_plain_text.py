"""Nothing but text reaches the terminal, from whoever it comes."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from orgkit.cli import main
from orgkit.cli.plain_text import PlainText, plain, plain_text

# What terminals obey: colours, titles, links and the clipboard (OSC 8 and 52), their one-byte
# forms (C1), moving the cursor, the direction of writing, invisible characters.
SEQUENCES = {
    "colour": "\x1b[31m",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;title\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "c1": "\x9b31m\x9d52;c;eA==\x9c",
    "carriage": "safe\rover",
    "backspace": "ab\x08\x08cd",
    "bell": "\x07",
    "vertical": "\x0b\x0c",
    "delete": "\x7f",
    "override": "\u202egnp.exe",
    "isolate": "\u2066a\u2069",
    "marks": "\u200e\u200f\u061c",
    "invisible": "\u200b\u2060\ufeff\u00ad",
    "separators": "\u2028\u2029\x85",
    "tags": "\U000e0041\U000e007f",
    "surrogate": "\udc9b",
}


def is_text(output: str) -> bool:
    """Tell whether only lines, tabs and printable characters were written."""
    return all(c.isprintable() or c in "\n\t" for c in output)


@given(st.text() | st.sampled_from(sorted(SEQUENCES.values())))
def test_any_text_becomes_plain(text: str) -> None:
    """Lines and tabs stay, everything printable stays, everything else becomes visible."""
    assert is_text(plain(text))
    if is_text(text):
        assert plain(text) == text


class Answer(BaseHTTPRequestHandler):
    """A simulator that somebody else wrote: it answers with what it was made with."""

    text = ""

    def reply(self) -> None:
        """Answer anything with hostile text in the place of every text."""
        name = self.path.rpartition("/")[2]
        content = json.dumps(_answer(name, self.text)).encode()
        self.send_response(400 if name == "approve" else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = reply  # noqa: N815 - the names of the base class

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _answer(name: str, text: str) -> Any:
    fault = {"name": text, "operations": [text], "times": 3, "fired": 1, "number": 1}
    event = {"time": text, "what": text, "account": text, "handshake": text}
    call = dict.fromkeys(("time", "account", "operation", "code", "reason"), text)
    answers: dict[str, Any] = {
        "status": {"simulator": "orgkit", "title": text, text: [text], "faults": [fault]},
        "calls": [call | {"status": 200, "changed": True}],
        "arm": [fault],
        "disarm": [fault],
        "approve": {"problem": text, "do_this": text},
    }
    return answers.get(name, {"now": text, "events": [event]})


@pytest.fixture
def answering() -> Iterator[tuple[type[Answer], str]]:
    """A server that is no simulator of ours."""
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Answer, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


COMMANDS = [
    ("status",),
    ("calls",),
    ("calls", "--json"),
    ("advance", "1d"),
    ("approve", "111111111111"),
    ("decline", "111111111111"),
    ("fault", "slow"),
    ("fault", "slow", "--off"),
]


@pytest.mark.parametrize("text", SEQUENCES.values(), ids=SEQUENCES)
def test_a_simulator_of_others_is_shown_as_text(
    answering: tuple[type[Answer], str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Every command of the simulator shows what a hostile server says as plain text."""
    handler, endpoint = answering
    monkeypatch.setattr(handler, "text", f"x{text}y")
    for words in COMMANDS:
        done = CliRunner().invoke(main, ["sim", *words, "--endpoint", endpoint])
        assert done.output
        assert is_text(done.output), (words, done.output)


ARGUMENTS = [
    ("run", "{}"),
    ("run", "precheck", "-p", "{}=1"),
    ("run", "precheck", "-p", "store={}/x"),
    ("report", "{}"),
    ("verify", "{}"),
    ("status", "--profile", "{}"),
    ("sim", "status", "--endpoint", "{}"),
    ("sim", "status", "--endpoint", "http://{}"),
    ("sim", "fault", "{}", "--endpoint", "http://127.0.0.1:9"),
    ("sim", "replay", "{}"),
    ("sim", "serve", "--scenario", "{}"),
    ("key", "show", "{}"),
    ("{}",),
    ("iam", "{}"),
]


@pytest.mark.parametrize("text", SEQUENCES.values(), ids=SEQUENCES)
def test_what_was_typed_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """File names that a shell filled in, and whatever else is repeated in an error, is text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORGKIT_HOME", str(tmp_path))
    for words in ARGUMENTS:
        done = CliRunner().invoke(main, [w.replace("{}", f"x{text}y") for w in words])
        assert done.exit_code != 0
        assert is_text(done.output), (words, done.output)


def test_libraries_and_logs_pass_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is written while a command runs is text: prints, warnings, whole lines."""
    with plain_text():
        print("a\x1b[31mb")  # noqa: T201
        sys.stderr.writelines(["c\x9b\n", "d\n"])
        assert isinstance(sys.stdout, PlainText)
        assert sys.stdout.encoding
    assert not isinstance(sys.stdout, PlainText)
    assert capsys.readouterr() == ("a\\u001b[31mb\n", "c\\u009b\nd\n")


def test_bytes_are_no_text() -> None:
    """A stream of text refuses bytes, by which click tells it from one of bytes."""
    with plain_text(), pytest.raises(TypeError):
        sys.stdout.write(b"x")  # type: ignore[arg-type]
