"""Signing in: the right caller gets in, and each bad input gets problem, remedy and actor."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from orgkit.aws import connect
from orgkit.aws.session import decide_target
from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.terms import ExitCode

MANAGEMENT, INVITED, ACME = "111111111111", "222222222222", "o-acme123456"
Start = Callable[..., Service]


@pytest.fixture
def aws(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the simulator play AWS itself: reached by AWS's own variables, as target "aws"."""
    endpoint = simulator("acme").endpoint
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))

    def sign_in(key: str = MANAGEMENT) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")

    return sign_in


def test_a_role_without_credentials_to_assume_it_with_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A role alone means AWS, so this is what a machine without a set-up answers."""
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _: None)
    with pytest.raises(AwsError, match="No AWS credentials") as caught:
        connect(role_arn="arn:aws:iam::111111111111:role/admin")
    assert caught.value.exit_code is ExitCode.BLOCKED


def test_the_simulator_needs_no_credential(simulator: Start) -> None:
    """The default of every notebook works with nothing set up."""
    service = simulator("acme")
    organization = connect()
    assert organization.organization_id == ACME
    assert organization.caller.account_id == organization.management_id == MANAGEMENT
    assert (organization.simulated, organization.endpoint) == (True, service.endpoint)


def test_time_is_the_simulators(simulator: Start) -> None:
    """Ages and deadlines are counted by AWS's clock, never by this machine's."""
    simulator("acme")
    organization = connect()
    assert f"{organization.now:%Y-%m-%d}" == "2026-01-05"
    organization.advance("14d")
    assert f"{organization.now:%Y-%m-%d}" == "2026-01-19"


def test_connecting_changes_nothing(simulator: Start) -> None:
    """The simulator's own list of calls proves it."""
    service = simulator("acme")
    connect()
    calls = Control(service.endpoint).calls()
    assert [c["operation"] for c in calls] == ["GetCallerIdentity", "DescribeOrganization"]
    assert not any(call["changed"] for call in calls)


def test_awss_own_variables_work(aws: Callable[..., None]) -> None:
    """Target "aws" takes endpoint and credentials from where every AWS tool takes them."""
    aws()
    organization = connect("aws", organization_id=ACME)
    assert (organization.simulated, organization.caller.account_id) == (False, MANAGEMENT)


def test_a_profile_is_used(aws: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile names the credentials."""
    aws("EXPIRED12345")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    text = f"[acme]\naws_access_key_id = {MANAGEMENT}\naws_secret_access_key = any\n"
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(text)
    assert connect("aws", profile="acme").caller.account_id == MANAGEMENT


def test_a_role_in_the_management_account_is_assumed(aws: Callable[..., None]) -> None:
    """Who acts is the role, and both clients are recorded."""
    aws()
    role = f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAdministrator"
    organization = connect("aws", role_arn=role)
    assert ":assumed-role/OrganizationAdministrator/orgkit" in organization.caller.arn
    assert "AssumeRole" in {c.operation for c in organization.calls}


def test_a_profile_or_role_means_aws_where_no_target_is_said(aws: Callable[..., None]) -> None:
    """The simulator, which is the default, is never shown to somebody who named a role."""
    aws()
    role = f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAdministrator"
    assert not connect(role_arn=role).simulated
    with pytest.raises(AwsError, match="profile does not exist"):
        connect(profile="acmee")


@pytest.mark.parametrize(
    "named", [{"profile": "acme"}, {"role_arn": f"arn:aws:iam::{MANAGEMENT}:role/Admin"}], ids=str
)
def test_the_simulator_beside_a_profile_or_role_is_refused(named: dict[str, str]) -> None:
    """Both cannot be meant; what to write instead is said, and no simulator is started."""
    with pytest.raises(UsageError, match="sim") as caught:
        connect("sim", **named)
    assert 'target = "aws"' in caught.value.do_this
    assert next(iter(named)) in caught.value.problem


@pytest.mark.parametrize(
    ("said", "profile", "role_arn", "means"),
    [
        (None, "", "", "sim"),
        (None, "acme", "", "aws"),
        (None, "", "arn:aws:iam::111111111111:role/A", "aws"),
        ("sim", "", "", "sim"),
        ("aws", "", "", "aws"),
        ("aws", "acme", "arn:aws:iam::111111111111:role/A", "aws"),
    ],
)
def test_one_rule_for_target_and_profile(
    said: str | None, profile: str, role_arn: str, means: str
) -> None:
    """What is said counts; where nothing is said, a profile or role means AWS."""
    assert decide_target(said, profile, role_arn) == means


def test_a_write_through_an_assumed_role_is_guarded(aws: Callable[..., None]) -> None:
    """The session of the role has an event system of its own, and the guard sits there too."""
    aws()
    role = f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAdministrator"
    with pytest.raises(OrgkitError, match="refused to call EnableAllFeatures"):
        connect("aws", role_arn=role).call("EnableAllFeatures")


def test_a_role_that_may_not_be_assumed_is_explained(
    aws: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """The trust policy is the usual reason; no stack is logged beside the explanation."""
    aws()
    with pytest.raises(AwsError, match="denied") as caught:
        connect("aws", role_arn=f"arn:aws:iam::{MANAGEMENT}:role/Nobody")
    assert "trust policy" in caught.value.do_this
    assert caught.value.operation == "AssumeRole"
    assert not caplog.records


def test_a_members_credential_is_refused(aws: Callable[..., None]) -> None:
    """Only the management account can begin and finalize."""
    aws(INVITED)
    with pytest.raises(OrgkitError, match=f"member account {INVITED}") as caught:
        connect("aws")
    assert caught.value.actor == "management account"


def test_an_account_in_no_organization_is_explained(aws: Callable[..., None]) -> None:
    """The wrong profile often leads to an account that stands alone."""
    aws("121212121212")
    with pytest.raises(AwsError, match="not in an organization"):
        connect("aws")


def test_an_expired_credential_is_explained(aws: Callable[..., None]) -> None:
    """The way out is to sign in again."""
    aws("EXPIRED111111111111")
    with pytest.raises(AwsError, match="session has expired") as caught:
        connect("aws")
    assert "Sign in again" in caught.value.do_this


def test_a_credential_that_aws_does_not_know_is_explained(aws: Callable[..., None]) -> None:
    """A key may be deleted, inactive or of another partition."""
    aws("AKIAUNKNOWN")
    with pytest.raises(AwsError, match="does not know this access key"):
        connect("aws")


def test_a_missing_credential_is_explained(aws: Callable[..., None]) -> None:
    """Nothing was set up at all."""
    with pytest.raises(AwsError, match="No AWS credentials were found") as caught:
        connect("aws")
    assert "aws sso login" in caught.value.do_this


def test_an_unknown_profile_is_explained() -> None:
    """A typing error in `profile` is no traceback."""
    with pytest.raises(AwsError, match="profile does not exist") as caught:
        connect("aws", profile="acmee")
    assert caught.value.actor == "you"


def test_another_organization_is_refused(aws: Callable[..., None]) -> None:
    """The id in the parameters protects the organization that was not meant."""
    aws()
    with pytest.raises(OrgkitError, match=f"lead to {ACME}, not to o-other12345"):
        connect("aws", organization_id="o-other12345")


@pytest.mark.parametrize(
    "organization_id",
    ["acme123456", "o-short", "o-ACME123456", "O-acme123456", "o-acme123456 ", "o-" + "a" * 33],
)
def test_a_malformed_organization_id_is_refused_before_any_call(organization_id: str) -> None:
    """What cannot be an id is wrong usage; nobody is asked."""
    with pytest.raises(UsageError, match="not an organization id") as caught:
        connect("aws", organization_id=organization_id)
    assert caught.value.exit_code == 64


@pytest.mark.parametrize("target", ["", "AWS", "simulator", "prod"])
def test_an_unknown_target_is_refused(target: str) -> None:
    """There are two targets and no guessing between them."""
    with pytest.raises(UsageError, match="target is"):
        connect(target)


def test_an_unreachable_endpoint_is_explained(
    aws: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead address ends in a remedy, not in a stack of connection errors."""
    aws()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(AwsError, match="cannot be reached") as caught:
        connect("aws")
    assert "AWS_ENDPOINT_URL" in caught.value.do_this


def test_a_simulator_that_is_not_there_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """ORGKIT_SIM_ENDPOINT may name a server that has ended."""
    monkeypatch.setenv("ORGKIT_SIM_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(OrgkitError, match="No simulator answers") as caught:
        connect()
    assert caught.value.exit_code == ExitCode.BLOCKED


def test_an_address_where_something_else_listens_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another program on the port is not mistaken for the simulator."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ORGKIT_SIM_ENDPOINT", f"http://127.0.0.1:{other.getsockname()[1]}")
        with pytest.raises(OrgkitError) as caught:
            connect()
    assert caught.value.exit_code == ExitCode.BLOCKED
