"""One look: what is read, what is denied, what was told; and that nothing is lost in JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.snapshot import snapshot, tables
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import NotRead
from tests.support.fake_aws import FakeAws, error, lists
from tests.support.make import (
    ADMIN,
    MANAGEMENT,
    ORGANIZATION,
    PARENT,
    account,
    aws_account,
    aws_child,
    aws_parent,
    child,
    created,
    handshake,
    make_snapshot,
    parent,
)

MANAGING = aws_account(MANAGEMENT)
ACCOUNTS = [MANAGING, aws_account("222222222222"), aws_account("3" * 12, JoinedMethod="CREATED")]


def look(aws: FakeAws, **options: Any) -> Snapshot:
    """One look at a fake AWS."""
    return snapshot.take(aws.organization(), **options)


def test_a_look_says_when_who_and_where() -> None:
    """The time is AWS's, the caller is the one who signed in."""
    seen = look(FakeAws(lists(ACCOUNTS)))
    assert seen.taken_at == datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    assert (seen.organization_id, seen.management_id) == (ORGANIZATION, MANAGEMENT)
    assert (seen.caller.arn, seen.target, seen.feature_set) == (
        ADMIN,
        "aws",
        "CONSOLIDATED_BILLING",
    )
    assert seen.unreadable == {}


def test_the_management_account_is_no_approver_although_it_reads_invited() -> None:
    """AWS marks it INVITED in every example."""
    seen = look(FakeAws(lists(ACCOUNTS)))
    assert seen.invited["account_id"].tolist() == ["222222222222"]
    assert seen.created["account_id"].tolist() == ["333333333333"]
    assert len(seen.accounts) == 3


def test_an_account_of_unknown_origin_is_neither_invited_nor_created() -> None:
    """What is not known is not guessed."""
    seen = make_snapshot([account("222222222222", joined_method=None)])
    assert seen.invited.empty
    assert seen.created.empty


def test_handshakes_are_asked_for_in_every_way_that_may_show_them() -> None:
    """Unfiltered, by each action of the process, and by the parent: merged by id."""
    children = [aws_child("222222222222"), aws_child("444444444444")]

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        chosen = asked.get("Filter", {})
        if "ParentHandshakeId" in chosen:
            return {"Handshakes": children}
        if chosen.get("ActionType") == "APPROVE_ALL_FEATURES":
            return {"Handshakes": children[:1]}
        return {"Handshakes": [aws_parent()]}

    aws = FakeAws(lists(ACCOUNTS) | {"ListHandshakesForOrganization": listed})
    seen = look(aws)
    assert sorted(seen.handshakes["handshake_id"]) == [
        "h-child222222222222",
        "h-child444444444444",
        PARENT,
    ]
    filters = [s.get("Filter") for n, s in aws.sent if n == "ListHandshakesForOrganization"]
    assert None in filters
    assert {"ParentHandshakeId": PARENT} in filters
    assert {f["ActionType"] for f in filters if f and "ActionType" in f} == {
        "ENABLE_ALL_FEATURES",
        "APPROVE_ALL_FEATURES",
        "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE",
    }


def test_filters_are_never_combined() -> None:
    """AWS refuses a filter by action and by parent at once."""
    aws = FakeAws(lists(ACCOUNTS, [aws_parent()]))
    look(aws)
    assert all(len(sent.get("Filter", {})) <= 1 for _, sent in aws.sent)


def test_without_a_process_nobody_asks_for_its_children() -> None:
    """There is no parent to name."""
    aws = FakeAws(lists(ACCOUNTS))
    assert look(aws).handshakes.empty
    assert not any("ParentHandshakeId" in sent.get("Filter", {}) for _, sent in aws.sent)


def test_the_children_of_the_latest_process_are_asked_for() -> None:
    """An earlier attempt may still be listed."""
    later = aws_parent(
        Id="h-later000000001", RequestedTimestamp=datetime(2026, 3, 1, tzinfo=UTC), State="OPEN"
    )
    aws = FakeAws(lists(ACCOUNTS, [later, aws_parent("CANCELED")]))
    look(aws)
    asked = [s["Filter"]["ParentHandshakeId"] for _, s in aws.sent if "Parent" in str(s)]
    assert asked == ["h-later000000001"]


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("ListAccounts", "accounts"),
        ("ListRoots", "policy_types"),
        ("ListCreateAccountStatus", "creations"),
        ("ListHandshakesForOrganization", "handshakes"),
    ],
)
def test_a_part_that_aws_denies_is_not_read_and_named(operation: str, part: str) -> None:
    """The rest of the look stays; asking for what is missing raises, with its reason."""
    answers = lists(ACCOUNTS, [aws_parent()]) | {operation: error("AccessDeniedException")}
    seen = look(FakeAws(answers))
    assert seen.unreadable == {part: f"organizations:{operation} was denied"}
    with pytest.raises(NotRead, match=f"organizations:{operation} was denied") as caught:
        getattr(seen, part)
    assert (caught.value.part, caught.value.actions) == (part, (f"organizations:{operation}",))
    others = {"accounts", "policy_types", "creations", "handshakes"} - {part}
    assert all(getattr(seen, other) is not None for other in others)


def test_any_other_error_of_a_part_ends_the_look() -> None:
    """A throttled list is no empty list."""
    answers = lists(ACCOUNTS) | {"ListAccounts": error("TooManyRequestsException")}
    with pytest.raises(AwsError, match="throttling"):
        look(FakeAws(answers))


def test_a_denied_organization_ends_the_look() -> None:
    """Without DescribeOrganization nothing can be said at all."""
    answers = lists(ACCOUNTS) | {"DescribeOrganization": error("AccessDeniedException")}
    with pytest.raises(OrgkitError, match="denied"):
        look(FakeAws(answers))


def test_what_a_write_told_is_merged_while_the_lists_lag() -> None:
    """AWS is eventually consistent: its lists may not show yet what it just answered."""
    seen = look(FakeAws(lists(ACCOUNTS)), told=[aws_parent("REQUESTED")])
    assert seen.handshakes[["handshake_id", "state"]].values.tolist() == [[PARENT, "REQUESTED"]]


def test_a_list_that_shows_it_overrides_what_was_told() -> None:
    """What was told a moment ago grows old while we wait."""

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        of_parent = "ParentHandshakeId" in asked.get("Filter", {})
        return {"Handshakes": [] if of_parent else [aws_parent("OPEN")]}

    aws = FakeAws(lists(ACCOUNTS) | {"ListHandshakesForOrganization": listed})
    seen = look(aws, told=[aws_parent("REQUESTED")])
    assert seen.handshakes["state"].tolist() == ["OPEN"]


def test_of_two_lists_the_one_that_was_read_later_counts() -> None:
    """An owner may answer between two of the calls that make one look."""

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        late = "ParentHandshakeId" in asked.get("Filter", {})
        answer = aws_child("222222222222", "ACCEPTED" if late else "OPEN")
        return {"Handshakes": [answer] if late else [aws_parent(), answer]}

    seen = look(FakeAws(lists(ACCOUNTS) | {"ListHandshakesForOrganization": listed}))
    assert dict(zip(seen.handshakes["kind"], seen.handshakes["state"], strict=True)) == {
        "ORGANIZATION": "REQUESTED",
        "APPROVAL": "ACCEPTED",
    }


def test_only_active_members_are_looked_into() -> None:
    """A suspended account has nobody to assume; the management account is not a member."""
    accounts = [*ACCOUNTS, aws_account("444444444444", State="SUSPENDED")]
    aws = FakeAws(lists(accounts) | {"AssumeRole": error("AccessDenied")})
    seen = look(aws, member_role="Looker")
    assert seen.members["account_id"].tolist() == ["222222222222", "333333333333"]
    assert seen.member_role == "Looker"


def test_every_policy_type_of_botocore_is_listed() -> None:
    """The table of types grows with botocore."""
    model = Session().get_service_model("organizations")
    seen = look(FakeAws(lists(ACCOUNTS)))
    assert seen.policy_types["type"].tolist() == model.shape_for("PolicyType").enum
    assert set(seen.policy_types["status"]) == {"NOT_ENABLED"}


def test_a_look_only_reads() -> None:
    """No operation of a look can change anything."""
    aws = FakeAws(lists(ACCOUNTS, [aws_parent()]))
    look(aws)
    assert all(name.startswith(("Describe", "List")) for name in aws.operations())


def test_pending_invitations_are_those_nobody_answered() -> None:
    """Beginning the process cancels them, so they are shown before."""
    invitations = [
        handshake(f"h-{state}", "INVITATION", state)
        for state in ("OPEN", "REQUESTED", "ACCEPTED", "EXPIRED")
    ]
    seen = make_snapshot(handshakes=[*invitations, parent("REQUESTED")])
    assert seen.pending_invitations["handshake_id"].tolist() == ["h-OPEN", "h-REQUESTED"]


def same(one: Snapshot, two: Snapshot) -> None:
    """Fail unless two snapshots say the same, types of columns included."""
    for name in tables.SCHEMAS:
        pd.testing.assert_frame_equal(one.tables[name], two.tables[name])
    plain = [n for n in Snapshot.__dataclass_fields__ if n not in ("tables", "failed")]
    assert {n: getattr(one, n) for n in plain} == {n: getattr(two, n) for n in plain}
    assert one.unreadable == two.unreadable


def test_json_gives_the_same_snapshot_back() -> None:
    """Also the empty tables, the missing values and the fractions of a second."""
    seen = make_snapshot(
        [account("012345678901"), created("222222222222", state=None, joined_timestamp=None)],
        [parent(), child("012345678901", of=None)],
        members=[{"account_id": "222222222222", "reachable": False, "why": "no"}],
        unreadable={"creations": "denied"},
    )
    same(Snapshot.from_json(json.loads(json.dumps(seen.to_json()))), seen)


TEXT = st.text(max_size=12)
IDS = st.text("0123456789", min_size=12, max_size=12)
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"account_id": IDS},
            optional={
                "name": TEXT,
                "email": TEXT,
                "state": st.sampled_from(["ACTIVE", "CLOSED"]) | st.none(),
                "joined_timestamp": MOMENTS,
            },
        ),
        max_size=4,
    ),
    st.lists(
        st.fixed_dictionaries(
            {"handshake_id": TEXT, "kind": st.sampled_from(["APPROVAL", "ORGANIZATION"])},
            optional={"state": TEXT, "requested_timestamp": MOMENTS, "account_id": IDS},
        ),
        max_size=4,
    ),
)
def test_json_loses_nothing_of_any_text_or_moment(
    accounts: list[dict[str, Any]], handshakes: list[dict[str, Any]]
) -> None:
    """Names may hold anything at all; ids keep their zeros; moments keep their microseconds."""
    seen = make_snapshot(accounts, handshakes)
    same(Snapshot.from_json(json.loads(json.dumps(seen.to_json()))), seen)


def test_an_account_that_two_pages_list_is_one() -> None:
    """AWS pages while accounts move; the later page counts."""
    first = {"Accounts": ACCOUNTS[:2], "NextToken": "more"}
    second = {"Accounts": [aws_account("222222222222", Name="Renamed"), ACCOUNTS[2]]}

    def pages(asked: dict[str, Any]) -> Any:
        return second if asked.get("NextToken") else first

    seen = look(FakeAws(lists() | {"ListAccounts": pages}))
    assert seen.accounts["account_id"].tolist() == [MANAGEMENT, "222222222222", "333333333333"]
    assert seen.accounts["name"].tolist()[1] == "Renamed"
