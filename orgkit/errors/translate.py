"""The one door for trouble: any error becomes an `OrgkitError` with its remedy, if there is one.

`explained` stands around every call of AWS, `signing_in` around whatever fetches credentials;
`trouble` is what the command line, the kernel, controls and watches ask about every other error.
What it does not know stays what it is: see `errors.unknown`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.remedies import Remedy, find
from orgkit.formats import printable

_LONG = 600  # what a proxy answers instead of AWS is a whole page


@contextmanager
def explained(operation: str) -> Iterator[None]:
    """Turn an error of a call into one with its remedy; let any other go on to whoever waits."""
    try:
        yield
    except OrgkitError:
        raise
    except Exception as error:
        known = trouble(error, operation)
        if isinstance(known, AwsError):
            raise known from error
        raise  # a file that is missing in a bucket is no trouble yet


@contextmanager
def signing_in(what: str = "sign in") -> Iterator[None]:
    """Turn whatever goes wrong while credentials are fetched into an error with its remedy.

    All of it is the SDK's and that of the programs and files it asks, never a fault of ours.
    """
    try:
        yield
    except OrgkitError:
        raise
    except Exception as error:
        raise _of_credentials(error, what) from error


def trouble(error: BaseException, operation: str = "") -> OrgkitError | None:
    """Give an error with problem, remedy and actor for whatever went wrong; None if unknown."""
    if isinstance(error, OrgkitError):
        return error
    names = list(_names(error))
    if "ClientError" in names:
        return _answered(error, operation)
    for name in [*(n for words, n in _PLAIN if _says(error, words)), *names]:
        if remedy := find(name):
            return _known(error, name, remedy, operation)
    return None


def _is_of_somebody_else(response: Mapping[str, Any], code: str) -> bool:
    """Tell by the answer itself: AWS names its errors in words, and numbers its answers."""
    meta = response.get("ResponseMetadata", {})
    headers = meta.get("HTTPHeaders")
    if code == str(HTTPStatus.NOT_IMPLEMENTED.value):  # what imitations of AWS say
        return False
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
# Here a parser quotes the beginning of a password as if it were a port.
_PORT, _PARSE = "Port could not be cast to integer value as", "Failed to parse: "
# What the SDK lets through as an error of Python's own: its kind and words, and the remedy.
_PLAIN: tuple[tuple[tuple[type[Exception], str], str], ...] = (
    ((ValueError, "Invalid endpoint"), "InvalidEndpointConfigurationError"),
    ((ValueError, "Invalid IPv6 URL"), "InvalidEndpointConfigurationError"),
    ((ValueError, _PORT), "InvalidEndpointConfigurationError"),
    ((Exception, _PARSE), "InvalidProxiesConfigError"),
    ((NotImplementedError, "does not support input requests"), "RefreshWithMFAUnsupportedError"),
    ((RuntimeError, "refreshed credentials are still expired"), "ExpiredToken"),
)
# Whose words are those of a program or an endpoint of others, which may print a password.
_STRANGERS = frozenset({"CredentialRetrievalError", "MetadataRetrievalError"})
_OWN_WORDS = ("Missing required key in response: ", "No credentials found in credential_source ")


def _says(error: BaseException, words: tuple[type[Exception], str]) -> bool:
    return isinstance(error, words[0]) and words[1] in str(error)


def _names(error: BaseException) -> Iterator[str]:
    """Name an error as the tables do, from what it is to what it is a kind of."""
    for kind in type(error).__mro__:
        package = kind.__module__.partition(".")[0]
        if kind is OSError:  # the socket's and the file system's: the number tells which
            number = getattr(error, "errno", None)
            yield f"OSError.{errno.errorcode.get(number or 0, 'EUNKNOWN')}"
            yield "builtins.OSError"
        elif package == "botocore":
            yield kind.__name__
        else:
            yield f"{package}.{kind.__name__}"


def _answered(error: BaseException, operation: str) -> OrgkitError | None:
    """Explain what AWS answered, by its code and reason."""
    answer = getattr(error, "response", None) or {}
    said = answer.get("Error") or {}
    code, text = str(said.get("Code", "")), str(said.get("Message", ""))
    reason = answer.get("Reason")
    if _is_of_somebody_else(answer, code):
        code = "ResponseParserError"
    remedy = find(_CLOCK if text.startswith(_SKEWED) else code, str(reason or "") or None)
    if remedy is None:
        return None
    asked = operation or str(getattr(error, "operation_name", "a call"))
    return AwsError(remedy, asked, code, reason and str(reason), text)


def _known(error: BaseException, name: str, remedy: Remedy, operation: str) -> OrgkitError:
    """Explain trouble before an answer of AWS, or on this machine, which AWS has no part in."""
    text = _words(error, name)
    if "." in name:
        return OrgkitError(remedy.problem, remedy.do_this, remedy.actor, text, remedy.more)
    return AwsError(remedy, operation or "A call", name, None, text, answered=False)


def _words(error: BaseException, name: str) -> str:
    text = str(error)[:_LONG]
    if name in _STRANGERS:
        told = getattr(error, "kwargs", {})
        own = str(told.get("error_msg", "")).startswith(_OWN_WORDS)
        return text if own else f"Source: {told.get('provider', 'metadata service')}."
    if _PORT in text or _PARSE in text:
        return "An address in it cannot be taken apart."
    return text


def _of_credentials(error: Exception, what: str) -> OrgkitError:
    if isinstance(error, EOFError):  # nobody is there to type a code
        name = "RefreshWithMFAUnsupportedError"
    elif isinstance(error, FileNotFoundError | PermissionError) and error.filename:
        name = "CredentialSourceMissing"
    elif isinstance(error, JSONDecodeError | UnicodeDecodeError):
        name = "CredentialsNotJson"
    elif known := trouble(error, what):
        return known
    else:
        name = "CredentialRetrievalError"
    remedy = find(name)
    assert remedy is not None  # noqa: S101 - rows of the table; tests/errors looks each up
    text = str(error) if isinstance(error, OSError) else type(error).__name__
    return AwsError(remedy, what, name, None, text, answered=False)
