"""Trouble on this side, met by the real SDK: profile, SSO, Region, proxy, TLS, clock, ARN."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.error import StdinNotImplementedError

from orgkit.aws import connect
from orgkit.errors.exceptions import AwsError, UsageError
from orgkit.sim.server.serve import Service
from tests.support.fake_aws import FakeAws, error

SSO = """
[profile acme]
sso_session = acme
sso_account_id = 111111111111
sso_role_name = Admin
region = us-east-1
[sso-session acme]
sso_region = us-east-1
sso_start_url = https://acme.example.com/start
"""


@pytest.fixture
def config() -> Callable[[str], None]:
    """Write the AWS configuration file of this test."""

    def write(text: str) -> None:
        Path(os.environ["AWS_CONFIG_FILE"]).write_text(text, encoding="utf-8")

    return write


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits between its tries; nothing here needs that."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that the simulator would take."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")


def refusal() -> AwsError:
    """How signing in ends."""
    with pytest.raises(AwsError) as caught:
        connect("aws")
    assert caught.value.actor == "you"
    assert caught.value.more.startswith("https://docs.aws.amazon.com/")
    return caught.value


def test_an_sso_session_that_was_never_opened(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile is right and nobody signed in, or the session has ended."""
    config(SSO)
    monkeypatch.setenv("AWS_PROFILE", "acme")
    assert "aws sso login" in refusal().do_this


def test_a_configuration_file_that_cannot_be_read(config: Callable[[str], None]) -> None:
    """The file is named."""
    config("profile acme]\nregion")
    said = refusal()
    assert "cannot be read" in said.problem
    assert "aws-config" in said.detail


def test_a_profile_whose_source_is_missing(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that is to be assumed from a profile that is not there."""
    config("[profile acme]\nrole_arn = arn:aws:iam::111111111111:role/A\nsource_profile = gone\n")
    monkeypatch.setenv("AWS_PROFILE", "acme")
    assert "do not fit together" in refusal().problem


@pytest.mark.usefixtures("keys")
def test_a_region_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in AWS_REGION or in the profile."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us east 1")
    assert "no AWS Region" in refusal().problem


@pytest.mark.usefixtures("keys")
def test_an_endpoint_where_nobody_listens() -> None:
    """No network, or a wrong address: say so, and say where to look."""
    said = refusal()
    assert "cannot be reached" in said.problem
    assert said.exit_code == 20


@pytest.mark.usefixtures("keys")
def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever left the company's network still has its proxy set."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "HTTPS_PROXY" in refusal().do_this


@pytest.mark.usefixtures("keys")
def test_a_tls_connection_that_cannot_be_verified(
    simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something in between speaks another TLS, or none."""
    endpoint = simulator("solo").endpoint.replace("http://", "https://")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert "AWS_CA_BUNDLE" in refusal().do_this


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is not AWS and answers everything with a page of its own; its address."""

    class Stranger(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(407)

        def do_CONNECT(self) -> None:
            self.send_error(407)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("keys")
def test_a_proxy_that_refuses(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wants a password that nobody gave."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    monkeypatch.setenv("HTTPS_PROXY", stranger)
    assert "HTTPS_PROXY" in refusal().do_this


@pytest.mark.usefixtures("keys")
def test_a_page_that_is_not_of_aws(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or the network's sign-in page answers; its beginning is shown, made harmless."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stranger)
    said = refusal()
    assert "not AWS" in said.problem
    assert "GetCallerIdentity got no answer" in said.detail
    assert len(str(said)) < 2000


@pytest.mark.parametrize("status", ["403", "407"])
def test_a_page_in_the_middle_of_a_run(status: str) -> None:
    """Organizations speaks JSON; of another body the SDK keeps the status only."""
    with pytest.raises(AwsError, match="not AWS"):
        FakeAws({"ListRoots": error(status)}).organization().call("ListRoots")


@pytest.mark.usefixtures("keys")
def test_an_endpoint_that_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written without http://; the SDK raises a plain ValueError."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:9")
    assert "AWS_ENDPOINT_URL" in refusal().do_this


def test_an_mfa_code_that_nobody_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without a front end refuses to ask, in an error of its own."""

    def refuse(*_: object, **__: object) -> None:
        raise StdinNotImplementedError("this frontend does not support input requests.")

    organization = FakeAws({}).organization()
    monkeypatch.setattr(organization, "client", refuse)
    with pytest.raises(AwsError, match="MFA"):
        organization.call("ListRoots")


def test_another_error_of_python_stays_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is not taken for trouble with an endpoint."""

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("odd")

    organization = FakeAws({}).organization()
    monkeypatch.setattr(organization, "client", refuse)
    with pytest.raises(ValueError, match="odd"):
        organization.call("ListRoots")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("RequestTimeTooSkewed", ""),
        ("RequestExpired", ""),
        ("SignatureDoesNotMatch", "Signature expired: 20261124T1 is now earlier than 20261124T2"),
        ("InvalidSignatureException", "Signature not yet current: 20261124T3 is still later"),
    ],
)
def test_a_clock_that_is_off(code: str, text: str) -> None:
    """AWS says by how much; the remedy says what to set."""
    organization = FakeAws({"ListRoots": error(code, None, text)}).organization()
    with pytest.raises(AwsError, match="clock differs"):
        organization.call("ListRoots")


@pytest.mark.parametrize(
    "role_arn",
    [
        "Admin",
        "arn:aws:iam::11111111111:role/Admin",
        "arn:aws:sts::111111111111:assumed-role/Admin/ada",
        "arn:aws:iam::111111111111:user/ada",
    ],
)
def test_a_malformed_role_is_refused_before_any_call(role_arn: str) -> None:
    """Wrong usage, exit code 64."""
    with pytest.raises(UsageError, match="not the ARN of a role") as caught:
        connect("aws", role_arn=role_arn)
    assert caught.value.exit_code == 64


def test_what_the_sdk_refuses_before_sending_is_explained() -> None:
    """An ARN or id that is too short for its parameter."""
    with pytest.raises(AwsError, match="before anything was sent"):
        FakeAws({}).organization().call(
            "AssumeRole", service="sts", RoleArn="short", RoleSessionName="x"
        )


def test_what_sts_refuses_as_malformed_is_explained() -> None:
    """STS has its own word for it."""
    organization = FakeAws({"AssumeRole": error("ValidationError")}).organization()
    arn = "arn:aws:iam::111111111111:role/"
    with pytest.raises(AwsError, match="could not read a value"):
        organization.call("AssumeRole", service="sts", RoleArn=arn, RoleSessionName="test")


def test_a_reason_of_a_newer_aws_keeps_its_words() -> None:
    """The general remedy, and AWS's own text beside it."""
    answer = error("HandshakeConstraintViolationException", "MOON_IS_FULL", "Wait for the moon.")
    with pytest.raises(AwsError) as caught:
        FakeAws({"ListRoots": answer}).organization().call("ListRoots")
    assert "MOON_IS_FULL" in str(caught.value)
    assert "Wait for the moon." in str(caught.value)
    assert "Read the reason" in caught.value.do_this
