"""The simulator's own API, on a path that no AWS service has: status, clock, owners, calls."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from orgkit.sim.errors import SimulatorError
from orgkit.sim.faults import catalog
from orgkit.sim.organizations import membership, timeline
from orgkit.sim.organizations.process import running
from orgkit.sim.organizations.reads import members
from orgkit.sim.organizations.timeline import Event
from orgkit.sim.server.engine import Engine
from orgkit.sim.server.services import OWN_PATH, Request, plain_json, refused
from orgkit.sim.state import clock
from orgkit.sim.state.clock import iso
from orgkit.sim.state.model import Armed, World

Json = dict[str, Any]


class ControlApi:
    """Answers under /_orgkit/."""

    def __init__(self, engine: Engine, stop: Callable[[], None]) -> None:
        self.engine = engine
        self.endpoint = ""
        self._stop = stop
        self._routes: dict[tuple[str, str], Callable[[Json], Any]] = {
            ("GET", "status"): lambda _: self.status(),
            ("GET", "calls"): lambda _: self.calls(),
            ("POST", "advance"): self._advance,
            ("POST", "approve"): lambda body: self._answered(body, "approve"),
            ("POST", "decline"): lambda body: self._answered(body, "decline"),
            ("POST", "suspend"): lambda body: self._restricted(body, membership.suspend),
            ("POST", "reinstate"): lambda body: self._restricted(body, membership.reinstate),
            ("GET", "faults"): lambda _: _armed(engine.world.armed),
            ("POST", "arm"): lambda body: self._changed(
                [catalog.arm(engine.world, **_options(body))]
            ),
            ("POST", "disarm"): lambda body: self._changed(catalog.disarm(engine.world, **body)),
            ("POST", "stop"): lambda _: self._stopping(),
        }

    def answer(self, request: Request) -> Response:
        """Answer one request, and say what was wrong with one that cannot be answered."""
        handler = self._routes.get((request.method, request.path.removeprefix(OWN_PATH)))
        if handler is None:
            return refused(f"{request.method} {request.path} is not known.", "", status=404)
        try:
            with self.engine.lock:
                content = handler(json.loads(request.get_data() or b"{}"))
                self.engine.save()
        except SimulatorError as error:
            return refused(error.problem, error.do_this, status=400)
        except (ValueError, KeyError, TypeError) as error:
            return refused(f"Bad request: {error!r}", "Send what is expected.", status=400)
        return plain_json(200, content)

    def status(self) -> Json:
        """Tell what a person wants to know at a glance."""
        world = self.engine.world
        passed = world.now - world.started_at
        return {
            "simulator": "orgkit",
            "endpoint": self.endpoint,
            "pid": os.getpid(),
            "scenario": world.scenario["name"],
            "title": world.scenario["title"],
            "organization_id": world.organization_id,
            "management_account_id": world.management_id,
            "feature_set": world.feature_set.value,
            "now": iso(world.now),
            "started_at": iso(world.started_at),
            "day": passed.days,
            "process": _process(world),
            "counts": _counts(world),
            "faults": _armed(world.armed),
            "faults_never_fired": catalog.never_fired(world),
        }

    def calls(self) -> list[Json]:
        """List every call so far."""
        calls = self.engine.world.calls
        return [dataclasses.asdict(call) | {"time": iso(call.time)} for call in calls]

    def _advance(self, body: Json) -> Json:
        world = self.engine.world
        return self._moved(timeline.advance(world, clock.when(str(body["when"]), world.now)))

    def _moved(self, events: list[Event]) -> Json:
        return {
            "now": iso(self.engine.world.now),
            "events": [dataclasses.asdict(event) for event in events],
        }

    def _answered(self, body: Json, words: str) -> Json:
        accounts = _accounts(body)
        if not accounts:
            raise SimulatorError("No account was named.", "Name one or more account ids.")
        world = self.engine.world
        return self._moved([e for a in accounts for e in timeline.answer_all(world, a, words)])

    def _restricted(self, body: Json, change: Callable[[World, str], None]) -> Json:
        for account_id in _accounts(body):
            change(self.engine.world, account_id)
        return self._moved([])

    def _changed(self, armed: list[Armed]) -> list[Json]:
        self.engine.save(force=True)  # a fault is no change of the organization: no new version
        return _armed(armed)

    def _stopping(self) -> Json:
        self._stop()
        return {"stopping": True}


def _accounts(body: Json) -> list[str]:
    return [str(account) for account in body["accounts"]]


def _armed(armed: list[Armed]) -> list[Json]:
    return [dataclasses.asdict(fault) for fault in armed]


def _options(body: Json) -> Json:
    """Read the fields of a fault to arm; JSON knows no tuples."""
    if body.get("operations") is not None:
        body = body | {"operations": tuple(str(name) for name in body["operations"])}
    return body


def _process(world: World) -> str:
    parent = running(world)
    return parent.state.value if parent else ""


def _counts(world: World) -> Json:
    states: dict[str, int] = {}
    for record in world.handshakes.values():
        states[record.state.value] = states.get(record.state.value, 0) + 1
    return {
        "accounts": len(members(world)),
        "outstanding": len(world.outstanding),
        "handshakes": states,
        "calls": len(world.calls),
    }
