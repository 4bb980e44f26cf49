"""Reads pass, writes need to be opened by name, and no client of a session can get around it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from botocore.session import Session

import orgkit
from orgkit.aws.write_guard import is_read
from orgkit.errors.exceptions import OrgkitError
from tests.support.fake_aws import FakeAws, lists


def operations() -> list[str]:
    """Every operation of Organizations."""
    return list(Session().get_service_model("organizations").operation_names)


@pytest.mark.parametrize("operation", operations())
def test_only_describing_and_listing_reads(operation: str) -> None:
    """Of all operations of Organizations only these two verbs leave it as it is."""
    assert is_read(operation) is operation.startswith(("Describe", "List"))


@pytest.mark.parametrize("operation", ["AssumeRole", "GetCallerIdentity", "GetRole"])
def test_signing_in_and_looking_at_a_role_read(operation: str) -> None:
    """What `connect` and the look into members need is open."""
    assert is_read(operation)


@pytest.mark.parametrize("operation", ["AssumeRoot", "CreateServiceLinkedRole", "PutObject"])
def test_other_services_are_guarded_too(operation: str) -> None:
    """A write is a write in every service."""
    assert not is_read(operation)


def test_a_write_that_nobody_opened_is_refused_before_it_is_sent() -> None:
    """The guard stops the call in the client; nothing reaches AWS, nothing is recorded as asked."""
    aws = FakeAws(lists())
    organization = aws.organization()
    with pytest.raises(OrgkitError, match="refused to call EnableAllFeatures"):
        organization.call("EnableAllFeatures")
    assert aws.sent == []


def test_a_bare_client_of_the_session_is_guarded_as_well() -> None:
    """The guard sits in the event system, so no code path can forget it."""
    aws = FakeAws(lists())
    client = aws.organization().client("organizations")
    with pytest.raises(OrgkitError, match="LeaveOrganization"):
        client.leave_organization()
    assert aws.sent == []


def test_a_client_with_a_members_credentials_is_guarded_as_well() -> None:
    """Looking into a member account may never become a change there."""
    aws = FakeAws(lists())
    keys = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}
    client = aws.organization().client_as("iam", keys)
    with pytest.raises(OrgkitError, match="CreateServiceLinkedRole"):
        client.create_service_linked_role(AWSServiceName="organizations.amazonaws.com")
    assert aws.sent == []


def test_an_opened_write_passes_and_the_door_closes_behind_it() -> None:
    """One operation, while the block runs, and not a moment longer."""
    aws = FakeAws(lists() | {"EnableAllFeatures": {}})
    organization = aws.organization()
    with organization.writing("EnableAllFeatures"):
        organization.call("EnableAllFeatures")
    with pytest.raises(OrgkitError):
        organization.call("EnableAllFeatures")
    assert aws.operations() == ["EnableAllFeatures"]


def test_opening_one_write_opens_no_other() -> None:
    """Permission is for the call that was planned."""
    aws = FakeAws(lists())
    organization = aws.organization()
    with organization.writing("EnableAllFeatures"), pytest.raises(OrgkitError):
        organization.call("CancelHandshake", HandshakeId="h-12345678")
    assert aws.sent == []


def test_the_door_closes_after_an_error_too() -> None:
    """A write that failed leaves nothing open."""
    organization = FakeAws(lists()).organization()
    with pytest.raises(ZeroDivisionError), organization.writing("EnableAllFeatures"):
        raise ZeroDivisionError
    with pytest.raises(OrgkitError):
        organization.call("EnableAllFeatures")


def test_only_actions_opens_writes() -> None:
    """Nothing else in the package asks for a write to be let through."""
    package = Path(orgkit.__file__).parent
    users = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "writing"
    }
    assert users == {"actions/execute.py"}
