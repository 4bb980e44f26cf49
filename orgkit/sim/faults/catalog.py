"""The named faults: one row each; how they are armed, and which calls they hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orgkit.sim.errors import SimulatorError
from orgkit.sim.faults import effects
from orgkit.sim.faults.effects import Harm, Hit, Incoming, Work
from orgkit.sim.organizations.operations import READS, WRITES
from orgkit.sim.state.model import Armed, Context, World

_ALL = ("*",)
_LISTS = tuple(name for name in READS if name.startswith("List") and "Responsibility" not in name)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which AWS, or the way to it, can fail; it hits once unless told otherwise."""

    about: str
    operations: tuple[str, ...]
    harm: Harm
    times: int | None = 1


FAULTS: dict[str, Fault] = {
    "throttled": Fault(
        "TooManyRequestsException, in a burst of three",
        _ALL,
        effects.refuse("TooManyRequestsException", "You have sent too many requests."),
        times=3,
    ),
    "throttle-documented": Fault(
        "TooManyRequestsException as AWS's published token buckets give it, in real time",
        _ALL,
        effects.documented_throttling,
        times=None,
    ),
    "server-error": Fault(
        "HTTP 500 ServiceException; nothing happened",
        _ALL,
        effects.refuse("ServiceException", "An internal error occurred.", status=500),
    ),
    "unavailable": Fault(
        "HTTP 503 ServiceUnavailable; nothing happened",
        _ALL,
        effects.refuse("ServiceUnavailable", "Service is unavailable.", status=503),
    ),
    "reset-before": Fault("The connection is reset; nothing happened", _ALL, effects.drop),
    "reset-after": Fault(
        "The connection is reset after a write took effect", tuple(WRITES), effects.drop_afterwards
    ),
    "error-after": Fault(
        "HTTP 500 ServiceException although a write took effect",
        tuple(WRITES),
        effects.refuse_afterwards("ServiceException", "An internal error occurred.", status=500),
    ),
    "accepted-with-error": Fault(
        "AcceptHandshake answers with an error that no SDK repeats, and yet took effect",
        ("AcceptHandshake",),
        effects.refuse_afterwards(
            "HandshakeConstraintViolationException",
            "The account is already a member of an organization.",
            "ALREADY_IN_AN_ORGANIZATION",
        ),
    ),
    "concurrent-modification": Fault(
        "ConcurrentModificationException, which no SDK repeats; nothing happened",
        tuple(WRITES),
        effects.refuse(
            "ConcurrentModificationException", "The target of the operation is being modified."
        ),
    ),
    "empty-page": Fault(
        "A page without entries that carries a token; the list goes on after it",
        _LISTS,
        effects.empty_page,
    ),
    "stale-reads": Fault(
        "After a write, so many reads still show what was before it",
        _ALL,
        effects.lag,
        times=3,
    ),
    "expired-token": Fault("The session token has expired", _ALL, effects.expired_token),
    "denied": Fault(
        "AccessDeniedException, for as long as the fault is armed",
        _ALL,
        effects.refuse(
            "AccessDeniedException", "You don't have permissions to access this resource."
        ),
        times=None,
    ),
    "dependency-denied": Fault(
        "Accepting is refused because the service-linked role cannot be made",
        ("AcceptHandshake",),
        effects.refuse(
            "AccessDeniedForDependencyException",
            "The request requires the permission iam:CreateServiceLinkedRole.",
            "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE",
        ),
    ),
    "assisted-migration": Fault(
        "EnableAllFeatures is refused: a migration that no list shows is pending",
        ("EnableAllFeatures",),
        effects.refuse(
            "HandshakeConstraintViolationException",
            "The organization is already in the process of enabling all features.",
            "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
        ),
        times=None,
    ),
    "handshake-limit": Fault(
        "The day's handshakes are used up",
        ("EnableAllFeatures", "InviteAccountToOrganization"),
        effects.refuse(
            "HandshakeConstraintViolationException",
            "You have exceeded the number of handshakes for one day.",
            "HANDSHAKE_RATE_LIMIT_EXCEEDED",
        ),
    ),
    "slow": Fault("The right answer, after some seconds", _ALL, effects.slow),
}


def arm(world: World, name: str, **options: Any) -> Armed:
    """Arm a fault; options are fields of `Armed`, and those left out are the fault's own."""
    if name not in FAULTS:
        raise SimulatorError(f"There is no fault {name!r}.", f"Name one of: {', '.join(FAULTS)}.")
    given = {key: value for key, value in options.items() if value is not None}
    number = 1 + max((armed.number for armed in world.armed), default=0)
    armed = Armed(name=name, number=number, **(_defaults(name, given) | given))
    _check(armed)
    world.armed.append(armed)
    return armed


def _defaults(name: str, given: dict[str, Any]) -> dict[str, Any]:
    fault = FAULTS[name]
    # A probability alone means: as long as the fault is armed.
    times = None if "probability" in given else fault.times
    return {"operations": fault.operations, "times": times}


def _check(armed: Armed) -> None:
    numbers = {
        "times": armed.times is None or armed.times >= 1,
        "probability": armed.probability is None or 0 < armed.probability <= 1,
        "skip": armed.skip >= 0,
        "seconds": armed.seconds >= 0,
        "factor": armed.factor > 0,
        "operations": bool(armed.operations),
    }
    for name, good in numbers.items():
        if not good:
            value = getattr(armed, name)
            raise SimulatorError(
                f"{name} of fault {armed.name!r} is {value!r}.",
                "times is at least 1, probability above 0 and at most 1, the others not negative.",
            )


def disarm(world: World, name: str = "", number: int = 0) -> list[Armed]:
    """Take back one fault by its number, all of a name, or all; gives them as they ended."""
    # No name and no number match everything.
    gone = [a for a in world.armed if name in ("", a.name) and number in (0, a.number)]
    world.armed = [armed for armed in world.armed if armed not in gone]
    # Without the fault nothing else would end the lag.
    if not any(armed.name == "stale-reads" for armed in world.armed):
        world.past = None
    return gone


def never_fired(world: World) -> list[str]:
    """Name what was armed in vain: a test that needs it has tested nothing."""
    return [armed.name for armed in world.armed if not armed.fired]


def around(world: World, incoming: Incoming, work: Work) -> Work:
    """Put every armed fault around the work; the one armed first is the outermost."""
    # By place, not by record: a record is replaced in the list whenever it counts a call.
    for number in reversed(range(len(world.armed))):
        work = _around(world, number, incoming, work)
    return work


def _around(world: World, number: int, incoming: Incoming, work: Work) -> Work:
    armed = world.armed[number]
    hit = Hit(world, number, incoming, work)

    def broken(context: Context) -> Any:
        if not effects.matches(armed, incoming, context.caller.account_id):
            return work(context)
        return FAULTS[armed.name].harm(hit, context)

    return broken
