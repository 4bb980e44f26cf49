"""Recordings: every request and its answer as JSON lines, to be played again and compared."""

from __future__ import annotations

import base64
import json
import re
import threading
from pathlib import Path
from typing import Any

from orgkit.sim.errors import SimulatorError
from orgkit.sim.iam.identity import read_signature
from orgkit.sim.state import codec
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

Answer = tuple[str, bytes]  # status line and body


class Recorder:
    """Writes what is asked and answered; while it does, requests are answered one by one."""

    def __init__(self, path: Path, world: World) -> None:
        self._world = world
        self.lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise SimulatorError(f"{path} cannot be written: {error}", "Name another.") from error
        self._write({FORMAT: 1, "world": json.loads(codec.dump(world))})

    def note(self, environ: dict[str, Any], body: bytes, answer: Answer | None) -> None:
        """One request and its answer; None where the connection was dropped."""
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        own = path.startswith("/_orgkit/")
        if own and (method == "GET" or path.endswith("/stop")):
            return
        signature = read_signature(environ)
        known = own or self._known(signature.access_key_id)
        request = {name: environ[name] for name in _KEPT if environ.get(name)}
        # The credentials of a real account, sent here by mistake, must not end in a file.
        key = signature.access_key_id if known else "UNKNOWN"
        scope = f"{key}/20260101/us-east-1/{signature.service}/aws4_request"
        request["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
        if known and signature.token:
            request["HTTP_X_AMZ_SECURITY_TOKEN"] = signature.token
        self._write(
            {
                "request": request,
                "body": text(body),
                "status": answer[0] if answer else DROPPED,
                "answer": text(answer[1]) if answer else "",
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
    """Bytes as they stand in a recording."""
    return base64.b64encode(body).decode()
