"""The way of a request through the simulator, step by step; all of it stands in this file."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from orgkit.sim.client import tokens
from orgkit.sim.errors import AwsError, ConnectionDropped
from orgkit.sim.faults import catalog
from orgkit.sim.faults.effects import Incoming
from orgkit.sim.iam.identity import identify
from orgkit.sim.moto.bridge import Moto
from orgkit.sim.server import services
from orgkit.sim.server.control_api import ControlApi
from orgkit.sim.server.engine import Engine
from orgkit.sim.server.gate import refusal
from orgkit.sim.server.recording import Recorder
from orgkit.sim.server.services import Asked, Request
from orgkit.sim.state import ids
from orgkit.sim.state.model import Call, Caller, Context
from orgkit.terms import SIMULATOR_SERVER

NOBODY = Caller("", "", "")


@dataclass(frozen=True, slots=True)
class _Reply:
    """What goes back: content for success, or an error, or nothing at all."""

    content: Any = None
    error: AwsError | None = None
    dropped: bool = False

    @property
    def status(self) -> int:
        """The HTTP status, 0 for none; an answer that moto gave carries its own."""
        if self.dropped:
            return 0
        return self.error.status if self.error else getattr(self.content, "status_code", 200)


class App:
    """The WSGI application: every request to the simulator."""

    def __init__(self, engine: Engine, control: ControlApi, moto: Moto) -> None:
        self.engine = engine
        self.control = control
        self.services = services.table(moto, control.answer)
        self.last_request = time.monotonic()
        self.recorder: Recorder | None = None
        self.token = tokens.new()
        self.guarded = True  # a replay has no network around it
        self.sleep: Callable[[float], None] = time.sleep

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request, whatever it is for, with the simulated time on it."""
        request = Request(environ)
        refused = refusal(request, self.token) if self.guarded else None
        response = services.refused(*refused) if refused else self._admitted(request)
        response.headers.pop("Connection", None)  # moto's; ours stay open
        response.date = self.engine.world.now  # clients read "now" from here
        response.headers["Server"] = SIMULATOR_SERVER  # and that this time is simulated from here
        return response(environ, start_response)

    def _admitted(self, request: Request) -> Response:
        self.last_request = time.monotonic()  # a page cannot keep the server awake
        recorder = self.recorder
        return recorder.keep(request, self.answer) if recorder else self.answer(request)

    def answer(self, request: Request) -> Response:
        """Answer; a fault of ours is an AWS-like 500 for the client, and a traceback in our log."""
        try:
            return self._steps(request)
        except ConnectionDropped:
            raise
        except Exception as error:  # the connection must get an answer, whatever broke
            traceback.print_exc()
            return services.JSON.error(AwsError("InternalFailure", repr(error), status=500), "")

    def _steps(self, request: Request) -> Response:
        """Take a request through its steps; what cannot be read counts as no call."""
        try:
            asked = services.read(request, self.services)
        except AwsError as error:
            return services.JSON.error(error, "")
        protocol = asked.service.protocol
        if not asked.service.signed:
            content = asked.service.dispatch(Context(self.engine.world, NOBODY), asked)
            return protocol.answer(content, "")
        with self.engine.lock:  # one at a time, so that each sees what the one before did
            incoming = self._number(asked)
            before = self.engine.world.version
            reply = self._attempt(asked, incoming)
            # Reads settle what is pending, and may so change the version without being writes.
            changed = incoming.writes and self.engine.world.version != before
            self._record(asked, incoming, reply, changed)
            self.engine.save()
        self._travel(incoming, reply)
        if reply.error:
            return protocol.error(reply.error, incoming.request_id)
        return protocol.answer(reply.content, incoming.request_id)

    def _number(self, asked: Asked) -> Incoming:
        """Give the call its id: by what it asks and how often, not by what runs beside it."""
        world, signature = self.engine.world, asked.signature
        exact = json.dumps(asked.params, sort_keys=True, default=str)
        key = ids.digest(asked.operation, signature.access_key_id, exact).hex()[:16]
        turn = world.repeats[key] = world.repeats.get(key, 0) + 1
        return Incoming(
            service=signature.service,
            operation=asked.operation,
            writes=asked.service.writes(asked.operation),
            params=asked.params,
            request_id=ids.request_id(world.seed, key, turn),
            buckets=self.engine.buckets,
        )

    def _attempt(self, asked: Asked, incoming: Incoming) -> _Reply:
        """Identify the caller, and do what is asked, or what the armed faults make of it."""
        world, iam = self.engine.world, self.engine.iam
        try:
            incoming.caller = identify(world, asked.signature, iam)
            carry_out = catalog.around(world, incoming, partial(self._carry_out, asked))
            sent = asked.signature.sent()
            context = Context(world, incoming.caller, incoming.request_id, iam, sent)
            return _Reply(carry_out(context))
        except AwsError as error:
            return _Reply(error=error)
        except ConnectionDropped:
            return _Reply(dropped=True)

    def _carry_out(self, asked: Asked, context: Context) -> Any:
        """Authorize, validate, dispatch; AWS looks at the permission before it looks at input."""
        service = asked.service
        service.authorize(context, asked)
        service.validate(asked)
        return service.dispatch(context, asked)

    def _record(self, asked: Asked, incoming: Incoming, reply: _Reply, changed: bool) -> None:
        error, caller = reply.error, incoming.caller
        shown = incoming.service == "organizations" and incoming.writes
        self.engine.world.calls.append(
            Call(
                time=self.engine.world.now,
                service=incoming.service,
                operation=incoming.operation,
                account=caller.account_id if caller else "",
                caller_arn=caller.arn if caller else "",
                status=reply.status,
                code="ConnectionReset" if reply.dropped else error.code if error else "",
                reason=(error.reason or "") if error else "",
                request_id=incoming.request_id,
                changed=changed,
                fault=" ".join(incoming.faults),
                agent=asked.signature.agent,
                params=incoming.params if shown and isinstance(incoming.params, dict) else {},
            )
        )

    def _travel(self, incoming: Incoming, reply: _Reply) -> None:
        """Wait on the way back to the client, holding up nobody; the way may end midway."""
        if incoming.delay and not reply.dropped:
            self.sleep(incoming.delay)
        if reply.dropped:
            raise ConnectionDropped
