"""What is different between two snapshots, in words. Pure."""

from __future__ import annotations

from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables


def differences(before: MigrationState, after: MigrationState) -> list[str]:
    """Say in one sentence each what moved: the phase, and each account's request or state."""
    said = []
    if before.phase is not after.phase:
        said.append(f"The phase went from {before.phase} to {after.phase}.")
    then = {row["account_id"]: row for row in tables.rows(before.board)}
    for row in tables.rows(after.board):
        old = then.get(row["account_id"])
        if old is None:
            said.append(f"{row['name']} ({row['account_id']}) was asked.")
            continue
        for what in ("request_state", "account_state"):
            if old[what] != row[what]:
                who = f"{row['name']} ({row['account_id']})"
                said.append(f"{who} went from {old[what]} to {row[what]}.")
    return said
