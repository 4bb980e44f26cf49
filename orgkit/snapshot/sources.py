"""Everything that a snapshot reads, one row a read. Adding a read is adding a row to `SOURCES`.

From a row follow its table (columns and key), the permission in `orgkit.iam`, the text of UNKNOWN
where it was not read, and what the documentation says of it. No pandas here: `orgkit iam` is quick.

Columns are AWS's member names in snake_case; `Id` gets its noun. Text is pandas `string`, moments
are `datetime64[ns, UTC]`, what may be unknown is `boolean` with NA.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orgkit.aws.answers import StrangeAnswer
from orgkit.errors.exceptions import OrgkitError
from orgkit.formats import printable
from orgkit.snapshot import process, surroundings
from orgkit.snapshot.ask import Ask, Rows
from orgkit.snapshot.members import members
from orgkit.snapshot.rows import UTC_TIME, checked
from orgkit.terms import (
    AccountState,
    CreationState,
    Decision,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    PolicyTypeStatus,
    TransferStatus,
)

Schema = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """One read: a part of a snapshot, the table of its rows, what it takes, and how it is read."""

    part: str
    columns: Schema
    key: tuple[str, ...]  # what tells the rows of the table apart
    actions: tuple[str, ...]  # what IAM calls the reads
    read: Callable[[Ask], Rows]
    table: str = ""  # where several parts share a table; else it is called like the part
    thorough: bool = False  # read by a thorough snapshot only
    optional: bool = False  # whatever goes wrong with it, the rest of the snapshot stands
    by_role: bool = False  # read in member accounts, where a role was named for it
    said: str = ""  # how it is read, where the actions alone would mislead
    needed: tuple[str, ...] = ()  # without these, as without the key, a row is none of AWS's
    # What AWS is known to say there; whatever else it says is unknown, and allows no write.
    known: Mapping[str, Collection[str]] = field(default_factory=dict)
    holds: Callable[[Ask], str] | None = None  # whose row is in every whole list

    def checked(self, rows: Rows, now: datetime) -> Rows:
        """Give rows of the columns' types. Raises `StrangeAnswer` for what cannot be one."""
        return checked(self.how, rows, self.columns, self.key, self.needed, now)

    def rows(self, ask: Ask) -> Rows:
        """Read and check. Raises `StrangeAnswer` also for a list without what every one holds."""
        found = self.checked(self.read(ask), ask.organization.now)
        must = self.holds(ask) if self.holds else None
        if must and must not in {row[self.key[0]] for row in found}:
            raise StrangeAnswer(self.how, f"{must}, the management account, is not in the list")
        return found

    @property
    def how(self) -> str:
        """How the part is read, for people."""
        return self.said or ", ".join(self.actions)

    @property
    def of(self) -> str:
        """The name of its table."""
        return self.table or self.part


class NotRead(OrgkitError):  # noqa: N818 - the word that everything here speaks of
    """A part of a snapshot that was asked for and was not read: nothing follows from it.

    `why` is what the journal keeps. The problem is the text of an UNKNOWN.
    """

    def __init__(self, part: str, why: str, problem: str, do_this: str) -> None:
        self.part, self.why = part, why
        self.actions = SOURCES[part].actions
        detail = f"Part of the snapshot: {part} ({SOURCES[part].how})."
        super().__init__(problem, do_this, detail=detail)

    @property
    def strange(self) -> bool:
        """Whether something answered that orgkit does not understand; a refusal is no such."""
        return _STRANGE in self.why


_DENIED = " was denied"
_STRANGE = " got an answer that does not match AWS as this version of orgkit knows it"
_GRANT = "Allow this read to the role that runs the check."


def not_read(part: str, why: str) -> NotRead:
    """Make a `NotRead` from the words that the journal keeps of it."""
    # The journal's format has nothing but these words, so this is where they are understood.
    do_this = _GRANT if why.endswith(_DENIED) else "Look it up by hand."
    if _STRANGE in why:
        do_this = "Check proxy and endpoint; if AWS answered, update orgkit and boto3."
    return NotRead(part, why, f"Not read: {why}.", do_this)


def not_asked(part: str) -> NotRead:
    """Make a `NotRead` for what this snapshot did not ask."""
    if SOURCES[part].by_role:
        problem = "No role was given to check the member accounts."
        do_this = "Name a role in `member_role` to check the member accounts."
    else:
        problem = "This snapshot did not ask for it."
        do_this = "Run 01_precheck, which reads everything."
    return NotRead(part, "this snapshot did not ask for it", problem, do_this)


def read(source: Source, ask: Ask) -> Rows | NotRead:
    """Read one part. What AWS denies is not read, nor is what is none of AWS's answers.

    So is an optional part after any error. Any other error of a required part is raised: nobody
    shall take half a list for a whole one.
    """
    try:
        return source.rows(ask)
    except StrangeAnswer as error:
        return not_read(source.part, f"{_failed(error, source)}{_STRANGE} ({error.what})")
    except OrgkitError as error:
        denied = getattr(error, "code", "") in _CODES
        if not denied and not source.optional:
            raise
        why = _DENIED if denied else f" was not answered ({error.problem})"
        return not_read(source.part, _failed(error, source) + why)
    except Exception as error:  # an error that orgkit does not know
        if not source.optional:
            raise
        text = printable(" ".join(str(error).split())) or type(error).__name__
        why = f"{_failed(error, source)} was not answered ({text})"
        return not_read(source.part, why)


_CODES = frozenset({"AccessDenied", "AccessDeniedException"})


def _failed(error: Exception, source: Source) -> str:
    """Name the one action of a part that failed, or all."""
    operation = getattr(error, "operation", getattr(error, "operation_name", ""))
    return next((a for a in source.actions if a.endswith(f":{operation}")), source.how)


def _row(
    part: str,
    columns: str,
    key: str,
    actions: str,
    read: Callable[[Ask], Rows],
    kinds: Schema | None = None,
    **more: Any,
) -> Source:
    """Make a row from names with spaces between. Columns are text, except by name or `kinds`."""
    schema = {c: UTC_TIME if c.endswith("_timestamp") else "string" for c in columns.split()}
    schema |= kinds or {}
    return Source(part, schema, tuple(key.split()), tuple(actions.split()), read, **more)


# What surrounds the process, which only the pre-checks need.
_AROUND: Mapping[str, Any] = {"thorough": True, "optional": True}
_SETTINGS: Mapping[str, Any] = {"table": "settings"}

SOURCES: Mapping[str, Source] = {
    source.part: source
    for source in (
        _row(
            "accounts",
            "account_id name email state joined_method joined_timestamp path",
            "account_id",
            "organizations:ListAccounts",
            process.accounts,
            # Without the day it joined nobody can tell which requests are of this membership.
            needed=("joined_timestamp",),
            known={"state": AccountState, "joined_method": JoinedMethod},
            holds=lambda ask: ask.organization.management_id,
        ),
        _row(
            "handshakes",
            "handshake_id kind action state account_id email parent_handshake_id "
            "requested_timestamp expiration_timestamp strange",
            "handshake_id",
            "organizations:ListHandshakesForOrganization",
            process.handshakes,
            needed=("kind", "requested_timestamp", "expiration_timestamp"),
            known={"state": HandshakeState, "action": HandshakeAction},
        ),
        _row(
            "policy_types",
            "root_id type status",
            "root_id type",
            "organizations:ListRoots",
            process.policy_types,
            known={"status": PolicyTypeStatus},
        ),
        _row(
            "creations",
            "create_account_request_id account_name state requested_timestamp",
            "create_account_request_id",
            "organizations:ListCreateAccountStatus",
            process.creations,
            optional=True,  # one pre-check alone asks for it
            known={"state": CreationState},
        ),
        _row(
            "members",
            "account_id reachable service_linked_role may_accept why may_not_known",
            "account_id",
            "sts:AssumeRole",
            members,
            dict.fromkeys(("reachable", "service_linked_role", "may_accept"), "boolean"),
            by_role=True,
            said="sts:AssumeRole, then iam:GetRole there",
        ),
        _row(
            "delegated",
            "account_id name",
            "account_id",
            "organizations:ListDelegatedAdministrators",
            surroundings.delegated,
            **_AROUND,
        ),
        _row(
            "trusted",
            "service_principal",
            "service_principal",
            "organizations:ListAWSServiceAccessForOrganization",
            surroundings.trusted,
            **_AROUND,
        ),
        _row(
            "transfers",
            "transfer_id direction status",
            "transfer_id direction",
            "organizations:ListInboundResponsibilityTransfers "
            "organizations:ListOutboundResponsibilityTransfers",
            surroundings.transfers,
            known={"status": TransferStatus},
            **_AROUND,
        ),
        _row(
            "trails",
            "name home_region multi_region",
            "name home_region",
            "cloudtrail:DescribeTrails",
            surroundings.trails,
            {"multi_region": "boolean"},
            **_AROUND,
        ),
        _row(
            "quotas",
            "name value",
            "name",
            "servicequotas:ListServiceQuotas",
            surroundings.quotas,
            {"value": "Float64"},
            **_AROUND,
        ),
        _row(
            "permissions",
            "action decision missing_context",
            "action",
            "iam:SimulatePrincipalPolicy iam:GetRole",
            surroundings.permissions,
            known={"decision": Decision},
            **_AROUND,
        ),
        _row(
            "management_role",
            "name value",
            "name",
            "iam:GetRole",
            surroundings.management_role,
            **_SETTINGS,
            **_AROUND,
        ),
        _row(
            "support",
            "name value",
            "name",
            "support:DescribeSeverityLevels",
            surroundings.support,
            **_SETTINGS,
            **_AROUND,
        ),
        _row(
            "sdk", "name value", "name", "", surroundings.sdk, **_SETTINGS, said="the installed SDK"
        ),
    )
}

SCHEMAS: Mapping[str, Schema] = {source.of: source.columns for source in SOURCES.values()}
KEYS: Mapping[str, tuple[str, ...]] = {source.of: source.key for source in SOURCES.values()}
