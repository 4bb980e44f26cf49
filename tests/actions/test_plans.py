"""Plans: what would be done, whether this is the moment, and what makes a plan another one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from orgkit import actions
from orgkit.actions.plan import Plan
from orgkit.actions.request import waivers
from orgkit.checks import CHECKS, Finding, run
from orgkit.errors.exceptions import UsageError
from orgkit.migration.state import MigrationState
from orgkit.terms import Outcome, Phase, Verdict
from orgkit.views import plan as views_plan
from tests.support.make import (
    ORGANIZATION,
    PARENT,
    ROOT,
    account,
    child,
    created,
    handshake,
    make_snapshot,
    parent,
    policy_type,
    progress_of,
)

A, B = "222222222222", "333333333333"
BOTH = (account(A), account(B))
TYPES = ("SERVICE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY")


def seen(
    *handshakes: Any, accounts: Any = BOTH, enabled: Any = (), **options: Any
) -> MigrationState:
    """Where an organization with two invited accounts stands."""
    types = [policy_type(t, "ENABLED" if t in enabled else "NOT_ENABLED") for t in TYPES]
    return progress_of(make_snapshot(accounts, handshakes, policy_types=types, **options))


AT: dict[Phase, MigrationState] = {
    Phase.CONSOLIDATED_BILLING: seen(),
    Phase.WAITING: seen(parent(), child(A), child(B)),
    Phase.BLOCKED: seen(parent(), child(A, "DECLINED"), child(B)),
    Phase.READY: seen(parent("OPEN"), child(A, "ACCEPTED"), child(B, "ACCEPTED")),
    Phase.ALL_FEATURES: seen(parent("ACCEPTED"), feature_set="ALL"),
    Phase.EXPIRED: seen(parent(), child(A), at=91),
    Phase.CANCELED: seen(parent("CANCELED")),
    Phase.UNKNOWN: seen(unreadable={"handshakes": "denied"}),
}
MAKERS: dict[str, Callable[[MigrationState], Plan]] = {
    "request": actions.request,
    "finalize": actions.finalize,
    "cancel": actions.cancel,
    "remove": lambda p: actions.remove(p, A),
    "policy_types": lambda p: actions.policy_types(p, ["TAG_POLICY"]),
}
# For each plan: the outcome in each phase that is not its moment.
NOT_NOW = {
    "request": {
        "WAITING": "waiting",
        "BLOCKED": "blocked",
        "READY": "done",
        "ALL_FEATURES": "done",
        "UNKNOWN": "blocked",
    },
    "finalize": {
        "CONSOLIDATED_BILLING": "blocked",
        "WAITING": "waiting",
        "BLOCKED": "blocked",
        "ALL_FEATURES": "done",
        "EXPIRED": "expired",
        "CANCELED": "canceled",
        "UNKNOWN": "blocked",
    },
    "cancel": {
        "CONSOLIDATED_BILLING": "blocked",
        "ALL_FEATURES": "done",
        "EXPIRED": "expired",
        "CANCELED": "canceled",
        "UNKNOWN": "blocked",
    },
    "remove": {},
    "policy_types": {
        "CONSOLIDATED_BILLING": "blocked",
        "WAITING": "waiting",
        "BLOCKED": "blocked",
        "READY": "blocked",
        "EXPIRED": "expired",
        "CANCELED": "canceled",
        "UNKNOWN": "blocked",
    },
}


@pytest.mark.parametrize("phase", Phase)
def test_the_organizations_above_stand_where_they_should(phase: Phase) -> None:
    """The tables below rest on this."""
    assert AT[phase].phase is phase


@pytest.mark.parametrize(
    ("name", "phase"), [(n, p) for n in MAKERS for p in Phase], ids=lambda value: str(value)
)
def test_a_plan_knows_its_moment_in_every_phase(name: str, phase: Phase) -> None:
    """Outside it says why not, which phase it is, what to do instead, and how the run ends."""
    plan = MAKERS[name](AT[phase])
    expected = NOT_NOW[name].get(phase)
    assert bool(plan.not_now) is (expected is not None)
    if expected:
        assert plan.outcome == expected
        assert str(phase) in plan.not_now
        assert AT[phase].next_step in plan.not_now


@pytest.mark.parametrize("name", MAKERS)
def test_a_plan_says_what_it_does_and_whether_it_can_be_undone(name: str) -> None:
    """The reader must know both before typing anything."""
    plan = MAKERS[name](AT[Phase.READY])
    assert plan.title
    assert plan.undo.endswith(".")
    assert all(step.endswith(".") for step in plan.steps)
    assert plan.organization_id == ORGANIZATION


@pytest.mark.parametrize(
    ("name", "phase", "operation", "parameters"),
    [
        ("request", Phase.CONSOLIDATED_BILLING, "EnableAllFeatures", {}),
        ("finalize", Phase.READY, "AcceptHandshake", {"HandshakeId": PARENT}),
        ("cancel", Phase.WAITING, "CancelHandshake", {"HandshakeId": PARENT}),
        ("remove", Phase.BLOCKED, "RemoveAccountFromOrganization", {"AccountId": A}),
        (
            "policy_types",
            Phase.ALL_FEATURES,
            "EnablePolicyType",
            {"RootId": ROOT, "PolicyType": "TAG_POLICY"},
        ),
    ],
)
def test_a_plan_is_one_call_with_its_parameters(
    name: str, phase: Phase, operation: str, parameters: dict[str, str]
) -> None:
    """Nothing but this call is let through."""
    (write,) = MAKERS[name](AT[phase]).writes
    assert (write.operation, dict(write.parameters)) == (operation, parameters)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("request", Phase.CONSOLIDATED_BILLING, Phase.WAITING),
        ("request", Phase.CONSOLIDATED_BILLING, Phase.READY),
        ("finalize", Phase.READY, Phase.ALL_FEATURES),
        ("cancel", Phase.WAITING, Phase.CANCELED),
        ("policy_types", Phase.ALL_FEATURES, None),
        ("remove", Phase.BLOCKED, None),
    ],
)
def test_a_write_is_done_when_aws_shows_its_effect(
    name: str, before: Phase, after: Phase | None
) -> None:
    """Done is what is read back, never that a call was answered."""
    (write,) = MAKERS[name](AT[before]).writes
    others = {
        "policy_types": seen(feature_set="ALL", enabled=["TAG_POLICY"]),
        "remove": seen(accounts=[account(B)]),
    }
    assert not write.done(AT[before])
    assert write.done(AT[after] if after else others[name])


def test_the_request_names_whom_aws_will_ask() -> None:
    """Invited accounts, and created ones whose role is known to be missing."""
    members = [{"account_id": "444444444444", "service_linked_role": False}]
    state = seen(
        accounts=[account(A), created("444444444444"), created("555555555555")], members=members
    )
    plan = actions.request(state)
    assert plan.targets["account_id"].tolist() == [A, "444444444444"]
    assert plan.steps[0].startswith("AWS asks 2 accounts")


def test_an_expired_or_canceled_process_can_be_begun_again() -> None:
    """What stood in the way is for the checks to say."""
    assert not actions.request(AT[Phase.EXPIRED]).not_now
    assert not actions.request(AT[Phase.CANCELED]).not_now


# The fingerprint

BASE = seen()
MOVED = {
    "phase": AT[Phase.CANCELED],
    "caller": seen(arn="arn:aws:iam::111111111111:user/eve"),
    "target left": seen(accounts=[account(A)]),
    "target joined": seen(accounts=[account(A), account(B), account("444444444444")]),
}


@pytest.mark.parametrize("state", MOVED.values(), ids=list(MOVED))
def test_the_fingerprint_moves_with_the_world(state: MigrationState) -> None:
    """What was confirmed is not what would be done any more."""
    assert actions.request(state).fingerprint != actions.request(BASE).fingerprint


def test_the_fingerprint_moves_with_the_calls() -> None:
    """Another handshake, another account, another policy type or order is another plan."""
    second = seen(parent("OPEN", handshake_id="h-second00000001"))
    assert actions.finalize(second).fingerprint != actions.finalize(AT[Phase.READY]).fingerprint
    ready = AT[Phase.READY]
    assert actions.remove(ready, A).fingerprint != actions.remove(ready, B).fingerprint
    done = AT[Phase.ALL_FEATURES]
    one, other = (actions.policy_types(done, names) for names in (TYPES[:2], TYPES[1::-1]))
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize("name", MAKERS)
def test_the_fingerprint_stays_while_the_world_does(name: str) -> None:
    """A later look at the same world is the same plan, and `again` makes the same one."""
    plan = MAKERS[name](AT[Phase.READY])
    later = seen(parent("OPEN"), child(A, "ACCEPTED"), child(B, "ACCEPTED"), at=3)
    assert MAKERS[name](later).fingerprint == plan.fingerprint
    assert plan.again(later).fingerprint == plan.fingerprint


def test_what_is_shown_of_an_account_moves_the_plan() -> None:
    """Kind 7: name and owner's address are shown, so they are confirmed as well."""
    base = actions.request(BASE).fingerprint
    for new in ({"name": "New"}, {"email": "new@acme.example.com"}):
        moved = seen(accounts=[account(A, **new), account(B)])
        assert actions.request(moved).fingerprint != base


def test_a_new_session_of_the_same_role_does_not_move_the_plan() -> None:
    """Renewed credentials name the session anew; in IAM Identity Center it names the person."""
    ada, bob = (f"arn:aws:sts::111111111111:assumed-role/Admin/{n}" for n in ("ada", "bob"))
    one, other = (actions.request(seen(arn=arn)).fingerprint for arn in (ada, bob))
    assert one == other
    ada, bob = (arn.replace("Admin", "AWSReservedSSO_Admin_0123456789abcdef") for arn in (ada, bob))
    one, other = (actions.request(seen(arn=arn)).fingerprint for arn in (ada, bob))
    assert one != other


# Failed checks and waivers


def failed(*ids: str) -> list[Finding]:
    """Findings of checks that failed, among some that did not."""
    return [
        *(Finding(Verdict.FAIL, "no", id=i) for i in ids),
        Finding(Verdict.WARN, "hm", id="approver_count"),
        Finding(Verdict.UNKNOWN, "?", id="role_in_created"),
        Finding(Verdict.PASS, "ok", id="size"),
    ]


def test_warnings_and_unknowns_do_not_stand_in_the_way() -> None:
    """They are shown; only a failure blocks."""
    assert not actions.request(BASE, failed()).not_now


def test_failed_checks_stand_in_the_way_and_are_named_once() -> None:
    """Two suspended accounts are one failed check."""
    plan = actions.request(BASE, failed("approvers_active", "approvers_active", "root"))
    assert plan.not_now == "Failed pre-checks block the request: approvers_active, root."
    assert plan.outcome is Outcome.BLOCKED


def test_a_waived_check_does_not_and_its_reason_is_kept() -> None:
    """Somebody decided, and the evidence says why."""
    plan = actions.request(BASE, failed("approvers_active"), "approvers_active: Support is on it")
    assert not plan.not_now
    assert plan.waived == {"approvers_active": "Support is on it"}


def test_waiving_one_check_waives_no_other() -> None:
    """Each needs a reason of its own."""
    plan = actions.request(
        BASE, failed("approvers_active", "approvers_not_closed"), "approvers_active: x"
    )
    assert "approvers_not_closed" in plan.not_now
    assert "approvers_active" not in plan.not_now


@pytest.mark.parametrize("check", [c.id for c in CHECKS.values() if not c.waivable])
def test_what_aws_itself_refuses_cannot_be_waived(check: str) -> None:
    """A reason does not change what AWS will answer."""
    inputs = actions.request(BASE, failed(check), f"{check}: because").not_now
    assert inputs.endswith(f"AWS itself would refuse, even if waived: {check}.")


def test_the_plan_made_again_judges_the_checks_again() -> None:
    """An approver that was suspended in between stands in the way, waivers stay in force."""
    plan = actions.request(BASE, run(BASE))
    suspended = seen(accounts=[account(A, "SUSPENDED"), account(B)])
    assert not plan.not_now
    assert "approvers_active" in plan.again(suspended).not_now
    waived = actions.request(BASE, run(BASE), "approvers_active: known")
    assert not waived.again(suspended).not_now


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (" ; ;", {}),
        ("size: big", {"size": "big"}),
        (" root :  one reason ; size: two ", {"root": "one reason", "size": "two"}),
        ("size: see https://x.example/1: yes", {"size": "see https://x.example/1: yes"}),
    ],
)
def test_waivers_are_read(text: str, expected: dict[str, str]) -> None:
    """Check id, colon, reason; several with semicolons."""
    assert waivers(text) == expected


@pytest.mark.parametrize("text", ["size", "size:", "root: why; size : "])
def test_a_waiver_without_a_reason_is_refused(text: str) -> None:
    """The reason is the point of it."""
    with pytest.raises(UsageError, match='no reason for "size"'):
        waivers(text)


def test_a_waiver_of_no_check_is_refused() -> None:
    """A misspelled id would waive nothing, and the reason would stand in the evidence for it."""
    with pytest.raises(UsageError, match="names sise, which is not a pre-check"):
        waivers("size: why; sise: why")


# Removing, policy types


@pytest.mark.parametrize("account_id", ["", "999999999999", "111111111111", "22222222222"])
def test_only_a_member_can_be_removed(account_id: str) -> None:
    """Not a stranger, not the management account, not a mistyped id."""
    with pytest.raises(UsageError, match="not a member account"):
        actions.remove(BASE, account_id)


def test_an_unknown_policy_type_is_refused_with_those_that_exist() -> None:
    """A typing error is found before anything is enabled."""
    with pytest.raises(UsageError, match="No such policy type: TAG_POLICIES") as caught:
        actions.policy_types(AT[Phase.ALL_FEATURES], ["TAG_POLICY", "TAG_POLICIES"])
    assert "SERVICE_CONTROL_POLICY" in caught.value.do_this


def test_policy_types_are_enabled_in_the_order_given_and_once() -> None:
    """Names twice are one; what is enabled already is left out."""
    state = seen(feature_set="ALL", enabled=["TAG_POLICY"])
    names = ["BACKUP_POLICY", "TAG_POLICY", "SERVICE_CONTROL_POLICY", "BACKUP_POLICY"]
    plan = actions.policy_types(state, names)
    assert [w.subject for w in plan.writes] == ["BACKUP_POLICY", "SERVICE_CONTROL_POLICY"]
    assert plan.steps[0] == f"BACKUP_POLICY is enabled on root {ROOT}."


@pytest.mark.parametrize(
    ("names", "words"), [([], "No policy type is named"), (["TAG_POLICY"], "enabled already")]
)
def test_nothing_to_enable_is_done(names: list[str], words: str) -> None:
    """Running it again is harmless, and running it empty is no failure."""
    plan = actions.policy_types(seen(feature_set="ALL", enabled=["TAG_POLICY"]), names)
    assert words in plan.not_now
    assert plan.outcome is Outcome.DONE


def test_a_policy_type_that_is_only_pending_is_not_done() -> None:
    """PENDING_ENABLE may still fail."""
    (write,) = actions.policy_types(AT[Phase.ALL_FEATURES], ["TAG_POLICY"]).writes
    pending = make_snapshot(policy_types=[policy_type("TAG_POLICY", "PENDING_ENABLE")])
    assert not write.done(progress_of(pending))


def test_policy_types_that_could_not_be_read_are_not_unknown_names() -> None:
    """A denied ListRoots is named as such, not taken for a misspelled type."""
    denied = {"policy_types": "organizations:ListRoots was denied"}
    snapshot = make_snapshot(feature_set="ALL", unreadable=denied)
    planned = actions.policy_types(progress_of(snapshot), ["TAG_POLICY"])
    assert "organizations:ListRoots was denied" in planned.not_now
    assert planned.outcome == "blocked"


def invitation(handshake_id: str) -> Any:
    """An invitation that nobody has answered."""
    return handshake(handshake_id, "INVITATION", "OPEN", action="INVITE", email="new@acme.ex")


def test_the_plan_shows_which_invitations_it_ends() -> None:
    """They must be sent again, so whoever confirms has to see them."""
    plan = actions.request(seen(invitation("h-invite0001")))
    assert plan.cancels["handshake_id"].tolist() == ["h-invite0001"]
    assert "Invitations that are canceled" in views_plan.preview(plan).text()
    assert "new@acme.ex" in views_plan.preview(plan).html()


def test_an_invitation_more_is_another_plan() -> None:
    """One that was sent after the plan was shown would be ended unseen."""
    one = actions.request(seen(invitation("h-invite0001")))
    two = actions.request(seen(invitation("h-invite0001"), invitation("h-invite0002")))
    assert one.fingerprint != two.fingerprint


def test_a_list_that_shows_nothing_proves_no_write() -> None:
    """An empty answer is neither an enabled type nor an account that left."""
    before = progress_of(
        make_snapshot([account(A)], policy_types=[policy_type("TAG_POLICY")], feature_set="ALL")
    )
    snapshot = make_snapshot(feature_set="ALL")
    emptied = {
        **snapshot.tables,
        "accounts": snapshot.tables["accounts"].iloc[:0],
    }
    nothing = progress_of(dataclasses.replace(snapshot, tables=emptied))
    for plan in (actions.policy_types(before, ["TAG_POLICY"]), actions.remove(before, A)):
        assert [write.done(nothing) for write in plan.writes] == [False]
