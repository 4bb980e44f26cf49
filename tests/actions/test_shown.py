"""A confirmation in batch means the plan that was shown: by what the journal kept of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgkit import actions
from orgkit.actions import shown
from orgkit.evidence.journal.events import Event, Intention, Planned
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.views import plan as views_plan
from tests.actions.test_plans import AT, BASE, MAKERS, A, B, invitation, seen
from tests.support.cells import manager, run_names
from tests.support.make import ORGANIZATION, account, child, parent

YES = "o-acme123456"


class Batch:
    """An organization on which notebooks are run without anybody at a screen."""

    def __init__(self, service: Service) -> None:
        self.control = Control(service.endpoint)
        self.manager = manager(service.endpoint, "organizations")

    def run(self, confirm: str = "", notebook: str = "request", **given: str) -> dict[str, Any]:
        """Run a notebook; its run.json, with what it said last as `said`."""
        run = run_names(notebook, confirm=confirm, **given)["run"]
        self.events = list(run.journal.events())
        result = run.result()
        return {**result, "said": " ".join(result["summary"])}

    def changes(self) -> list[str]:
        """What changed the organization, by the simulator's own list."""
        calls = self.control.calls()
        return [c["operation"] for c in calls if c["service"] == "organizations" and c["changed"]]

    def another_approver(self) -> None:
        """Somebody is invited and joins: one more whom AWS will ask."""
        self.manager.remove_account_from_organization(AccountId="222222222222")

    def code(self) -> str:
        """The code of the plan that was kept last."""
        return [e for e in self.events if isinstance(e, Planned)][-1].plan[:8]

    def intended(self) -> Intention:
        """The intention that was noted last."""
        return [e for e in self.events if isinstance(e, Intention)][-1]


@pytest.fixture
def batch(simulator: Callable[..., Service]) -> Batch:
    """The scenario `acme`, in batch."""
    return Batch(simulator("acme"))


def test_what_was_shown_is_allowed_by_the_id_alone(batch: Batch) -> None:
    """The plan of the last unconfirmed run is in the journal, and the journal says so."""
    assert batch.run()["exit_code"] == 20
    result = batch.run(YES)
    assert result["exit_code"] == 10
    assert "No earlier run" not in result["said"]
    assert batch.changes() == ["EnableAllFeatures"]
    assert batch.intended().shown.startswith("in run 2026")


def test_another_plan_than_the_one_shown_is_refused(batch: Batch) -> None:
    """U9: shown with ten approvers, confirmed when there are others: told, and nothing done."""
    batch.run()
    batch.another_approver()
    before = batch.changes()
    result = batch.run(YES)
    assert result["exit_code"] == 20
    assert "account 222222222222 is gone" in result["said"]
    assert "this is not the plan that was shown" in result["said"]
    assert batch.changes() == before
    # A script that tries again is refused again: nobody has looked.
    assert batch.run(YES)["exit_code"] == 20
    batch.run()
    assert batch.run(YES)["exit_code"] == 10


def test_the_code_allows_the_very_plan(batch: Batch) -> None:
    """`confirm=o-…:code` says which plan was seen; an old code does nothing."""
    batch.run()
    old = batch.code()
    batch.another_approver()
    refused = batch.run(f"{YES}:{old}")
    assert refused["exit_code"] == 20
    assert "account 222222222222 is gone" in refused["said"]
    batch.run()
    assert batch.code() != old
    result = batch.run(f"{YES}:{batch.code()}")
    assert result["exit_code"] == 10
    assert "No earlier run" not in result["said"]


def test_a_plan_that_no_run_showed_is_allowed_and_told(batch: Batch) -> None:
    """Scripts that confirm at once go on working; report and record say that nobody looked."""
    result = batch.run(YES)
    assert result["exit_code"] == 10
    assert "No earlier run had shown the plan." in result["said"]
    assert batch.intended().shown == shown.NEVER


def test_a_code_that_nobody_gave_out_is_refused(batch: Batch) -> None:
    """A typing error allows nothing, with or without a plan in the journal."""
    result = batch.run(f"{YES}:00000000")
    assert (result["exit_code"], batch.changes()) == (20, [])
    assert f"{YES}:" in result["said"]
    batch.run()
    assert batch.run(f"{YES}:00000000")["exit_code"] == 20
    assert batch.changes() == []


def test_a_plan_of_another_notebook_is_another_thing(batch: Batch) -> None:
    """What 02 showed says nothing of what 04 shows."""
    batch.run()
    batch.run(YES)
    batch.control.approve(*[str(n) * 12 for n in range(2, 10)], "012345678901", "404040404040")
    assert batch.run(YES, "finalize")["exit_code"] == 0


def test_what_the_plan_prints_is_what_it_accepts(batch: Batch) -> None:
    """The line can be copied from the report to the command."""
    said = batch.run()["said"]
    (printed,) = [word for word in said.split() if word.startswith(f"confirm={YES}:")]
    assert batch.run(printed.removeprefix("confirm="))["exit_code"] == 10


# Everything that a plan shows is in its fingerprint

CHANGES: dict[str, Any] = {
    "an account more": {"accounts": [account(A), account(B), account("444444444444")]},
    "an account less": {"accounts": [account(A)]},
    "another name": {"accounts": [account(A, name="New"), account(B)]},
    "another address": {"accounts": [account(A, email="x@y.example"), account(B)]},
    "an invitation": {"handshakes": [invitation("h-invite0001")]},
    "another caller": {"arn": "arn:aws:iam::111111111111:user/eve"},
    "another phase": {"handshakes": [parent("CANCELED")]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_told_in_words(change: str) -> None:
    """Whoever is refused reads what moved, not that a digest did."""
    options = dict(CHANGES[change])
    handshakes = options.pop("handshakes", [])
    moved = actions.request(seen(*handshakes, **options))
    base = actions.request(BASE)
    assert moved.fingerprint != base.fingerprint
    told = shown.differences(base.shows, moved.shows)
    assert told
    assert all(line and "sha" not in line for line in told)
    assert shown.differences(moved.shows, moved.shows) == []


NAMES = st.text(min_size=1, max_size=8)


@given(NAMES, NAMES, st.sampled_from(["222222222222", "555555555555"]), st.booleans())
def test_what_looks_different_is_another_plan(
    name: str, email: str, ident: str, asked: bool
) -> None:
    """Kind 7: if the preview differs by a letter, so does the fingerprint."""
    accounts = [account(A), account(ident, name=name, email=email)][not asked :]
    base = seen()
    other = seen(accounts=accounts)
    for make in (actions.request,):
        one, two = make(base), make(other)
        texts = [views_plan.preview(p).text().rpartition("confirm=")[0] for p in (one, two)]
        assert (texts[0] == texts[1]) or one.fingerprint != two.fingerprint


@pytest.mark.parametrize("name", MAKERS)
def test_time_alone_moves_no_plan(name: str) -> None:
    """A look of another day at the same organization is the same plan, with the same code."""
    handshakes = (parent("OPEN"), child(A, "ACCEPTED"), child(B, "ACCEPTED"))
    one, later = (MAKERS[name](seen(*handshakes, at=at)) for at in (1, 20))
    assert (one.fingerprint, one.code) == (later.fingerprint, later.code)


def test_a_plan_that_was_carried_out_is_not_waiting_any_more() -> None:
    """A later process is another decision; the plan of the first does not stand in its way."""
    plan = actions.request(BASE)
    planned = shown.kept(plan, "02_request")
    events: list[Event] = [planned, Intention(operation="EnableAllFeatures", plan=planned.plan)]
    moved = actions.request(AT[list(AT)[5]])
    assert shown.meant(events, "02_request", moved, ORGANIZATION).shown == shown.NEVER
    assert shown.meant(events[:1], "02_request", moved, ORGANIZATION).refused


def test_hostile_text_of_the_record_is_only_text(tmp_path: Path) -> None:
    """Whoever can write to the store can put anything into what was shown before."""
    odd = {"accounts": 5, "steps": {"x": "<b>"}, "new": None, "phase": ["\x1b[2J"]}
    told = shown.differences(odd, actions.request(BASE).shows)
    assert all(isinstance(line, str) for line in told)
