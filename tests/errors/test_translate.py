"""The way of an error to the user: known ones carry their remedy, unknown ones stay loud."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSLError,
)

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.translate import explained, unusable
from orgkit.formats import printable
from tests.support.fake_aws import error as answer


def refuse(code: str, reason: str | None = None, message: str = "AWS's words") -> AwsError:
    """What `explained` makes of an error of AWS."""
    with pytest.raises(AwsError) as caught, explained("EnableAllFeatures"):
        raise ClientError(answer(code, reason, message), "EnableAllFeatures")
    return caught.value


def test_a_known_error_carries_code_reason_and_operation() -> None:
    """The caller decides by AWS's own words, not by ours."""
    code = "HandshakeConstraintViolationException"
    error = refuse(code, "ORGANIZATION_ALREADY_HAS_ALL_FEATURES")
    assert (error.operation, error.code) == ("EnableAllFeatures", code)
    assert error.reason == "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"
    assert isinstance(error.__cause__, ClientError)


def test_a_known_error_shows_problem_aws_words_and_way_out() -> None:
    """Four lines: what is wrong, what AWS said, what to do and who does it, where to read more."""
    lines = str(refuse("AccessDeniedException")).splitlines()
    assert lines == [
        "AWS denied this call.",
        "The answer to EnableAllFeatures was AccessDeniedException. AWS's words",
        f"Do this (management account): {refuse('AccessDeniedException').do_this}",
        f"Read more: {refuse('AccessDeniedException').more}",
    ]


def test_ipython_shows_the_same_lines_without_a_stack() -> None:
    """A known error needs no traceback in a notebook."""
    error = refuse("AccessDeniedException")
    assert error._render_traceback_() == str(error).splitlines()


def test_an_error_without_detail_has_two_lines() -> None:
    """There is no empty line where AWS said nothing."""
    assert str(OrgkitError("Broken.", "Mend it.")) == "Broken.\nDo this (you): Mend it."


def test_an_unknown_code_goes_on_as_it_is() -> None:
    """What we do not understand stays loud, with its traceback."""
    with pytest.raises(ClientError), explained("ListRoots"):
        raise ClientError(answer("BrandNewException"), "ListRoots")


def test_an_error_that_is_not_of_aws_goes_on_as_it_is() -> None:
    """A fault of our own is not dressed up as one of AWS."""
    with pytest.raises(ZeroDivisionError), explained("ListRoots"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoCredentialsError(), "No AWS credentials were found."),
        (ProfileNotFound(profile="acme"), "profile does not exist"),
        (EndpointConnectionError(endpoint_url="http://x"), "cannot be reached"),
        (ConnectTimeoutError(endpoint_url="http://x"), "did not answer in time"),
        (ReadTimeoutError(endpoint_url="http://x"), "accepted the call"),
        (SSLError(endpoint_url="http://x", error="bad"), "TLS"),
        (HTTPClientError(error="odd"), "cannot be reached"),
    ],
)
def test_trouble_on_the_way_to_aws_is_explained(error: BotoCoreError, words: str) -> None:
    """Errors of botocore have remedies too; a special one goes before its base class."""
    with pytest.raises(AwsError, match=words), explained("ListAccounts"):
        raise error


def test_an_unknown_error_of_botocore_stays_loud() -> None:
    """The base class alone tells nothing that a person could act on."""
    with pytest.raises(BotoCoreError), explained("ListAccounts"):
        raise BotoCoreError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü – ok", "plain ü – ok"),  # noqa: RUF001
        ("a\x1b[31mred", "a\\u001b[31mred"),
        ("two\nlines", "two\\u000alines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("nul\x00", "nul\\u0000"),
    ],
)
def test_text_from_aws_cannot_drive_a_terminal(text: str, shown: str) -> None:
    """Control and direction characters become visible."""
    assert printable(text) == shown


def test_hostile_words_of_aws_are_made_safe_in_the_message() -> None:
    """AWS repeats names that anybody may have chosen."""
    assert "\x1b" not in str(refuse("AccessDeniedException", message="\x1b[2Jgone"))


@pytest.mark.parametrize(
    ("error", "code"), [(OrgkitError("p", "d"), 20), (UsageError("p", "d"), 64)]
)
def test_exit_codes_of_errors(error: OrgkitError, code: int) -> None:
    """Wrong usage is told apart from what stands in the way."""
    assert error.exit_code == code


def test_an_error_keeps_nothing_but_its_words() -> None:
    """No frame, no local variable: a saved notebook must not hold a secret."""
    error: Any = refuse("AccessDeniedException")
    assert set(vars(error)) == {
        *("problem", "do_this", "actor", "detail", "more"),
        *("operation", "code", "reason", "text"),
    }


def test_what_cannot_be_used_keeps_awss_words_and_their_remedy() -> None:
    """A bucket that AWS refuses is told with its code, and with what to do about that."""
    error = refuse("NoSuchBucket")
    said = unusable('The store "s3://x" cannot be read', error, "Check the address.")
    assert said.exit_code == 64
    assert said.problem.startswith('The store "s3://x" cannot be read: ')
    assert "NoSuchBucket" in said.detail
    assert error.do_this in said.do_this
    assert said.do_this.endswith("Check the address.")


def test_foreign_words_of_files_reach_no_terminal_unfiltered() -> None:
    """A file system may name a file as it likes."""
    said = unusable("The store cannot be written", OSError("\x1b[31mred\u202e"), "Name another.")
    assert "\x1b" not in str(said)
    assert "\u202e" not in str(said)
