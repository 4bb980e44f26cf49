"""The gateway: pages to the last token, one client a service, errors explained."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.aws import Caller
from orgkit.errors.exceptions import AwsError, UsageError
from tests.support.fake_aws import FakeAws, error, lists
from tests.support.make import ADMIN, MANAGEMENT, ORGANIZATION, aws_account


def paged(*pages: dict[str, Any]) -> FakeAws:
    """An AWS that answers ListAccounts with these pages."""
    return FakeAws({"ListAccounts": list(pages)})


A, B = aws_account("222222222222"), aws_account("333333333333")


@pytest.mark.parametrize(
    "pages",
    [
        [{"Accounts": [A, B]}],
        [{"Accounts": [A], "NextToken": "t1"}, {"Accounts": [B]}],
        [{"Accounts": [], "NextToken": "t1"}, {"Accounts": [A, B]}],
        [{"Accounts": [A, B], "NextToken": "t1"}, {"Accounts": []}],
        [{"Accounts": [A], "NextToken": "t1"}, {"Accounts": [B], "NextToken": ""}],
    ],
    ids=["one", "two", "empty first", "empty last", "empty token"],
)
def test_all_pages_are_read_to_the_last_token(pages: list[dict[str, Any]]) -> None:
    """A page may be empty and yet carry a token; only a missing token ends the list."""
    aws = paged(*pages)
    found = aws.organization().pages("ListAccounts", "Accounts")
    assert [a["Id"] for a in found] == ["222222222222", "333333333333"]
    assert aws.answers["ListAccounts"] == []


def test_each_page_is_asked_for_with_the_token_of_the_one_before() -> None:
    """The first call carries none, and other parameters go along every time."""
    listing = [{"Handshakes": [], "NextToken": "t1"}, {"Handshakes": []}]
    aws = FakeAws({"ListHandshakesForOrganization": list(listing)})
    chosen = {"ActionType": "INVITE"}
    aws.organization().pages("ListHandshakesForOrganization", "Handshakes", Filter=chosen)
    assert [sent for _, sent in aws.sent] == [
        {"Filter": chosen},
        {"Filter": chosen, "NextToken": "t1"},
    ]


def test_an_error_on_a_later_page_is_not_a_short_list() -> None:
    """A list that was cut off would hide accounts."""
    aws = paged({"Accounts": [A], "NextToken": "t"}, error("TooManyRequestsException"))
    with pytest.raises(AwsError, match="throttling"):
        aws.organization().pages("ListAccounts", "Accounts")


def test_an_endpoint_that_repeats_its_token_is_not_asked_for_ever() -> None:
    """A broken proxy must end in a remedy; what was read till then is not a list."""
    left = iter(range(5))

    def again(_: dict[str, Any]) -> dict[str, Any]:
        next(left)
        return {"Accounts": [A], "NextToken": "t"}

    with pytest.raises(AwsError, match="same page of a list twice"):
        FakeAws({"ListAccounts": again}).organization().pages("ListAccounts", "Accounts")


def test_one_client_a_service() -> None:
    """Making clients is slow, and they are safe to share."""
    organization = FakeAws({}).organization()
    assert organization.client("organizations") is organization.client("organizations")
    assert organization.client("sts") is not organization.client("organizations")


def test_refresh_reads_the_organization_again() -> None:
    """A decision rests on what is true now."""
    before, after = lists(), lists(feature_set="ALL")
    answers = [before["DescribeOrganization"], after["DescribeOrganization"]]
    organization = FakeAws({"DescribeOrganization": answers}).organization()
    organization.identify()
    assert organization.details["FeatureSet"] == "CONSOLIDATED_BILLING"
    assert organization.identify()["FeatureSet"] == "ALL"
    assert (organization.organization_id, organization.management_id) == (ORGANIZATION, MANAGEMENT)


@pytest.mark.parametrize(
    ("arn", "root"),
    [
        (f"arn:aws:iam::{MANAGEMENT}:root", True),
        (f"arn:aws:iam::{MANAGEMENT}:user/root", False),
        (ADMIN, False),
    ],
)
def test_the_root_user_is_recognized(arn: str, root: bool) -> None:
    """A user that is merely called root is none."""
    assert Caller(MANAGEMENT, arn).is_root is root


def test_the_clock_of_aws_cannot_be_moved() -> None:
    """Only simulated time moves when told."""
    with pytest.raises(UsageError, match="Only the simulator's clock"):
        FakeAws(lists()).organization(target="aws").advance("14d")


def test_moving_the_clock_by_nothing_does_nothing_anywhere() -> None:
    """The default of the notebooks' parameter is harmless on AWS."""
    aws = FakeAws(lists())
    aws.organization(target="aws").advance("")
    assert aws.sent == []
