"""Plan removing a member account."""

from __future__ import annotations

from orgkit.actions.plan import Plan, Write, unknown
from orgkit.errors.exceptions import UsageError
from orgkit.migration.state import MigrationState


def remove(state: MigrationState, account_id: str) -> Plan:
    """Plan removing a member account that stands in the way.

    Raises `UsageError` for what is no member account, `NotRead` where nobody knows.
    """
    accounts = state.snapshot.accounts
    # Management is in the list of accounts too, and cannot be removed.
    members = accounts[accounts["account_id"].ne(state.snapshot.management_id)]
    target = members[members["account_id"].eq(account_id)]
    if target.empty:
        raise UsageError(
            f'"{account_id}" is not a member account of this organization.',
            "Give the 12 digits of a member account; 03_monitor lists them.",
        )
    call = Write(
        "RemoveAccountFromOrganization",
        {"AccountId": account_id},
        account_id,
        lambda p: _gone(p, account_id),
    )
    return Plan(
        title=f"Remove account {account_id} from the organization",
        state=state,
        writes=(call,),
        steps=(
            "The account becomes standalone and pays its own bills from then on.",
            "It must have a payment method, a verified phone number and a support plan of its own.",
            "Its request, if any, is canceled.",
        ),
        undo="The account can be invited again.",
        again=lambda p: remove(p, account_id),
        targets=target,
        **unknown(state),
    )


def _gone(state: MigrationState, account_id: str) -> bool:
    """Tell whether the account left; a list without the management account is no proof of that."""
    listed = set(state.snapshot.accounts["account_id"])
    return state.snapshot.management_id in listed and account_id not in listed
