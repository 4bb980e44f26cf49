"""A small client of the simulator's own API, without any AWS library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.sim.client import tokens
from orgkit.sim.errors import SimulatorError

Json = dict[str, Any]


class Control:
    """Moves the clock, lets owners answer, arms faults, tells what was called."""

    def __init__(self, endpoint: str, timeout: float = 60, token: str = "") -> None:
        self.endpoint = endpoint.rstrip("/")
        self._token = token
        self._timeout = timeout
        # A proxy of the environment must never stand between us and loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def status(self) -> Json:
        """Tell scenario, organization, simulated time, counts."""
        return dict(self._ask("GET", "status"))

    def advance(self, when: str) -> Json:
        """Move the clock by "14d" or "36h", or to an instant; says what happened on the way."""
        return dict(self._ask("POST", "advance", {"when": when}))

    def approve(self, *accounts: str) -> Json:
        """Let the owners of these accounts accept everything that is open for them."""
        return dict(self._ask("POST", "approve", {"accounts": accounts}))

    def decline(self, *accounts: str) -> Json:
        """Let the owners of these accounts decline everything that is open for them."""
        return dict(self._ask("POST", "decline", {"accounts": accounts}))

    def suspend(self, *accounts: str) -> None:
        """Restrict these accounts as AWS does: nobody can act in them."""
        self._ask("POST", "suspend", {"accounts": accounts})

    def reinstate(self, *accounts: str) -> None:
        """Lift the restriction of these accounts, as AWS Support does."""
        self._ask("POST", "reinstate", {"accounts": accounts})

    def calls(self) -> list[Json]:
        """List every call that the simulator answered, oldest first."""
        return self._rows("GET", "calls")

    def arm(self, name: str, *operations: str, **options: Any) -> Json:
        """Arm a fault, for the named operations or for its own.

        Options: times, probability with seed, skip (calls to let pass first), account (only its
        calls), seconds (of `slow`), factor (of `throttle-documented`).
        """
        content = {"name": name, "operations": operations or None, **options}
        return self._rows("POST", "arm", content)[0]

    def disarm(self, name: str = "", number: int = 0) -> list[Json]:
        """Take back one fault, those of a name, or all; gives them with how often each fired."""
        return self._rows("POST", "disarm", {"name": name, "number": number})

    def faults(self) -> list[Json]:
        """List the armed faults, with how often each met and broke a call."""
        return self._rows("GET", "faults")

    @contextmanager
    def fault(self, name: str, *operations: str, **options: Any) -> Iterator[None]:
        """Arm a fault for a block of code; that it never fired is an AssertionError."""
        armed = self.arm(name, *operations, **options)
        try:
            yield
        finally:
            ended = self.disarm(name, armed["number"])
        fired = any(fault["fired"] for fault in ended)
        assert fired, f"the fault {name!r} was armed and never fired"  # noqa: S101

    def stop(self) -> None:
        """End the server; its state file stays."""
        self._ask("POST", "stop", {})

    def _rows(self, method: str, name: str, content: Json | None = None) -> list[Json]:
        return list(self._ask(method, name, content))

    def _ask(self, method: str, name: str, content: Json | None = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        # Only HTTP: urllib would open file:// addresses as well.
        address = f"{self.endpoint}/_orgkit/{name}"
        if not address.startswith(("http://", "https://")):
            raise SimulatorError(
                f"{self.endpoint} is not the address of a simulator.", "Use http://127.0.0.1:PORT."
            )
        # Looked up for each request: a simulator that was started again has another one.
        headers = {} if data is None else {tokens.HEADER: self._token or tokens.find(self.endpoint)}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refused(self.endpoint, error) from error
        except (OSError, ValueError) as error:
            raise SimulatorError(
                f"No simulator answers at {self.endpoint}.",
                "Start one with `orgkit sim serve`, or correct ORGKIT_SIM_ENDPOINT.",
            ) from error


def _refused(endpoint: str, error: urllib.error.HTTPError) -> SimulatorError:
    """Take the simulator's own words, or say that it is none."""
    try:
        content = json.load(error)
        return SimulatorError(content["problem"], content["do_this"])
    except (ValueError, KeyError, TypeError):
        return SimulatorError(
            f"{endpoint} answers, but is not an orgkit simulator (HTTP {error.code}).",
            "Start one with `orgkit sim serve`, or correct ORGKIT_SIM_ENDPOINT.",
        )
