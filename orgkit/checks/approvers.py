"""Checks of the accounts that must approve."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from orgkit.checks.registry import Finding, check, fail, info, ok, unknown, warn
from orgkit.errors.remedies import MEMBER, SUPPORT
from orgkit.facts import CREATED_ACCOUNT_WAIT
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.terms import AccountState, JoinedMethod

_MANY = 50  # a rule of thumb: more than one person can ask
_UPGRADE = "Upgrade boto3; State came in 2025-09."


def _approvers(state: MigrationState) -> pd.DataFrame:
    return state.snapshot.invited


def _none_of(found: pd.DataFrame, text: str, who: str = "approvers") -> Finding:
    """Pass, unless the state of some is not known: that is no pass."""
    hidden = int(found["state"].isna().sum())
    if hidden:
        return unknown(f"{hidden} of {len(found)} {who} show no State.", _UPGRADE)
    return ok(text)


@check(
    "How many accounts must approve",
    "User guide, beginning the standard migration",
    reads="accounts",
    verdicts="WARN INFO UNKNOWN",
)
def approver_count(state: MigrationState) -> Iterator[Finding]:
    """Every invited account must approve within 90 days."""
    # Asked for first, because nobody known is not nobody.
    count = len(_approvers(state))
    hidden = state.snapshot.accounts["joined_method"]
    unsure = int((~hidden.isin([str(m) for m in JoinedMethod])).sum())
    if unsure:
        yield unknown(
            f"{count} accounts must approve, and of {unsure} it is not known how they joined.",
            STRANGE,
        )
    elif count == 0:
        yield info("No invited account: the process can be finalized at once.")
    elif count > _MANY:
        yield warn(f"{count} accounts must approve.", "Plan waves and name one owner an account.")
    else:
        yield info(f"{count} accounts must approve.")


@check(
    "Account states are readable",
    "User guide, account states",
    reads="accounts",
    verdicts="PASS UNKNOWN",
)
def states_readable(state: MigrationState) -> Iterator[Finding]:
    """Status was retired on 2026-09-09; without State it is not known who can approve."""
    accounts = state.snapshot.accounts
    missing = accounts[accounts["state"].isna()]
    if missing.empty:
        yield ok(f"All {len(accounts)} accounts show their State.")
    for row in missing.itertuples():
        yield unknown("AWS sent no State.", _UPGRADE, str(row.account_id))


@check(
    "Every approver is active",
    "User guide, account states",
    reads="accounts",
    verdicts="FAIL PASS UNKNOWN",
)
def approvers_active(state: MigrationState) -> Iterator[Finding]:
    """An account that cannot be signed in to can never approve, so the process would never
    finish.
    """
    approvers = _approvers(state)
    stuck = approvers[
        approvers["state"].isin([AccountState.SUSPENDED, AccountState.PENDING_ACTIVATION])
    ]
    if stuck.empty:
        text = f"None of {len(approvers)} approvers is suspended or pending activation."
        yield _none_of(approvers, text)
    for row in stuck.itertuples():
        yield fail(
            f"{row.name} is {row.state} and cannot approve.",
            "Have AWS Support reinstate it, finish its sign-up, "
            "or remove it from the organization.",
            str(row.account_id),
            SUPPORT,
        )


@check(
    "No approver is closed or closing",
    "User guide, account states; CloseAccount",
    reads="accounts",
    verdicts="FAIL PASS UNKNOWN",
)
def approvers_not_closed(state: MigrationState) -> Iterator[Finding]:
    """A closed account cannot approve and cannot be removed for 90 days, as long as the process
    lasts.
    """
    approvers = _approvers(state)
    gone = approvers[approvers["state"].isin([AccountState.CLOSED, AccountState.PENDING_CLOSURE])]
    if gone.empty:
        yield _none_of(approvers, "No approver is closed or closing.")
    for row in gone.itertuples():
        yield fail(
            f"{row.name} is {row.state}. Whether AWS asks such an account is not documented.",
            "Have AWS Support reopen it, or wait until it has left the organization.",
            str(row.account_id),
            SUPPORT,
        )


@check(
    "Every created account is active",
    "User guide, all features overview; account states",
    reads="accounts",
    verdicts="WARN PASS UNKNOWN",
)
def created_active(state: MigrationState) -> Iterator[Finding]:
    """A created account is asked only where its service-linked role is missing; if it cannot act
    then, nothing finishes.
    """
    created = state.snapshot.created
    idle = created[created["state"].ne(AccountState.ACTIVE).fillna(False)]
    if idle.empty:
        yield _none_of(created, f"None of {len(created)} created accounts is inactive.", "accounts")
    for row in idle.itertuples():
        yield warn(
            f"{row.name} is {row.state}; whether its service-linked role is there is not known.",
            "Resolve its state, or expect a request that it cannot answer.",
            str(row.account_id),
            SUPPORT,
        )


@check(
    "No account is too young to be removed",
    "User guide, removing a member account",
    reads="accounts clock",
    verdicts="INFO PASS UNKNOWN",
)
def recently_created(state: MigrationState) -> Iterator[Finding]:
    """AWS removes no created account in its first four days, for any reason."""
    created = state.snapshot.created
    age = state.snapshot.taken_at - created["joined_timestamp"]
    young = created[(age < CREATED_ACCOUNT_WAIT).fillna(False)]
    hidden = created[created["joined_timestamp"].isna()]
    if young.empty and hidden.empty:
        yield ok("Every created account is older than four days.")
    for row in hidden.itertuples():
        yield unknown("AWS sent no day of joining.", "Look it up.", str(row.account_id))
    for row in young.itertuples():
        yield info(f"{row.name} joined on {row.joined_timestamp:%Y-%m-%d}.", str(row.account_id))


@check(
    "Every approver has an address of its own",
    "API reference, Account.Email",
    reads="accounts",
    verdicts="WARN PASS UNKNOWN",
)
def approver_mailboxes(state: MigrationState) -> Iterator[Finding]:
    """AWS writes to the account's root address only; a mailbox shared by several hides a
    request.
    """
    approvers = _approvers(state)
    known = approvers[approvers["email"].notna()]
    for row in approvers[approvers["email"].isna()].itertuples():
        yield unknown("AWS sent no address.", "Look it up in the account.", str(row.account_id))
    # A plus-address is the same mailbox.
    mailbox = known["email"].str.replace(r"\+[^@]*@", "@", regex=True).str.lower()
    shared = known[mailbox.duplicated(keep=False)]
    if shared.empty and len(known) == len(approvers):
        yield ok(f"{len(approvers)} approvers, {len(approvers)} mailboxes.")
    for row in shared.itertuples():
        yield warn(
            f"{row.name} shares its mailbox with another approver ({row.email}).",
            "Inform the readers of this mailbox how many requests to expect.",
            str(row.account_id),
            MEMBER,
        )
