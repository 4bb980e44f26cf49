"""Everything that a snapshot reads, one row a read. Adding a read is adding a row to `SOURCES`.

From a row follow its table (columns and key), the permission in `orgkit.iam`, the text of UNKNOWN
where it was not read, and what the documentation says of it. No pandas here: `orgkit iam` is quick.

Columns are AWS's member names in snake_case; `Id` gets its noun. Text is pandas `string`, moments
are `datetime64[ns, UTC]`, what may be unknown is `boolean` with NA.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.snapshot.handshakes import Row, handshake
from orgkit.snapshot.members import look_into
from orgkit.terms import SERVICE_LINKED_ROLE, HandshakeAction, Kind, PolicyTypeStatus

if TYPE_CHECKING:
    from orgkit.aws import Caller, Organization

UTC_TIME = "datetime64[ns, UTC]"

Schema = Mapping[str, str]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Ask:
    """Whom to ask, and what a snapshot was told beforehand."""

    organization: Organization
    member_role: str = ""
    told: tuple[Row, ...] = ()  # handshakes that a write answered, which lists may not show yet
    members: tuple[str, ...] = ()  # the accounts to look into, once they are known


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


_DENIED = " was denied"
_GRANT = "Allow this read to the role that runs the check."


def not_read(part: str, why: str) -> NotRead:
    """Make a `NotRead` from the words that the journal keeps of it."""
    # The journal's format has nothing but these words, so this is where they are understood.
    do_this = _GRANT if why.endswith(_DENIED) else "Look it up by hand."
    return NotRead(part, why, f"Not read: {why}.", do_this)


def not_asked(part: str) -> NotRead:
    """Make a `NotRead` for what this snapshot did not ask."""
    if SOURCES[part].by_role:
        problem = "No role was named to look into the member accounts."
        do_this = "Name a role in `member_role` to look into the member accounts."
    else:
        problem = "This look did not ask."
        do_this = "Run 01_precheck, which looks thoroughly."
    return NotRead(part, "this look did not ask", problem, do_this)


def read(source: Source, ask: Ask) -> Rows | NotRead:
    """Read one part. What AWS denies is not read; so is an optional part after any error.

    Any other error of a required part is raised: nobody shall take half a list for a whole one.
    """
    try:
        return source.read(ask)
    except OrgkitError as error:
        denied = getattr(error, "code", "") in _CODES
        if not denied and not source.optional:
            raise
        why = _DENIED if denied else f" was not answered ({error.problem})"
        return not_read(source.part, _failed(error, source) + why)
    except Exception as error:  # an error that orgkit does not know, or an answer of a new shape
        if not source.optional:
            raise
        text = " ".join(str(error).split()) or type(error).__name__
        why = f"{_failed(error, source)} was not answered ({text})"
        return not_read(source.part, why)


_CODES = frozenset({"AccessDenied", "AccessDeniedException"})


def _failed(error: Exception, source: Source) -> str:
    """Name the one action of a part that failed, or all."""
    operation = getattr(error, "operation", getattr(error, "operation_name", ""))
    return next((a for a in source.actions if a.endswith(f":{operation}")), source.how)


def _accounts(ask: Ask) -> Rows:
    return [account(item) for item in ask.organization.pages("ListAccounts", "Accounts")]


def account(item: Row) -> dict[str, Any]:
    """Make a row from one of ListAccounts. `State`, not the retired `Status`; None if not sent."""
    return {
        "account_id": item["Id"],
        "name": item.get("Name"),
        "email": item.get("Email"),
        "state": item.get("State"),
        "joined_method": item.get("JoinedMethod"),
        "joined_timestamp": item.get("JoinedTimestamp"),
        "path": next(iter(item.get("Paths", [])), None),
    }


# The actions under which handshakes of the process may be listed; asked one by one because it is
# not documented whether the unfiltered list contains the accounts' handshakes.
_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"Filter": {"ActionType": HandshakeAction.ENABLE_ALL_FEATURES.value}},
    {"Filter": {"ActionType": HandshakeAction.APPROVE_ALL_FEATURES.value}},
    {"Filter": {"ActionType": HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE.value}},
)


def _handshakes(ask: Ask) -> Rows:
    """List by every filter side by side, then what only the latest parent's filter lists."""
    from concurrent.futures import ThreadPoolExecutor

    def listed(more: dict[str, Any]) -> Rows:
        items = ask.organization.pages("ListHandshakesForOrganization", "Handshakes", **more)
        return [handshake(item) for item in items]

    with ThreadPoolExecutor(len(_FILTERS)) as pool:
        chains = list(pool.map(listed, _FILTERS))
    rows = [handshake(item) for item in ask.told]
    rows += [row for chain in chains for row in chain]
    parents = [row for row in rows if row["kind"] is Kind.ORGANIZATION]
    if parents:
        latest = max(parents, key=lambda row: row["requested_timestamp"] or _LONG_AGO)
        rows += listed({"Filter": {"ParentHandshakeId": latest["handshake_id"]}})
    return rows


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _policy_types(ask: Ask) -> Rows:
    roots = ask.organization.pages("ListRoots", "Roots")
    model = ask.organization.client("organizations").meta.service_model
    return policy_types(roots, [str(value) for value in model.shape_for("PolicyType").enum])


def policy_types(roots: Iterable[Row], known: Iterable[str]) -> Rows:
    """Make a row of each known policy type, and of any newer one that ListRoots shows."""
    rows: Rows = []
    for root in roots:
        listed = {p["Type"]: p["Status"] for p in root.get("PolicyTypes", [])}
        names = dict.fromkeys((*known, *listed))
        # AWS names only the types that are on.
        off = PolicyTypeStatus.NOT_ENABLED
        rows += [{"root_id": root["Id"], "type": t, "status": listed.get(t, off)} for t in names]
    return rows


def _creations(ask: Ask) -> Rows:
    found = ask.organization.pages("ListCreateAccountStatus", "CreateAccountStatuses")
    return [creation(item) for item in found]


def creation(item: Row) -> dict[str, Any]:
    """Make a row from one of ListCreateAccountStatus."""
    return {
        "create_account_request_id": item.get("Id"),
        "account_name": item.get("AccountName"),
        "state": item.get("State"),
        "requested_timestamp": item.get("RequestedTimestamp"),
    }


def _members(ask: Ask) -> Rows:
    return look_into(ask.organization, ask.members, ask.member_role)


def _or_none_yet(ask: Ask, operation: str, key: str) -> Rows:
    """List what only an organization with all features has: refused for that means none."""
    try:
        return ask.organization.pages(operation, key)
    except AwsError as error:
        if (error.reason or "").startswith("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"):
            return []
        raise


def _delegated(ask: Ask) -> Rows:
    found = _or_none_yet(ask, "ListDelegatedAdministrators", "DelegatedAdministrators")
    return [{"account_id": item["Id"], "name": item.get("Name")} for item in found]


def _trusted(ask: Ask) -> Rows:
    operation = "ListAWSServiceAccessForOrganization"
    found = _or_none_yet(ask, operation, "EnabledServicePrincipals")
    return [{"service_principal": item["ServicePrincipal"]} for item in found]


def _transfers(ask: Ask) -> Rows:
    return [
        {"transfer_id": item.get("Id"), "direction": direction, "status": item.get("Status")}
        for direction, operation in (
            ("inbound", "ListInboundResponsibilityTransfers"),
            ("outbound", "ListOutboundResponsibilityTransfers"),
        )
        for item in ask.organization.pages(operation, "ResponsibilityTransfers", Type="BILLING")
    ]


def _trails(ask: Ask) -> Rows:
    found = ask.organization.call("DescribeTrails", service="cloudtrail")["trailList"]
    return [
        {
            "name": item.get("Name"),
            "home_region": item.get("HomeRegion"),
            "multi_region": item.get("IsMultiRegionTrail"),
        }
        for item in found
    ]


def _quotas(ask: Ask) -> Rows:
    found = ask.organization.pages(
        "ListServiceQuotas", "Quotas", service="service-quotas", ServiceCode="organizations"
    )
    return [{"name": item.get("QuotaName"), "value": item.get("Value")} for item in found]


# What one caller may need to bring the process to its end; asked of IAM's own simulation.
SIMULATED = (
    "organizations:EnableAllFeatures",
    "organizations:CancelHandshake",
    "organizations:AcceptHandshake",
)


def _permissions(ask: Ask) -> Rows:
    answer = ask.organization.call(
        "SimulatePrincipalPolicy",
        service="iam",
        PolicySourceArn=_principal(ask.organization),
        ActionNames=list(SIMULATED),
    )
    return [
        {"action": item["EvalActionName"], "decision": item["EvalDecision"]}
        for item in answer["EvaluationResults"]
    ]


def _principal(organization: Organization) -> str:
    """Find the ARN that IAM knows the caller by: a session's leaves out the path of its role."""
    arn = organization.caller.arn
    role = role_name(organization.caller)
    if not role:
        return arn
    answer = organization.call("GetRole", service="iam", RoleName=role)
    return str(answer["Role"]["Arn"])


def role_name(caller: Caller) -> str:
    """Name the role behind a session, or "" for a user."""
    kind, _, rest = caller.arn.split(":", 5)[5].partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else ""


def _management_role(ask: Ask) -> Rows:
    try:
        ask.organization.call("GetRole", service="iam", RoleName=SERVICE_LINKED_ROLE)
    except AwsError as error:
        if error.code in ("NoSuchEntity", "NoSuchEntityException"):
            return [{"name": "management_role", "value": "missing"}]
        raise
    return [{"name": "management_role", "value": "present"}]


def _support(ask: Ask) -> Rows:
    try:
        ask.organization.call("DescribeSeverityLevels", service="support")
    except AwsError as error:
        if error.code == "SubscriptionRequiredException":  # AWS tells the plan by refusing
            return [{"name": "support", "value": "basic"}]
        raise
    return [{"name": "support", "value": "business"}]


def _sdk(ask: Ask) -> Rows:
    """Tell which botocore reads, and whether it knows the members that replaced retired ones."""
    from importlib.metadata import version

    model = ask.organization.client("organizations").meta.service_model
    modelled = "State" in model.shape_for("Account").members
    return [
        {"name": "botocore", "value": version("botocore")},
        {"name": "state_modelled", "value": "yes" if modelled else "no"},
    ]


_SETTINGS: Schema = {"name": "string", "value": "string"}


def _around(
    part: str, columns: Schema, key: tuple[str, ...], actions: tuple[str, ...], read: Any
) -> Source:
    """Make a row of what surrounds the process, which only the pre-checks need."""
    return Source(part, columns, key, actions, read, thorough=True, optional=True)


SOURCES: Mapping[str, Source] = {
    source.part: source
    for source in (
        Source(
            "accounts",
            {
                "account_id": "string",
                "name": "string",
                "email": "string",
                "state": "string",
                "joined_method": "string",
                "joined_timestamp": UTC_TIME,
                "path": "string",
            },
            ("account_id",),
            ("organizations:ListAccounts",),
            _accounts,
        ),
        Source(
            "handshakes",
            {
                "handshake_id": "string",
                "kind": "string",
                "action": "string",
                "state": "string",
                "account_id": "string",
                "email": "string",
                "parent_handshake_id": "string",
                "requested_timestamp": UTC_TIME,
                "expiration_timestamp": UTC_TIME,
            },
            ("handshake_id",),
            ("organizations:ListHandshakesForOrganization",),
            _handshakes,
        ),
        Source(
            "policy_types",
            {"root_id": "string", "type": "string", "status": "string"},
            ("root_id", "type"),
            ("organizations:ListRoots",),
            _policy_types,
        ),
        Source(
            "creations",
            {
                "create_account_request_id": "string",
                "account_name": "string",
                "state": "string",
                "requested_timestamp": UTC_TIME,
            },
            ("create_account_request_id",),
            ("organizations:ListCreateAccountStatus",),
            _creations,
        ),
        Source(
            "members",
            {
                "account_id": "string",
                "reachable": "boolean",
                "service_linked_role": "boolean",
                "may_accept": "boolean",
                "why": "string",
            },
            ("account_id",),
            ("sts:AssumeRole",),
            _members,
            by_role=True,
            said="sts:AssumeRole, then iam:GetRole there",
        ),
        _around(
            "delegated",
            {"account_id": "string", "name": "string"},
            ("account_id",),
            ("organizations:ListDelegatedAdministrators",),
            _delegated,
        ),
        _around(
            "trusted",
            {"service_principal": "string"},
            ("service_principal",),
            ("organizations:ListAWSServiceAccessForOrganization",),
            _trusted,
        ),
        _around(
            "transfers",
            {"transfer_id": "string", "direction": "string", "status": "string"},
            ("transfer_id", "direction"),
            (
                "organizations:ListInboundResponsibilityTransfers",
                "organizations:ListOutboundResponsibilityTransfers",
            ),
            _transfers,
        ),
        _around(
            "trails",
            {"name": "string", "home_region": "string", "multi_region": "boolean"},
            ("name", "home_region"),
            ("cloudtrail:DescribeTrails",),
            _trails,
        ),
        _around(
            "quotas",
            {"name": "string", "value": "Float64"},
            ("name",),
            ("servicequotas:ListServiceQuotas",),
            _quotas,
        ),
        _around(
            "permissions",
            {"action": "string", "decision": "string"},
            ("action",),
            ("iam:SimulatePrincipalPolicy", "iam:GetRole"),
            _permissions,
        ),
        Source(
            "management_role",
            _SETTINGS,
            ("name",),
            ("iam:GetRole",),
            _management_role,
            table="settings",
            thorough=True,
            optional=True,
        ),
        Source(
            "support",
            _SETTINGS,
            ("name",),
            ("support:DescribeSeverityLevels",),
            _support,
            table="settings",
            thorough=True,
            optional=True,
        ),
        Source("sdk", _SETTINGS, ("name",), (), _sdk, table="settings", said="the installed SDK"),
    )
}

SCHEMAS: Mapping[str, Schema] = {source.of: source.columns for source in SOURCES.values()}
KEYS: Mapping[str, tuple[str, ...]] = {source.of: source.key for source in SOURCES.values()}
