"""A write that nobody saw end: told loudly, told by whoever looks next, settled by looking."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from orgkit import actions
from orgkit.actions import carry_out
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence import lease
from orgkit.evidence.journal.events import Intention, Overtaken, Result
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.open_writes import open_writes
from orgkit.evidence.verify import verify
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.terms import ExitCode, Outcome, Phase
from orgkit.views import audit, status
from tests.actions.test_execute import BEGUN, World, planned, world
from tests.actions.test_plans import seen
from tests.support.fake_aws import error
from tests.support.make import (
    ADMIN,
    ORGANIZATION,
    START,
    parent,
)

__all__ = ["world"]

LATER = "Mon, 05 Jan 2026 09:20:00 GMT"


def opened(world: World, minutes_later: bool = True, target: str = "aws") -> Observer:
    """Whoever opens the journal next, in a process of its own."""
    if minutes_later:
        world.aws.date = LATER
    journal = Journal(world.observer.journal.store, ORGANIZATION)
    return Observer(world.aws.organization(target), journal, "run-2", lambda _: None)


def left_open(world: World, **fields: Any) -> None:
    """Leave an intention behind, as a process that was killed does."""
    told: dict[str, Any] = {"operation": "EnableAllFeatures", "attempt": ""} | fields
    world.observer.observe()
    world.observer.note(Intention(**told))


def told(state: MigrationState) -> str:
    """What 00, 03 and `orgkit status` show."""
    return " ".join(status.where_we_are(state).text().split())


# The store dies after the write


class Dying:
    """A store that becomes read-only when AWS is written to."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        store, real = world.observer.journal.store, world.aws.answers["EnableAllFeatures"]
        assert callable(real)

        def dead(*_: object) -> None:
            raise OSError(30, "Read-only file system")

        def handler(given: Any) -> Any:
            for name in ("create", "replace", "swap"):
                monkeypatch.setattr(store, name, dead)
            return real(given)

        world.aws.answers["EnableAllFeatures"] = handler


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (BEGUN, "AWS WAS CHANGED"),
        (error("ServiceException"), "AWS MAY HAVE BEEN CHANGED"),
        (ConnectionClosedError(endpoint_url="x"), "AWS MAY HAVE BEEN CHANGED"),
    ],
    ids=["accepted", "error", "lost"],
)
def test_a_store_that_dies_after_the_write_says_what_was_done(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Any, says: str
) -> None:
    """U1: the operator is told before all else that AWS was changed, and what to note by hand."""
    plan = planned(world)
    world.begin(answer)
    Dying(world, monkeypatch)
    with pytest.raises(OrgkitError) as caught:
        carry_out(world.observer, plan, confirm=ORGANIZATION)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(says)
    assert "EnableAllFeatures was sent at 2026-01-05T09:00:00Z, request id" in first
    assert "by hand" in str(caught.value)
    assert caught.value.exit_code is ExitCode.BLOCKED
    monkeypatch.undo()
    found = opened(world).observe()
    assert "EnableAllFeatures of 2026-01-05T09:00:00Z" in told(found)


def test_what_a_dead_store_left_is_settled_and_never_hidden(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U1: the audit report does not say "not in the journal" nor "nothing is unknown"."""
    plan = planned(world)
    world.begin(BEGUN)
    Dying(world, monkeypatch)
    with pytest.raises(OrgkitError):
        carry_out(world.observer, plan, confirm=ORGANIZATION)
    monkeypatch.undo()
    observer = opened(world)
    state = observer.observe()
    events = list(observer.journal.events())
    summary = audit.summary(state, events).text()
    begun = next(line for line in summary.splitlines() if "Begun" in line)
    assert "not in the journal" not in begun
    assert f"perhaps 2026-01-05T09:00:00Z by {ADMIN}" in summary
    gaps = audit.unknown(state, (), events).text()
    assert "This report has no unknown facts" not in gaps
    assert "EnableAllFeatures" in gaps
    settled = next(e for e in events if isinstance(e, Result))
    assert (settled.done, settled.changed, settled.intended_by) == (True, "unknown", ADMIN)
    assert settled.settled == "by the snapshot of 2026-01-05T09:20:00Z"
    assert observer.journal.open_writes == ()
    assert verify(observer.journal.store).broken == ()


def test_an_interrupt_while_it_is_sent_is_kept_as_not_known(world: World) -> None:
    """Ctrl+C in the middle of the call: it is not known in the journal, nor by the next."""

    def interrupted(_: Any) -> Any:
        world.parent = "REQUESTED"
        raise KeyboardInterrupt

    world.aws.answers["EnableAllFeatures"] = interrupted
    with pytest.raises(KeyboardInterrupt):
        world.request()
    assert (world.last()["name"], world.last()["done"]) == ("result", None)
    assert world.last()["changed"] == "unknown"
    assert "EnableAllFeatures" in told(opened(world).observe())


# Whoever looks next


def test_an_intention_alone_is_told_everywhere(world: World) -> None:
    """Kind 4: what may have happened, what AWS says now, what to do; in 00, 03, 06 and status."""
    left_open(world)
    observer = opened(world, minutes_later=False)
    state = observer.observe()
    text = told(state)
    assert "Not known: a call that may have changed AWS" in text
    assert f"EnableAllFeatures of 2026-01-05T09:00:00Z by {ADMIN}, run run-1" in text
    assert "The phase is CONSOLIDATED_BILLING" in text
    assert "run this again in 5 minutes" in text
    events = list(observer.journal.events())
    assert "perhaps" in audit.summary(state, events).text()
    assert "no certain result" in audit.unknown(state, (), events).text()
    assert "The journal has no result." in audit.changes(events).text()
    assert "intended, without a result in the journal" in audit.timeline(state, events).text()


@pytest.mark.parametrize("effect_there", [True, False])
def test_a_later_look_settles_it_and_says_so(world: World, effect_there: bool) -> None:
    """What AWS shows is kept as a result that says how it was found out, once."""
    left_open(world)
    world.parent = "REQUESTED" if effect_there else None
    observer = opened(world)
    state = observer.observe()
    (result,) = [e for e in observer.journal.events() if isinstance(e, Result)]
    assert (result.done, result.changed) == ((True, "unknown") if effect_there else (False, "no"))
    assert (result.intended_run, result.run) == ("run-1", "run-2")
    assert "that is in the journal now" in told(state)
    assert "that is in the journal now" in told(observer.observe()), "and still in the same run"
    assert len([e for e in observer.journal.events() if isinstance(e, Result)]) == 1
    assert "Not known" not in told(opened(world).observe())


def test_lists_that_may_lag_behind_settle_no_absence(world: World) -> None:
    """Within five minutes AWS may not show what it did: then it stays open."""
    left_open(world)
    observer = opened(world, minutes_later=False)
    observer.observe()
    assert [w.operation for w in observer.journal.open_writes] == ["EnableAllFeatures"]


def test_nothing_is_settled_while_somebody_is_at_work(world: World) -> None:
    """The writer of another machine holds the lease: it is told as perhaps still under way."""
    left_open(world)
    world.aws.date = LATER
    organization = world.aws.organization()
    organization.identify()
    store = world.observer.journal.store
    with lease.take(store, ORGANIZATION, "arn:eve", "run-1", lambda: organization.now):
        observer = opened(world)
        text = told(observer.observe())
        assert "arn:eve" in text
        assert "may still be running" in text
        assert observer.journal.open_writes
    observer.observe()
    assert observer.journal.open_writes == ()


def test_the_same_call_is_not_sent_while_one_is_not_settled(world: World) -> None:
    """What is repeated too early could be done twice."""
    left_open(world)
    world.begin(BEGUN)
    observer = opened(world, minutes_later=False)
    plan = actions.request(observer.observe())
    result = carry_out(observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert "may have taken effect" in result.message
    assert world.sent() == []
    observer = opened(world)
    result = carry_out(observer, actions.request(observer.observe()), confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    assert world.sent() == ["EnableAllFeatures"]


def test_an_open_write_is_found_beyond_every_checkpoint(world: World) -> None:
    """Also where fifty looks and more were kept since, by whichever version."""
    left_open(world, operation="NewerOperation")
    for _ in range(120):
        world.observer.observe()
    journal = Journal(world.observer.journal.store, ORGANIZATION)
    assert [w.operation for w in journal.open_writes] == ["NewerOperation"]
    assert journal.open_writes == open_writes(journal.events())


def test_a_lease_that_was_taken_over_is_noted(world: World) -> None:
    """Kind 7: the journal of the next one says whom he overtook."""
    left_open(world)
    store = world.observer.journal.store
    then = START - timedelta(minutes=1)
    lease.take(store, ORGANIZATION, "arn:eve", "run-9", lambda: then)
    world.parent = None
    observer = opened(world)
    world.begin(BEGUN)
    assert carry_out(observer, actions.request(observer.observe()), confirm=ORGANIZATION).changed
    (event,) = [e for e in observer.journal.events() if isinstance(e, Overtaken)]
    assert (event.holder, event.held_by_run) == ("arn:eve", "run-9")


def test_a_second_person_is_told_who_acts(world: World) -> None:
    """Kind 7: while one acts nobody else does; nothing is sent."""
    plan = planned(world)
    store = world.observer.journal.store
    with (
        lease.take(store, ORGANIZATION, "arn:eve", "run-9", lambda: START),
        pytest.raises(OrgkitError, match="arn:eve") as caught,
    ):
        carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert caught.value.exit_code is ExitCode.BLOCKED
    assert world.sent() == []


# One confirmation, one write


def test_a_lost_answer_is_not_sent_again_after_somebody_canceled(world: World) -> None:
    """U10: the answer is lost, somebody cancels; the SDK would have begun a second process."""

    def lost(_: Any) -> Any:
        world.parent = "CANCELED"
        return ConnectionClosedError(endpoint_url="x")

    world.aws.answers["EnableAllFeatures"] = lost
    result = world.request()
    assert world.sent() == ["EnableAllFeatures"]
    assert (result.changed, result.state.phase) == (None, Phase.CANCELED)
    assert (world.last()["done"], world.last()["changed"]) == (True, "unknown")


@pytest.mark.parametrize("name", ["TooManyRequestsException", "never connected"])
def test_what_aws_did_nothing_with_is_sent_again_after_reading(world: World, name: str) -> None:
    """Throttled, or no connection at all: read first, then once more, until it is done."""
    refused = error(name) if " " not in name else EndpointConnectionError(endpoint_url="x")
    tries = 0

    def handler(_: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 3:
            return refused
        world.parent = "REQUESTED"
        return BEGUN

    world.aws.answers["EnableAllFeatures"] = handler
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    sent = world.aws.operations()
    first, second = [i for i, n in enumerate(sent) if n == "EnableAllFeatures"][:2]
    assert "ListHandshakesForOrganization" in sent[first:second]
    assert (world.last()["done"], world.last()["changed"]) == (True, "yes")


def test_somebody_quicker_between_two_tries_ends_them(world: World) -> None:
    """U4: throttled, and meanwhile somebody else began: done, and not by this call."""

    def handler(_: Any) -> Any:
        world.parent = "REQUESTED"
        return error("TooManyRequestsException")

    world.aws.answers["EnableAllFeatures"] = handler
    result = world.request()
    assert world.sent() == ["EnableAllFeatures"]
    assert (result.outcome, result.changed) == (Outcome.WAITING, False)
    assert (world.last()["done"], world.last()["changed"]) == (True, "no")


def test_trying_again_has_an_end(world: World) -> None:
    """A limit that never lifts is told as AWS's refusal, and nothing was changed."""
    world.aws.answers["EnableAllFeatures"] = error("TooManyRequestsException")
    result = world.request()
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, False)
    assert world.sent() == ["EnableAllFeatures"] * 5


@pytest.mark.parametrize(
    "answer",
    [
        error("ServiceException"),
        error("ServiceUnavailable"),
        ConnectionClosedError(endpoint_url="x"),
    ],
    ids=["500", "503", "lost"],
)
def test_an_uncertain_answer_without_an_effect_is_not_known(world: World, answer: Any) -> None:
    """Sent once; that AWS does not show it yet is no proof that nothing was done."""
    world.aws.answers["EnableAllFeatures"] = answer
    result = world.request()
    assert world.sent() == ["EnableAllFeatures"]
    assert (result.outcome, result.changed) == (Outcome.BLOCKED, None)
    assert (world.last()["done"], world.last()["changed"]) == (None, "unknown")
    assert "whether it took effect is not known" in result.message
    assert [u.write.operation for u in result.state.unsettled] == ["EnableAllFeatures"]


def test_results_close_the_intention_of_their_own_run() -> None:
    """Two people at once, the same call twice: each result is that of its run."""
    one, two = (Intention(operation="X", run=run, at=run) for run in ("a", "b"))
    assert [w.run for w in open_writes([one, two, Result(operation="X", run="a", done=True)])] == [
        "b"
    ]
    unsure = Result(operation="X", run="b", done=None, error="lost")
    assert [(w.run, w.told) for w in open_writes([one, two, unsure])] == [("a", ""), ("b", "lost")]
    later = Result(
        operation="X", run="c", done=True, settled="x", intended_run="b", intended_at="b"
    )
    assert [w.run for w in open_writes([one, two, unsure, later])] == ["a"]
    other = Result(operation="X", parameters={"Id": 1}, run="a", done=True)
    assert [w.run for w in open_writes([one, other])] == ["a"]


@pytest.mark.parametrize(("action", "known"), [("ENABLE_ALL_FEATURES", 1), ("SWALLOW", 0)])
@pytest.mark.parametrize("make", [actions.finalize, actions.cancel])
def test_only_handshakes_of_this_process_are_written_to(
    make: Callable[..., Any], action: str, known: int
) -> None:
    """U6: the action stands in the plan, and an unknown one is neither accepted nor canceled."""
    plan = make(seen(parent("OPEN", action=action)))
    assert bool(plan.not_now) is not bool(known)
    assert action in (plan.concerns if known else f"{plan.not_now} {plan.concerns}")


# Killed


def test_after_each_death_the_next_one_tells_what_was_begun(tmp_path: Path) -> None:
    """Kind 4: killed wherever it touches the disk: 0 lost, each told, each settled."""
    command = [sys.executable, "-m", "tests.support.killing", "write", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["killed"] > 40
    assert found["sent"] > 5
    assert found["told"] >= found["sent"]
    wrong = {name: found[name] for name in ("broken", "untold", "unsettled", "untrue", "twice")}
    assert not any(wrong.values()), wrong
