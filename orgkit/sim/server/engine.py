"""The world behind one lock: every call and every move of the clock goes through here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgkit.sim.errors import AwsError, ConnectionDropped, SimulatorError
from orgkit.sim.faults import catalog, effects
from orgkit.sim.faults.effects import Incoming
from orgkit.sim.faults.token_buckets import Buckets
from orgkit.sim.iam.identity import Signature, identify
from orgkit.sim.organizations import membership, permissions, timeline, validation
from orgkit.sim.organizations.operations import OWNED, WRITES
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state import clock, ids
from orgkit.sim.state.model import Armed, Call, Caller, Context, Iam, World
from orgkit.sim.state.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a body for success, or the error; and the request id."""

    request_id: str
    body: Any = None
    error: AwsError | None = None
    dropped: bool = False  # nothing goes back
    delay: float = 0.0  # seconds to wait before

    @property
    def status(self) -> int:
        """The HTTP status, 0 for none; an answer that moto gave carries its own."""
        if self.dropped:
            return 0
        if self.error:
            return self.error.status
        return int(getattr(self.body, "code", 200))


Work = Callable[[Context], Any]


class Engine:
    """Runs calls one at a time, records them, and keeps the state file up to date."""

    def __init__(
        self, world: World, state_file: Path | None = None, iam: Iam | None = None
    ) -> None:
        self.world = world
        self.iam = iam
        self.lock = threading.RLock()
        self._file = StateFile(state_file, self.lock) if state_file else None
        self._buckets = Buckets()

    def organizations(self, signature: Signature, operation: str, params: Json) -> Reply:
        """One call of an operation that the state machine owns."""

        def work(context: Context) -> Json:
            asked = effects.unwrap(operation, params)
            permissions.require(context, operation, asked)
            validation.check(operation, asked)
            answer = OWNED[operation](context, asked)
            timeline.note_reads(context.world, operation)
            return answer

        return self.call(signature, operation, params, work, writes=operation in WRITES)

    def call(
        self, signature: Signature, operation: str, params: Any, work: Work, writes: bool
    ) -> Reply:
        """Identify the caller, do the work or what a fault makes of it, record the call, save."""
        with self.lock:
            request_id = self._request_id(signature, operation, params)
            incoming = Incoming(
                signature.service, operation, writes, params, request_id, self._buckets
            )
            before = self.world.version
            caller, reply = self._run(signature, incoming, work)
            changed = writes and self.world.version != before
            self._record(incoming, caller, reply, changed, signature.agent)
            self.save()
            return reply

    def _run(
        self, signature: Signature, incoming: Incoming, work: Work
    ) -> tuple[Caller | None, Reply]:
        caller, request_id = None, incoming.request_id
        try:
            caller = identify(self.world, signature, self.iam)
            broken = catalog.around(self.world, incoming, work)
            body = broken(Context(self.world, caller, request_id, self.iam))
            return caller, Reply(request_id, body, delay=incoming.delay)
        except AwsError as error:
            return caller, Reply(request_id, error=error, delay=incoming.delay)
        except ConnectionDropped:
            return caller, Reply(request_id, dropped=True)

    def _request_id(self, signature: Signature, operation: str, params: Any) -> str:
        """Depends on the call and how often it was made, not on what runs beside it."""
        exact = json.dumps(params, sort_keys=True, default=str)
        key = ids.digest(operation, signature.access_key_id, exact).hex()[:16]
        turn = self.world.repeats[key] = self.world.repeats.get(key, 0) + 1
        return ids.request_id(self.world.seed, key, turn)

    def _record(
        self,
        incoming: Incoming,
        caller: Caller | None,
        reply: Reply,
        changed: bool,
        agent: str,
    ) -> None:
        error = reply.error
        ours = incoming.service == "organizations" and incoming.writes
        self.world.calls.append(
            Call(
                time=self.world.now,
                service=incoming.service,
                operation=incoming.operation,
                account=caller.account_id if caller else "",
                caller_arn=caller.arn if caller else "",
                status=reply.status,
                code="ConnectionReset" if reply.dropped else error.code if error else "",
                reason=(error.reason or "") if error else "",
                request_id=reply.request_id,
                changed=changed,
                fault=" ".join(incoming.faults),
                agent=agent,
                params=incoming.params if ours and isinstance(incoming.params, dict) else {},
            )
        )

    def advance(self, words: str) -> list[timeline.Event]:
        """Move the clock by a duration or to an instant."""
        with self.lock:
            events = timeline.advance(self.world, clock.when(words, self.world.now))
            self.save()
            return events

    def answer(self, accounts: list[str], words: str) -> list[timeline.Event]:
        """Owners answer now, each as its account's administrator."""
        with self.lock:
            if not accounts:
                raise SimulatorError("No account was named.", "Name one or more account ids.")
            events = [e for a in accounts for e in timeline.answer_all(self.world, a, words)]
            self.save()
            return events

    def restrict(self, accounts: list[str], lift: bool = False) -> None:
        """AWS suspends accounts, or lifts that again."""
        with self.lock:
            for account_id in accounts:
                (membership.reinstate if lift else membership.suspend)(self.world, account_id)
            self.save()

    def arm(self, name: str, **options: Any) -> Armed:
        """Arm a fault: its name in `faults.FAULTS`, and what differs from its own defaults."""
        with self.lock:
            armed = catalog.arm(self.world, name, **options)
            self.save(force=True)
            return armed

    def disarm(self, name: str = "", number: int = 0) -> list[Armed]:
        """Take back one fault by its number, those of a name, or all of them."""
        with self.lock:
            gone = catalog.disarm(self.world, name, number)
            self.save(force=True)
            return gone

    def save(self, force: bool = False) -> None:
        """Write the state file if anything changed; a reader never sees half a file."""
        if self._file is not None:
            self._file.keep(self.world, force)
