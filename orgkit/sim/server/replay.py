"""Playing a recording again: the same requests must get the same bytes."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from orgkit.sim.errors import ConnectionDropped, SimulatorError
from orgkit.sim.server.app import App
from orgkit.sim.server.recording import DROPPED, FORMAT, text
from orgkit.sim.server.serve import application
from orgkit.sim.state import state_file


@dataclass(frozen=True, slots=True)
class Played:
    """What a replay came to; `difference` is empty if every compared answer was the same."""

    requests: int
    compared: int
    difference: str = ""


def replay(path: Path) -> Played:
    """Play a recording on a new simulator in this process, and stop at the first difference."""
    lines = _read(path)
    app = application(state_file.load(json.dumps(lines[0]["world"]).encode()))
    compared = 0
    for number, line in enumerate(lines[1:], start=1):
        status, body = _play(app, line)
        if not line["compared"]:
            continue
        compared += 1
        if (status, text(body)) != (line["status"], line["answer"]):
            return Played(number, compared, _explain(number, line, status, body))
    return Played(len(lines) - 1, compared)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if lines[0][FORMAT] == 1:
            return lines
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise SimulatorError(
        f"{path} is not a recording of this simulator.",
        "Make one with `orgkit sim serve --record`.",
    )


def _play(app: App, line: dict[str, Any]) -> tuple[str, bytes]:
    body = base64.b64decode(line["body"])
    somewhere = {"HTTP_HOST": "127.0.0.1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
    input_ = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    try:
        response = Response.from_app(app, {**line["request"], **somewhere, **input_}, buffered=True)
    except ConnectionDropped:
        return DROPPED, b""
    return response.status, response.get_data()


def _explain(number: int, line: dict[str, Any], status: str, body: bytes) -> str:
    asked = line["request"].get("HTTP_X_AMZ_TARGET") or line["request"].get("PATH_INFO", "")
    was = base64.b64decode(line["answer"]).decode("utf-8", "replace")
    now = body.decode("utf-8", "replace")
    return f"request {number} ({asked}):\nwas {line['status']} {was}\nnow {status} {now}"
