"""The only writer: nothing without the right word, nothing twice, nothing concluded unread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from orgkit import actions, checks
from orgkit.actions import carry_out
from orgkit.actions.plan import Plan
from orgkit.aws import connect
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.store.store import Store
from orgkit.migration.observe import Observer
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.terms import Outcome, Phase
from tests.support.fake_aws import Answers, FakeAws, error, lists
from tests.support.make import MANAGEMENT, ORGANIZATION, ROOT, aws_account, aws_child, aws_parent

Start = Callable[..., Service]
RIGHT = {"acme": "o-acme123456"}
APPROVERS = [str(n) * 12 for n in range(2, 10)] + ["012345678901", "404040404040"]


class Walk:
    """One watch on a simulator, and the simulator's own account of what was asked."""

    def __init__(self, service: Service, store: Store) -> None:
        self.control = Control(service.endpoint)
        organization = connect()
        self.id = organization.organization_id
        self.observer = Observer(organization, Journal(store, self.id), "run-1")

    def writes(self) -> list[str]:
        """What the simulator says was called to change something."""
        calls = [c for c in self.control.calls() if c["service"] == "organizations"]
        return [c["operation"] for c in calls if not c["operation"].startswith(("List", "Desc"))]

    def act(self, make: Any, *args: Any, confirm: str | None = None) -> actions.Result:
        """Look, plan, and carry out with the right confirmation or another one."""
        plan = make(self.observer.observe(), *args)
        return carry_out(self.observer, plan, confirm=self.id if confirm is None else confirm)

    def events(self) -> list[dict[str, Any]]:
        """The events of the journal."""
        return [asdict(e) for e in self.observer.journal.events()]


@pytest.fixture
def walk(simulator: Start, tmp_path: Path) -> Walk:
    """A watch on the default scenario."""
    return Walk(simulator("acme"), Store(str(tmp_path / "evidence")))


def ready(walk: Walk) -> None:
    """Go on to the point where everybody has approved."""
    walk.act(actions.request)
    walk.control.approve(*APPROVERS)


@pytest.mark.parametrize(
    "confirm", ["", "yes", "o-acme12345", "O-ACME123456", " o-acme123456", "o-test123456"]
)
def test_without_the_right_word_nothing_is_written(walk: Walk, confirm: str) -> None:
    """The simulator's list of calls proves it; the message says what to type."""
    result = walk.act(actions.request, confirm=confirm)
    assert (result.outcome, result.changed, result.rows) == (Outcome.BLOCKED, False, ())
    assert "Nothing was changed" in result.message
    assert walk.id in result.message
    assert walk.writes() == []
    assert walk.events() == []


def test_a_confirmed_request_begins_the_process_once(walk: Walk) -> None:
    """It is read back from AWS before it is called done."""
    result = walk.act(actions.request)
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    assert result.state.phase is Phase.WAITING
    assert result.state.asked == len(APPROVERS)
    assert walk.writes() == ["EnableAllFeatures"]


def test_a_second_request_does_nothing(walk: Walk) -> None:
    """Running the notebook again is harmless."""
    walk.act(actions.request)
    again = walk.act(actions.request)
    assert (again.outcome, again.changed) == (Outcome.WAITING, False)
    assert "Nothing was changed. The phase is WAITING" in again.message
    assert walk.writes() == ["EnableAllFeatures"]


def test_the_intention_is_noted_before_and_the_result_after(walk: Walk) -> None:
    """The journal shows what was meant, what came of it, and AWS's request id."""
    walk.act(actions.request)
    intention, result = walk.events()
    assert (intention["name"], intention["operation"]) == ("intention", "EnableAllFeatures")
    assert len(intention["plan"]) == 64
    assert (result["name"], result["done"], result["changed"]) == ("result", True, "yes")
    assert result["request_id"]
    assert (result["by"], result["run"], result["error"]) == (
        walk.observer.organization.caller.arn,
        "run-1",
        "",
    )


def test_the_whole_walk_to_all_features_and_policy_types(walk: Walk) -> None:
    """Request, finalize, enable two types in order; every write once."""
    ready(walk)
    finalized = walk.act(actions.finalize)
    assert (finalized.outcome, finalized.state.phase) == (Outcome.DONE, Phase.ALL_FEATURES)
    assert finalized.state.snapshot.feature_set == "ALL"
    names = ["TAG_POLICY", "SERVICE_CONTROL_POLICY"]
    enabled = walk.act(actions.policy_types, names)
    assert (enabled.outcome, enabled.changed) == (Outcome.DONE, True)
    assert [(r["subject"], r["result"]) for r in enabled.rows] == [(n, "done") for n in names]
    table = enabled.state.snapshot.policy_types
    assert set(table.loc[table["type"].isin(names), "status"]) == {"ENABLED"}
    again = walk.act(actions.policy_types, names)
    assert (again.outcome, again.changed) == (Outcome.DONE, False)
    assert walk.writes() == ["EnableAllFeatures", "AcceptHandshake", *["EnablePolicyType"] * 2]


def test_finalizing_without_the_word_changes_nothing(walk: Walk) -> None:
    """The irreversible act needs it most."""
    ready(walk)
    result = walk.act(actions.finalize, confirm="")
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert walk.writes() == ["EnableAllFeatures"]
    assert walk.control.status()["feature_set"] == "CONSOLIDATED_BILLING"


def test_finalizing_too_early_changes_nothing(walk: Walk) -> None:
    """The plan says that approvals are outstanding; nothing is tried."""
    walk.act(actions.request)
    result = walk.act(actions.finalize)
    assert (result.outcome, result.changed) == (Outcome.WAITING, False)
    assert walk.writes() == ["EnableAllFeatures"]


def test_canceling_ends_the_process_and_it_can_be_begun_again(walk: Walk) -> None:
    """Approvals given before are worth nothing in the new attempt."""
    walk.act(actions.request)
    walk.control.approve(APPROVERS[0])
    canceled = walk.act(actions.cancel)
    assert (canceled.outcome, canceled.changed) == (Outcome.CANCELED, True)
    assert canceled.state.phase is Phase.CANCELED
    again = walk.act(actions.request)
    assert (again.state.phase, again.state.approved) == (Phase.WAITING, 0)


def test_removing_an_account_takes_it_out_of_the_way(walk: Walk) -> None:
    """It is gone from the organization and stays on the board as LEFT."""
    walk.act(actions.request)
    walk.control.decline("222222222222")
    assert walk.observer.observe().phase is Phase.BLOCKED
    result = walk.act(actions.remove, "222222222222")
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    board = result.state.board.set_index("account_id")
    assert board.loc["222222222222", "account_state"] == "LEFT"
    assert result.state.blockers == ()


@pytest.mark.parametrize(
    "move",
    [
        lambda walk: walk.act(actions.request),
        lambda walk: walk.act(actions.remove, "222222222222"),
    ],
    ids=["somebody began it", "an account left"],
)
def test_a_plan_that_the_world_has_left_behind_is_not_carried_out(walk: Walk, move: Any) -> None:
    """What was confirmed is what was shown, or nothing."""
    plan = actions.request(walk.observer.observe())
    move(walk)
    before = walk.writes()
    result = carry_out(walk.observer, plan, confirm=walk.id)
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert "the state in AWS changed after the plan was shown" in result.message
    assert walk.writes() == before


# On an AWS of a few lines


class World:
    """One invited account, and a process whose write can be made to misbehave."""

    def __init__(self, store: Path) -> None:
        self.parent: str | None = None
        self.feature_set = "CONSOLIDATED_BILLING"
        self.state = "ACTIVE"
        self.types: dict[str, str] = {}
        self.slow: Iterator[int] = iter(())
        self.slept: list[float] = []
        self.aws = FakeAws(self._reads())
        self.observer = Observer(
            self.aws.organization(),
            Journal(Store(str(store)), ORGANIZATION),
            "run-1",
            self.slept.append,
        )

    def _reads(self) -> dict[str, Answers]:
        accounts = lambda _: {  # noqa: E731
            "Accounts": [aws_account(MANAGEMENT), aws_account("222222222222", State=self.state)]
        }
        return lists() | {
            "DescribeOrganization": lambda _: lists(feature_set=self.feature_set)[
                "DescribeOrganization"
            ],
            "ListAccounts": accounts,
            "ListHandshakesForOrganization": self._handshakes,
            "ListRoots": lambda _: {
                "Roots": [
                    {
                        "Id": ROOT,
                        "PolicyTypes": [
                            {"Type": t, "Status": s} for t, s in sorted(self.types.items())
                        ],
                    }
                ]
            },
        }

    def _handshakes(self, _: Any) -> dict[str, Any]:
        if self.parent is None or next(self.slow, None) is not None:
            return {"Handshakes": []}
        return {"Handshakes": [aws_parent(self.parent), aws_child("222222222222")]}

    def begin(self, answer: Any) -> None:
        """EnableAllFeatures takes effect and answers this."""

        def handler(_: Any) -> Any:
            self.parent = "REQUESTED"
            return answer

        self.aws.answers["EnableAllFeatures"] = handler

    def request(self) -> actions.Result:
        """Plan and confirm the request."""
        state = self.observer.observe()
        plan = actions.request(state, checks.run(state))
        return carry_out(self.observer, plan, confirm=ORGANIZATION)

    def sent(self) -> list[str]:
        """Writes that were sent."""
        return [n for n in self.aws.operations() if not n.startswith(("List", "Describe"))]

    def last(self) -> dict[str, Any]:
        """The last event of the journal."""
        return asdict(list(self.observer.journal.events())[-1])


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An organization with consolidated billing and one invited account."""
    return World(tmp_path)


def planned(world: World) -> Plan:
    """The plan to begin, shown and not confirmed yet."""
    state = world.observer.observe()
    return actions.request(state, checks.run(state))


BEGUN = {"Handshake": aws_parent("REQUESTED")}


@pytest.mark.parametrize(
    "answer",
    [
        error("ServiceException"),
        error("BrandNewException"),
        ConnectionClosedError(endpoint_url="x"),
    ],
    ids=["known", "unknown", "lost connection"],
)
def test_an_error_of_a_write_that_took_effect_counts_as_done(world: World, answer: Any) -> None:
    """AWS was seen to answer an error to what it had done, so the world is read first.

    Whether this call did it or somebody else, nobody can tell from that.
    """
    world.begin(answer)
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.WAITING, None)
    assert (
        result.rows[0]["result"] == "done (AWS answered with an error, but the change took effect)"
    )
    assert world.sent() == ["EnableAllFeatures"]
    assert (world.last()["done"], world.last()["changed"]) == (True, "unknown")
    assert world.last()["error"]


def test_an_answer_already_so_proves_nothing(world: World) -> None:
    """U4: AWS gave such an error to a call that had taken effect; it may be somebody else's too."""
    reason = "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"
    world.begin(error("HandshakeConstraintViolationException", reason))
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.WAITING, None)
    assert world.last()["changed"] == "unknown"


def test_a_refused_write_is_described_and_not_repeated(world: World) -> None:
    """The remedy stands in the row and in the message; AWS was read again before saying so."""
    world.aws.answers["EnableAllFeatures"] = error("AccessDeniedException")
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert "AWS denied this call." in result.message
    assert world.sent() == ["EnableAllFeatures"]
    sent = world.aws.operations()
    assert "ListHandshakesForOrganization" in sent[sent.index("EnableAllFeatures") :]
    assert (world.last()["done"], world.last()["changed"]) == (False, "no")


def test_an_unknown_error_stays_loud_after_the_world_was_read(world: World) -> None:
    """What we do not understand is not dressed up; the journal keeps it all the same."""
    world.aws.answers["EnableAllFeatures"] = error("BrandNewException")
    with pytest.raises(ClientError, match="BrandNewException"):
        world.request()
    sent = world.aws.operations()
    assert "ListHandshakesForOrganization" in sent[sent.index("EnableAllFeatures") :]
    assert (world.last()["name"], world.last()["done"]) == ("result", False)
    assert "BrandNewException" in world.last()["error"]


def test_a_write_after_which_nothing_can_be_read_is_recorded_as_unknown(world: World) -> None:
    """The network went away: neither done nor undone is claimed, and the intention stands."""
    lost = ConnectionClosedError(endpoint_url="x")

    def gone(_: Any) -> Any:
        world.parent = "REQUESTED"
        world.aws.answers["DescribeOrganization"] = lost
        return lost

    world.aws.answers["EnableAllFeatures"] = gone
    with pytest.raises(OrgkitError, match=r"AWS MAY HAVE BEEN CHANGED.*connection was closed"):
        world.request()
    assert (world.last()["name"], world.last()["operation"]) == ("result", "EnableAllFeatures")
    assert (world.last()["done"], world.last()["changed"]) == (None, "unknown")


def test_after_two_tries_it_is_the_last_that_counts(world: World) -> None:
    """The first was refused before it did anything; of the second nobody knows."""
    lost, tries = ConnectionClosedError(endpoint_url="x"), iter((1, 2))

    def answer(_: Any) -> Any:
        if next(tries) == 1:
            return error("TooManyRequestsException")
        world.aws.answers["DescribeOrganization"] = lost
        return lost

    world.aws.answers["EnableAllFeatures"] = answer
    with pytest.raises(OrgkitError, match="AWS MAY HAVE BEEN CHANGED"):
        world.request()
    assert (world.last()["done"], world.last()["changed"]) == (None, "unknown")
    assert "connection was closed" in world.last()["error"]
    assert world.sent().count("EnableAllFeatures") == 2


def test_a_write_whose_effect_is_not_shown_yet_is_waited_for(world: World) -> None:
    """AWS is eventually consistent; what it answered stands while its lists lag."""
    world.begin(BEGUN)
    world.slow = iter(range(100))
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    assert world.slept == []


def test_a_write_whose_effect_never_shows_is_not_called_done(world: World) -> None:
    """AWS accepted the call, and the run is blocked until it is seen."""
    world.aws.answers["EnableAllFeatures"] = {}
    result = world.request()
    assert result.outcome is Outcome.BLOCKED
    assert "does not show its effect yet" in result.message
    assert result.changed
    assert world.slept == [0.0, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_a_check_that_fails_in_the_last_moment_stops_the_write(world: World) -> None:
    """An approver was suspended after the plan was shown; phase and targets are the same."""
    state = world.observer.observe()
    plan = actions.request(state, checks.run(state))
    world.state = "SUSPENDED"
    result = carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert "approvers_active" in result.message
    assert world.sent() == []


def test_waivers_are_kept_with_the_intention(world: World) -> None:
    """Who decided to go on, and why, is part of the evidence."""
    world.state = "SUSPENDED"
    world.begin(BEGUN)
    state = world.observer.observe()
    plan = actions.request(state, checks.run(state), "approvers_active: Support is on it")
    assert carry_out(world.observer, plan, confirm=ORGANIZATION).changed
    events = [asdict(e) for e in world.observer.journal.events()]
    intention = next(e for e in events if e["name"] == "intention")
    assert intention["waived"] == {"approvers_active": "Support is on it"}


def enable(world: World, refused: str = "", pending: int = 0) -> actions.Result:
    """Enable three policy types, one of which AWS may refuse; the first may be slow."""
    world.feature_set = "ALL"

    def handler(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["PolicyType"] == refused:
            return error("ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED")
        world.types[asked["PolicyType"]] = "PENDING_ENABLE" if pending else "ENABLED"
        return {}

    world.aws.answers["EnablePolicyType"] = handler
    names = ["TAG_POLICY", "SECURITYHUB_POLICY", "BACKUP_POLICY"]
    plan = actions.policy_types(world.observer.observe(), names)
    return carry_out(world.observer, plan, confirm=ORGANIZATION)


def test_policy_types_are_enabled_one_by_one_in_order(world: World) -> None:
    """Each is seen enabled before the next one is asked for."""
    result = enable(world)
    asked = [sent["PolicyType"] for name, sent in world.aws.sent if name == "EnablePolicyType"]
    assert asked == ["TAG_POLICY", "SECURITYHUB_POLICY", "BACKUP_POLICY"]
    assert (result.outcome, result.changed) == (Outcome.DONE, True)


def test_the_first_refusal_stops_the_rest(world: World) -> None:
    """What was done stays done, what was not tried says so."""
    result = enable(world, refused="SECURITYHUB_POLICY")
    assert [r["subject"] for r in result.rows] == [
        "TAG_POLICY",
        "SECURITYHUB_POLICY",
        "BACKUP_POLICY",
    ]
    assert [r["result"] == "not tried" for r in result.rows] == [False, False, True]
    assert result.rows[0]["result"] == "done"
    assert "trusted access" in result.rows[1]["result"]
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, True)
    assert "stopped at SECURITYHUB_POLICY" in result.message


def test_a_type_that_stays_pending_stops_the_rest(world: World) -> None:
    """Waiting for PENDING_ENABLE has an end, and the next type is not begun before it."""
    result = enable(world, pending=1)
    assert result.outcome is Outcome.BLOCKED
    assert world.sent() == ["EnablePolicyType"]
    assert len(world.slept) == 7


@pytest.mark.parametrize(
    ("text", "names"),
    [("", []), (" , ", []), ("A", ["A"]), (" A , B,,C ", ["A", "B", "C"])],
)
def test_a_list_is_written_with_commas(text: str, names: list[str]) -> None:
    """Parameters are plain text."""
    assert actions.names(text) == names


def denied_after(world: World, operation: str, answer: Any, read: str) -> None:
    """Let a write answer this, and AWS deny from then on the list that would show its effect."""

    def handler(_: Any) -> Any:
        world.aws.answers[read] = error("AccessDeniedException")
        return answer

    world.aws.answers[operation] = handler


def changed_in_call(world: World, operation: str) -> bool | None:
    """What run.json says of the last call of an operation."""
    calls = world.observer.organization.calls
    return next(c.changed for c in reversed(calls) if c.operation == operation)


REFUSED = error("ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED")
UNSEEN = [
    ("RemoveAccountFromOrganization", "ListAccounts", actions.remove, "222222222222", "BILLING"),
    ("EnablePolicyType", "ListRoots", actions.policy_types, ["TAG_POLICY"], "ALL"),
]


@pytest.mark.parametrize(("operation", "read", "make", "given", "features"), UNSEEN)
def test_a_refused_write_whose_list_is_denied_claims_nothing(
    world: World, operation: str, read: str, make: Any, given: Any, features: str
) -> None:
    """An empty answer proves nothing: neither done nor changed, and the run is blocked."""
    world.feature_set = "ALL" if features == "ALL" else "CONSOLIDATED_BILLING"
    denied_after(world, operation, REFUSED, read)
    plan = make(world.observer.observe(), given)
    result = carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.outcome.exit_code, result.changed) == (
        Outcome.BLOCKED,
        20,
        None,
    )
    assert f"organizations:{read} was denied" in result.message
    assert "not known" in result.message
    assert (world.last()["done"], world.last()["changed"]) == (None, "unknown")
    assert changed_in_call(world, operation) is None
    assert world.slept == []


@pytest.mark.parametrize(("operation", "read", "make", "given", "features"), UNSEEN)
def test_an_accepted_write_whose_list_is_denied_is_not_called_done(
    world: World, operation: str, read: str, make: Any, given: Any, features: str
) -> None:
    """AWS said yes, which is a change; that it took effect nobody saw."""
    world.feature_set = "ALL" if features == "ALL" else "CONSOLIDATED_BILLING"
    denied_after(world, operation, {}, read)
    plan = make(world.observer.observe(), given)
    result = carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, True)
    assert (world.last()["done"], world.last()["changed"]) == (None, "yes")
    assert changed_in_call(world, operation) is True


def test_a_refused_request_whose_handshakes_are_denied_claims_nothing(world: World) -> None:
    """The phase is unknown then, which is no proof that nothing began."""
    read = "ListHandshakesForOrganization"
    denied_after(world, "EnableAllFeatures", error("ServiceException"), read)
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, None)
    assert (world.last()["done"], world.last()["changed"]) == (None, "unknown")


@pytest.mark.parametrize(("operation", "read", "make", "given", "features"), UNSEEN)
def test_what_cannot_be_read_before_a_write_stops_it(
    world: World, operation: str, read: str, make: Any, given: Any, features: str
) -> None:
    """The list was shown with the plan and is denied when the button is pressed."""
    world.feature_set = "ALL" if features == "ALL" else "CONSOLIDATED_BILLING"
    plan = make(world.observer.observe(), given)
    world.aws.answers[read] = error("AccessDeniedException")
    result = carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert f"organizations:{read} was denied" in result.message
    assert world.sent() == []
