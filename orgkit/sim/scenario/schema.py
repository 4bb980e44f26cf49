"""What a scenario file may say: the model that it is checked against."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from orgkit.sim.errors import SimulatorError
from orgkit.sim.state.clock import duration
from orgkit.sim.state.switches import Switches
from orgkit.terms import ACCESS_ROLE, AccountState, FeatureSet, JoinedMethod

_OLDEST = datetime(2019, 3, 4, 9, 0, tzinfo=UTC)


def _digits(value: Any) -> Any:
    """Refuse a number: whoever made one of an id dropped its leading zeros."""
    if isinstance(value, int):
        raise ValueError("an account id must be 12 digits in quotes, this is a number")
    return value


def _yes_or_name(value: Any) -> Any:
    """Read yes and no, which a scenario file holds as they were written; else it is a name."""
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return words.get(value.lower(), value) if isinstance(value, str) else value


def _as_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


AccountId = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^\d{12}$")]
Role = Annotated[bool | str | None, BeforeValidator(_yes_or_name)]
Email = Annotated[str, Field(min_length=6, max_length=64, pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$")]
Name = Annotated[str, Field(min_length=1, max_length=50)]


class Stands(ValueError):  # noqa: N818 - says where
    """A fault between fields: `text` is what stands in the file where it shows."""

    def __init__(self, text: str, message: str) -> None:
        super().__init__(message)
        self.text = text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerAnswer(_Strict):
    """What an owner does with a request, and when, counted from the day it was sent."""

    answer: Literal["approve", "decline", "never"]
    after: str = "1d"

    @field_validator("after")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            duration(value)
        except SimulatorError as error:
            raise ValueError(str(error).replace("\n", " ")) from error
        return value


class Management(_Strict):
    """The management account."""

    id: AccountId
    name: Name
    email: Email
    service_linked_role: bool = True
    access_role: str = "OrganizationAdministrator"


class AccountSpec(_Strict):
    """One account, in the organization or outside."""

    id: AccountId
    name: Name
    email: Email
    joined: JoinedMethod
    joined_at: datetime | None = None
    state: AccountState = AccountState.ACTIVE
    closed_at: datetime | None = None
    unit: str = ""
    access_role: Role = None
    service_linked_role: bool = True
    removal_refused: Literal[
        "",
        "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED",
        "ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION",
        "ACCOUNT_CANNOT_LEAVE_WITHOUT_EULA",
        "INVALID_PAYMENT_INSTRUMENT",
    ] = ""
    in_other_organization: bool = False
    owner: list[OwnerAnswer] | None = None

    @field_validator("owner", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        """Accept one answer without a list."""
        return [value] if isinstance(value, dict) else value

    @property
    def role_name(self) -> str:
        """The role for the management account; created accounts have one unless told otherwise."""
        if isinstance(self.access_role, str):
            return self.access_role
        made = self.joined is JoinedMethod.CREATED
        return ACCESS_ROLE if (made if self.access_role is None else self.access_role) else ""


class Generated(_Strict):
    """Many accounts in few lines; {n} in name and email is the number of each."""

    count: Annotated[int, Field(ge=1, le=50_000)]
    first_id: AccountId
    name: Name
    email: Email
    joined: JoinedMethod
    unit: str = ""
    access_role: Role = None
    owner: OwnerAnswer = OwnerAnswer(answer="never")
    every: str = "0s"  # how much later than the one before each owner answers

    def accounts(self) -> list[AccountSpec]:
        """Make one account for each number."""
        return [self._account(n) for n in range(self.count)]

    def _account(self, n: int) -> AccountSpec:
        seconds = (duration(self.owner.after) + n * duration(self.every)).total_seconds()
        return AccountSpec(
            id=f"{int(self.first_id) + n:012d}",
            name=self.name.replace("{n}", str(n + 1)),
            email=self.email.replace("{n}", str(n + 1)),
            joined=self.joined,
            joined_at=_OLDEST + timedelta(hours=n, minutes=7),
            unit=self.unit,
            access_role=self.access_role,
            owner=[OwnerAnswer(answer=self.owner.answer, after=f"{seconds:.0f}s")],
        )

    @field_validator("every")
    @classmethod
    def _readable(cls, value: str) -> str:
        return OwnerAnswer(answer="never", after=value).after


class UnitSpec(_Strict):
    """An organizational unit directly under the root, or under another one by its name."""

    name: Name
    under: str = ""


class OrganizationSpec(_Strict):
    """The organization itself."""

    id: str = Field(pattern=r"^o-[a-z0-9]{10,32}$")
    root: str = Field(pattern=r"^r-[a-z0-9]{4,32}$")
    feature_set: FeatureSet = FeatureSet.CONSOLIDATED_BILLING


class FaultSpec(_Strict):
    """A fault that is armed from the start; what is left out is the fault's own."""

    name: str
    operations: tuple[str, ...] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: str = ""
    skip: Annotated[int, Field(ge=0)] = 0
    account: AccountId | Literal[""] = ""
    seconds: Annotated[float, Field(ge=0)] = 2.0


class Scenario(_Strict):
    """A whole scenario file."""

    name: str = ""
    title: str = Field(min_length=1)
    seed: str = ""
    starts_at: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    organization: OrganizationSpec
    management: Management
    units: list[UnitSpec] = []
    owners: list[OwnerAnswer] = [OwnerAnswer(answer="never")]
    accounts: list[AccountSpec] = []
    generate: list[Generated] = []
    outside: list[AccountSpec] = []
    faults: list[FaultSpec] = []
    throttle: Literal["none", "documented"] = "none"
    throttle_factor: Annotated[float, Field(gt=0)] = 1.0
    switches: Switches = Switches()

    @field_validator("owners", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value

    @field_validator("starts_at")
    @classmethod
    def _utc(cls, value: datetime) -> datetime:
        return _as_utc(value)

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        """Require unique ids and e-mail addresses, and units that exist before they are used."""
        members = self.all_accounts()
        everybody = [self.management, *members, *self.outside]
        for what in ("id", "email"):
            used = Counter(str(getattr(account, what)).lower() for account in everybody)
            twice = sorted(value for value, times in used.items() if times > 1)
            if twice:
                words = f"accounts: {what} {twice[0]!r} is used twice, each must be unique"
                raise Stands(twice[0], words)
        known = {""}
        for unit in self.units:
            if unit.under not in known:
                words = f"units: {unit.name!r} is under {unit.under!r}, which comes later"
                raise Stands(unit.under, words)
            known.add(unit.name)
        for account in members:
            if account.unit not in known:
                words = f"accounts: {account.id} is in unit {account.unit!r}, not in units"
                raise Stands(account.unit, words)
        return self

    def all_accounts(self) -> list[AccountSpec]:
        """List those that are written out, then the generated ones."""
        return [*self.accounts, *(account for rule in self.generate for account in rule.accounts())]

    def joined_at(self, index: int, given: datetime | None) -> datetime:
        """Choose when an account joined; distinct instants, so that sorting by them is stable."""
        return _as_utc(given) if given else _OLDEST + timedelta(days=17 * index, minutes=7 * index)
