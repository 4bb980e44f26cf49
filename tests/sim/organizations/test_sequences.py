"""Random sequences of calls by random actors: no forbidden state, no answer out of shape."""

from __future__ import annotations

import typing
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orgkit.facts import CLOSED_ACCOUNT_RETENTION, HANDSHAKE_RETENTION
from orgkit.sim.errors import AwsError, SimulatorError
from orgkit.sim.organizations import membership, validation
from orgkit.sim.organizations.operations import OWNED
from orgkit.sim.scenario.build import build
from orgkit.sim.state import state_file
from orgkit.sim.state.model import Handshake
from orgkit.sim.state.switches import Switches
from orgkit.terms import FeatureSet, HandshakeState, JoinedMethod, Kind
from tests.support.sim_walk import (
    CREATED,
    INVITED,
    MANAGEMENT,
    NOBODY,
    OTHER,
    OUTSIDE,
    SMALL,
    Walk,
    small,
)

ACTORS = [MANAGEMENT, INVITED, OTHER, CREATED, OUTSIDE, NOBODY]
# What nobody can guess from the service model: refusals of credentials and of the whole service.
EVERYWHERE = {"AccessDeniedException", "AWSOrganizationsNotInUseException"}
OWNERS = [
    {"answer": answer, "after": after}
    for answer, after in [("approve", "3d"), ("decline", "8d"), ("never", "1d")]
]


def modelled(operation: str) -> set[str]:
    """The error codes that the service model names for an operation."""
    shapes = validation.service_model().operation_model(operation).error_shapes
    return {shape.name for shape in shapes} | EVERYWHERE


def choices(name: str) -> Any:
    """The values of a switch."""
    values = typing.get_args(Switches.model_fields[name].annotation)
    return st.sampled_from(values or (True, False))


class Organization(RuleBasedStateMachine):
    """The small organization in the hands of monkeys; what must always hold are invariants."""

    @initialize(
        switches=st.fixed_dictionaries({}, optional={n: choices(n) for n in Switches.model_fields}),
        owners=st.lists(st.sampled_from(OWNERS), min_size=3, max_size=3),
        role=st.booleans(),
        stage=st.sampled_from(["billing", "running", "ready", "all"]),
    )
    def begin(
        self, switches: dict[str, Any], owners: list[dict[str, str]], role: bool, stage: str
    ) -> None:
        """Other switches and owners each time, and from further on: by chance few come far."""
        accounts = [
            account | {"owner": owner}
            for account, owner in zip(SMALL["accounts"], owners, strict=True)
        ]
        accounts[2] = accounts[2] | {"service_linked_role": role, "joined_at": "2020-01-01"}
        self.walk = Walk(build(small(accounts=accounts, switches=switches)))
        self.world = self.walk.world
        parent = self.walk.begin() if stage != "billing" else ""
        for account in list(self.world.outstanding) if stage in ("ready", "all") else ():
            self.walk.answer(account, "Accept")
        if stage == "all":
            self.walk.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
        self.seen: dict[str, Handshake] = {}
        self.features = self.world.feature_set
        self.now = self.world.now

    def call(self, actor: str, operation: str, **params: Any) -> None:
        """One call: refused with a modelled error and without effect, or answered in shape."""
        version = self.world.version
        try:
            self.walk.call(actor, operation, **params)
        except AwsError as refused:
            error = refused
        else:
            return
        assert error.code in modelled(operation), f"{operation}: {error.code}"
        # Seen on AWS: joining fails and yet the invitation is ACCEPTED.
        trap = operation == "AcceptHandshake" and error.reason == "ALREADY_IN_AN_ORGANIZATION"
        assert trap or self.world.version == version, f"{operation} failed with effect"

    def handshake(self, index: int) -> str:
        """One of the handshakes, or one that is not."""
        known = [*self.world.handshakes, "h-" + "0" * 32]
        return known[index % len(known)]

    def account(self, index: int) -> str:
        """One of the accounts, or one that is not."""
        known = [*self.world.accounts, NOBODY]
        return known[index % len(known)]

    indexes = st.integers(0, 60)
    actors = st.sampled_from(ACTORS)

    @rule(
        actor=actors,
        verb=st.sampled_from(["Accept", "Accept", "Decline", "Cancel", "Describe"]),
        index=indexes,
    )
    def handle(self, actor: str, verb: str, index: int) -> None:
        """Anybody does anything to any handshake."""
        self.call(actor, f"{verb}Handshake", HandshakeId=self.handshake(index))

    @rule(index=indexes, verb=st.sampled_from(["Accept", "Accept", "Decline"]))
    def answer(self, index: int, verb: str) -> None:
        """The right account answers: without it sequences would seldom come far."""
        chosen = self.world.handshakes.get(self.handshake(index))
        if chosen is not None:
            actor = chosen.account_id or MANAGEMENT
            self.call(actor, f"{verb}Handshake", HandshakeId=chosen.id)

    @rule(index=indexes)
    def cancel(self, index: int) -> None:
        """The sender takes a handshake back."""
        self.call(MANAGEMENT, "CancelHandshake", HandshakeId=self.handshake(index))

    @rule(
        actor=st.sampled_from([MANAGEMENT, MANAGEMENT, MANAGEMENT, INVITED, NOBODY]),
        operation=st.sampled_from(["EnableAllFeatures", "EnableAllFeatures", "LeaveOrganization"]),
    )
    def plain(self, actor: str, operation: str) -> None:
        """Begin the process, or leave."""
        self.call(actor, operation)

    @rule(
        actor=st.sampled_from([MANAGEMENT, MANAGEMENT, INVITED]),
        operation=st.sampled_from(["RemoveAccountFromOrganization", "CloseAccount"]),
        index=indexes,
    )
    def depart(self, actor: str, operation: str, index: int) -> None:
        """Remove or close an account."""
        self.call(actor, operation, AccountId=self.account(index))

    @rule(index=indexes, by_email=st.booleans())
    def invite(self, index: int, by_email: bool) -> None:
        """Invite somebody, by id or by address."""
        account = self.world.accounts.get(self.account(index))
        target = {"Type": "ACCOUNT", "Id": self.account(index)}
        if by_email and account is not None:
            target = {"Type": "EMAIL", "Id": account.email}
        self.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)

    @rule(number=st.integers(1, 4))
    def create(self, number: int) -> None:
        """A new account; its address may be taken."""
        email = f"new{number}@small.example.com"
        self.call(MANAGEMENT, "CreateAccount", AccountName="New", Email=email)

    @rule(
        verb=st.sampled_from(["Enable", "Disable"]),
        kind=st.sampled_from(["SERVICE_CONTROL_POLICY", "TAG_POLICY", "GUARDDUTY_POLICY"]),
    )
    def policy_type(self, verb: str, kind: str) -> None:
        """Policy types come and go."""
        self.call(MANAGEMENT, f"{verb}PolicyType", RootId="r-smal", PolicyType=kind)

    @rule(index=indexes, lift=st.booleans())
    def suspend(self, index: int, lift: bool) -> None:
        """AWS restricts an account, or lifts that."""
        with suppress(SimulatorError):
            (membership.reinstate if lift else membership.suspend)(self.world, self.account(index))

    @rule(hours=st.sampled_from([1, 24, 72, 15 * 24, 31 * 24, 90 * 24]))
    def advance(self, hours: int) -> None:
        """Time passes."""
        self.walk.advance(f"{hours}h")

    @rule(actor=actors, operation=st.sampled_from(sorted(n for n in OWNED if n.startswith("List"))))
    def read(self, actor: str, operation: str) -> None:
        """Lists that need no more than their name, page by page where they have pages."""
        needed = {
            "ListParents": {"ChildId": INVITED},
            "ListChildren": {"ParentId": "r-smal", "ChildType": "ACCOUNT"},
            "ListInboundResponsibilityTransfers": {"Type": "BILLING"},
            "ListOutboundResponsibilityTransfers": {"Type": "BILLING"},
        }
        params = needed.get(operation, {})
        if operation.endswith("ForParent"):
            params = {"ParentId": "r-smal"}
        self.call(actor, operation, **params)

    @invariant()
    def the_clock_goes_on(self) -> None:
        """It never runs backwards."""
        assert self.world.now >= self.now
        self.now = self.world.now

    @invariant()
    def all_features_are_for_good(self) -> None:
        """There is no way back, and none there but accepting the organization's handshake."""
        if self.features is FeatureSet.ALL:
            assert self.world.feature_set is FeatureSet.ALL
        elif self.world.feature_set is FeatureSet.ALL:
            ended = [h for h in self.world.handshakes.values() if h.kind is Kind.ORGANIZATION]
            assert ended[-1].state is HandshakeState.ACCEPTED
            assert self.everybody_consented(ended[-1])
        self.features = self.world.feature_set

    def everybody_consented(self, parent: Handshake) -> bool:
        """Every invited member that was there at the beginning has approved."""
        skipped = self.world.switches.inactive_approvers == "skipped"
        return all(
            account.id in self.world.approved or skipped
            for account in self.world.accounts.values()
            if account.member
            and account.joined_method is JoinedMethod.INVITED
            and account.id != MANAGEMENT
            and account.joined_at < parent.requested_at
        )

    @invariant()
    def one_process_at_most(self) -> None:
        """And requests only while it runs, with its expiry, to accounts that are members."""
        alive = [h for h in self.world.handshakes.values() if h.live]
        parents = [h for h in alive if h.kind is Kind.ORGANIZATION]
        assert len(parents) <= 1
        for request in (h for h in alive if h.kind is Kind.APPROVAL):
            assert request.expires_at == parents[0].expires_at
            assert self.world.accounts[request.account_id].member
        if self.world.feature_set is FeatureSet.ALL:
            assert parents == []

    @invariant()
    def ready_means_that_nobody_is_missing(self) -> None:
        """The organization's handshake is OPEN only if no request is outstanding."""
        for parent in self.world.handshakes.values():
            if parent.kind is Kind.ORGANIZATION and parent.state is HandshakeState.OPEN:
                assert self.world.outstanding == {}

    @invariant()
    def handshakes_follow_their_states(self) -> None:
        """What ended stays as it ended; REQUESTED becomes OPEN but never the other way."""
        for record in self.world.handshakes.values():
            before = self.seen.get(record.id)
            if before is not None and not before.live:
                assert record.state is before.state
            if before is not None and before.state is HandshakeState.OPEN:
                assert record.state is not HandshakeState.REQUESTED
            assert record.live == (record.ended_at is None)
        self.seen = dict(self.world.handshakes)

    @invariant()
    def nothing_is_overdue(self) -> None:
        """Expired, purged and vanished are gone from where they would still act."""
        now = self.world.now
        for record in self.world.handshakes.values():
            assert not record.live or now < record.expires_at
            assert record.ended_at is None or now < record.ended_at + HANDSHAKE_RETENTION
        for account in self.world.accounts.values():
            assert account.closed_at is None or now < account.closed_at + CLOSED_ACCOUNT_RETENTION

    @invariant()
    def the_management_account_stays(self) -> None:
        """It can neither leave nor be closed nor be asked."""
        assert self.world.management.member
        assert self.world.management.closed_at is None
        assert MANAGEMENT not in self.world.outstanding

    @invariant()
    def billing_mode_refuses_features(self) -> None:
        """Policy types are on, and accounts closed, only with all features."""
        if self.world.feature_set is not FeatureSet.ALL:
            assert self.world.policy_types == {}
            assert not any(account.closed_at for account in self.world.accounts.values())

    def teardown(self) -> None:
        """The state file would hold all of it; the lists show all of it."""
        if not hasattr(self, "walk"):
            return
        assert state_file.load(state_file.dump(self.world)) == self.world
        shown: list[str] = []
        token: dict[str, str] = {}
        while True:
            answer = self.walk.call(MANAGEMENT, "ListAccounts", MaxResults=2, **token)
            shown += [account["Id"] for account in answer["Accounts"]]
            if "NextToken" not in answer:
                break
            token = {"NextToken": answer["NextToken"]}
        assert sorted(shown) == sorted(a.id for a in self.world.accounts.values() if a.member)


TestSequences = Organization.TestCase
TestSequences.settings = settings(
    max_examples=120,
    stateful_step_count=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_monkeys_come_far() -> None:
    """What the sequences reach includes the end: otherwise they would prove nothing."""
    machine = Organization()
    machine.begin({}, [OWNERS[0]] * 3, True, "billing")
    machine.plain(MANAGEMENT, "EnableAllFeatures")
    machine.advance(72)
    parent = next(h for h in machine.world.handshakes.values() if h.kind is Kind.ORGANIZATION)
    machine.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent.id)
    machine.all_features_are_for_good()
    assert machine.features is FeatureSet.ALL
    machine.world.feature_set = FeatureSet.CONSOLIDATED_BILLING
    with pytest.raises(AssertionError):
        machine.all_features_are_for_good()
    assert timedelta(days=30) == HANDSHAKE_RETENTION
