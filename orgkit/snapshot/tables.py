"""AWS answers as DataFrames with fixed schemas, also when empty. UTC; ids are strings, always.

Column names are AWS's member names in snake_case; `Id` gets its noun. Text is pandas `string`,
moments are `datetime64[ns, UTC]`, what may be unknown is `boolean` with NA.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.terms import PolicyTypeStatus

UTC_TIME = "datetime64[ns, UTC]"

Schema = Mapping[str, str]
Row = Mapping[str, Any]

ACCOUNTS: Schema = {
    "account_id": "string",
    "name": "string",
    "email": "string",
    "state": "string",
    "joined_method": "string",
    "joined_timestamp": UTC_TIME,
    "path": "string",
}
HANDSHAKES: Schema = {
    "handshake_id": "string",
    "kind": "string",
    "action": "string",
    "state": "string",
    "account_id": "string",
    "email": "string",
    "parent_handshake_id": "string",
    "requested_timestamp": UTC_TIME,
    "expiration_timestamp": UTC_TIME,
}
POLICY_TYPES: Schema = {"root_id": "string", "type": "string", "status": "string"}
CREATIONS: Schema = {
    "create_account_request_id": "string",
    "account_name": "string",
    "state": "string",
    "requested_timestamp": UTC_TIME,
}
MEMBERS: Schema = {
    "account_id": "string",
    "reachable": "boolean",
    "service_linked_role": "boolean",
    "may_accept": "boolean",
    "why": "string",
}
# What only a thorough look reads: the surroundings of the process.
DELEGATED: Schema = {"account_id": "string", "name": "string"}
TRUSTED: Schema = {"service_principal": "string"}
TRANSFERS: Schema = {"transfer_id": "string", "direction": "string", "status": "string"}
TRAILS: Schema = {"name": "string", "home_region": "string", "multi_region": "boolean"}
QUOTAS: Schema = {"name": "string", "value": "Float64"}
PERMISSIONS: Schema = {"action": "string", "decision": "string"}
SETTINGS: Schema = {"name": "string", "value": "string"}
SCHEMAS: dict[str, Schema] = {
    "accounts": ACCOUNTS,
    "handshakes": HANDSHAKES,
    "policy_types": POLICY_TYPES,
    "creations": CREATIONS,
    "members": MEMBERS,
    "delegated": DELEGATED,
    "trusted": TRUSTED,
    "transfers": TRANSFERS,
    "trails": TRAILS,
    "quotas": QUOTAS,
    "permissions": PERMISSIONS,
    "settings": SETTINGS,
}

# What tells the rows of a table apart.
KEYS: dict[str, tuple[str, ...]] = {
    "accounts": ("account_id",),
    "handshakes": ("handshake_id",),
    "policy_types": ("root_id", "type"),
    "creations": ("create_account_request_id",),
    "members": ("account_id",),
    "delegated": ("account_id",),
    "trusted": ("service_principal",),
    "transfers": ("transfer_id", "direction"),
    "trails": ("name", "home_region"),
    "quotas": ("name",),
    "permissions": ("action",),
    "settings": ("name",),
}


def frame(rows: Iterable[Row], schema: Schema) -> pd.DataFrame:
    """Rows as a frame with exactly the schema's columns and types; what is missing becomes NA."""
    records = [{name: row.get(name) for name in schema} for row in rows]
    made = pd.DataFrame(records, columns=list(schema))
    for name, kind in schema.items():
        column: Any = made[name]
        if kind == UTC_TIME:
            column = pd.to_datetime(column, utc=True, format="ISO8601")
        made[name] = column.astype(kind)
    return made


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as plain values for JSON: None for NA, moments as ISO 8601 in UTC with Z."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.tz_convert("UTC").isoformat().replace("+00:00", "Z")
    return value


def accounts(items: Iterable[Row]) -> pd.DataFrame:
    """ListAccounts' `Accounts` as `ACCOUNTS`. `State`, not the retired `Status`; NA if not sent."""
    return frame(
        (
            {
                "account_id": item["Id"],
                "name": item.get("Name"),
                "email": item.get("Email"),
                "state": item.get("State"),
                "joined_method": item.get("JoinedMethod"),
                "joined_timestamp": item.get("JoinedTimestamp"),
                "path": next(iter(item.get("Paths", [])), None),
            }
            for item in items
        ),
        ACCOUNTS,
    )


def policy_types(roots: Iterable[Row], known: Iterable[str]) -> pd.DataFrame:
    """ListRoots' `Roots` as `POLICY_TYPES`: every known type, and any newer one that AWS lists."""
    found: list[dict[str, Any]] = []
    for root in roots:
        listed = {p["Type"]: p["Status"] for p in root.get("PolicyTypes", [])}
        names = [*known, *(t for t in listed if t not in set(known))]
        found += [
            {
                "root_id": root["Id"],
                "type": t,
                "status": listed.get(t, PolicyTypeStatus.NOT_ENABLED),
            }
            for t in names
        ]
    return frame(found, POLICY_TYPES)


def creations(items: Iterable[Row]) -> pd.DataFrame:
    """ListCreateAccountStatus' `CreateAccountStatuses` as `CREATIONS`."""
    return frame(
        (
            {
                "create_account_request_id": item.get("Id"),
                "account_name": item.get("AccountName"),
                "state": item.get("State"),
                "requested_timestamp": item.get("RequestedTimestamp"),
            }
            for item in items
        ),
        CREATIONS,
    )


def members(items: Iterable[Row]) -> pd.DataFrame:
    """Rows of `orgkit.snapshot.members.look_into` as `MEMBERS`."""
    return frame(
        (
            {
                "account_id": item["AccountId"],
                "reachable": item.get("Reachable"),
                "service_linked_role": item.get("ServiceLinkedRole"),
                "may_accept": item.get("MayAccept"),
                "why": item.get("Why", ""),
            }
            for item in items
        ),
        MEMBERS,
    )
