"""Checks of the people behind the accounts: addresses, owners."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.checks.registry import Finding, check, ok, unknown, warn
from orgkit.errors.remedies import MEMBER
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState

# Providers of private mailboxes: who leaves the company takes such an address along.
_PROVIDERS = """
163.com aol.com fastmail.com gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com
icloud.com live.com mail.com mail.ru me.com msn.com outlook.com proton.me protonmail.com qq.com
t-online.de web.de yahoo.com yandex.com yandex.ru zoho.com
"""
PRIVATE_DOMAINS = frozenset(_PROVIDERS.split())


@check(
    "Every approver's address is of an organization",
    "API reference, Account.Email",
    reads="accounts",
    verdicts="WARN PASS UNKNOWN",
)
def approver_domains(state: MigrationState) -> Iterator[Finding]:
    """A private mailbox leaves with its owner, and before all features only the account itself can
    change its root address.
    """
    approvers = state.snapshot.invited
    domain = approvers["email"].str.replace(r"^.*@", "", regex=True).str.lower()
    private = approvers[domain.isin(PRIVATE_DOMAINS)]
    hidden = approvers[approvers["email"].isna()]
    for row in hidden.itertuples():
        yield unknown("AWS sent no address.", "Look it up in the account.", str(row.account_id))
    if private.empty and hidden.empty:
        yield ok(f"No approver has a private mailbox ({domain.nunique()} domains).")
    for row in private.itertuples():
        yield warn(
            f"{row.name} has a private mailbox ({row.email}).",
            "Find out who reads it, and change the root address in the account.",
            str(row.account_id),
            MEMBER,
        )


@check(
    "Every approver has a known owner",
    "User guide, accessing member accounts",
    reads="accounts owners",
    verdicts="WARN PASS UNKNOWN",
)
def owners_known(state: MigrationState) -> Iterator[Finding]:
    """Somebody must be asked by name when an answer does not come."""
    owners = state.inputs.owners  # None is no list; an empty one knows nobody
    approvers = expected_approvers(state.snapshot)
    if owners is None:
        yield unknown("No list of owners was given.", "Name a file in `owners`.")
        return
    known = set(state.snapshot.accounts["account_id"])
    for account_id in sorted(set(owners) - known):
        yield warn(
            f"The list of owners names {account_id}, which is not an account of this organization.",
            "Correct the list.",
            account_id,
        )
    missing = approvers[~approvers["account_id"].isin(set(owners))]
    if missing.empty:
        yield ok(f"All {len(approvers)} approvers have an owner in the list.")
    for row in missing.itertuples():
        yield warn(
            f"{row.name} must approve and has no owner in the list.",
            "Find its owner and add the account to the list.",
            str(row.account_id),
        )
