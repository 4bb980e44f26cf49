"""Everything that one look at AWS says, frozen; to and from JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from orgkit.aws.gateway import Caller, Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.formats import stamp
from orgkit.snapshot import handshakes as snapshot_handshakes
from orgkit.snapshot import sources
from orgkit.snapshot import tables as snapshot_tables
from orgkit.snapshot.members import look_into
from orgkit.terms import FeatureSet, HandshakeAction, HandshakeState, JoinedMethod, Kind

# The actions under which handshakes of the process may be listed; asked one by one because it is
# not documented whether the unfiltered list contains the accounts' handshakes.
_ACTIONS = (
    HandshakeAction.ENABLE_ALL_FEATURES,
    HandshakeAction.APPROVE_ALL_FEATURES,
    HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE,
)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One look at an organization. What could not be read is empty and named in `unreadable`."""

    taken_at: datetime
    target: str
    caller: Caller
    organization_id: str
    management_id: str
    management_email: str
    feature_set: str
    accounts: pd.DataFrame
    handshakes: pd.DataFrame
    policy_types: pd.DataFrame
    creations: pd.DataFrame
    members: pd.DataFrame
    delegated: pd.DataFrame
    trusted: pd.DataFrame
    transfers: pd.DataFrame
    trails: pd.DataFrame
    quotas: pd.DataFrame
    permissions: pd.DataFrame
    settings: pd.DataFrame
    member_role: str = ""
    thorough: bool = False  # whether the surroundings were asked for, from `delegated` on
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def invited(self) -> pd.DataFrame:
        """Accounts that must approve; AWS marks management INVITED too, so leave it out."""
        table = self.accounts
        invited = table["joined_method"].eq(JoinedMethod.INVITED).fillna(False)
        return table[invited & table["account_id"].ne(self.management_id)]

    @property
    def created(self) -> pd.DataFrame:
        """Accounts that were created in the organization; asked only where the role is missing."""
        return self.accounts[self.accounts["joined_method"].eq(JoinedMethod.CREATED).fillna(False)]

    def setting(self, name: str) -> str:
        """One value of `settings`, or "" where it was not read."""
        found = self.settings.loc[self.settings["name"].eq(name), "value"]
        return "" if found.empty else str(found.iloc[0])

    @property
    def has_all_features(self) -> bool:
        """Whether the organization already has all features."""
        return self.feature_set == FeatureSet.ALL

    def of_kind(self, kind: Kind) -> pd.DataFrame:
        """The listed handshakes of one kind."""
        return self.handshakes[self.handshakes["kind"].eq(kind).fillna(False)]

    @property
    def pending_invitations(self) -> pd.DataFrame:
        """Invitations that nobody has answered; beginning the process cancels them."""
        table = self.of_kind(Kind.INVITATION)
        return table[table["state"].isin([HandshakeState.OPEN, HandshakeState.REQUESTED])]

    def to_json(self) -> dict[str, Any]:
        """Plain values only; `from_json` gives the same snapshot back."""
        return {
            "taken_at": stamp(self.taken_at),
            "target": self.target,
            "caller": {"account_id": self.caller.account_id, "arn": self.caller.arn},
            "organization_id": self.organization_id,
            "management_id": self.management_id,
            "management_email": self.management_email,
            "feature_set": self.feature_set,
            "member_role": self.member_role,
            "thorough": self.thorough,
            "unreadable": dict(self.unreadable),
            "tables": {
                name: snapshot_tables.rows(getattr(self, name)) for name in snapshot_tables.SCHEMAS
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Snapshot:
        """The snapshot that `to_json` wrote."""
        tables: dict[str, Any] = {
            n: snapshot_tables.frame(
                data["tables"].get(n, ()), schema
            )  # older records have fewer tables
            for n, schema in snapshot_tables.SCHEMAS.items()
        }
        plain = {k: data[k] for k in data if k not in ("tables", "caller", "taken_at")}
        return cls(
            taken_at=datetime.fromisoformat(data["taken_at"]),
            caller=Caller(**data["caller"]),
            **plain,
            **tables,
        )


def take(
    organization: Organization,
    member_role: str = "",
    told: Iterable[Mapping[str, Any]] = (),
    *,
    thorough: bool = False,
) -> Snapshot:
    """Look at everything that orgkit reads; independent page chains run side by side.

    With `member_role`, also look into each member account through that role; with `thorough`, also
    at the surroundings that only pre-checks need. `told` are handshakes
    that AWS returned from a write a moment ago, which its lists may not show yet. What AWS refuses
    to show is noted in `unreadable` with the reason; what cannot be reached at all is an error.
    """
    organization.refresh()
    unreadable: dict[str, str] = {}
    parts = _Parts(organization, unreadable)
    around: dict[str, Future[Any]] = {}
    with ThreadPoolExecutor(len(_ACTIONS) + 4 + len(sources.PARTS)) as pool:
        accounts = pool.submit(parts.read, "accounts", "ListAccounts", "Accounts")
        roots = pool.submit(parts.read, "policy_types", "ListRoots", "Roots")
        creating = pool.submit(
            parts.read, "creations", "ListCreateAccountStatus", "CreateAccountStatuses"
        )
        if thorough:
            around = {
                part: pool.submit(sources.read, organization, part, unreadable)
                for part in sources.PARTS
            }
        listed = _handshake_chains(parts, pool.submit)
        chains = [tuple(told), *(chain.result() for chain in listed)]
        handshakes = snapshot_handshakes.handshakes(item for chain in chains for item in chain)
        account_frame = snapshot_tables.accounts(accounts.result())
    details = organization.details
    rows = {part: reading.result() for part, reading in around.items()}
    rows["sdk"] = sources.of_the_sdk(organization)
    looked = look_into(organization, _members(account_frame, organization), member_role)
    return Snapshot(
        taken_at=organization.now,
        target=organization.target,
        caller=organization.caller,
        organization_id=organization.organization_id,
        management_id=organization.management_id,
        management_email=str(details.get("MasterAccountEmail", "")),
        feature_set=str(details["FeatureSet"]),
        accounts=account_frame,
        handshakes=_with_children(parts, handshakes),
        policy_types=snapshot_tables.policy_types(roots.result(), known_policy_types(organization)),
        creations=snapshot_tables.creations(creating.result()),
        members=snapshot_tables.members(looked),
        **dict(sources.tables(rows)),
        member_role=member_role,
        thorough=thorough,
        unreadable=dict(sorted(unreadable.items())),  # they are read side by side
    )


def known_policy_types(organization: Organization) -> list[str]:
    """Every policy type that the installed botocore's service model names."""
    model = organization.client("organizations").meta.service_model
    return [str(value) for value in model.shape_for("PolicyType").enum]


@dataclass(frozen=True)
class _Parts:
    """Reads one part after another, noting what AWS denies instead of failing."""

    organization: Organization
    unreadable: dict[str, str]

    def read(self, part: str, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
        try:
            return self.organization.pages(operation, key, **parameters)
        except OrgkitError as error:
            if getattr(error, "code", "") != "AccessDeniedException":
                raise
            self.unreadable[part] = f"organizations:{operation} was denied"
            return []


def _handshake_chains(
    parts: _Parts, submit: Callable[..., Future[list[dict[str, Any]]]]
) -> list[Future[list[dict[str, Any]]]]:
    filters: list[dict[str, Any]] = [{}, *({"Filter": {"ActionType": a.value}} for a in _ACTIONS)]
    return [
        submit(parts.read, "handshakes", "ListHandshakesForOrganization", "Handshakes", **f)
        for f in filters
    ]


def _with_children(parts: _Parts, listed: pd.DataFrame) -> pd.DataFrame:
    """Add what only the parent's filter lists: the latest parent's handshakes."""
    parents = listed[listed["kind"].eq(Kind.ORGANIZATION)].sort_values("requested_timestamp")
    if parents.empty:
        return listed
    found = parts.read(
        "handshakes",
        "ListHandshakesForOrganization",
        "Handshakes",
        Filter={"ParentHandshakeId": str(parents["handshake_id"].iloc[-1])},
    )
    both = pd.concat([listed, snapshot_handshakes.handshakes(found)], ignore_index=True)
    return both.drop_duplicates("handshake_id", keep="last").reset_index(drop=True)


def _members(accounts: pd.DataFrame, organization: Organization) -> list[str]:
    others = accounts["account_id"].ne(organization.management_id)
    return [str(a) for a in accounts.loc[others & accounts["state"].eq("ACTIVE"), "account_id"]]
