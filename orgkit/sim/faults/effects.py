"""What a fault does to a call: the ways of doing harm that the table of faults is made of."""

from __future__ import annotations

import base64
import fnmatch
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from orgkit.facts import THROTTLES
from orgkit.sim.errors import AwsError, ConnectionDropped, invalid_input
from orgkit.sim.state import ids
from orgkit.sim.state.model import Armed, Caller, Context, World

Work = Callable[[Context], Any]
_EMPTY_PAGE = "empty-page."
_SHOWN_BY_READS = (
    *("accounts", "handshakes", "units", "creations", "policy_types", "trusted_services"),
    *("outstanding", "approved"),
)


class Buckets:
    """AWS's published rates in real time: for every account, and for the organization."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full: dict[tuple[str, str], tuple[float, float]] = {}  # tokens, and when counted

    def take(self, operation: str, account_id: str, factor: float = 1) -> bool:
        """Take a token for one call from every bucket it counts for, or from none."""
        limits = THROTTLES.get(operation)
        if limits is None:
            return True
        owners = [(account_id, limits.account)]
        if limits.organization is not None:
            owners.append(("organization", limits.organization))
        now = self._clock()
        levels = {}
        for owner, (rate, burst) in owners:
            tokens, since = self._full.get((operation, owner), (burst, now))
            levels[operation, owner] = min(burst, tokens + (now - since) * rate * factor)
        # From all or from none: a call that one bucket refuses must not drain the other.
        enough = all(level >= 1 for level in levels.values())
        self._full.update({key: (level - enough, now) for key, level in levels.items()})
        return enough


@dataclass
class Incoming:
    """One call on its way in, and what faults have done to it so far."""

    service: str
    operation: str
    writes: bool
    params: Any
    request_id: str
    buckets: Buckets
    caller: Caller | None = None  # not known before it is identified
    delay: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Hit:
    """A call that an armed fault may break: `fires` says whether it does, and counts."""

    world: World
    number: int
    incoming: Incoming
    go_on: Work

    @property
    def armed(self) -> Armed:
        """The fault as it stands now."""
        return self.world.armed[self.number]

    def fires(self) -> bool:
        """Decide whether this call is one of those to break, and count it."""
        armed = replace(self.armed, met=self.armed.met + 1)
        fires = _due(armed, self.incoming.request_id)
        self.world.armed[self.number] = replace(armed, fired=armed.fired + fires)
        if fires:
            self.incoming.faults.append(armed.name)
        return fires


Harm = Callable[[Hit, Context], Any]


def _due(armed: Armed, request_id: str) -> bool:
    if armed.met <= armed.skip or (armed.times is not None and armed.fired >= armed.times):
        return False
    if armed.probability is None:
        return True
    # By the request's id, which does not depend on what runs beside it.
    lot = ids.digest(armed.seed, armed.name, armed.number, request_id)
    drawn = int.from_bytes(lot[:6], "big") / 2**48
    return drawn < armed.probability


def matches(armed: Armed, incoming: Incoming, account_id: str) -> bool:
    """Tell whether a fault is meant for such a call; patterns are for Organizations only."""
    if armed.account and armed.account != account_id:
        return False
    # A pattern such as * must not break the STS calls that clients make on their way.
    if incoming.service != "organizations":
        return incoming.operation in armed.operations
    return any(fnmatch.fnmatchcase(incoming.operation, name) for name in armed.operations)


def refuse(code: str, message: str, reason: str | None = None, status: int = 400) -> Harm:
    """Answer with an error; nothing happened."""

    def harm(hit: Hit, context: Context) -> Any:
        if hit.fires():
            raise AwsError(code, message, reason, status)
        return hit.go_on(context)

    return harm


def refuse_afterwards(
    code: str, message: str, reason: str | None = None, status: int = 400
) -> Harm:
    """Answer with an error, although everything happened."""

    def harm(hit: Hit, context: Context) -> Any:
        answer = hit.go_on(context)
        if hit.fires():
            raise AwsError(code, message, reason, status)
        return answer

    return harm


def drop(hit: Hit, context: Context) -> Any:
    """Reset the connection before anything happened."""
    if hit.fires():
        raise ConnectionDropped
    return hit.go_on(context)


def drop_afterwards(hit: Hit, context: Context) -> Any:
    """Reset the connection after everything happened."""
    answer = hit.go_on(context)
    if hit.fires():
        raise ConnectionDropped
    return answer


def slow(hit: Hit, context: Context) -> Any:
    """Give the right answer late; the server waits without holding up other calls."""
    if hit.fires():
        hit.incoming.delay += hit.armed.seconds
    return hit.go_on(context)


def expired_token(hit: Hit, context: Context) -> Any:
    """End the session meanwhile; each protocol has its own name for it."""
    if hit.fires():
        organizations = hit.incoming.service == "organizations"
        raise AwsError(
            "ExpiredTokenException" if organizations else "ExpiredToken",
            "The security token included in the request is expired.",
            status=400 if organizations else 403,
        )
    return hit.go_on(context)


def documented_throttling(hit: Hit, context: Context) -> Any:
    """Throttle by AWS's published rates, per account and per organization."""
    account_id = context.caller.account_id
    if not hit.incoming.buckets.take(hit.incoming.operation, account_id, hit.armed.factor):
        hit.fires()
        raise AwsError("TooManyRequestsException", "You have sent too many requests.")
    return hit.go_on(context)


def empty_page(hit: Hit, context: Context) -> Any:
    """Give a page without entries, whose token goes on where the list was."""
    answer = hit.go_on(context)
    if not hit.fires():
        return answer
    # Every list answers with exactly one list, whatever its name.
    key = next(name for name, value in answer.items() if isinstance(value, list))
    return {key: [], "NextToken": _wrap(hit.incoming)}


def _wrap(incoming: Incoming) -> str:
    inner = incoming.params.get("NextToken") or ""  # perhaps an empty page's too: never twice one
    # Sealed, so that nobody can make one up for another list.
    seal = ids.secret(8, "empty-page", incoming.operation, inner)
    return _EMPTY_PAGE + base64.urlsafe_b64encode(f"{seal}{inner}".encode()).decode()


def unwrap(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Restore the request that an empty page's token stands for."""
    token = params.get("NextToken")
    if not isinstance(token, str) or not token.startswith(_EMPTY_PAGE):
        return params
    try:
        text = base64.urlsafe_b64decode(token.removeprefix(_EMPTY_PAGE).encode()).decode()
    except ValueError:
        text = ""
    if text[:8] != ids.secret(8, "empty-page", operation, text[8:]):
        raise invalid_input("INVALID_NEXT_TOKEN", "The NextToken that you specified is not valid.")
    rest = {name: value for name, value in params.items() if name != "NextToken"}
    return unwrap(operation, rest | ({"NextToken": text[8:]} if len(text) > 8 else {}))


def lag(hit: Hit, context: Context) -> Any:
    """Let reads show what was before the last write; the write itself answers rightly."""
    world = hit.world
    if hit.armed.spent:  # from here on reads are up to date again
        world.past = None
    elif hit.incoming.writes:
        before = remember(world)
        version = world.version
        answer = hit.go_on(context)
        if world.version != version:
            world.past = before
        return answer
    elif world.past is not None and hit.fires():
        return hit.go_on(replace(context, world=world.past))
    return hit.go_on(context)


def remember(world: World) -> World:
    """Copy the world for reads that come too early; records are frozen, so it is cheap."""
    kept: dict[str, Any] = {name: dict(getattr(world, name)) for name in _SHOWN_BY_READS}
    return replace(world, **kept, reads={}, sessions={}, repeats={}, calls=[], armed=[], past=None)
