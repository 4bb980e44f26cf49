"""An unknown word of AWS is UNKNOWN with that word, and no write goes out (kind 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orgkit import actions
from orgkit.checks import run
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.projection import Projection, project
from orgkit.migration.state import MigrationState, assess
from orgkit.snapshot import snapshot
from orgkit.snapshot.ask import Ask
from orgkit.snapshot.members import members
from orgkit.snapshot.sources import SOURCES
from orgkit.snapshot.surroundings import SIMULATED
from orgkit.terms import Phase, Verdict
from tests.snapshot.test_sources import AROUND
from tests.support.fake_aws import FakeAws, error, lists
from tests.support.make import (
    MANAGEMENT,
    ORGANIZATION,
    ROOT,
    account,
    aws_account,
    aws_child,
    aws_parent,
    make_snapshot,
    progress_of,
)
from tests.support.malformed import writes

A = "222222222222"


def seen(
    accounts: Any = (),
    handshakes: Any = (),
    /,
    feature_set: str = "CONSOLIDATED_BILLING",
    **more: Any,
) -> MigrationState:
    """One thorough look at a fake AWS."""
    answers = lists(accounts or [aws_account(A)], handshakes, feature_set) | AROUND | more
    taken = snapshot.take(FakeAws(answers).organization(), thorough=True)
    return assess(taken, project(Projection(), taken.to_json()))


def worst(state: MigrationState) -> dict[str, Verdict]:
    """The worst verdict of each check."""
    return {f.id: f.verdict for f in reversed(run(state))}


def is_unknown(state: MigrationState, text: str) -> None:
    """Fail unless the phase is UNKNOWN with AWS's own word, and nothing would be sent."""
    assert state.phase is Phase.UNKNOWN
    assert text in state.why
    assert writes(state, run(state)) == set()


def test_a_handshake_of_an_unknown_action_is_never_accepted() -> None:
    """U6: OPEN, with an ORGANIZATION party only, and yet no request of this process."""
    is_unknown(seen([], [aws_parent("OPEN", "MOVE_TO_MARS")]), "MOVE_TO_MARS")


@pytest.mark.parametrize("state", ["PAUSED", "open", "", None])
def test_an_unknown_state_of_the_process_begins_no_other(state: Any) -> None:
    """U7: nobody knows whether it runs, so EnableAllFeatures is not sent into it."""
    is_unknown(seen([], [aws_parent(state)]), "state is")


@pytest.mark.parametrize("feature_set", ["ALL_V2", "all", "", "NONE"])
def test_an_unknown_feature_set_is_unknown(feature_set: str) -> None:
    """U7: neither all features nor consolidated billing."""
    state = seen(feature_set=feature_set)
    is_unknown(state, "FeatureSet is")
    assert worst(state)["feature_set"] is Verdict.UNKNOWN


@pytest.mark.parametrize("strange", ["FROZEN", "active", "", None])
def test_an_unknown_state_of_an_account_is_no_pass(strange: Any) -> None:
    """U8: whether it can approve nobody knows."""
    state = seen([aws_account(A, State=strange)])
    is_unknown(state, "state is")
    found = worst(state)
    for check in ("approvers_active", "approvers_not_closed", "states_readable"):
        assert found[check] is Verdict.UNKNOWN


@pytest.mark.parametrize("strange", ["ADOPTED", "", None])
def test_an_unknown_way_of_joining_is_not_nobody_to_ask(strange: Any) -> None:
    """U8: without JoinedMethod nobody knows who must approve."""
    state = seen([aws_account(A, JoinedMethod=strange)])
    is_unknown(state, "joined_method is")
    found = worst(state)
    for check in ("approver_count", "owners_known", "approvers_may_accept", "role_in_created"):
        assert found[check] is Verdict.UNKNOWN
    assert "AWS asks unknown accounts" in actions.request(state).steps[0]


@pytest.mark.parametrize("where", ["Parties", "Resources"])
@pytest.mark.parametrize("item", [aws_parent("OPEN"), aws_child(A)], ids=["parent", "child"])
def test_unknown_types_in_a_handshake_make_it_unknown(where: str, item: dict[str, Any]) -> None:
    """Parties and resources tell what it is: one that is not known may be the one that matters."""
    spoiled = item | {where: [*item[where], {"Type": "ALIEN", "Id": "x", "Value": "x"}]}
    is_unknown(seen([], [spoiled]), "ALIEN")


@pytest.mark.parametrize("status", ["PENDING_REVIEW", "", None])
def test_a_policy_type_of_unknown_status_is_not_enabled(status: Any) -> None:
    """EnablePolicyType is not sent while nobody knows what the type is doing."""
    roots = {"Roots": [{"Id": ROOT, "PolicyTypes": [{"Type": "TAG_POLICY", "Status": status}]}]}
    state = seen(feature_set="ALL", ListRoots=roots)
    plan = actions.policy_types(state, ["SERVICE_CONTROL_POLICY"])
    assert plan.not_now
    assert worst(state)["root"] in (Verdict.UNKNOWN, Verdict.INFO)


CREATING = {"Id": "car-1", "AccountName": "New", "State": "HALFWAY"}
TRANSFER = {"Id": "rt-1", "Status": "HALFWAY"}


@pytest.mark.parametrize(
    ("check", "answers"),
    [
        ("creations", {"ListCreateAccountStatus": {"CreateAccountStatuses": [CREATING]}}),
        (
            "billing_transfers",
            {"ListInboundResponsibilityTransfers": {"ResponsibilityTransfers": [TRANSFER]}},
        ),
        (
            "caller_has_the_rights",
            {
                "SimulatePrincipalPolicy": {
                    "EvaluationResults": [
                        {"EvalActionName": SIMULATED[0], "EvalDecision": "HALFWAY"}
                    ]
                }
            },
        ),
    ],
)
def test_every_other_unknown_word_is_unknown_too(check: str, answers: dict[str, Any]) -> None:
    """Creation, transfer, decision: with the word, and no write."""
    state = seen(**answers)
    texts = [f.text for f in run(state) if f.id == check]
    assert worst(state)[check] is Verdict.UNKNOWN
    assert "HALFWAY" in " ".join(texts)
    assert writes(state, run(state)) == set()


def test_a_decision_without_its_context_is_unknown_with_the_keys() -> None:
    """F2: implicitDeny for lack of a key is half an answer, no "may not"."""
    half = [
        {"EvalActionName": a, "EvalDecision": d, "MissingContextValues": ["aws:SourceIp"]}
        for a, d in zip(SIMULATED, ("implicitDeny", "allowed", "explicitDeny"), strict=True)
    ]
    state = seen(SimulatePrincipalPolicy={"EvaluationResults": half})
    found = [f for f in run(state) if f.id == "caller_has_the_rights"]
    assert {f.verdict for f in found} == {Verdict.UNKNOWN}
    assert all("aws:SourceIp" in f.text for f in found)


@pytest.mark.parametrize("results", [[], [{"EvalDecision": "maybe"}], [{"EvalActionName": "x"}]])
def test_no_decision_is_no_permission(results: list[Any]) -> None:
    """U8: of an empty answer nobody may accept, and nobody may not."""
    keys = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}
    aws = FakeAws(
        {
            "AssumeRole": {"Credentials": keys},
            "SimulatePrincipalPolicy": {"EvaluationResults": results},
            "GetRole": error("NoSuchEntity"),
        }
    )
    (row,) = members(Ask(aws.organization(), "Looker", members=(A,)))
    assert row["may_accept"] is None
    state = seen(SimulatePrincipalPolicy={"EvaluationResults": results})
    assert worst(state)["caller_has_the_rights"] is Verdict.UNKNOWN


def test_a_list_of_accounts_without_the_management_account_is_not_read() -> None:
    """F4: it is in every list, so this one is not whole; nobody has left."""
    state = seen(ListAccounts={"Accounts": [aws_account(A)]})
    assert "management account" in state.snapshot.unreadable["accounts"]
    is_unknown(state, "management account")


ABSURD = [
    None,
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC),
    datetime(1999, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 5),  # noqa: DTZ001 - naive is what is tried
    datetime(2150, 1, 1, tzinfo=UTC),
    "soon",
]


@pytest.mark.parametrize("moment", ABSURD, ids=str)
@pytest.mark.parametrize("name", ["RequestedTimestamp", "ExpirationTimestamp"])
def test_a_handshake_with_an_absurd_time_is_not_read(name: str, moment: Any) -> None:
    """Missing, naive, before AWS, in year 9999: nobody can tell when the process ends."""
    state = seen([], [aws_parent(**{name: moment})])
    is_unknown(state, "timestamp is missing or absurd")


@pytest.mark.parametrize("moment", ABSURD, ids=str)
def test_an_account_with_an_absurd_day_of_joining_is_not_read(moment: Any) -> None:
    """Nobody could tell which requests are of its present membership."""
    is_unknown(
        seen([aws_account(A, JoinedTimestamp=moment)]), "joined_timestamp is missing or absurd"
    )


def test_the_same_account_on_two_pages_is_one_and_two_tales_are_none() -> None:
    """Identical rows are one; another State in the same list is a contradiction."""
    twice = [aws_account(MANAGEMENT), aws_account(A), aws_account(A)]
    assert len(seen(twice).snapshot.accounts) == 2
    is_unknown(seen([*twice, aws_account(A, State="CLOSED")]), "listed in two ways")


@pytest.mark.parametrize(("one", "two"), [("ACCEPTED", "DECLINED"), ("OPEN", "MELTED")])
def test_a_handshake_in_two_states_that_exclude_each_other_is_not_read(one: str, two: str) -> None:
    """An answer may come between two lists; two different answers may not."""
    is_unknown(seen([], [aws_parent(), aws_child(A, one), aws_child(A, two)]), "listed in two ways")


def test_old_evidence_with_unknown_words_is_unknown_too() -> None:
    """What an older orgkit kept without looking is judged like what is read today."""
    state = progress_of(make_snapshot([account(A, "FROZEN")]))
    is_unknown(state, "FROZEN")


@pytest.mark.parametrize("part", ["accounts", "handshakes", "policy_types"])
def test_every_word_that_decides_is_on_a_list(part: str) -> None:
    """A column that is an enumeration of AWS has its known members in the row of its source."""
    named = {"state", "joined_method", "action", "status"} & set(SOURCES[part].columns)
    assert named == set(SOURCES[part].known)


def test_what_may_be_removed_is_known(  # the plan that does not ask for the phase
) -> None:
    """An account is not removed while AWS says of any account what nobody understands."""
    state = seen([aws_account(A), aws_account("3" * 12, State="FROZEN")])
    assert "FROZEN" in actions.remove(state, A).not_now


def test_another_organization_id_is_refused_before_it_becomes_a_path() -> None:
    """U12: DescribeOrganization answers an id that is none."""
    with pytest.raises(OrgkitError, match="escaped"):
        seen(
            DescribeOrganization={
                "Organization": {
                    "Id": "../../escaped",
                    "MasterAccountId": MANAGEMENT,
                    "FeatureSet": "ALL",
                }
            }
        )
    assert ORGANIZATION.startswith("o-")
