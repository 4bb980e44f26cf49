"""Who is let in: programs of this machine, never a page in a browser.

A browser sends its requests from the user's own machine, so that they come over loopback is no
proof. What tells them apart: a page that had a name of its own pointed at 127.0.0.1 (DNS
rebinding) shows that name as Host, any other page shows Origin or Sec-Fetch-Site, which scripts
cannot take away. Whoever moves the simulator must also show its token, from a file that only its
user can read.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from orgkit.sim.client import token
from orgkit.sim.server.services import OWN_PATH, Request, respond

_READS = ("GET", "HEAD")
_TYPED = "none"  # the user himself opened the address


@dataclass(frozen=True, slots=True)
class Gate:
    """What a request to the server on this port must show."""

    port: int
    token: str

    def refuse(self, request: Request) -> Response | None:
        """Answer a request that may not come in; None lets it in."""
        if not self._meant(request.environ.get("HTTP_HOST", "")):
            return _refused(
                f"The host of this request is not this machine on port {self.port}.",
                f"Use http://127.0.0.1:{self.port}.",
            )
        if _of_a_page(request):
            return _refused(
                "The simulator answers no page in a browser.",
                "Use an SDK, the AWS CLI or `orgkit sim`.",
            )
        if _moves(request) and not self._known(request.headers.get(token.HEADER, "")):
            return _refused(
                "Whoever moves the simulator must show its token.",
                f"Send {token.HEADER} with the content of {token.file(self.port)}, as `orgkit "
                "sim` does for the same user, or set ORGKIT_SIM_TOKEN to it.",
            )
        return None

    def _meant(self, host: str) -> bool:
        try:
            address = urlsplit(f"//{host}")
            port = address.port or 80
        except ValueError:
            return False
        plain = address.netloc == host and not address.username and not address.path
        return plain and port == self.port and token.loopback(address.hostname or "")

    def _known(self, shown: str) -> bool:
        return hmac.compare_digest(shown.encode(), self.token.encode())


def _of_a_page(request: Request) -> bool:
    return "Origin" in request.headers or request.headers.get("Sec-Fetch-Site", _TYPED) != _TYPED


def _moves(request: Request) -> bool:
    return request.path.startswith(OWN_PATH) and request.method not in _READS


def _refused(problem: str, do_this: str) -> Response:
    # In the simulator's own form, and in one that SDKs can read.
    said = {"problem": problem, "do_this": do_this}
    answer = {**said, "__type": "AccessDeniedException", "message": f"{problem} {do_this}"}
    return respond(403, json.dumps(answer), "application/json")
