"""What is different between two looks, in words. Pure."""

from __future__ import annotations

from orgkit.migration.state import MigrationState


def differences(before: MigrationState, after: MigrationState) -> list[str]:
    """One sentence for the phase and one for each account whose request or state moved."""
    said = []
    if before.phase is not after.phase:
        said.append(f"The phase went from {before.phase} to {after.phase}.")
    then = {row["account_id"]: row for row in before.board.to_dict("records")}
    for row in after.board.to_dict("records"):
        old = then.get(row["account_id"])
        if old is None:
            said.append(f"{row['name']} ({row['account_id']}) was asked.")
            continue
        for what in ("request_state", "account_state"):
            if old[what] != row[what]:
                who = f"{row['name']} ({row['account_id']})"
                said.append(f"{who} went from {old[what]} to {row[what]}.")
    return said
