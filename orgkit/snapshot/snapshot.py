"""Everything that AWS says at one moment, frozen; to and from JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from orgkit.aws.answers import StrangeAnswer, quoted
from orgkit.aws.gateway import Caller, Organization
from orgkit.formats import stamp
from orgkit.snapshot import tables
from orgkit.snapshot.ask import Ask, Rows
from orgkit.snapshot.handshakes import handshake
from orgkit.snapshot.rows import storable
from orgkit.snapshot.sources import SOURCES, NotRead, not_asked, not_read, read
from orgkit.snapshot.unknown import unknown_values
from orgkit.terms import AccountState, FeatureSet, HandshakeState, JoinedMethod, Kind


class _Table:
    """A table of a snapshot as an attribute; asking for one that was not read is `NotRead`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, snapshot: Snapshot, owner: type) -> pd.DataFrame:
        return snapshot.part(self._name)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What AWS says of an organization at one moment.

    Each table is an attribute. One that AWS denied, or that was not asked for, raises `NotRead`:
    an empty table always means that there is nothing.
    """

    taken_at: datetime
    target: str
    caller: Caller
    organization_id: str
    management_id: str
    management_email: str
    feature_set: str
    tables: Mapping[str, pd.DataFrame]
    member_role: str = ""
    thorough: bool = False  # whether the surroundings of the process were asked for as well
    failed: Mapping[str, NotRead] = field(default_factory=dict)  # what was asked for in vain
    clock: str = ""  # what some clock said and was not believed, in sentences

    accounts = _Table()
    handshakes = _Table()
    policy_types = _Table()
    creations = _Table()
    members = _Table()
    delegated = _Table()
    trusted = _Table()
    transfers = _Table()
    trails = _Table()
    quotas = _Table()
    permissions = _Table()

    def part(self, name: str) -> pd.DataFrame:
        """Return the table of a part. Raises `NotRead` if the part was not read."""
        if missing := self.not_read(name):
            raise missing.with_traceback(None)
        return self.tables[SOURCES[name].of]

    def not_read(self, part: str) -> NotRead | None:
        """Tell why a part was not read; None if it was."""
        source = SOURCES[part]
        if part in self.failed:
            return self.failed[part]
        hasty = source.thorough and not self.thorough
        alone = source.by_role and not self.member_role
        return not_asked(part) if hasty or alone or source.of not in self.tables else None

    @property
    def unreadable(self) -> dict[str, str]:
        """Why each part that was asked for in vain was not read, in words."""
        return {part: missing.why for part, missing in self.failed.items()}

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

    @cached_property
    def unknowns(self) -> Mapping[str, tuple[str, ...]]:
        """What AWS says and orgkit does not know, as sentences by part, and "organization".

        Nothing follows from it, and no write is allowed while there is any.
        """
        found = {"organization": tuple(self._feature_set_unknown())}
        for part, source in SOURCES.items():
            missing = self.not_read(part)
            if missing is None:
                found[part] = tuple(unknown_values(source, self.part(part)))
            elif missing.strange and not source.optional:
                found[part] = (missing.why,)
        return {part: said for part, said in found.items() if said}

    def _feature_set_unknown(self) -> Iterator[str]:
        if self.feature_set not in set(FeatureSet):
            yield f"FeatureSet is {quoted(self.feature_set)}"

    def setting(self, part: str, name: str = "") -> str:
        """Return what a part says in one word. Raises `NotRead` if the part was not read."""
        table = self.part(part)
        found = table.loc[table["name"].eq(name or part), "value"]
        return "" if found.empty else str(found.iloc[0])

    @property
    def has_all_features(self) -> bool:
        """Whether the organization already has all features."""
        return self.feature_set == FeatureSet.ALL

    def of_kind(self, kind: Kind) -> pd.DataFrame:
        """Select the listed handshakes of one kind."""
        return self.handshakes[self.handshakes["kind"].eq(kind).fillna(False)]

    @property
    def pending_invitations(self) -> pd.DataFrame:
        """Invitations that nobody has answered; beginning the process cancels them."""
        table = self.of_kind(Kind.INVITATION)
        return table[table["state"].isin([HandshakeState.OPEN, HandshakeState.REQUESTED])]

    def to_json(self) -> dict[str, Any]:
        """Give plain values only; `from_json` gives the same snapshot back."""
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
            "unreadable": self.unreadable,
            # Only where there is something to say, as in every record before.
            **({"clock": self.clock} if self.clock else {}),
            "tables": {
                name: tables.rows(self.tables[name]) if name in self.tables else []
                for name in tables.SCHEMAS
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Snapshot:
        """Load what `to_json` wrote; a table that an older orgkit did not know was not read."""
        named = data["tables"]
        plain = {
            k: data[k] for k in data if k not in ("tables", "caller", "taken_at", "unreadable")
        }
        return cls(
            taken_at=datetime.fromisoformat(data["taken_at"]),
            caller=Caller(**data["caller"]),
            tables={n: tables.frame(named[n], s) for n, s in tables.SCHEMAS.items() if n in named},
            failed={p: not_read(p, why) for p, why in data.get("unreadable", {}).items()},
            **plain,
        )


def take(
    organization: Organization,
    member_role: str = "",
    told: Iterable[Mapping[str, Any]] = (),
    *,
    thorough: bool = False,
) -> Snapshot:
    """Read everything that `SOURCES` names; independent page chains run side by side.

    With `member_role`, also look into each member account through that role; with `thorough`, also
    at the surroundings that only pre-checks need. `told` are handshakes that AWS returned from a
    write a moment ago, which its lists may not show yet. What AWS refuses to show is `NotRead`;
    what cannot be reached at all is an error.
    """
    organization.identify()
    ask = Ask(organization, member_role, tuple(told))
    direct = [s for s in SOURCES.values() if not s.by_role and (thorough or not s.thorough)]
    with ThreadPoolExecutor(len(direct)) as pool:
        answers = dict(
            zip((s.part for s in direct), pool.map(lambda s: read(s, ask), direct), strict=True)
        )
    if member_role:
        answers |= _of_members(ask, answers["accounts"])
    details = organization.details
    return Snapshot(
        taken_at=organization.now,
        target=organization.target,
        caller=organization.caller,
        organization_id=organization.organization_id,
        management_id=organization.management_id,
        management_email=storable(str(details.get("MasterAccountEmail") or "")),
        feature_set=storable(str(details.get("FeatureSet") or "")),
        tables=_tables(ask, answers),
        member_role=member_role,
        thorough=thorough,
        clock=organization.doubt,
        failed={p: a for p, a in sorted(answers.items()) if isinstance(a, NotRead)},
    )


Answers = dict[str, Rows | NotRead]


def _of_members(ask: Ask, accounts: Rows | NotRead) -> Answers:
    """Read what is read in each active member; without the list of accounts nothing can be."""
    sources = [s for s in SOURCES.values() if s.by_role]
    if isinstance(accounts, NotRead):
        return {s.part: not_read(s.part, accounts.why) for s in sources}
    active = (a["account_id"] for a in accounts if a["state"] == AccountState.ACTIVE)
    ids = dict.fromkeys(i for i in active if i != ask.organization.management_id)
    return {s.part: read(s, replace(ask, members=tuple(ids))) for s in sources}


def _tables(ask: Ask, answers: Answers) -> dict[str, pd.DataFrame]:
    """Make every table; parts that share one stand below each other."""
    found: dict[str, Rows] = {name: [] for name in tables.SCHEMAS}
    for part, answer in answers.items():
        found[SOURCES[part].of] += [] if isinstance(answer, NotRead) else answer
    if isinstance(answers["handshakes"], NotRead):
        # What a write was told stays evidence, although the part itself counts as not read.
        found["handshakes"] = _told(ask)
    return {name: tables.table(name, rows) for name, rows in found.items()}


def _told(ask: Ask) -> Rows:
    try:
        told = [handshake(item) for item in ask.told]
        return SOURCES["handshakes"].checked(told, ask.organization.now)
    except StrangeAnswer:
        return []
