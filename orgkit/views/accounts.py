"""Accounts, approvers and policy types as tables."""

from __future__ import annotations

from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.views.blocks import Block, Table, join
from orgkit.views.board import with_owners
from orgkit.views.status import unread


def policy_types(state: MigrationState) -> Block:
    """Show every policy type that this version of botocore knows, with its status on the root."""
    if missing := unread(state.snapshot, "policy_types"):
        return join(missing)
    columns = {"type": "Policy type", "status": "Status", "root_id": "Root"}
    return Table("Policy types", state.snapshot.policy_types, columns, "policy_types")


_ACCOUNTS = {
    "account_id": "Account",
    "name": "Name",
    "email": "Owner's address",
    "state": "State",
    "joined_method": "Joined",
    "joined_timestamp": "Since",
}


def every_account(state: MigrationState) -> Block:
    """Show every account of the organization."""
    if missing := unread(state.snapshot, "accounts"):
        return join(missing)
    return Table("Accounts", state.snapshot.accounts, _ACCOUNTS, "accounts")


def approvers(state: MigrationState) -> Block:
    """Show who would be asked if the process began now."""
    if missing := unread(state.snapshot, "accounts"):
        return join(missing)
    table, columns = with_owners(expected_approvers(state.snapshot), _ACCOUNTS, state)
    return Table("Who would be asked", table, columns, "approvers", "No account has to approve.")
