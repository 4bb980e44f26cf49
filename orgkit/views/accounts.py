"""Accounts, approvers and policy types as tables."""

from __future__ import annotations

from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.views.blocks import Block, Table
from orgkit.views.board import with_owners


def policy_types(state: MigrationState) -> Block:
    """Every policy type that this version of botocore knows, with its status on the root."""
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
    """Every account of the organization."""
    return Table("Accounts", state.snapshot.accounts, _ACCOUNTS, "accounts")


def approvers(state: MigrationState) -> Block:
    """Who would be asked if the process began now."""
    table, columns = with_owners(expected_approvers(state.snapshot), _ACCOUNTS, state)
    return Table("Who would be asked", table, columns, "approvers", "Nobody has to approve.")
