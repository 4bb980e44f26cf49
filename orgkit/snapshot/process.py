"""Read what the process is about: accounts, handshakes, policy types, accounts being created."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from orgkit.aws.answers import StrangeAnswer
from orgkit.snapshot.ask import Ask, Rows
from orgkit.snapshot.handshakes import handshake, merged
from orgkit.snapshot.rows import moment_of
from orgkit.terms import PROCESS_ACTIONS, HandshakeAction, Kind, PolicyTypeStatus


def accounts(ask: Ask) -> Rows:
    """List the accounts. `State`, not the retired `Status`; None for what AWS did not send."""
    return [
        {
            "account_id": item.get("Id"),
            "name": item.get("Name"),
            "email": _address(item.get("Email")),
            "state": item.get("State"),
            "joined_method": item.get("JoinedMethod"),
            "joined_timestamp": item.get("JoinedTimestamp"),
            "path": next(iter(item.get("Paths") or ()), None),
        }
        for item in ask.organization.pages("ListAccounts", "Accounts")
    ]


def _address(text: str | None) -> str | None:
    """Take an address that can be one; what cannot was not sent."""
    return text if text and _ADDRESS.fullmatch(text) else None


_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,255}")


# The actions under which handshakes of the process may be listed; asked one by one because it is
# not documented whether the unfiltered list contains the accounts' handshakes.
_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    *({"Filter": {"ActionType": a.value}} for a in HandshakeAction if a in PROCESS_ACTIONS),
)


def handshakes(ask: Ask) -> Rows:
    """List by every filter side by side, then what only the latest parent's filter lists."""

    def listed(more: dict[str, Any]) -> Rows:
        items = ask.organization.pages("ListHandshakesForOrganization", "Handshakes", **more)
        return [handshake(item) for item in items]

    with ThreadPoolExecutor(len(_FILTERS)) as pool:
        chains = list(pool.map(listed, _FILTERS))
    rows = [row for chain in chains for row in chain]
    told = [handshake(item) for item in ask.told]
    parents = [row for row in (*told, *rows) if row["kind"] is Kind.ORGANIZATION]
    if parents:
        latest = max(parents, key=lambda row: moment_of(row["requested_timestamp"]) or _LONG_AGO)
        rows += listed({"Filter": {"ParentHandshakeId": latest["handshake_id"]}})
    seen = {row["handshake_id"] for row in rows}
    # What was told a moment ago counts only as long as no list shows it.
    return [*(row for row in told if row["handshake_id"] not in seen), *merged(rows)]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def policy_types(ask: Ask) -> Rows:
    """Make a row of each policy type on each root, also of one newer than the installed SDK."""
    model = ask.organization.client("organizations").meta.service_model
    known = [str(value) for value in model.shape_for("PolicyType").enum]
    rows: Rows = []
    for root in _roots(ask):
        listed = {p.get("Type"): p.get("Status") for p in root["PolicyTypes"]}
        names = dict.fromkeys((*known, *listed))
        # AWS names only the types that are on.
        off = PolicyTypeStatus.NOT_ENABLED
        rows += [
            {"root_id": root.get("Id"), "type": t, "status": listed.get(t, off)} for t in names
        ]
    return rows


def _roots(ask: Ask) -> Rows:
    """List the roots, each with its list of policy types: every organization has a root."""
    roots = ask.organization.pages("ListRoots", "Roots")
    if not roots:
        raise StrangeAnswer("ListRoots", "there is no root")
    if any(not isinstance(root.get("PolicyTypes"), list) for root in roots):
        raise StrangeAnswer("ListRoots", "PolicyTypes is missing")
    return roots


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
