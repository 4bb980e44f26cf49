"""Whether AWS shows the effect of a write: yes and no only where it does."""

from __future__ import annotations

import pytest

from orgkit.evidence.journal.open_writes import OpenWrite
from orgkit.migration.effects import effect
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase
from tests.actions.test_plans import AT, A, seen
from tests.support.make import (
    PARENT,
    ROOT,
    account,
    make_snapshot,
    parent,
    policy_type,
    progress_of,
)

AT_FIRST = OpenWrite("EnableAllFeatures", {}, "2026-01-05T09:00:00Z", attempt="")
ACCEPT = OpenWrite("AcceptHandshake", {"HandshakeId": PARENT})
CANCEL = OpenWrite("CancelHandshake", {"HandshakeId": PARENT})
ENABLE = OpenWrite("EnablePolicyType", {"RootId": ROOT, "PolicyType": "TAG_POLICY"})
REMOVE = OpenWrite("RemoveAccountFromOrganization", {"AccountId": A})


def types(status_: str) -> MigrationState:
    """An organization whose tag policies stand like this."""
    return progress_of(make_snapshot(policy_types=[policy_type("TAG_POLICY", status_)]))


EFFECTS: list[tuple[OpenWrite, MigrationState, bool | None]] = [
    (AT_FIRST, AT[Phase.CONSOLIDATED_BILLING], False),
    (AT_FIRST, AT[Phase.WAITING], True),
    (AT_FIRST, AT[Phase.CANCELED], True),
    (AT_FIRST, AT[Phase.UNKNOWN], None),
    (OpenWrite("EnableAllFeatures", {}, attempt=PARENT), AT[Phase.CANCELED], False),
    (OpenWrite("EnableAllFeatures", {}, "2026-01-05T09:00:00Z"), AT[Phase.WAITING], True),
    (OpenWrite("EnableAllFeatures", {}, "2026-01-06T09:00:00Z"), AT[Phase.WAITING], False),
    (ACCEPT, AT[Phase.READY], False),
    (ACCEPT, AT[Phase.ALL_FEATURES], True),
    (ACCEPT, seen(parent("ACCEPTED")), True),
    (ACCEPT, AT[Phase.CANCELED], False),
    (ACCEPT, AT[Phase.CONSOLIDATED_BILLING], None),
    (ACCEPT, AT[Phase.UNKNOWN], None),
    (CANCEL, AT[Phase.WAITING], False),
    (CANCEL, AT[Phase.CANCELED], True),
    (CANCEL, AT[Phase.CONSOLIDATED_BILLING], None),
    (ENABLE, types("ENABLED"), True),
    (ENABLE, types("NOT_ENABLED"), False),
    (ENABLE, types("PENDING_ENABLE"), None),
    (ENABLE, types("FROZEN"), None),
    (ENABLE, progress_of(make_snapshot(unreadable={"policy_types": "denied"})), None),
    (REMOVE, progress_of(make_snapshot([account(A)])), False),
    (REMOVE, progress_of(make_snapshot()), True),
    (REMOVE, progress_of(make_snapshot(unreadable={"accounts": "denied"})), None),
    (OpenWrite("BrandNew", {}), AT[Phase.WAITING], None),
]


@pytest.mark.parametrize(("write", "state", "expected"), EFFECTS)
def test_what_a_look_shows_of_a_call(
    write: OpenWrite, state: MigrationState, expected: bool | None
) -> None:
    """Yes and no only where AWS shows it; all else is not known."""
    assert effect(write, state) is expected
