"""Small organizations for tests: ten-line frames, and the AWS dicts that frames are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from orgkit.aws import Caller
from orgkit.evidence.journal.projection import Projection, project
from orgkit.migration import state as migration_state
from orgkit.snapshot import tables as snapshot_tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import SCHEMAS, not_read

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ORGANIZATION = "o-test123456"
MANAGEMENT = "111111111111"
ADMIN = f"arn:aws:sts::{MANAGEMENT}:assumed-role/Admin/ada"
ROOT = "r-test"
PARENT = "h-parent00000001"

Row = dict[str, Any]


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def account(account_id: str, state: str | None = "ACTIVE", **fields: Any) -> Row:
    """One row of `the table of accounts`: an invited, active account unless told otherwise."""
    name = fields.get("name", f"Account {account_id[:3]}")
    return {
        "account_id": account_id,
        "name": name,
        "email": f"root+{account_id}@a{account_id}.example.com",
        "state": state,
        "joined_method": "INVITED",
        "joined_timestamp": day(-300),
        "path": f"{ORGANIZATION}/{ROOT}/{account_id}/",
    } | fields


def created(account_id: str, **fields: Any) -> Row:
    """An account that was created in the organization."""
    return account(account_id, joined_method="CREATED", **fields)


def handshake(handshake_id: str, kind: str, state: str, **fields: Any) -> Row:
    """One row of `the table of handshakes`, requested at the start for 90 days."""
    requested = fields.pop("requested", START)
    return {
        "handshake_id": handshake_id,
        "kind": kind,
        "action": "APPROVE_ALL_FEATURES",
        "state": state,
        "requested_timestamp": requested,
        "expiration_timestamp": requested + timedelta(days=90),
    } | fields


def parent(state: str = "REQUESTED", handshake_id: str = PARENT, **fields: Any) -> Row:
    """The organization's own handshake."""
    return handshake(
        handshake_id, "ORGANIZATION", state, **({"action": "ENABLE_ALL_FEATURES"} | fields)
    )


def child(account_id: str, state: str = "OPEN", of: str | None = PARENT, **fields: Any) -> Row:
    """The approval of one account."""
    fields = {"handshake_id": f"h-child{account_id}", "parent_handshake_id": of} | fields
    return handshake(kind="APPROVAL", state=state, account_id=account_id, **fields)


def make_snapshot(
    accounts: Iterable[Row] = (),
    handshakes: Iterable[Row] = (),
    *,
    at: float = 0,
    arn: str = ADMIN,
    caller: str = MANAGEMENT,
    feature_set: str = "CONSOLIDATED_BILLING",
    unreadable: Mapping[str, str] | None = None,
    **tables: Iterable[Row],
) -> Snapshot:
    """One look at day `at`; the management account is added by itself, INVITED as on AWS."""
    management = account(MANAGEMENT, name="Billing", email="billing@test.example.com")
    rows = {"accounts": [management, *accounts], "handshakes": handshakes} | tables
    if unreadable and "accounts" in unreadable:
        rows["accounts"] = []
    made = {name: snapshot_tables.table(name, rows.get(name, ())) for name in SCHEMAS}
    return Snapshot(
        taken_at=day(at),
        target="sim",
        caller=Caller(caller, arn),
        organization_id=ORGANIZATION,
        management_id=MANAGEMENT,
        management_email="billing@test.example.com",
        feature_set=feature_set,
        failed={part: not_read(part, why) for part, why in (unreadable or {}).items()},
        thorough=True,
        member_role="Looker" if "members" in {*tables, *(unreadable or ())} else "",
        tables=made,
    )


def memory_of(*snapshots: Snapshot, places: Iterable[int] = ()) -> Projection:
    """What is remembered after these looks, which stand at these places in the journal."""
    projection = Projection()
    for place, each in zip(places or count(1), snapshots, strict=False):
        projection = project(projection, each.to_json(), place)
    return projection


def progress_of(*snapshots: Snapshot) -> migration_state.MigrationState:
    """Where the organization stands at the last of these looks."""
    return migration_state.assess(snapshots[-1], memory_of(*snapshots))


def policy_type(name: str, status: str = "NOT_ENABLED") -> Row:
    """One row of `the table of policy types`."""
    return {"root_id": ROOT, "type": name, "status": status}


def aws_account(account_id: str, **fields: Any) -> Row:
    """An account as ListAccounts gives it."""
    return {
        "Id": account_id,
        "Arn": f"arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{account_id}",
        "Name": f"Account {account_id}",
        "Email": f"root@a{account_id}.example.com",
        "State": "ACTIVE",
        "JoinedMethod": "INVITED",
        "JoinedTimestamp": day(-300),
        "Paths": [f"{ORGANIZATION}/{ROOT}/{account_id}/"],
    } | fields


def aws_parent(state: str = "REQUESTED", action: str = "ENABLE_ALL_FEATURES", **fields: Any) -> Row:
    """The organization's handshake as the user guide's example shows it: no `o-` in the party."""
    return {
        "Id": PARENT,
        "Parties": [{"Id": ORGANIZATION.removeprefix("o-"), "Type": "ORGANIZATION"}],
        "Resources": [{"Type": "ORGANIZATION", "Value": ORGANIZATION}],
        "State": state,
        "Action": action,
        "RequestedTimestamp": START,
        "ExpirationTimestamp": day(90),
    } | fields


def aws_child(
    account_id: str, state: str = "OPEN", action: str = "APPROVE_ALL_FEATURES", **fields: Any
) -> Row:
    """An account's handshake as the user guide's example shows it: no `h-` in PARENT_HANDSHAKE."""
    return {
        "Id": f"h-child{account_id}",
        "Parties": [
            {"Id": ORGANIZATION.removeprefix("o-"), "Type": "ORGANIZATION"},
            {"Id": account_id, "Type": "ACCOUNT"},
        ],
        "Resources": [
            {"Type": "PARENT_HANDSHAKE", "Value": PARENT.removeprefix("h-")},
            {"Type": "ORGANIZATION", "Value": ORGANIZATION},
            {"Type": "ACCOUNT", "Value": account_id},
        ],
        "State": state,
        "Action": action,
        "RequestedTimestamp": START + timedelta(seconds=0.8),
        "ExpirationTimestamp": day(90),
    } | fields
