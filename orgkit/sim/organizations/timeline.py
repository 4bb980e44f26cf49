"""Time passes: what falls due happens in one fixed order, each thing at its own instant."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from orgkit.facts import CLOSED_ACCOUNT_RETENTION, HANDSHAKE_RETENTION
from orgkit.sim.errors import AwsError, SimulatorError
from orgkit.sim.organizations import handshakes, process
from orgkit.sim.organizations.authority import able
from orgkit.sim.organizations.membership import (
    closing,
    complete_closure,
    complete_creation,
    vanish,
)
from orgkit.sim.organizations.policy_types import changing_policy_types, settle_policy_type
from orgkit.sim.state.clock import iso
from orgkit.sim.state.model import Caller, Context, Handshake, World
from orgkit.terms import HandshakeState, Kind

SETTLES_AFTER_READS = 2


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Something that falls due; the order of the fields is the order of events."""

    at: datetime
    rank: int  # answers before expiry, so that an answer at the last instant counts
    number: int
    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened while time passed."""

    time: str
    what: str
    account: str
    handshake: str


def advance(world: World, until: datetime) -> list[Event]:
    """Move the clock, never backwards, and let happen what falls due on the way."""
    if until < world.now:
        raise SimulatorError(
            f"The simulator's clock shows {iso(world.now)} and cannot go back to {iso(until)}.",
            "Name a later instant, or start over with `orgkit sim reset`.",
        )
    world.take_notes()  # older ones: the heap below begins with everything
    if until > world.now:
        # No step is too short for it: what is asynchronous has no duration of its own here.
        settle_all(world)
    heap = [due for key in (*world.handshakes, *world.accounts) for due in _due(world, key)]
    heapq.heapify(heap)
    events = []
    while heap and heap[0].at <= until:
        due = heapq.heappop(heap)
        if due not in _due(world, due.key):
            continue  # something that happened before made it void
        world.now = max(world.now, due.at)
        events += _happen(world, due)
        # Only what was put meanwhile can fall due anew; a look at 5,000 accounts would take long.
        for key in dict.fromkeys(world.take_notes()):
            for new in _due(world, key):
                heapq.heappush(heap, new)
    world.now = until
    world.touch()
    return events


def _due(world: World, key: str) -> Iterator[Due]:
    record = world.handshakes.get(key)
    if record is not None:
        yield from _due_of_handshake(record)
    account = world.accounts.get(key)
    if account is not None and account.closed_at is not None:
        yield Due(account.closed_at + CLOSED_ACCOUNT_RETENTION, 3, account.number, key, "vanished")


def _due_of_handshake(record: Handshake) -> Iterator[Due]:
    if not record.live:
        if record.ended_at is not None:
            yield Due(record.ended_at + HANDSHAKE_RETENTION, 2, record.number, record.id, "purged")
        return
    if record.answer_at is not None and record.answer in ("approve", "decline"):
        yield Due(record.answer_at, 0, record.number, record.id, record.answer)
    yield Due(record.expires_at, 1, record.number, record.id, "expired")


def _happen(world: World, due: Due) -> list[Event]:
    record = world.handshakes.get(due.key)
    if record is None:
        vanish(world, world.accounts[due.key])
        return [Event(iso(world.now), due.what, due.key, "")]
    account_id = record.account_id
    if due.what == "expired":
        _expire(world, record)
    elif due.what == "purged":
        world.drop(record.id)
    else:
        what, account_id = _answer_as_planned(world, record)
        return [Event(iso(world.now), what, account_id, record.id)]
    return [Event(iso(world.now), due.what, account_id, record.id)]


def _expire(world: World, record: Handshake) -> None:
    if record.kind is Kind.ORGANIZATION:
        process.stop(world, record, HandshakeState.EXPIRED)
    else:
        process.end(world, record, HandshakeState.EXPIRED)


def _answer_as_planned(world: World, record: Handshake) -> tuple[str, str]:
    # The plan is used up even if it fails; else the same answer would fall due for ever.
    world.put_handshake(replace(record, answer=""))
    account = _recipient(world, record)
    if account == "" or not able(world.accounts[account]):
        return "could not answer", account
    try:
        return answer(world, account, record.id, record.answer), account
    except AwsError as error:
        return f"could not answer: {error.code}", account


def _recipient(world: World, record: Handshake) -> str:
    if record.account_id:
        return record.account_id if record.account_id in world.accounts else ""
    candidates = world.accounts.values()
    return next((a.id for a in candidates if handshakes.is_recipient(a, record)), "")


def answer(world: World, account_id: str, handshake_id: str, words: str) -> str:
    """Accept or decline as the account's administrator."""
    context = Context(world, administrator(account_id))
    params = {"HandshakeId": handshake_id}
    if words == "approve":
        handshakes.accept_handshake(context, params)
        return "approved"
    handshakes.decline_handshake(context, params)
    return "declined"


def administrator(account_id: str) -> Caller:
    """Make the administrator that an access key id of twelve digits stands for."""
    arn = f"arn:aws:iam::{account_id}:user/administrator"
    return Caller(account_id, arn, f"AIDA{account_id}0000")


def answer_all(world: World, account_id: str, words: str) -> list[Event]:
    """Answer everything that is open for the account, now, as its owner."""
    open_for_it = [
        h for h in world.handshakes.values() if h.live and _recipient(world, h) == account_id
    ]
    if not open_for_it:
        raise SimulatorError(
            f"Account {account_id} has nothing to answer.",
            "Check `orgkit sim status`, and request all features if that is still to do.",
        )
    if not able(world.accounts.get(account_id)):
        state = world.accounts[account_id].state
        raise SimulatorError(
            f"Account {account_id} is {state}: nobody can sign in to it.",
            "On AWS this needs AWS Support, or removing the account from the organization.",
        )
    return [
        Event(iso(world.now), answer(world, account_id, h.id, words), account_id, h.id)
        for h in open_for_it
    ]


Change = tuple[str, Callable[[], None]]  # what is on its way, and how it is done


def _policy_types(world: World) -> list[Change]:
    names = changing_policy_types(world)
    return [(f"policy-type:{name}", partial(settle_policy_type, world, name)) for name in names]


def _creations(world: World) -> list[Change]:
    running = [record for record in world.creations.values() if record.state == "IN_PROGRESS"]
    return [(record.id, partial(complete_creation, world, record)) for record in running]


def _closures(world: World) -> list[Change]:
    return [(f"closing:{a.id}", partial(complete_closure, world, a)) for a in closing(world)]


_SEEN_BY: dict[str, Callable[[World], list[Change]]] = {
    "ListRoots": _policy_types,
    "DescribeCreateAccountStatus": _creations,
    "ListCreateAccountStatus": _creations,
    "DescribeAccount": _closures,
    "ListAccounts": _closures,
}


def note_reads(world: World, operation: str) -> None:
    """Complete what is asynchronous on AWS once it was seen twice, so that polling ends."""
    watched = _SEEN_BY.get(operation)
    for key, finish in watched(world) if watched else ():
        if _seen_enough(world, key):
            finish()


def _seen_enough(world: World, key: str) -> bool:
    world.reads[key] = world.reads.get(key, 0) + 1
    if world.reads[key] < SETTLES_AFTER_READS:
        return False
    del world.reads[key]
    return True


def settle_all(world: World) -> None:
    """Complete everything asynchronous, for which time that passes is enough."""
    for changes in (_policy_types, _creations, _closures):
        for _, finish in changes(world):
            finish()
    world.reads.clear()
