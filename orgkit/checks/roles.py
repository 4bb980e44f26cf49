"""Checks that look into member accounts through a role; never a write."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from orgkit.checks.registry import Finding, check, info, ok, unknown, warn
from orgkit.errors.remedies import MEMBER
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables

_NOT_LOOKED = "Name a role in `member_role` to check the member accounts."


@check(
    "Created accounts have the service-linked role",
    "User guide, all features overview",
    reads="accounts members",
    verdicts="WARN PASS UNKNOWN",
)
def role_in_created(state: MigrationState) -> Iterator[Finding]:
    """A created account without AWSServiceRoleForOrganizations is asked too, and blocks until it
    answers.
    """
    yield from _role(
        state,
        set(state.snapshot.created["account_id"]),
        "will be asked to approve, because AWSServiceRoleForOrganizations is missing",
        "Create the role there beforehand, or have its owner approve.",
    )


@check(
    "Invited accounts have the service-linked role",
    "User guide, beginning the standard migration",
    reads="accounts members",
    verdicts="WARN PASS UNKNOWN",
)
def role_in_invited(state: MigrationState) -> Iterator[Finding]:
    """Where the role is missing, the approver needs iam:CreateServiceLinkedRole as well."""
    yield from _role(
        state,
        set(state.snapshot.invited["account_id"]),
        "lacks AWSServiceRoleForOrganizations; approving needs iam:CreateServiceLinkedRole",
        "Grant it for organizations.amazonaws.com to the person who approves.",
    )


def _looked_into(state: MigrationState, wanted: set[str]) -> pd.DataFrame:
    """Select the rows of some accounts; none where no role was named to look into them."""
    if not state.snapshot.member_role:
        return tables.frame([], tables.SCHEMAS["members"])
    members = state.snapshot.members
    return members[members["account_id"].isin(wanted)]


def _role(state: MigrationState, wanted: set[str], text: str, remedy: str) -> Iterator[Finding]:
    if not wanted:
        yield ok("There is no such account.")
        return
    if not state.snapshot.member_role:
        yield unknown(f"{len(wanted)} accounts were not checked.", _NOT_LOOKED)
        return
    looked = _looked_into(state, wanted)
    names: dict[str, str] = dict(
        state.snapshot.accounts[["account_id", "name"]].itertuples(index=False)
    )
    for row in looked[looked["service_linked_role"].eq(False).fillna(False)].itertuples():
        yield warn(f"{names[str(row.account_id)]} {text}.", remedy, str(row.account_id), MEMBER)
    for row in looked[looked["service_linked_role"].isna()].itertuples():
        yield unknown(str(row.why), "Ask its owner, or make the role there.", str(row.account_id))
    for account_id in sorted(wanted - set(looked["account_id"])):
        text = f"{names[account_id]} is not known to be ACTIVE, so it was not checked."
        yield unknown(text, "Resolve its State first.", account_id)
    present = int(looked["service_linked_role"].fillna(False).sum())
    if present:
        yield ok(f"The role is present in {present} of {len(wanted)} accounts.")


@check(
    "Approvers can be reached by a role",
    "User guide, accessing member accounts",
    reads="accounts members",
    verdicts="INFO PASS UNKNOWN",
)
def approvers_reachable(state: MigrationState) -> Iterator[Finding]:
    """Invited accounts get no access role from AWS, so somebody who can sign in there must be
    found.
    """
    approvers = set(state.snapshot.invited["account_id"])
    if not approvers:
        yield ok("No account must approve.")
        return
    looked = _looked_into(state, approvers)
    if looked.empty:
        yield unknown(f"{len(approvers)} approvers were not checked.", _NOT_LOOKED)
    else:
        reached = int(looked["reachable"].fillna(False).sum())
        yield info(
            f"{reached} of {len(approvers)} approvers can be accessed with the role; the others "
            f"need "
            "their owner to sign in and approve."
        )


@check(
    "The role in approvers may accept",
    "Service Authorization Reference, Organizations; IAM user guide, policy simulator",
    reads="accounts members_may",
    verdicts="WARN PASS UNKNOWN",
)
def approvers_may_accept(state: MigrationState) -> Iterator[Finding]:
    """A role that may enter an account and yet not accept there helps nobody."""
    approvers = set(expected_approvers(state.snapshot)["account_id"])
    if not approvers:
        yield ok("No account must approve.")
        return
    looked = _looked_into(state, approvers)
    for row in looked[looked["may_accept"].eq(False).fillna(False)].itertuples():
        yield warn(
            "This role may not call organizations:AcceptHandshake.",
            "Grant it there, or lift the boundary that denies it.",
            str(row.account_id),
            MEMBER,
        )
    # Some may, some may not, of some nobody knows: each is said, none hides the others.
    able = int(looked["may_accept"].fillna(False).sum())
    if able:
        yield ok(f"The role may accept in {able} of {len(approvers)} approvers.")
    hidden = len(approvers) - int(looked["may_accept"].notna().sum())
    why = " ".join(dict.fromkeys(str(w) for w in looked["may_not_known"].dropna()))
    if hidden:
        yield unknown(
            f"Not known for {hidden} of {len(approvers)} approvers. {why}".rstrip(),
            "Name a role in `member_role` that may also call iam:SimulatePrincipalPolicy there.",
        )
