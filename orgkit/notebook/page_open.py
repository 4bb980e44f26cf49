"""Whether the page of this kernel is still open, as its Jupyter server says."""

from __future__ import annotations

import json
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from orgkit.environment import SERVER, value

_SECONDS = 5


def page_is_open() -> bool | None:
    """Ask the server of this kernel whether a page is connected to it; None if it does not say.

    Source: Jupyter Server's REST API, `GET /api/kernels/{id}`, member `connections`.
    """
    with suppress(OSError, ValueError, TypeError, KeyError):
        server, kernel = _server(value(SERVER)), _kernel_id()
        address = f"{server['url']}api/kernels/{kernel}"
        if not address.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
            return None  # the token goes to this machine alone
        headers = {"Authorization": f"token {server['token']}"}
        asked = urllib.request.Request(address, headers=headers)  # noqa: S310 - loopback, see above
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310
            connections = json.loads(answer.read())["connections"]
        return bool(connections) if isinstance(connections, int) else None
    return None


def _server(number: str) -> dict[str, Any]:
    """Read what a running server keeps in a file for its own tools: address and token."""
    from jupyter_core.paths import jupyter_runtime_dir

    if not number.isdecimal():
        raise ValueError("no server")
    kept = Path(jupyter_runtime_dir()) / f"jpserver-{number}.json"
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _kernel_id() -> str:
    """Read the kernel's id off the name of its connection file, `kernel-<id>.json`."""
    from ipykernel.connect import get_connection_file

    name = Path(get_connection_file()).stem
    if not name.startswith("kernel-"):
        raise ValueError("no connection file of a Jupyter server")
    return name.removeprefix("kernel-")
