"""Checks of what surrounds the process: rights, quotas, trails, transfers, the SDK."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.aws.answers import quoted
from orgkit.checks.registry import Finding, check, fail, info, ok, unknown, warn
from orgkit.errors.remedies import YOU
from orgkit.facts import PROCESS_WINDOW
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.terms import SERVICE_LINKED_ROLE, Decision

_NEARLY = 0.9
_REFUSED = (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY)


@check(
    "The management account has the service-linked role",
    "User guide, using service-linked roles",
    reads="management_role",
    verdicts="WARN PASS UNKNOWN",
)
def role_in_management(state: MigrationState) -> Iterator[Finding]:
    """AWS acts through this role; what its absence does to the process is not documented."""
    found = state.snapshot.setting("management_role")
    if found == "missing":
        yield warn(
            f"{SERVICE_LINKED_ROLE} is missing in the management account.",
            "Create it: `aws iam create-service-linked-role "
            "--aws-service-name organizations.amazonaws.com`.",
        )
    else:
        yield ok(f"{SERVICE_LINKED_ROLE} is present in the management account.")


@check(
    "The caller has the rights of the process",
    "IAM user guide, policy simulator; Service Authorization Reference, Organizations",
    reads="permissions",
    verdicts="WARN PASS UNKNOWN",
)
def caller_has_the_rights(state: MigrationState) -> Iterator[Finding]:
    """Who requests should also be able to cancel; somebody else should finalize."""
    table = state.snapshot.permissions
    if table.empty:
        yield unknown(
            "IAM returned nothing about the caller.", "Ask for iam:SimulatePrincipalPolicy."
        )
    half = table[table["missing_context"].notna()]
    for row in half.itertuples():
        yield unknown(
            f"IAM could not decide about {row.action}: it lacked the condition keys "
            f"{row.missing_context}.",
            "Read the policies that ask for these keys, or look it up in IAM's policy simulator.",
        )
    whole = table[table["missing_context"].isna()]
    for action in whole.loc[whole["decision"].isna(), "action"]:
        yield unknown(
            f"IAM returned nothing about {action}.", "Ask for iam:SimulatePrincipalPolicy."
        )
    known = whole["decision"].isna() | whole["decision"].isin([str(d) for d in Decision])
    for row in whole[~known].itertuples():
        yield unknown(f"IAM decided {quoted(row.decision)} about {row.action}.", STRANGE)
    refused = whole.loc[whole["decision"].isin(_REFUSED), "action"]
    if len(table) and whole["decision"].eq(Decision.ALLOWED).fillna(False).sum() == len(table):
        yield ok("The caller may request, cancel and finalize. Two people would be safer than one.")
    for action in refused:
        yield warn(
            f"The caller may not {action}.",
            "Correct for a role that only reads. Otherwise grant it: `orgkit iam` prints the "
            "policies.",
        )


@check(
    "The SDK knows the current account states",
    "User guide, account states (Status was retired on 2026-09-09)",
    reads="sdk",
    verdicts="FAIL PASS",
)
def sdk_is_new_enough(state: MigrationState) -> Iterator[Finding]:
    """An SDK from before September 2025 drops Account.State, and with it who is able to approve."""
    version = state.snapshot.setting("sdk", "botocore")
    if state.snapshot.setting("sdk", "state_modelled") == "no":
        yield fail(f"botocore {version} does not know Account.State.", "Upgrade boto3.", actor=YOU)
    else:
        yield ok("The SDK knows Account.State.")


@check(
    "There is room for accounts to be invited again",
    "User guide, quotas and service limits; Service Quotas, us-east-1",
    reads="accounts quotas",
    verdicts="WARN PASS UNKNOWN",
)
def account_quota(state: MigrationState) -> Iterator[Finding]:
    """Invitations that the start cancels must be sent again, and count for the quota."""
    quotas = state.snapshot.quotas
    # Service Quotas documents neither a code nor the exact name of this quota.
    named = quotas["name"].str.contains("accounts in an organization", case=False)
    found = quotas.loc[named.fillna(False), "value"].dropna()
    # Canceled invitations must be sent again, so they count as well.
    count = len(state.snapshot.accounts) + len(state.snapshot.pending_invitations)
    if found.empty:
        yield unknown("No quota of that name was shown.", "Look it up in Service Quotas.")
    elif count >= _NEARLY * float(found.iloc[0]):
        yield warn(
            f"{count:,} of {float(found.iloc[0]):,.0f} accounts are used.",
            "Ask for a higher quota in Service Quotas (us-east-1).",
        )
    else:
        yield ok(f"{count:,} of {float(found.iloc[0]):,.0f} accounts are used.")


@check(
    "CloudTrail logs the management account",
    "User guide, CloudTrail integration",
    reads="trails",
    verdicts="WARN PASS UNKNOWN",
)
def audit_trail(state: MigrationState) -> Iterator[Finding]:
    """AWS's own proof of who began and who finalized is kept for 90 days unless a trail keeps it;
    these events are written in us-east-1 only.
    """
    trails = state.snapshot.trails
    covering = trails["multi_region"].fillna(False) | trails["home_region"].eq("us-east-1")
    names = trails.loc[covering.fillna(False), "name"]
    if names.empty:
        yield warn(
            "No trail of the management account covers us-east-1.",
            "Create a multi-Region trail before the request.",
        )
    else:
        yield ok(f"Covered by {', '.join(str(name) for name in names)}.")


@check(
    "No billing transfer is in progress",
    "API reference, ListInboundResponsibilityTransfers",
    reads="transfers",
    verdicts="WARN PASS UNKNOWN",
)
def billing_transfers(state: MigrationState) -> Iterator[Finding]:
    """Who pays should be settled first: the effect on the process is not documented."""
    table = state.snapshot.transfers
    live = table[table["status"].isin(["REQUESTED", "ACCEPTED"])]
    if live.empty:
        yield ok("No transfer of billing is requested or accepted.")
    for row in live.itertuples():
        yield warn(
            f"An {row.direction} transfer of billing ({row.transfer_id}) is {row.status}.",
            "Settle it first, or ask AWS Support what it means for the process.",
        )


@check(
    "No delegated administrator is registered",
    "API reference, ListDelegatedAdministrators",
    reads="delegated",
    verdicts="INFO PASS UNKNOWN",
)
def delegated_administrators(state: MigrationState) -> Iterator[Finding]:
    """With consolidated billing there are none; one that is listed would be a surprise."""
    table = state.snapshot.delegated
    if table.empty:
        yield ok("There is none, as it should be with consolidated billing.")
    for row in table.itertuples():
        yield info(f"{row.name} is a delegated administrator.", str(row.account_id))


@check(
    "No service has trusted access",
    "API reference, ListAWSServiceAccessForOrganization",
    reads="trusted",
    verdicts="INFO PASS UNKNOWN",
)
def trusted_access(state: MigrationState) -> Iterator[Finding]:
    """With consolidated billing no service has it; one that is listed would be a surprise."""
    services = state.snapshot.trusted["service_principal"].tolist()
    if services:
        yield info(f"Trusted already: {', '.join(services)}.")
    else:
        yield ok("No service has it, as it should be with consolidated billing.")


@check(
    "Which support plan the account has",
    "API reference of AWS Support, DescribeSeverityLevels; user guide, assisted migration",
    reads="support",
    verdicts="INFO UNKNOWN",
)
def support_plan(state: MigrationState) -> Iterator[Finding]:
    """Accounts that cannot act need AWS Support, and the assisted migration needs an Enterprise
    plan.
    """
    if state.snapshot.setting("support") == "basic":
        yield info("No Business or Enterprise plan: the assisted migration is not available.")
    else:
        yield info("A Business plan or better; no API shows whether it is Enterprise.")


@check(
    "The days that owners have to answer",
    "User guide, beginning the standard migration",
    reads="clock",
    verdicts="WARN INFO",
)
def window(state: MigrationState) -> Iterator[Finding]:
    """After 90 days AWS cancels every request that is not answered."""
    if state.snapshot.clock:  # days decide here: a time that was not believed is told
        yield warn(
            state.snapshot.clock,
            "Set the clock of this machine, or of the proxy between it and AWS.",
            actor=YOU,
        )
    until = state.snapshot.taken_at + PROCESS_WINDOW
    yield info(f"Requested today, the last answer must come before {until:%Y-%m-%d %H:%M} UTC.")
