"""What a handshake is, by its structure and never by its action's name alone (ADR 0002)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orgkit.aws.answers import StrangeAnswer, quoted
from orgkit.snapshot.ask import Row
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    PROCESS_ACTIONS,
    HandshakeAction,
    HandshakeState,
    Kind,
    PartyType,
    ResourceType,
)

_LISTED = "ListHandshakesForOrganization"


def handshake(item: Row) -> dict[str, Any]:
    """Make a row of the table of handshakes from a handshake of any list, with orgkit's `kind`."""
    # By type, never by position.
    parties = {str(p.get("Type")): p.get("Id") for p in item.get("Parties") or ()}
    resources = {str(r.get("Type")): r.get("Value") for r in item.get("Resources") or ()}
    parent = resources.get(ResourceType.PARENT_HANDSHAKE)
    account = parties.get(PartyType.ACCOUNT) or resources.get(ResourceType.ACCOUNT)
    return {
        "handshake_id": item.get("Id"),
        "kind": _kind(item, parties, parent),
        "action": item.get("Action"),
        "state": item.get("State"),
        "account_id": account,
        "email": parties.get(PartyType.EMAIL) or resources.get(ResourceType.EMAIL),
        # The user guide's examples leave the prefix out; the ParentHandshakeId filter wants it.
        "parent_handshake_id": prefixed(parent, "h-") if parent else None,
        "requested_timestamp": item.get("RequestedTimestamp"),
        "expiration_timestamp": item.get("ExpirationTimestamp"),
        "strange": "; ".join(_strange(item, parties, resources, account)) or None,
    }


def _kind(item: Row, parties: Mapping[str, Any], parent: str | None) -> Kind:
    """Tell a handshake's kind by structure: AWS's documents swap the two actions (ADR 0002)."""
    action = item.get("Action")
    if action == HandshakeAction.INVITE:
        return Kind.INVITATION
    if action not in PROCESS_ACTIONS:
        return Kind.OTHER  # known, or strange: in either case no part of the process
    if parent or PartyType.ACCOUNT in parties:
        return Kind.APPROVAL
    if set(parties) == {PartyType.ORGANIZATION}:
        return Kind.ORGANIZATION
    return Kind.OTHER


def _strange(
    item: Row, parties: Mapping[str, Any], resources: Mapping[str, Any], account: str | None
) -> Iterator[str]:
    """Say what orgkit does not know about a handshake, so that it counts for nothing."""
    yield from _types("party", parties, PartyType)
    yield from _types("resource", resources, ResourceType)
    if item.get("Action") not in PROCESS_ACTIONS:
        return
    parent = resources.get(ResourceType.PARENT_HANDSHAKE)
    if ResourceType.PARENT_HANDSHAKE in resources and not parent:
        yield "an account's request with an empty PARENT_HANDSHAKE"
    kind = _kind(item, parties, parent)
    if kind is Kind.OTHER or (kind is Kind.ORGANIZATION and account):
        yield f"parties {quoted(', '.join(parties))}"
    if kind is Kind.APPROVAL and not account:
        yield "an account's request that names no account"


def _types(what: str, found: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    yield from (f"{what} type {quoted(name)}" for name in found if name not in set(known))


def merged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one row of each handshake that several lists show, which are read one after the other.

    An answer may come between two of them: of two states the later in a handshake's life counts.
    Whatever else differs is a contradiction, and raises `StrangeAnswer`.
    """
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        key = row["handshake_id"]
        found[key] = _later(found[key], row) if key in found else row
    return list(found.values())


_MAY_CHANGE = ("state", "email", "account_id")  # the party of an invitation becomes the account


def _later(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    if any(one[k] != two[k] for k in one if k not in _MAY_CHANGE):
        raise _contradicts(one)
    if one["state"] == two["state"]:
        return two
    first, second = _age(one["state"]), _age(two["state"])
    if first is None or second is None or first == second:
        raise _contradicts(one)
    return one if first > second else two


def _age(state: Any) -> int | None:
    if state not in set(HandshakeState):
        return None
    if state not in LIVE_HANDSHAKE_STATES:
        return 2
    return 1 if state == HandshakeState.OPEN else 0


def _contradicts(row: Row) -> StrangeAnswer:
    return StrangeAnswer(_LISTED, f"{quoted(row['handshake_id'])} is listed in two ways")


def prefixed(identifier: str, prefix: str) -> str:
    """Give an id its prefix, whether AWS wrote it or not."""
    return identifier if identifier.startswith(prefix) else prefix + identifier
