"""Recordings: every request and its answer as JSON lines, to be played again and compared."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from orgkit.private_files import open_private, private_folder
from orgkit.sim.errors import ConnectionDropped, SimulatorError
from orgkit.sim.iam.identity import read_signature
from orgkit.sim.server.services import OWN_PATH, Request
from orgkit.sim.state import state_file
from orgkit.sim.state.model import World

_KEPT = (
    "REQUEST_METHOD",
    "PATH_INFO",
    "QUERY_STRING",
    "CONTENT_TYPE",
    "HTTP_USER_AGENT",
    "HTTP_X_AMZ_TARGET",
)
FORMAT = "orgkit_recording"
DROPPED = "dropped"
# moto shows the system's time or a new key inside its answers; played again but not compared.
_NOT_COMPARED = ("iam", "kms", "s3")


class Recorder:
    """Writes what is asked and answered; while it does, requests are answered one by one."""

    def __init__(self, path: Path, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        try:
            private_folder(path.parent)
            self._file = io.TextIOWrapper(open_private(path), encoding="utf-8")
        except OSError as error:
            raise SimulatorError(f"{path} cannot be written: {error}", "Name another.") from error
        self._write({FORMAT: 1, "world": json.loads(state_file.dump(world))})

    def keep(self, request: Request, answer: Callable[[Request], Response]) -> Response:
        """Answer one request at a time, so that the order is that in which they took effect."""
        with self._lock:
            try:
                response = answer(request)
            except ConnectionDropped:
                self._note(request, DROPPED, b"")
                raise
            self._note(request, response.status, response.get_data())
            return response

    def _note(self, request: Request, status: str, answer: bytes) -> None:
        # Reading status or stopping changes nothing that a replay could compare.
        own = request.path.startswith(OWN_PATH)
        if own and (request.method == "GET" or request.path.endswith("/stop")):
            return
        signature = read_signature(request.headers)
        known = own or self._known(signature.access_key_id)
        kept = {name: request.environ[name] for name in _KEPT if request.environ.get(name)}
        # The credentials of a real account, sent here by mistake, must not end in a file.
        key = signature.access_key_id if known else "UNKNOWN"
        scope = f"{key}/20260101/us-east-1/{signature.service}/aws4_request"
        kept["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
        if known and signature.token:
            kept["HTTP_X_AMZ_SECURITY_TOKEN"] = signature.token
        self._write(
            {
                "request": kept,
                "body": text(request.get_data()),
                "status": status,
                "answer": text(answer),
                "compared": known and signature.service not in _NOT_COMPARED,
            }
        )

    def _known(self, key: str) -> bool:
        simulated = re.fullmatch(r"\d{12}", key) or key.startswith("EXPIRED")
        made = any(key in call.body for call in self._world.moto_calls)
        return bool(simulated) or key in self._world.sessions or made

    def _write(self, content: dict[str, Any]) -> None:
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()


def text(body: bytes) -> str:
    """Write bytes as they stand in a recording."""
    # Not every body is text: S3 takes anything.
    return base64.b64encode(body).decode()
