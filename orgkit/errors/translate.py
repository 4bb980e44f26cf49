"""Turn errors of AWS, its SDK and files into an `OrgkitError` with a remedy; others stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.remedies import find
from orgkit.formats import printable

_LONG = 600  # what a proxy answers instead of AWS is a whole page


@contextmanager
def explained(operation: str) -> Iterator[None]:
    """Turn an error of botocore into one with its remedy; let an unknown one go on, loud."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        text = str(error.response.get("Error", {}).get("Message", ""))
        reason = error.response.get("Reason")
        if _is_of_somebody_else(error.response, code):
            code = "ResponseParserError"
        remedy = find(_CLOCK if text.startswith(_SKEWED) else code, str(reason or "") or None)
        if remedy is not None:
            raise AwsError(remedy, operation, code, reason and str(reason), text) from error
        raise
    except (BotoCoreError, ResponseParserError) as error:
        _unanswered(error, operation, [kind.__name__ for kind in type(error).__mro__])
        raise
    except (ValueError, NotImplementedError) as error:
        _unanswered(error, operation, [name for words, name in _PLAIN if words in str(error)])
        raise


def _is_of_somebody_else(response: Mapping[str, Any], code: str) -> bool:
    """Tell by the answer itself: AWS names its errors in words, and numbers its answers."""
    meta = response.get("ResponseMetadata", {})
    headers = meta.get("HTTPHeaders")
    return code.isdigit() and headers is not None and "x-amzn-requestid" not in headers


def unusable(
    what: str, error: Exception, do_this: str, kind: type[OrgkitError] = UsageError
) -> OrgkitError:
    """Say what cannot be used, in the words of the error that shows it, with AWS's remedy first."""
    if not isinstance(error, AwsError):
        return kind(f"{what}: {printable(str(error))}", do_this)
    problem = f"{what}: {printable(error.text or error.problem)}"
    why = f"{error.problem} ({error.code})"
    return kind(problem, f"{error.do_this} {do_this}", error.actor, why, error.more)


_CLOCK = "RequestTimeTooSkewed"
_SKEWED = ("Signature expired", "Signature not yet current")  # IAM user guide, signature errors
# What the SDK lets through as an error of Python's own: its words, and the remedy that fits.
_PLAIN = (
    ("Invalid endpoint", "InvalidEndpointConfigurationError"),
    ("does not support input requests", "RefreshWithMFAUnsupportedError"),
)


def _unanswered(error: Exception, operation: str, names: list[str]) -> None:
    """Raise with the first remedy that there is for trouble before an answer of AWS."""
    for name in names:
        if remedy := find(name):
            text = str(error)[:_LONG]
            raise AwsError(remedy, operation, name, None, text, answered=False) from error
