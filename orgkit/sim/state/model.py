"""What the simulated AWS knows: frozen records, and the World that holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import Field

from orgkit.sim.state.switches import Switches
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    AccountState,
    FeatureSet,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    Kind,
    PolicyTypeStatus,
)

T = TypeVar("T")
# Kept out of the state file, which must hold nothing that can be derived.
Derived = Annotated[dict[str, tuple[int, Any]], Field(exclude=True)]  # version, and value for it
Ids = Annotated[list[str], Field(exclude=True)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an owner will do with a request, and how many seconds after it was sent."""

    answer: str  # approve, decline or never
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """An account, in the organization (it has a parent) or outside of it."""

    id: str
    number: int
    name: str
    email: str
    joined_method: JoinedMethod
    joined_at: datetime
    state: AccountState = AccountState.ACTIVE
    parent_id: str = ""
    access_role: str = ""
    service_linked_role: bool = True
    removal_refused: str = ""  # the Reason that AWS would give, empty if it may be removed
    in_other_organization: bool = False
    closed_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)  # those it came with

    @property
    def member(self) -> bool:
        """Whether the account is in the organization; the management account is too."""
        return bool(self.parent_id)


@dataclass(frozen=True, slots=True)
class Handshake:
    """A handshake of any kind, with the answer that its owner will give when time passes."""

    id: str
    number: int
    kind: Kind
    action: HandshakeAction
    state: HandshakeState
    requested_at: datetime
    expires_at: datetime
    account_id: str = ""
    email: str = ""
    parent_id: str = ""
    notes: str = ""
    feature_set: FeatureSet = FeatureSet.CONSOLIDATED_BILLING
    ended_at: datetime | None = None
    answer: str = ""
    answer_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)  # for the account that is invited

    @property
    def live(self) -> bool:
        """Whether somebody may still act on it."""
        return self.state in LIVE_HANDSHAKE_STATES


@dataclass(frozen=True, slots=True)
class Unit:
    """An organizational unit; the root is none of them."""

    id: str
    number: int
    name: str
    parent_id: str


@dataclass(frozen=True, slots=True)
class Creation:
    """A CreateAccount request; the account exists once it SUCCEEDED."""

    id: str
    number: int
    name: str
    email: str
    role_name: str
    requested_at: datetime
    state: str = "IN_PROGRESS"
    completed_at: datetime | None = None
    account_id: str = ""
    failure: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials that AssumeRole gave out."""

    access_key_id: str
    secret: str
    token: str
    account_id: str
    role: str
    role_id: str
    name: str
    # Not known of those from before this was kept, whose file must stay what it was.
    issued_at: Annotated[datetime | None, Field(exclude_if=lambda at: at is None)] = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the simulator answered it."""

    time: datetime
    service: str
    operation: str
    account: str
    caller_arn: str
    status: int
    code: str
    reason: str
    request_id: str
    changed: bool
    fault: str = ""  # the armed fault that broke it
    agent: str = ""  # the User-Agent header
    params: dict[str, Any] = field(default_factory=dict)  # of writes


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that waits for calls, and how often it met and broke one."""

    name: str
    operations: tuple[str, ...]
    number: int = 0  # tells two of the same name apart
    times: int | None = None  # how often it fires; None is without end
    probability: float | None = None
    seed: str = ""
    skip: int = 0  # how many calls it lets pass first
    account: str = ""  # only calls by this account; empty is everybody
    seconds: float = 2.0  # of a slow answer
    factor: float = 1.0  # how much faster than AWS's the token buckets fill
    met: int = 0
    fired: int = 0

    @property
    def spent(self) -> bool:
        """Whether it fired as often as it should."""
        return self.times is not None and self.fired >= self.times


@dataclass(frozen=True, slots=True)
class MotoCall:
    """A write that moto answered; made again after a restart, because moto forgets."""

    account: str
    service: str
    seed: str
    environ: dict[str, str]
    body: str


@dataclass
class World:
    """All state. Changed only through its methods, under the engine's lock."""

    seed: str
    scenario: dict[str, Any]
    switches: Switches
    started_at: datetime
    now: datetime
    organization_id: str
    root_id: str
    management_id: str
    feature_set: FeatureSet
    accounts: dict[str, Account] = field(default_factory=dict)
    handshakes: dict[str, Handshake] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    creations: dict[str, Creation] = field(default_factory=dict)
    policy_types: dict[str, PolicyTypeStatus] = field(default_factory=dict)
    trusted_services: dict[str, datetime] = field(default_factory=dict)
    owners: dict[str, list[Answer]] = field(default_factory=dict)
    outstanding: dict[str, str] = field(default_factory=dict)  # account: its request
    approved: dict[str, bool] = field(default_factory=dict)  # accounts of earlier attempts too
    asked: dict[str, int] = field(default_factory=dict)  # how often each account was asked
    reads: dict[str, int] = field(default_factory=dict)  # what settles after it was seen twice
    sessions: dict[str, Session] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)  # how often each exact call was made
    calls: list[Call] = field(default_factory=list)
    armed: list[Armed] = field(default_factory=list)
    moto_calls: list[MotoCall] = field(default_factory=list)
    past: World | None = None  # what reads show while they lag behind writes
    version: int = 0
    numbers: int = 0
    # Not state, only its shadow: never written, compared or copied with `replace`.
    _cache: Derived = field(default_factory=dict, init=False, compare=False, repr=False)
    _put: Ids = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def management(self) -> Account:
        """The management account, which never leaves."""
        return self.accounts[self.management_id]

    def number(self) -> int:
        """Take the next place in every list; AWS promises no order, we keep the order of birth."""
        self.numbers += 1
        return self.numbers

    def touch(self) -> None:
        """Note that state changed, so that caches, the call record and the state file know."""
        self.version += 1

    def put_account(self, account: Account) -> None:
        """Add or replace an account."""
        self.accounts[account.id] = account
        self._note(account.id)

    def put_handshake(self, handshake: Handshake) -> None:
        """Add or replace a handshake."""
        self.handshakes[handshake.id] = handshake
        self._note(handshake.id)

    def drop(self, key: str) -> None:
        """Forget an account or a handshake for good."""
        self.accounts.pop(key, None)
        self.handshakes.pop(key, None)
        self.touch()

    def cached(self, key: str, build: Callable[[], T]) -> T:
        """Build a value once for each state; a page must not cost a walk over all."""
        if key not in self._cache or self._cache[key][0] != self.version:
            self._cache[key] = (self.version, build())
        value: T = self._cache[key][1]
        return value

    def take_notes(self) -> list[str]:
        """Take the ids put since the last call; time that passes looks only at those again."""
        notes, self._put = self._put, []
        return notes

    def _note(self, key: str) -> None:
        self._put.append(key)
        self.touch()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call."""

    account_id: str
    arn: str
    user_id: str
    principal: str = ""  # role/NAME or user/NAME, whose policies count; empty may do everything
    principal_arn: str = ""  # the role's own, where `arn` is that of its session
    tags: Mapping[str, str] = field(default_factory=dict)
    issued_at: datetime | None = None  # of temporary credentials


Keys = Mapping[str, str | list[str]]  # of conditions in policies


class Iam(Protocol):
    """What the state machine asks of IAM, where principals were made by hand."""

    def user(self, world: World, access_key_id: str) -> Caller | None:
        """Find the user whose access key this is."""

    def role(self, world: World, account_id: str, name: str) -> tuple[str, str] | None:
        """Find a role's unique id and trust policy, empty if it is gone; None if not in IAM."""

    def allows(
        self, context: Context, action: str, resource: str, keys: Keys, by: str = ""
    ) -> bool:
        """Tell whether the caller's policies allow an action."""

    def carried(self, context: Context, action: str) -> Keys:
        """Give the condition keys of the caller's own request."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation is given: world, caller, a salt that is this call's own, and IAM."""

    world: World
    caller: Caller
    salt: str = ""
    iam: Iam | None = None
    sent: Mapping[str, str] = field(default_factory=dict)  # condition keys, as the wire had them

    def allows(self, action: str, resource: str, keys: Keys, by: str = "") -> bool:
        """Tell whether the caller's policies allow an action, also of a service in his name."""
        return self.iam is None or self.iam.allows(self, action, resource, keys, by)

    @property
    def actor(self) -> Account | None:
        """The caller's account, if the simulator knows it."""
        return self.world.accounts.get(self.caller.account_id)
