"""Frames have fixed schemas, also when empty; UTC; ids are text; structure tells handshakes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest

from orgkit.snapshot import handshakes, process, tables
from orgkit.snapshot.ask import Ask
from tests.support.fake_aws import FakeAws
from tests.support.make import (
    MANAGEMENT,
    ORGANIZATION,
    PARENT,
    ROOT,
    START,
    aws_account,
    aws_child,
    aws_parent,
)


def types(table: pd.DataFrame) -> dict[str, str]:
    """Columns and their types, in order."""
    return {str(name): str(kind) for name, kind in table.dtypes.items()}


def one(table: pd.DataFrame) -> dict[str, Any]:
    """The only row."""
    (row,) = tables.rows(table)
    return row


def accounts(items: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The table of accounts that ListAccounts' items make."""
    aws = FakeAws({"ListAccounts": {"Accounts": list(items)}})
    return tables.table("accounts", process.accounts(Ask(aws.organization())))


def handshaken(items: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The table of handshakes that the items of a list make."""
    return tables.table("handshakes", map(handshakes.handshake, items))


@pytest.mark.parametrize("name", tables.SCHEMAS)
def test_an_empty_answer_has_the_same_columns_and_types(name: str) -> None:
    """Code that works on twenty accounts must not fail on none."""
    assert types(tables.table(name, [])) == dict(tables.SCHEMAS[name])


def test_a_full_answer_has_the_same_columns_and_types() -> None:
    """The schema holds with rows too, whatever AWS left out."""
    assert types(accounts([aws_account("222222222222")])) == dict(tables.SCHEMAS["accounts"])
    assert types(accounts([{"Id": "222222222222"}])) == dict(tables.SCHEMAS["accounts"])
    assert types(handshaken([aws_parent(), aws_child("2" * 12)])) == dict(
        tables.SCHEMAS["handshakes"]
    )
    assert types(handshaken([{"Id": "h-1"}])) == dict(tables.SCHEMAS["handshakes"])


def test_an_account_becomes_a_row() -> None:
    """Member names of AWS in snake_case, `Id` with its noun."""
    row = one(accounts([aws_account("222222222222")]))
    assert row == {
        "account_id": "222222222222",
        "name": "Account 222222222222",
        "email": "root@a222222222222.example.com",
        "state": "ACTIVE",
        "joined_method": "INVITED",
        "joined_timestamp": "2025-03-11T09:00:00Z",
        "path": f"{ORGANIZATION}/{ROOT}/222222222222/",
    }


def test_leading_zeros_stay() -> None:
    """An account id is text, never a number."""
    assert one(accounts([aws_account("012345678901")]))["account_id"] == "012345678901"
    assert one(handshaken([aws_child("000000000001")]))["account_id"] == "000000000001"


def test_the_retired_status_is_not_read_as_state() -> None:
    """A CLOSED account shows Status SUSPENDED, so Status would mislead; without State it is NA."""
    item = aws_account("222222222222", Status="ACTIVE")
    del item["State"]
    assert one(accounts([item]))["state"] is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        datetime(2026, 1, 5, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        "2026-01-05T09:00:00Z",
        "2026-01-05T04:00:00-05:00",
    ],
)
def test_moments_are_utc(moment: datetime | str) -> None:
    """However AWS or a clock wrote it, it is the same instant in UTC."""
    row = one(accounts([aws_account("222222222222", JoinedTimestamp=moment)]))
    assert row["joined_timestamp"] == "2026-01-05T09:00:00Z"


def test_fractions_of_a_second_stay() -> None:
    """A child is requested 0.8 seconds after its parent, and the order of the two matters."""
    row = one(handshaken([aws_child("222222222222")]))
    assert row["requested_timestamp"] == "2026-01-05T09:00:00.800000Z"


LABELLINGS = [
    ("ENABLE_ALL_FEATURES", "APPROVE_ALL_FEATURES"),
    ("APPROVE_ALL_FEATURES", "ENABLE_ALL_FEATURES"),
]


@pytest.mark.parametrize(("of_parent", "of_child"), LABELLINGS)
def test_parent_and_child_are_told_by_structure(of_parent: str, of_child: str) -> None:
    """AWS's own documents swap the two actions; parties and resources do not lie."""
    items = [aws_parent(action=of_parent), aws_child("222222222222", action=of_child)]
    table = handshaken(items)
    assert table["kind"].tolist() == ["ORGANIZATION", "APPROVAL"]
    assert table["action"].tolist() == [of_parent, of_child]


@pytest.mark.parametrize(
    ("parties", "resources", "kind"),
    [
        ({"ACCOUNT": "222222222222"}, {}, "APPROVAL"),
        ({"ORGANIZATION": "x", "ACCOUNT": "222222222222"}, {}, "APPROVAL"),
        ({"ORGANIZATION": "x"}, {"PARENT_HANDSHAKE": "p"}, "APPROVAL"),
        ({"ORGANIZATION": "x"}, {}, "ORGANIZATION"),
        ({"EMAIL": "a@b.example"}, {}, "OTHER"),
        ({}, {}, "OTHER"),
    ],
)
def test_each_structure_has_its_kind(
    parties: dict[str, str], resources: dict[str, str], kind: str
) -> None:
    """A parent resource or an account party makes a child; only an organization party a parent."""
    item = {
        "Id": "h-1",
        "Action": "ENABLE_ALL_FEATURES",
        "Parties": [{"Type": t, "Id": i} for t, i in parties.items()],
        "Resources": [{"Type": t, "Value": v} for t, v in resources.items()],
    }
    assert one(handshaken([item]))["kind"] == kind


def test_the_order_of_parties_does_not_matter() -> None:
    """AWS was seen to flip it between two calls."""
    item = aws_child("222222222222")
    flipped = item | {"Parties": item["Parties"][::-1], "Resources": item["Resources"][::-1]}
    assert one(handshaken([item])) == one(handshaken([flipped]))


@pytest.mark.parametrize(
    ("action", "kind"), [("INVITE", "INVITATION"), ("TRANSFER_RESPONSIBILITY", "OTHER")]
)
def test_other_handshakes_with_an_account_are_no_approvals(action: str, kind: str) -> None:
    """An invitation names an account too, and is not part of the process."""
    assert one(handshaken([aws_child("222222222222", action=action)]))["kind"] == kind


def test_a_role_only_request_is_an_approval() -> None:
    """A created account without the service-linked role blocks finalizing just like the others."""
    item = aws_child("404040404040", action="ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE")
    assert one(handshaken([item]))["kind"] == "APPROVAL"


@pytest.mark.parametrize("value", [PARENT, PARENT.removeprefix("h-")])
def test_the_prefix_of_the_parent_is_put_back(value: str) -> None:
    """The guide's examples leave it out, the filter demands it."""
    item = aws_child("222222222222")
    item["Resources"][0] = {"Type": "PARENT_HANDSHAKE", "Value": value}
    assert one(handshaken([item]))["parent_handshake_id"] == PARENT


def test_an_invitation_by_address_has_an_address_and_no_account() -> None:
    """Nobody knows the account behind it until it is answered."""
    parties = [{"Type": "EMAIL", "Id": "a@b.example"}, {"Type": "ORGANIZATION", "Id": "x"}]
    row = one(handshaken([{"Id": "h-1", "Action": "INVITE", "Parties": parties}]))
    assert (row["email"], row["account_id"]) == ("a@b.example", None)


def test_the_account_may_stand_only_in_the_resources() -> None:
    """How a role-only request names its account is not documented."""
    item = aws_child("222222222222") | {"Parties": []}
    assert one(handshaken([item]))["account_id"] == "222222222222"


def test_a_resource_without_a_value_is_skipped() -> None:
    """Nested resources may carry no value of their own."""
    item = aws_child("222222222222")
    item["Resources"].append({"Type": "EMAIL", "Resources": []})
    assert one(handshaken([item]))["email"] is None


def test_a_handshake_that_several_lists_show_is_one_row_and_the_last_counts() -> None:
    """The same handshake comes from up to five lists."""
    items = [aws_parent("REQUESTED"), aws_child("222222222222"), aws_parent("OPEN")]
    table = handshaken(items)
    assert dict(zip(table["kind"], table["state"], strict=True)) == {
        "ORGANIZATION": "OPEN",
        "APPROVAL": "OPEN",
    }


def test_policy_types_that_aws_leaves_out_are_not_enabled() -> None:
    """ListRoots names only the types that are on; a type newer than botocore is shown too."""
    root = {
        "Id": ROOT,
        "PolicyTypes": [
            {"Type": "TAG_POLICY", "Status": "ENABLED"},
            {"Type": "BRAND_NEW_POLICY", "Status": "PENDING_ENABLE"},
        ],
    }
    organization = FakeAws({"ListRoots": {"Roots": [root]}}).organization()
    model = organization.client("organizations").meta.service_model
    status = dict.fromkeys(map(str, model.shape_for("PolicyType").enum), "NOT_ENABLED")
    status |= {"TAG_POLICY": "ENABLED", "BRAND_NEW_POLICY": "PENDING_ENABLE"}
    table = tables.table("policy_types", process.policy_types(Ask(organization)))
    assert "SERVICE_CONTROL_POLICY" in status
    assert tables.rows(table) == [
        {"root_id": ROOT, "type": name, "status": word} for name, word in status.items()
    ]


def test_a_creation_becomes_a_row() -> None:
    """What is being created is watched by its request."""
    item = {"Id": "car-1", "AccountName": "New", "State": "IN_PROGRESS"}
    item |= {"RequestedTimestamp": START}
    aws = FakeAws({"ListCreateAccountStatus": {"CreateAccountStatuses": [item]}})
    assert one(tables.table("creations", process.creations(Ask(aws.organization())))) == {
        "create_account_request_id": "car-1",
        "account_name": "New",
        "state": "IN_PROGRESS",
        "requested_timestamp": "2026-01-05T09:00:00Z",
    }


def test_what_is_unknown_about_a_member_stays_unknown() -> None:
    """NA is neither yes nor no."""
    item = {"account_id": MANAGEMENT, "reachable": True, "service_linked_role": None, "why": "no"}
    row = one(tables.table("members", [item]))
    assert (row["reachable"], row["service_linked_role"], row["why"]) == (True, None, "no")
    assert types(tables.table("members", [item])) == dict(tables.SCHEMAS["members"])


@pytest.mark.parametrize(
    ("identifier", "full"), [("abc", "h-abc"), ("h-abc", "h-abc"), ("o-abc", "h-o-abc")]
)
def test_a_prefix_is_added_once(identifier: str, full: str) -> None:
    """An id that has its prefix keeps it."""
    assert handshakes.prefixed(identifier, "h-") == full


def test_every_table_has_its_key() -> None:
    """The journal of looks keeps what changed by it, so a table without one could not be kept."""
    for name, schema in tables.SCHEMAS.items():
        assert set(tables.KEYS[name]) <= set(schema)
    assert set(tables.KEYS) == set(tables.SCHEMAS)
