"""The call record misses nothing, tells changes from reads, and keeps time by AWS's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.exceptions import EndpointConnectionError

from orgkit.aws.call_log import CallLog
from orgkit.errors.exceptions import AwsError
from orgkit.formats import stamp
from tests.support.fake_aws import FakeAws, error, lists


def test_a_read_is_recorded_with_all_that_the_evidence_needs() -> None:
    """Service, operation, status, request id, retries, and that nothing changed."""
    organization = FakeAws(lists()).organization()
    organization.call("ListAccounts")
    (call,) = organization.calls
    assert (call.service, call.operation, call.status) == ("organizations", "ListAccounts", 200)
    assert (call.request_id, call.retries, call.changed) == ("request-1", 0, False)
    assert (call.at, call.error) == ("2026-01-05T09:00:00Z", "")


def test_a_write_that_aws_accepted_is_recorded_as_a_change() -> None:
    """Only a call that can change something and was accepted did change something."""
    organization = FakeAws({"EnableAllFeatures": {}}).organization()
    with organization.writing("EnableAllFeatures"):
        organization.call("EnableAllFeatures")
    assert [c.changed for c in organization.calls] == [True]


def test_a_write_that_aws_refused_changed_nothing() -> None:
    """The error code stands in the journal."""
    organization = FakeAws({"EnableAllFeatures": error("AccessDeniedException")}).organization()
    with pytest.raises(AwsError), organization.writing("EnableAllFeatures"):
        organization.call("EnableAllFeatures")
    (call,) = organization.calls
    assert (call.status, call.error, call.changed) == (400, "AccessDeniedException", False)


def test_retries_of_botocore_are_counted() -> None:
    """A repeated write is told from a first try by this number."""
    aws = FakeAws(lists())
    aws.retries = 2
    organization = aws.organization()
    organization.call("ListRoots")
    assert organization.calls[0].retries == 2


def test_a_call_that_never_got_an_answer_is_recorded_with_status_zero() -> None:
    """A lost connection is evidence too."""
    lost = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    organization = FakeAws({"ListAccounts": lost}).organization()
    with pytest.raises(AwsError):
        organization.call("ListAccounts")
    (call,) = organization.calls
    assert (call.service, call.operation, call.status) == ("organizations", "ListAccounts", 0)
    assert call.error == "EndpointConnectionError"


def test_took_effect_corrects_only_the_last_such_call() -> None:
    """An accept was seen to answer an error and yet take effect; earlier calls stay as is."""
    aws = FakeAws(lists() | {"EnableAllFeatures": error("ServiceException")})
    organization = aws.organization()
    for _ in range(2):
        with pytest.raises(AwsError), organization.writing("EnableAllFeatures"):
            organization.call("EnableAllFeatures")
    organization.call("ListRoots")
    organization.took_effect("EnableAllFeatures")
    assert [c.changed for c in organization.calls] == [False, True, False]


def test_took_effect_of_a_call_that_was_never_made_does_nothing() -> None:
    """There is nothing to correct."""
    organization = FakeAws(lists()).organization()
    organization.took_effect("AcceptHandshake")
    assert organization.calls == ()


def test_now_is_what_aws_said_last_and_never_goes_back() -> None:
    """Answers of side-by-side calls arrive out of order."""
    aws = FakeAws(lists())
    organization = aws.organization()
    for date in ("Tue, 06 Jan 2026 09:00:00 GMT", "Mon, 05 Jan 2026 09:00:00 GMT"):
        aws.date = date
        organization.call("ListRoots")
    assert organization.now == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_before_any_answer_the_time_is_utc() -> None:
    """The clock of this machine stands in until AWS has spoken."""
    assert CallLog().now.tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 5, 9, 0, 0, 999999, tzinfo=UTC), "2026-01-05T09:00:00Z"),
        (datetime(2026, 1, 5, 9, tzinfo=timezone(timedelta(hours=2))), "2026-01-05T07:00:00Z"),
    ],
)
def test_moments_are_written_in_utc_with_whole_seconds(moment: datetime, text: str) -> None:
    """One way to write time, everywhere."""
    assert stamp(moment) == text
