"""What a handshake is, by its structure and never by its action's name alone (ADR 0002)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgkit.snapshot.ask import Row
from orgkit.terms import HandshakeAction, Kind, PartyType


def handshake(item: Row) -> dict[str, Any]:
    """Make a row of the table of handshakes from a handshake of any list, with orgkit's `kind`."""
    # By type, never by position.
    parties = {p["Type"]: p["Id"] for p in item.get("Parties", [])}
    resources = {r["Type"]: r["Value"] for r in item.get("Resources", []) if "Value" in r}
    parent = resources.get("PARENT_HANDSHAKE")
    return {
        "handshake_id": item["Id"],
        "kind": _kind(item, parties, parent),
        "action": item.get("Action"),
        "state": item.get("State"),
        "account_id": parties.get(PartyType.ACCOUNT) or resources.get("ACCOUNT"),
        "email": parties.get(PartyType.EMAIL) or resources.get("EMAIL"),
        # The user guide's examples leave the prefix out; the ParentHandshakeId filter wants it.
        "parent_handshake_id": prefixed(parent, "h-") if parent else None,
        "requested_timestamp": item.get("RequestedTimestamp"),
        "expiration_timestamp": item.get("ExpirationTimestamp"),
    }


def _kind(item: Row, parties: Mapping[str, str], parent: str | None) -> Kind:
    """Tell a handshake's kind by structure: AWS's documents swap the two actions (ADR 0002)."""
    action = item.get("Action")
    if action == HandshakeAction.INVITE:
        return Kind.INVITATION
    if action == HandshakeAction.TRANSFER_RESPONSIBILITY:
        return Kind.OTHER
    if parent or PartyType.ACCOUNT in parties:
        return Kind.APPROVAL
    if set(parties) == {PartyType.ORGANIZATION}:
        return Kind.ORGANIZATION
    return Kind.OTHER


def prefixed(identifier: str, prefix: str) -> str:
    """Give an id its prefix, whether AWS wrote it or not."""
    return identifier if identifier.startswith(prefix) else prefix + identifier
