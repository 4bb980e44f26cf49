"""Read what the process is about: accounts, handshakes, policy types, accounts being created."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from orgkit.snapshot.ask import Ask, Rows
from orgkit.snapshot.handshakes import handshake
from orgkit.terms import HandshakeAction, Kind, PolicyTypeStatus


def accounts(ask: Ask) -> Rows:
    """List the accounts. `State`, not the retired `Status`; None for what AWS did not send."""
    return [
        {
            "account_id": item["Id"],
            "name": item.get("Name"),
            "email": item.get("Email"),
            "state": item.get("State"),
            "joined_method": item.get("JoinedMethod"),
            "joined_timestamp": item.get("JoinedTimestamp"),
            "path": next(iter(item.get("Paths", [])), None),
        }
        for item in ask.organization.pages("ListAccounts", "Accounts")
    ]


# The actions under which handshakes of the process may be listed; asked one by one because it is
# not documented whether the unfiltered list contains the accounts' handshakes.
_ACTIONS = (
    HandshakeAction.ENABLE_ALL_FEATURES,
    HandshakeAction.APPROVE_ALL_FEATURES,
    HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE,
)
_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    *({"Filter": {"ActionType": action.value}} for action in _ACTIONS),
)


def handshakes(ask: Ask) -> Rows:
    """List by every filter side by side, then what only the latest parent's filter lists."""

    def listed(more: dict[str, Any]) -> Rows:
        items = ask.organization.pages("ListHandshakesForOrganization", "Handshakes", **more)
        return [handshake(item) for item in items]

    with ThreadPoolExecutor(len(_FILTERS)) as pool:
        chains = list(pool.map(listed, _FILTERS))
    rows = [handshake(item) for item in ask.told]
    rows += [row for chain in chains for row in chain]
    parents = [row for row in rows if row["kind"] is Kind.ORGANIZATION]
    if parents:
        latest = max(parents, key=lambda row: row["requested_timestamp"] or _LONG_AGO)
        rows += listed({"Filter": {"ParentHandshakeId": latest["handshake_id"]}})
    return rows


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def policy_types(ask: Ask) -> Rows:
    """Make a row of each policy type on each root, also of one newer than the installed SDK."""
    model = ask.organization.client("organizations").meta.service_model
    known = [str(value) for value in model.shape_for("PolicyType").enum]
    rows: Rows = []
    for root in ask.organization.pages("ListRoots", "Roots"):
        listed = {p["Type"]: p["Status"] for p in root.get("PolicyTypes", [])}
        names = dict.fromkeys((*known, *listed))
        # AWS names only the types that are on.
        off = PolicyTypeStatus.NOT_ENABLED
        rows += [{"root_id": root["Id"], "type": t, "status": listed.get(t, off)} for t in names]
    return rows


def creations(ask: Ask) -> Rows:
    """List the accounts that are being created, or were, or could not be."""
    return [
        {
            "create_account_request_id": item.get("Id"),
            "account_name": item.get("AccountName"),
            "state": item.get("State"),
            "requested_timestamp": item.get("RequestedTimestamp"),
        }
        for item in ask.organization.pages("ListCreateAccountStatus", "CreateAccountStatuses")
    ]
