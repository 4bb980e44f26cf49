"""Who may knock: programs of this machine, and no page in a browser, whoever wrote it.

A page may send requests to loopback, and with a name of its own that leads here (DNS rebinding)
even read the answers. Its browser says so in headers that a page cannot change (Fetch standard:
Origin, Sec-Fetch-Site), and its name stands in Host.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from urllib.parse import urlsplit

from orgkit.environment import SIM_TOKEN
from orgkit.sim.client.tokens import HEADER, loopback
from orgkit.sim.server.services import OWN_PATH, Request

_BY_HAND = "none"  # an address that a person typed


def refusal(request: Request, token: str) -> tuple[str, str] | None:
    """Say what is wrong with who asks, and what to do; None for whoever may."""
    if not _loopback(request.headers.get("Host", "")):
        return "The simulator answers to loopback names only.", "Use http://127.0.0.1:PORT."
    if "Origin" in request.headers or _site(request) != _BY_HAND:
        return "The simulator answers to no page in a browser.", "Use `orgkit sim`, or an AWS SDK."
    changes = request.path.startswith(OWN_PATH) and request.method not in ("GET", "HEAD")
    given = request.headers.get(HEADER, "")
    if changes and not hmac.compare_digest(given.encode(), token.encode()):
        return (
            f"The header {HEADER} does not hold this simulator's token.",
            "Ask as the user who started it, with `orgkit sim`, or set "
            f"{SIM_TOKEN} to what stands in its token file (`orgkit sim serve` names it).",
        )
    return None


def _site(request: Request) -> str:
    return request.headers.get("Sec-Fetch-Site", _BY_HAND)


def _loopback(host: str) -> bool:
    """Tell whether a Host header names this machine; the port may be that of a tunnel."""
    with suppress(ValueError):
        address = urlsplit(f"//{host}")
        plain = address.netloc == host and "@" not in host
        return plain and loopback(address.hostname or "")
    return False
