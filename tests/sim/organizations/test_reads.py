"""Describe and list: shapes of accounts, pages and tokens, filters, the tree, bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orgkit.sim.scenario import shipped
from orgkit.sim.scenario.build import build
from tests.support.sim_walk import CREATED, INVITED, MANAGEMENT, NOBODY, OTHER, OUTSIDE, Walk

Make = Callable[..., Walk]
H = "h-" + "a" * 32


def many(count: int) -> dict:
    """A field `accounts` with this many invited ones."""
    return {
        "accounts": [
            {
                "id": f"{number:012d}",
                "name": f"Account {number}",
                "email": f"a{number}@many.example.com",
                "joined": "INVITED",
            }
            for number in range(1, count + 1)
        ]
    }


def pages(walk: Walk, operation: str, key: str, **params: Any) -> list[list[dict]]:
    """Every page of a list."""
    found = []
    while True:
        answer = walk.call(MANAGEMENT, operation, **params)
        found.append(answer[key])
        if "NextToken" not in answer:
            return found
        params["NextToken"] = answer["NextToken"]


def test_accounts_as_aws_shows_them(walk: Walk) -> None:
    """Management reads INVITED too; State, Status and Paths are there."""
    shown = {a["Id"]: a for a in walk.call(MANAGEMENT, "ListAccounts")["Accounts"]}
    assert [a["JoinedMethod"] for a in shown.values()] == ["INVITED"] * 3 + ["CREATED"]
    assert shown[INVITED]["Paths"] == [f"o-small12345/r-smal/{INVITED}/"]
    assert shown[INVITED]["Arn"].endswith(f"::{MANAGEMENT}:account/o-small12345/{INVITED}")
    assert {a["State"] for a in shown.values()} == {"ACTIVE"}


def test_organization(walk: Walk) -> None:
    """Every member may ask; the deprecated list of policy types is empty in billing mode."""
    for account in (MANAGEMENT, INVITED):
        shown = walk.call(account, "DescribeOrganization")["Organization"]
        assert shown["FeatureSet"] == "CONSOLIDATED_BILLING"
        assert shown["AvailablePolicyTypes"] == []
        assert shown["MasterAccountId"] == MANAGEMENT
    for account in (OUTSIDE, NOBODY):
        refused = walk.refused(account, "DescribeOrganization")
        assert refused == "AWSOrganizationsNotInUseException"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("ListAccounts", {}),
        ("DescribeAccount", {"AccountId": OTHER}),
        ("ListRoots", {}),
        ("ListHandshakesForOrganization", {}),
        ("ListCreateAccountStatus", {}),
        ("ListParents", {"ChildId": OTHER}),
        ("ListAccountsForParent", {"ParentId": "r-smal"}),
        ("InviteAccountToOrganization", {"Target": {"Type": "ACCOUNT", "Id": NOBODY}}),
        ("CreateAccount", {"AccountName": "X", "Email": "x@y.example.com"}),
    ],
)
def test_members_may_not(walk: Walk, operation: str, params: dict) -> None:
    """What only the management account may call."""
    assert walk.refused(INVITED, operation, **params) == "AccessDeniedException"
    assert walk.refused(NOBODY, operation, **params) == "AWSOrganizationsNotInUseException"


@pytest.mark.parametrize("count", [0, 18, 19, 20, 45])
def test_pages_of_twenty(walk_with: Make, count: int) -> None:
    """Twenty a page by default; the last page has no token; nothing twice, nothing missing."""
    walk = walk_with(many(count))
    found = pages(walk, "ListAccounts", "Accounts")
    assert [len(page) for page in found[:-1]] == [20] * (len(found) - 1)
    ids = [account["Id"] for page in found for account in page]
    assert len(ids) == len(set(ids)) == count + 1


def test_smaller_pages(walk_with: Make) -> None:
    """MaxResults is respected."""
    found = pages(walk_with(many(6)), "ListAccounts", "Accounts", MaxResults=3)
    assert [len(page) for page in found] == [3, 3, 1]


def test_handshake_pages(walk_with: Make) -> None:
    """Handshakes are paged in the same way."""
    walk = walk_with(many(30))
    parent = walk.begin()
    filters = {"ParentHandshakeId": parent}
    found = pages(walk, "ListHandshakesForOrganization", "Handshakes", Filter=filters)
    assert [len(page) for page in found] == [20, 10]


def test_a_change_between_pages_skips_nothing(walk_with: Make) -> None:
    """Removing an account of the first page does not hide one of the second."""
    walk = walk_with(many(25))
    first = walk.call(MANAGEMENT, "ListAccounts")
    walk.call(MANAGEMENT, "RemoveAccountFromOrganization", AccountId=first["Accounts"][3]["Id"])
    second = walk.call(MANAGEMENT, "ListAccounts", NextToken=first["NextToken"])
    assert len(second["Accounts"]) == 6


@pytest.mark.parametrize("token", ["nonsense", "MjA=", "é"])
def test_bad_tokens(walk: Walk, token: str) -> None:
    """A token that we did not give is refused with the enum's name, not the documentation's."""
    refused = walk.refused(MANAGEMENT, "ListAccounts", NextToken=token)
    assert refused == "InvalidInputException/INVALID_NEXT_TOKEN"


def test_a_token_belongs_to_its_list(walk_with: Make) -> None:
    """A token of one list, or of another filter, is refused."""
    walk = walk_with(many(30))
    walk.begin()
    token = walk.call(MANAGEMENT, "ListAccounts")["NextToken"]
    operation = "ListHandshakesForOrganization"
    refused = walk.refused(MANAGEMENT, operation, NextToken=token)
    assert refused == "InvalidInputException/INVALID_NEXT_TOKEN"
    token = walk.call(MANAGEMENT, operation)["NextToken"]
    filters = {"ActionType": "INVITE"}
    refused = walk.refused(MANAGEMENT, operation, NextToken=token, Filter=filters)
    assert refused == "InvalidInputException/INVALID_NEXT_TOKEN"


def test_filters(walk: Walk) -> None:
    """One key at a time; empty means none; an unknown parent is an empty success."""
    parent = walk.begin()
    operation = "ListHandshakesForOrganization"

    def count(**filters: str) -> int:
        return len(walk.call(MANAGEMENT, operation, Filter=filters)["Handshakes"])

    assert count() == count(ActionType="") == count(ActionType="", ParentHandshakeId="") == 3
    assert count(ActionType="ENABLE_ALL_FEATURES") == 1
    assert count(ParentHandshakeId=parent) == 2
    assert count(ParentHandshakeId=H) == 0
    both = {"ActionType": "INVITE", "ParentHandshakeId": parent}
    refused = walk.refused(MANAGEMENT, operation, Filter=both)
    assert refused == "InvalidInputException/MAX_LIMIT_EXCEEDED_FILTER"


def test_party_order_flips(walk: Walk) -> None:
    """The same list shows the parties in either order, so that nobody relies on one."""
    walk.begin()
    first = {
        walk.call(INVITED, "ListHandshakesForAccount")["Handshakes"][0]["Parties"][0]["Type"]
        for _ in range(20)
    }
    assert first == {"ACCOUNT", "ORGANIZATION"}


@pytest.mark.parametrize(
    ("operation", "params", "reason"),
    [
        ("AcceptHandshake", {}, "INPUT_REQUIRED:HANDSHAKE_ID"),
        ("AcceptHandshake", {"HandshakeId": ""}, "INVALID_PATTERN:HANDSHAKE_ID"),
        ("CancelHandshake", {"HandshakeId": H[2:]}, "INVALID_PATTERN:HANDSHAKE_ID"),
        ("DeclineHandshake", {"HandshakeId": "h-SHOUT"}, "INVALID_PATTERN:HANDSHAKE_ID"),
        ("DescribeHandshake", {"HandshakeId": None}, "INPUT_REQUIRED:HANDSHAKE_ID"),
        (
            "ListHandshakesForOrganization",
            {"Filter": {"ActionType": "NONSENSE"}},
            "INVALID_ENUM:FILTER_ACTION_TYPE",
        ),
        (
            "ListHandshakesForOrganization",
            {"Filter": {"ParentHandshakeId": H[2:]}},
            "INVALID_PATTERN:FILTER_PARENT_HANDSHAKE_ID",
        ),
        ("ListAccounts", {"MaxResults": 21}, "MAX_VALUE_EXCEEDED:MAX_RESULTS"),
        ("ListAccounts", {"MaxResults": 0}, "MIN_VALUE_EXCEEDED:MAX_RESULTS"),
        (
            "EnablePolicyType",
            {"RootId": "r-smal", "PolicyType": "NONSENSE"},
            "INVALID_ENUM_POLICY_TYPE",
        ),
        ("EnablePolicyType", {"PolicyType": "TAG_POLICY"}, "INPUT_REQUIRED:ROOT_ID"),
        (
            "InviteAccountToOrganization",
            {"Target": {"Type": "ACCOUNT", "Id": OUTSIDE}, "Notes": "x" * 1025},
            "MAX_LENGTH_EXCEEDED:NOTES",
        ),
    ],
)
def test_bad_input(walk: Walk, operation: str, params: dict, reason: str) -> None:
    """Each fault of the input has AWS's code and Reason, with the field after the colon."""
    assert walk.refused(MANAGEMENT, operation, **params) == f"InvalidInputException/{reason}"


def test_unknown_fields_are_ignored_and_wrong_types_are_not(walk: Walk) -> None:
    """As seen on AWS for EnableAllFeatures; a list for a string is a serialization error."""
    assert walk.call(MANAGEMENT, "EnableAllFeatures", Nonsense=1)["Handshake"]
    refused = walk.refused(MANAGEMENT, "DescribeHandshake", HandshakeId=["h"])
    assert refused == "SerializationException"


def test_the_tree() -> None:
    """Units, parents, children and paths agree."""
    walk = Walk(build(shipped.load("acme")))
    root = walk.call(MANAGEMENT, "ListRoots")["Roots"][0]["Id"]
    unit = walk.call(MANAGEMENT, "ListOrganizationalUnitsForParent", ParentId=root)
    sandbox = unit["OrganizationalUnits"][0]
    inside = walk.call(MANAGEMENT, "ListAccountsForParent", ParentId=sandbox["Id"])["Accounts"]
    assert [a["Name"] for a in inside] == ["Sandbox"]
    assert inside[0]["Paths"] == [f"o-acme123456/{root}/{sandbox['Id']}/{inside[0]['Id']}/"]
    parents = walk.call(MANAGEMENT, "ListParents", ChildId=inside[0]["Id"])["Parents"]
    assert parents == [{"Id": sandbox["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
    children = walk.call(MANAGEMENT, "ListChildren", ParentId=sandbox["Id"], ChildType="ACCOUNT")
    assert children["Children"] == [{"Id": inside[0]["Id"], "Type": "ACCOUNT"}]


def test_units_change(walk: Walk) -> None:
    """Make, nest, rename, move into, refuse to delete when not empty, delete."""
    made = walk.call(MANAGEMENT, "CreateOrganizationalUnit", ParentId="r-smal", Name="A")
    unit = made["OrganizationalUnit"]["Id"]
    twice = walk.refused(MANAGEMENT, "CreateOrganizationalUnit", ParentId="r-smal", Name="A")
    assert twice == "DuplicateOrganizationalUnitException"
    walk.call(
        MANAGEMENT,
        "MoveAccount",
        AccountId=CREATED,
        SourceParentId="r-smal",
        DestinationParentId=unit,
    )
    shown = walk.call(MANAGEMENT, "DescribeAccount", AccountId=CREATED)["Account"]
    assert shown["Paths"] == [f"o-small12345/r-smal/{unit}/{CREATED}/"]
    full = walk.refused(MANAGEMENT, "DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    assert full == "OrganizationalUnitNotEmptyException"
    walk.call(MANAGEMENT, "UpdateOrganizationalUnit", OrganizationalUnitId=unit, Name="B")
    shown = walk.call(MANAGEMENT, "DescribeOrganizationalUnit", OrganizationalUnitId=unit)
    assert shown["OrganizationalUnit"]["Name"] == "B"
    walk.call(
        MANAGEMENT,
        "MoveAccount",
        AccountId=CREATED,
        SourceParentId=unit,
        DestinationParentId="r-smal",
    )
    walk.call(MANAGEMENT, "DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    gone = walk.refused(MANAGEMENT, "DescribeOrganizationalUnit", OrganizationalUnitId=unit)
    assert gone == "OrganizationalUnitNotFoundException"


def test_units_nest_five_deep(walk: Walk) -> None:
    """The sixth level is refused."""
    parent = "r-smal"
    for level in range(5):
        made = walk.call(
            MANAGEMENT, "CreateOrganizationalUnit", ParentId=parent, Name=f"Level {level}"
        )
        parent = made["OrganizationalUnit"]["Id"]
    refused = walk.refused(MANAGEMENT, "CreateOrganizationalUnit", ParentId=parent, Name="Too deep")
    assert refused == "ConstraintViolationException/OU_DEPTH_LIMIT_EXCEEDED"


def test_no_billing_transfers(walk: Walk) -> None:
    """They are not simulated: the lists are empty."""
    for operation in ("ListInboundResponsibilityTransfers", "ListOutboundResponsibilityTransfers"):
        answer = walk.call(MANAGEMENT, operation, Type="BILLING")
        assert answer["ResponsibilityTransfers"] == []
