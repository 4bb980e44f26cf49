"""One door: whatever is thrown becomes problem, remedy and actor, or is known to be unknown."""

from __future__ import annotations

import errno
import http.client
import inspect
import json
import socket
import ssl
import string
from collections.abc import Iterator

import botocore.exceptions
import filelock
import nbclient.exceptions
import nbformat
import papermill.exceptions
import pytest
import urllib3.exceptions
import zmq
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.parsers import ResponseParserError

from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.errors.remedies import find
from orgkit.errors.translate import explained, signing_in, trouble

# Errors of the SDK that only a program of ours could cause: they keep their traceback.
FAULTS_OF_PROGRAMS = {
    "BaseEndpointResolverError",
    "BotoCoreError",
    "InvalidDNSNameError",
    "InvalidExpressionError",
    "InvalidHostLabelError",
    "MissingParametersError",
    "MissingServiceIdError",
    "OperationNotPageableError",
    "StubAssertionError",
    "StubResponseError",
    "UnStubbedResponseError",
    "UndefinedModelAttributeError",
    "UnknownClientMethodError",
    "UnknownServiceStyle",
    "UnknownSignatureVersionError",
    "UnseekableStreamError",
    "UnsupportedOutpostResourceError",
    "UnsupportedS3AccesspointConfigurationError",
    "UnsupportedS3ArnError",
    "UnsupportedS3ControlArnError",
    "UnsupportedS3ControlConfigurationError",
    "UnsupportedServiceProtocolsError",
    "UnsupportedSignatureVersionError",
    "WaiterConfigError",
    "WaiterError",
}


def of_the_sdk() -> Iterator[Exception]:
    """Every error class of botocore, made with whatever its message names."""
    for name, kind in inspect.getmembers(botocore.exceptions, inspect.isclass):
        if not issubclass(kind, Exception) or issubclass(kind, Warning):
            continue
        if kind.__module__ != "botocore.exceptions":
            continue
        if issubclass(kind, ClientError):
            yield kind({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "ListRoots")
            continue
        named = string.Formatter().parse(getattr(kind, "fmt", ""))
        fields = {field: f"some {field}" for _, field, _, _ in named if field}
        if name == "WaiterError":
            fields["last_response"] = "some answer"
        yield kind(**fields) if "fmt" in dir(kind) else kind(name)
    yield ResponseParserError("<html>")


def of_others() -> list[Exception]:
    """What files, networks, kernels and notebooks raise."""
    return [
        *(OSError(number, name, "/some/file") for number, name in errno.errorcode.items()),
        OSError("without a number"),
        OSError(99999, "of a newer system"),
        TimeoutError(),
        ConnectionResetError(),
        BrokenPipeError(),
        MemoryError(),
        ModuleNotFoundError("No module named 'jupyterlab'"),
        ssl.SSLError(1, "bad certificate"),
        ssl.SSLCertVerificationError("self-signed"),
        socket.gaierror(-2, "Name or service not known"),
        urllib3.exceptions.LocationParseError("http://x"),
        urllib3.exceptions.ProxyError("refused", OSError()),
        urllib3.exceptions.MaxRetryError(None, "/", None),  # type: ignore[arg-type]
        urllib3.exceptions.ProtocolError("broken"),
        urllib3.exceptions.SSLError("bad"),
        urllib3.exceptions.DecodeError("bad"),
        http.client.BadStatusLine("x"),
        http.client.IncompleteRead(b""),
        http.client.RemoteDisconnected("gone"),
        zmq.ZMQError(errno.ENAMETOOLONG),
        zmq.error.Again(),
        nbclient.exceptions.DeadKernelError("Kernel died"),
        nbclient.exceptions.CellTimeoutError("late"),
        nbformat.reader.NotJSONError("no"),
        nbformat.validator.ValidationError("no"),
        filelock.Timeout("lock"),
    ]


UNKNOWN = [
    KeyError("Organization"),
    RuntimeError("surprise"),
    RecursionError("deep"),
    ZeroDivisionError(),
    AssertionError(),
    json.JSONDecodeError("no", "doc", 0),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"),
    papermill.exceptions.PapermillException("odd"),
    ClientError({"Error": {"Code": "BrandNewException", "Message": "new"}}, "ListRoots"),
    ClientError({}, "ListRoots"),
]


def _whole(told: OrgkitError) -> None:
    assert told.problem.endswith(".")
    assert told.do_this.endswith(".")
    assert told.actor
    assert int(told.exit_code) in (20, 64)
    assert "Do this (" in str(told)


@pytest.mark.parametrize("error", list(of_the_sdk()), ids=lambda e: type(e).__name__)
def test_every_error_of_the_sdk_is_explained_or_known_to_be_a_fault(error: Exception) -> None:
    """A class of a newer botocore fails here by its name until somebody has thought about it."""
    told = trouble(error)
    assert (told is None) is (type(error).__name__ in FAULTS_OF_PROGRAMS)
    if told is not None:
        _whole(told)
        assert isinstance(told, AwsError)
        with pytest.raises(AwsError), explained("ListRoots"):
            raise error


@pytest.mark.parametrize("error", of_others(), ids=lambda e: f"{type(e).__name__} {e}")
def test_every_error_of_files_networks_and_kernels_is_explained(error: Exception) -> None:
    """Kind 10: by the class of the error, or by its number whatever that is."""
    told = trouble(error)
    assert told is not None
    _whole(told)
    # Only what is set up for the SDK has a page of AWS to read.
    assert not told.more or isinstance(told, AwsError)


@pytest.mark.parametrize("error", UNKNOWN, ids=lambda e: type(e).__name__)
def test_what_nobody_understands_is_not_dressed_up(error: Exception) -> None:
    """An error of ours, or of a newer AWS, is told as what it is."""
    assert trouble(error) is None


@pytest.mark.parametrize(
    "error", [*of_the_sdk(), *of_others(), *UNKNOWN], ids=lambda e: f"{type(e).__name__} {e}"
)
def test_whatever_happens_while_signing_in_has_a_remedy(error: Exception) -> None:
    """Credentials come from files, programs and servers of others: nothing there is our fault."""
    with pytest.raises(OrgkitError) as caught, signing_in():
        raise error
    _whole(caught.value)
    assert caught.value.__cause__ is error


def test_an_error_that_has_its_remedy_keeps_it() -> None:
    """The door opens once."""
    error = OrgkitError("Broken.", "Mend it.")
    assert trouble(error) is error
    with pytest.raises(OrgkitError) as caught, signing_in(), explained("ListRoots"):
        raise error
    assert caught.value is error


def test_a_file_that_is_missing_goes_through_a_call_as_it_is() -> None:
    """A store asks for files that need not be there."""
    with pytest.raises(FileNotFoundError), explained("GetObject"):
        raise FileNotFoundError("HEAD")


def test_a_full_disk_is_named() -> None:
    """F24: what is full, what to do, and that nothing is lost."""
    told = trouble(OSError(errno.ENOSPC, "No space left on device", "/store/HEAD"))
    assert told is not None
    assert "disk is full" in told.problem
    assert "/store/HEAD" in told.detail
    assert told.exit_code == 20


@pytest.mark.parametrize(
    "error",
    [
        botocore.exceptions.CredentialRetrievalError(
            provider="custom-process", error_msg="login of ada with hunter2 failed"
        ),
        botocore.exceptions.MetadataRetrievalError(error_msg="500: token is hunter2"),
        json.JSONDecodeError("no", "hunter2", 0),
        ValueError("unknown format: hunter2"),
    ],
)
def test_words_of_whoever_gives_credentials_are_not_repeated(error: Exception) -> None:
    """F10: a program prints a password in any words; what it prints is never quoted."""
    with pytest.raises(OrgkitError) as caught, signing_in():
        raise error
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)


def test_words_of_the_sdk_about_a_process_are_kept() -> None:
    """What is missing in its answer helps whoever wrote it."""
    error = botocore.exceptions.CredentialRetrievalError(
        provider="custom-process", error_msg="Missing required key in response: 'AccessKeyId'"
    )
    assert "AccessKeyId" in str(trouble(error))


@pytest.mark.parametrize(
    "name", ["RefreshWithMFAUnsupportedError", "CredentialSourceMissing", "CredentialsNotJson"]
)
def test_the_rows_that_signing_in_names_are_there(name: str) -> None:
    """The code names them; the table has them."""
    assert find(name) is not None


def test_a_class_without_a_remedy_is_listed_once() -> None:
    """The list of faults names classes that exist."""
    assert set(FAULTS_OF_PROGRAMS) <= {
        name for name, kind in vars(botocore.exceptions).items() if inspect.isclass(kind)
    }
    assert issubclass(BotoCoreError, Exception)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Port could not be cast to integer value as 'hunter2'"),
        HTTPClientError(error="Failed to parse: 'ada:hunter2' is not a valid host or port"),
        urllib3.exceptions.LocationParseError("ada:hunter2"),
    ],
)
def test_a_password_that_splits_an_address_is_not_quoted_as_its_port(error: Exception) -> None:
    """F10: what stands before # in a password is no port; the remedy says how to write it."""
    told = trouble(error)
    assert told is not None
    assert "hunter2" not in str(told)
    assert "%23" in told.do_this
