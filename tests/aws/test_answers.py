"""Only what AWS's own model allows is an answer; all else is none, whoever sent it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from orgkit.aws import Organization
from orgkit.aws.answers import StrangeAnswer, hold_to_model
from orgkit.aws.call_log import CallLog
from orgkit.aws.write_guard import WriteGuard
from orgkit.errors.exceptions import AwsError, OrgkitError
from tests.support.fake_aws import FakeAws
from tests.support.make import aws_account

NOT_AWS = "What answered is not AWS|does not match AWS"
PAGE = b"<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"


class Raw:
    """An answer as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Give the whole body at once."""
        yield self._body.read()


def answered_by(status: int, body: bytes, **headers: str) -> Organization:
    """An organization whose every request gets this answer, before any parsing."""
    session = boto3.Session("key", "secret", region_name="us-east-1")
    record, guard = CallLog(), WriteGuard()
    for listen in (guard.watch, record.listen, hold_to_model):
        listen(session.events)

    def send(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, status, headers, Raw(body))

    session.events.register("before-send", send)
    return Organization(
        signed_in={"target": "aws", "profile": "", "role_arn": "", "organization_id": ""},
        session=session,
        endpoint="http://127.0.0.1:9",
        record=record,
        guard=guard,
        limiter=None,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize("status", [500, 502, 503, 403, 404])
@pytest.mark.parametrize("body", [PAGE, b"<html>no</html>", b"no"])
def test_an_error_that_is_none_of_awss_is_called_so(status: int, body: bytes) -> None:
    """F4: HTML with 500 is no internal error of AWS: AWS names its errors and numbers them."""
    with pytest.raises(AwsError, match=NOT_AWS):
        answered_by(status, body).pages("ListAccounts", "Accounts")


def test_an_error_that_aws_numbers_is_awss() -> None:
    """F4: its own 500 without a word stays an internal error."""
    organization = answered_by(500, b"", **{"x-amzn-requestid": "1-2"})
    with pytest.raises(AwsError, match="internal error"):
        organization.pages("ListAccounts", "Accounts")


BODIES = [
    PAGE,
    b"",
    b"{}",
    b"null",
    b"[]",
    b"7",
    b'"no"',
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"Accounts":null}',
    b'{"Accounts":"none"}',
    b'{"Accounts":{}}',
    b'{"Accounts":""}',
    b'{"Accounts":[{"Paths":{}}]}',
    b'{"Accounts":[null]}',
    b'{"Accounts":["2"]}',
    b'{"Accounts":{"Id":"2"}}',
    b'{"Accounts":[{"Id":7}]}',
    b'{"Accounts":[{"JoinedTimestamp":"soon"}]}',
    b'{"Accounts":[{"JoinedTimestamp":1e300}]}',
    b'{"Accounts":[{"Paths":[1]}]}',
    b'{"Accounts":[],"NextToken":7}',
    b'{"Accounts":[],"NextToken":["a"]}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_list_is_not_read(body: bytes) -> None:
    """F4: HTML, nothing, or another shape with 200 is no empty list, and no traceback."""
    with pytest.raises(OrgkitError, match=NOT_AWS):
        answered_by(200, body).pages("ListAccounts", "Accounts")


@contextmanager
def _bounded(most: int) -> Iterator[None]:
    with mock.patch("orgkit.aws.gateway._MOST_PAGES", most):
        yield


@pytest.mark.parametrize("tokens", ["AA", "ABAB", "ABCABC", "ABCB"])
def test_a_token_that_comes_again_is_an_error(tokens: str) -> None:
    """F3: however far apart, for such a list would be asked for ever."""
    pages: Any = [{"Accounts": [aws_account("2" * 12)], "NextToken": t} for t in tokens]
    aws = FakeAws({"ListAccounts": pages})
    with pytest.raises(AwsError, match="same page of a list twice"):
        aws.organization().pages("ListAccounts", "Accounts")


def test_a_list_without_end_is_an_error() -> None:
    """F3: tokens that never repeat do not go on for ever either."""
    count = iter(range(10**9))

    def page(_: Any) -> Any:
        return {"Accounts": [], "NextToken": f"t{next(count)}"}

    with _bounded(50), pytest.raises(AwsError, match="still another token"):
        FakeAws({"ListAccounts": page}).organization().pages("ListAccounts", "Accounts")


def test_an_error_in_the_kit_is_not_called_an_answer() -> None:
    """What does not come out of the SDK's parser stays what it is, loud."""

    def broken(_: Any) -> Any:
        raise KeyError("ours")

    organization = FakeAws({"ListAccounts": broken}).organization()
    with pytest.raises(KeyError, match="ours"):
        organization.call("ListAccounts")


MODEL: list[tuple[str, Callable[[], Any]]] = [
    ("Id", lambda: 7),
    ("Name", lambda: ["a"]),
    ("Paths", lambda: "text"),
    ("Paths", lambda: [None]),
]


@pytest.mark.parametrize(("member", "value"), MODEL)
def test_a_member_of_another_type_is_strange(member: str, value: Callable[[], Any]) -> None:
    """Whatever let it through, a parser or a plug-in of the SDK."""
    aws = FakeAws({"ListAccounts": {"Accounts": [aws_account("2" * 12, **{member: value()})]}})
    with pytest.raises(StrangeAnswer, match=f"Accounts.{member}"):
        aws.organization().call("ListAccounts")
