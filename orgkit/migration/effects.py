"""Whether a write is seen to have taken effect, told from its name and what AWS says now. Pure.

Yes and no are said only where AWS shows it; for everything else nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from orgkit.evidence.journal.open_writes import OpenWrite
from orgkit.formats import moment
from orgkit.migration.state import MigrationState
from orgkit.snapshot.sources import NotRead
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    FeatureSet,
    HandshakeState,
    Phase,
    PolicyTypeStatus,
)

# A handshake's own time and the Date header of an answer come from two clocks of AWS.
_CLOCKS_DIFFER = timedelta(minutes=1)


def effect(write: OpenWrite, state: MigrationState) -> bool | None:
    """Tell whether AWS shows the effect of a write, shows that there is none, or neither."""
    look = _EFFECTS.get(write.operation)
    try:
        return look(write, state) if look else None
    except NotRead:
        return None


def _begun(write: OpenWrite, state: MigrationState) -> bool | None:
    state.snapshot.part("handshakes")
    if state.phase is Phase.UNKNOWN:
        return None
    if state.attempt is None:
        return False
    if write.attempt is not None:
        return state.attempt.handshake_id != write.attempt
    return state.attempt.requested >= moment(write.at) - _CLOCKS_DIFFER


def _accepted(write: OpenWrite, state: MigrationState) -> bool | None:
    if state.snapshot.feature_set == FeatureSet.ALL:
        return True
    now = _handshake(write, state)
    # Also what ended otherwise, or waits still, was not accepted.
    return None if now is None else now == HandshakeState.ACCEPTED


def _canceled(write: OpenWrite, state: MigrationState) -> bool | None:
    now = _handshake(write, state)
    return None if now is None else now == HandshakeState.CANCELED


def _handshake(write: OpenWrite, state: MigrationState) -> str | None:
    """Find the state of the handshake that was written to; None where AWS does not show it now."""
    table = state.snapshot.part("handshakes")
    found = table.loc[table["handshake_id"].eq(str(write.parameters.get("HandshakeId"))), "state"]
    now = None if found.empty else str(found.iloc[0])
    return now if now in (*LIVE_HANDSHAKE_STATES, *_ENDED) else None


_ENDED = frozenset(HandshakeState) - LIVE_HANDSHAKE_STATES


def _enabled(write: OpenWrite, state: MigrationState) -> bool | None:
    table = state.snapshot.part("policy_types")
    of = table["type"].eq(str(write.parameters.get("PolicyType")))
    on = table["root_id"].eq(str(write.parameters.get("RootId")))
    status = set(table.loc[of & on, "status"])
    if len(status) != 1:  # a list without the root shows nothing, and nothing is no proof
        return None
    known = {PolicyTypeStatus.ENABLED: True, PolicyTypeStatus.NOT_ENABLED: False}
    return known.get(status.pop())


def _removed(write: OpenWrite, state: MigrationState) -> bool | None:
    listed = set(state.snapshot.part("accounts")["account_id"])
    # A list without the management account is not a list of this organization.
    if state.snapshot.management_id not in listed:
        return None
    return str(write.parameters.get("AccountId")) not in listed


_EFFECTS: Mapping[str, Callable[[OpenWrite, MigrationState], bool | None]] = {
    "EnableAllFeatures": _begun,
    "AcceptHandshake": _accepted,
    "CancelHandshake": _canceled,
    "EnablePolicyType": _enabled,
    "RemoveAccountFromOrganization": _removed,
}
