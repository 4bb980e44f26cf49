"""The server over HTTP in this process: AWS's protocols, credentials, time, the call record."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError
from orgkit.terms import ACCESS_ROLE, SERVICE_LINKED_ROLE, SERVICE_LINKED_ROLE_PATH
from tests.support.sim_walk import INVITED, MANAGEMENT, OTHER, SMALL
from tests.support.simulator import Running

Start = Callable[..., Running]


def refused(call: Callable[..., Any], **params: Any) -> ClientError:
    """The error that a boto3 call raises."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value


def assume(server: Running, account: str, role: str = ACCESS_ROLE) -> dict[str, Any]:
    """Temporary credentials for a role in an account."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    answer = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    return dict(answer["Credentials"])


def test_whole_migration_with_boto3(server: Running) -> None:
    """Begin, let everybody answer, finalize, enable SCPs: FullAWSAccess is everywhere then."""
    organizations = server.client("organizations")
    parent = organizations.enable_all_features()["Handshake"]["Id"]
    for page in organizations.get_paginator("list_accounts").paginate():
        for account in page["Accounts"]:
            member = server.client("organizations", account["Id"])
            for request in member.list_handshakes_for_account()["Handshakes"]:
                member.accept_handshake(HandshakeId=request["Id"])
    state = organizations.describe_handshake(HandshakeId=parent)["Handshake"]["State"]
    assert state == "OPEN"
    organizations.accept_handshake(HandshakeId=parent)
    assert organizations.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    while organizations.list_roots()["Roots"][0]["PolicyTypes"][0]["Status"] != "ENABLED":
        pass
    targets = organizations.list_targets_for_policy(PolicyId="p-FullAWSAccess")["Targets"]
    assert len(targets) == 1 + 1 + 14


def test_errors_on_the_wire(server: Running) -> None:
    """Status 400, code, message and a Reason at the top level, as boto3 shows AWS's."""
    error = refused(server.client("organizations").accept_handshake, HandshakeId="x")
    assert error.response["Error"]["Code"] == "InvalidInputException"
    assert error.response["Reason"] == "INVALID_PATTERN:HANDSHAKE_ID"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    ("key", "service", "operation", "code", "status"),
    [
        ("AKIAUNKNOWN", "organizations", "list_roots", "UnrecognizedClientException", 400),
        ("AKIAUNKNOWN", "sts", "get_caller_identity", "InvalidClientTokenId", 403),
        ("AKIAUNKNOWN", "iam", "list_roles", "InvalidClientTokenId", 403),
        ("AKIAUNKNOWN", "s3", "list_buckets", "InvalidAccessKeyId", 403),
        ("EXPIREDKEY", "organizations", "list_roots", "ExpiredTokenException", 400),
        ("EXPIREDKEY", "sts", "get_caller_identity", "ExpiredToken", 403),
    ],
)
def test_bad_credentials(
    server: Running, key: str, service: str, operation: str, code: str, status: int
) -> None:
    """Unknown and expired credentials have the error of each service."""
    error = refused(getattr(server.client(service, key), operation))
    assert error.response["Error"]["Code"] == code
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_the_access_key_chooses_the_account(server: Running) -> None:
    """Twelve digits are the administrator of that account, leading zero included."""
    identity = server.client("sts", "012345678901").get_caller_identity()
    assert identity["Account"] == "012345678901"
    assert identity["Arn"] == "arn:aws:iam::012345678901:user/administrator"


def test_assume_role(server: Running) -> None:
    """The role's credentials act as the assumed role in Organizations, STS and IAM."""
    given = assume(server, INVITED)
    key, token = given["AccessKeyId"], given["SessionToken"]
    identity = server.client("sts", key, token).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{INVITED}:assumed-role/{ACCESS_ROLE}/test"
    server.client("organizations").enable_all_features()
    member = server.client("organizations", key, token)
    request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
    assert member.accept_handshake(HandshakeId=request)["Handshake"]["State"] == "ACCEPTED"
    role = server.client("iam", key, token).get_role(RoleName=SERVICE_LINKED_ROLE)["Role"]
    assert role["Path"] == SERVICE_LINKED_ROLE_PATH
    wrong = refused(server.client("sts", key, "other").get_caller_identity)
    assert wrong.response["Error"]["Code"] == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("account", "role", "key"),
    [
        ("444444444444", ACCESS_ROLE, MANAGEMENT),  # invited, no role there
        (INVITED, "OtherRole", MANAGEMENT),
        ("909090909090", ACCESS_ROLE, MANAGEMENT),  # nobody's member
        (INVITED, ACCESS_ROLE, OTHER),  # the role trusts the management account only
    ],
)
def test_assume_role_denied(server: Running, account: str, role: str, key: str) -> None:
    """Where the role is not, or does not trust the caller, AWS says AccessDenied with 403."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    error = refused(server.client("sts", key).assume_role, RoleArn=arn, RoleSessionName="test")
    assert error.response["Error"]["Code"] == "AccessDenied"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_assume_role_in_a_closed_account(server: Running) -> None:
    """A closed account lets nobody in."""
    world = server.service.engine.world
    organizations = server.client("organizations")
    parent = organizations.enable_all_features()["Handshake"]["Id"]
    Control(server.endpoint).advance("45d")
    organizations.accept_handshake(HandshakeId=parent)
    organizations.close_account(AccountId=INVITED)
    assert assume(server, INVITED), "PENDING_CLOSURE is still usable"
    Control(server.endpoint).advance("1h")
    assert world.accounts[INVITED].state == "CLOSED"
    with pytest.raises(ClientError, match="AccessDenied"):
        assume(server, INVITED)


def test_malformed_assume_role(server: Running) -> None:
    """What is no role ARN is a validation error."""
    sts = server.client("sts")
    error = refused(sts.assume_role, RoleArn="arn:aws:iam::1:role/x", RoleSessionName="test")
    assert error.response["Error"]["Code"] == "ValidationError"


def test_a_role_in_the_management_account(server: Running) -> None:
    """Administrators who work through a role can rehearse that too."""
    given = assume(server, MANAGEMENT, "OrganizationAdministrator")
    client = server.client("organizations", given["AccessKeyId"], given["SessionToken"])
    assert client.list_accounts()["Accounts"]


def test_the_role_is_really_in_iam(server: Running) -> None:
    """404040404040 lost its service-linked role; making it there means it is not asked."""
    account = "404040404040"
    iam = server.client("iam", account)
    missing = refused(iam.get_role, RoleName=SERVICE_LINKED_ROLE)
    assert missing.response["Error"]["Code"] == "NoSuchEntity"
    iam.create_service_linked_role(AWSServiceName="organizations.amazonaws.com")
    server.client("organizations").enable_all_features()
    assert account not in server.service.engine.world.outstanding


def test_accepting_makes_the_role(server: Running) -> None:
    """After the account accepted the role request, IAM has the role."""
    account = "404040404040"
    server.client("organizations").enable_all_features()
    Control(server.endpoint).approve(account)
    role = server.client("iam", account).get_role(RoleName=SERVICE_LINKED_ROLE)["Role"]
    assert role["RoleName"] == SERVICE_LINKED_ROLE


def test_s3_keeps_objects(server: Running) -> None:
    """A store may be a bucket of the simulator."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="evidence")
    s3.put_object(Bucket="evidence", Key="a/b.json", Body=b"{}" * 5000)
    assert s3.get_object(Bucket="evidence", Key="a/b.json")["Body"].read() == b"{}" * 5000


def test_policies_are_refused_in_billing_mode(server: Running) -> None:
    """What moto would allow is refused before all features."""
    organizations = server.client("organizations")
    error = refused(
        organizations.create_policy,
        Name="Deny",
        Description="",
        Content="{}",
        Type="SERVICE_CONTROL_POLICY",
    )
    code = "PolicyTypeNotAvailableForOrganizationException"
    assert error.response["Error"]["Code"] == code
    error = refused(organizations.list_delegated_administrators)
    assert error.response["Reason"] == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
    tags = [{"Key": "team", "Value": "x"}]
    organizations.tag_resource(ResourceId=INVITED, Tags=tags)
    assert organizations.list_tags_for_resource(ResourceId=INVITED)["Tags"] == tags


def test_enabling_again_restores_full_access_only(run_server: Start, tmp_path: Path) -> None:
    """Disabling SCPs detaches all; former attachments are lost, FullAWSAccess is back."""
    file = tmp_path / "all.yaml"
    organization = SMALL["organization"] | {"feature_set": "ALL"}
    file.write_text(yaml.safe_dump(SMALL | {"organization": organization}))
    server = run_server(str(file))
    organizations = server.client("organizations")
    scp = {"RootId": "r-smal", "PolicyType": "SERVICE_CONTROL_POLICY"}
    content = '{"Version": "2012-10-17", "Statement": []}'
    made = organizations.create_policy(
        Name="Mine", Description="", Content=content, Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=made, TargetId=INVITED)

    def attached() -> set[str]:
        listed = organizations.list_policies_for_target(
            TargetId=INVITED, Filter="SERVICE_CONTROL_POLICY"
        )
        return {policy["Name"] for policy in listed["Policies"]}

    assert attached() == {"FullAWSAccess", "Mine"}
    for change in (organizations.disable_policy_type, organizations.enable_policy_type):
        change(**scp)
        Control(server.endpoint).advance("1h")
        attached()
    assert attached() == {"FullAWSAccess"}
    assert organizations.describe_policy(PolicyId=made)["Policy"]["Content"] == content


def test_tags_given_with_an_invitation_or_a_creation(server: Running) -> None:
    """The account has them once it is in the organization."""
    organizations = server.client("organizations")
    tags = [{"Key": "team", "Value": "x"}]
    target = {"Type": "ACCOUNT", "Id": "121212121212"}
    invited = organizations.invite_account_to_organization(Target=target, Tags=tags)["Handshake"]
    stranger = server.client("organizations", "121212121212")
    stranger.accept_handshake(HandshakeId=invited["Id"])
    organizations.create_account(AccountName="N", Email="n@acme.example.com", Tags=tags)
    Control(server.endpoint).advance("1h")
    made = organizations.list_create_account_status()["CreateAccountStatuses"][0]["AccountId"]
    for account in ("121212121212", made):
        shown = organizations.list_tags_for_resource(ResourceId=account)["Tags"]
        assert shown == tags


def test_what_is_not_simulated_says_so(server: Running) -> None:
    """An operation that neither we nor moto have is a clear 501."""
    organizations = server.client("organizations")
    error = refused(organizations.describe_effective_policy, PolicyType="TAG_POLICY")
    assert error.response["Error"]["Code"] == "NotImplemented"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize("service", ["organizations", "sts", "iam", "s3"])
def test_every_answer_carries_simulated_time(server: Running, service: str) -> None:
    """The Date header is the simulator's clock, whoever answers."""
    Control(server.endpoint).advance("2026-02-01T12:30:00Z")
    operations = {
        "organizations": "list_roots",
        "sts": "get_caller_identity",
        "iam": "list_roles",
        "s3": "list_buckets",
    }
    answer = getattr(server.client(service), operations[service])()
    dates = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    assert parsedate_to_datetime(dates).isoformat() == "2026-02-01T12:30:00+00:00"


def test_calls_are_recorded(server: Running) -> None:
    """Who called what, how it ended, and whether it changed anything."""
    organizations = server.client("organizations")
    organizations.enable_all_features()
    refused(organizations.enable_all_features)
    refused(server.client("organizations", "AKIAUNKNOWN").list_roots)
    calls = Control(server.endpoint).calls()
    assert [(c["operation"], c["status"], c["changed"]) for c in calls] == [
        ("EnableAllFeatures", 200, True),
        ("EnableAllFeatures", 400, False),
        ("ListRoots", 400, False),
    ]
    assert calls[1]["reason"].startswith("ORGANIZATION_IS_ALREADY_PENDING")
    assert calls[0]["caller_arn"] == f"arn:aws:iam::{MANAGEMENT}:user/administrator"
    assert calls[2]["account"] == ""
    assert len({c["request_id"] for c in calls}) == 3


def test_request_ids_do_not_depend_on_what_runs_beside(run_server: Start) -> None:
    """Page chains that run side by side get the same ids as one after the other."""

    def chain(organizations: Any, method: str, key: str) -> list[str]:
        paginator = organizations.get_paginator(method)
        ids = []
        for page in paginator.paginate(PaginationConfig={"PageSize": 2}):
            assert key in page
            ids.append(page["ResponseMetadata"]["RequestId"])
        return ids

    lists = [("list_accounts", "Accounts"), ("list_handshakes_for_organization", "Handshakes")]
    found = []
    for side_by_side in (True, False):
        server = run_server()
        clients = [server.client("organizations") for _ in lists]
        clients[0].enable_all_features()
        jobs = [(client, *names) for client, names in zip(clients, lists, strict=True)]
        if side_by_side:
            with ThreadPoolExecutor() as pool:
                found.append([f.result() for f in [pool.submit(chain, *job) for job in jobs]])
        else:
            found.append([chain(*job) for job in reversed(jobs)][::-1])
    assert found[0] == found[1]


def test_restart_goes_on(run_server: Start, tmp_path: Path) -> None:
    """Clock, handshakes, calls and temporary credentials are there after a restart."""
    state = tmp_path / "state.json"
    first = run_server(state=state)
    parent = first.client("organizations").enable_all_features()["Handshake"]["Id"]
    given = assume(first, INVITED)
    Control(first.endpoint).advance("3d")
    calls = Control(first.endpoint).calls()
    first.service.engine.save(force=True)
    second = run_server(None, state=state)
    assert Control(second.endpoint).calls() == calls
    assert Control(second.endpoint).status()["now"] == "2026-01-08T09:00:00Z"
    shown = second.client("organizations").describe_handshake(HandshakeId=parent)
    assert shown["Handshake"]["State"] == "REQUESTED"
    sts = second.client("sts", given["AccessKeyId"], given["SessionToken"])
    assert sts.get_caller_identity()["Account"] == INVITED


def test_control(server: Running) -> None:
    """The clock moves, owners answer, and nonsense is refused with what to do."""
    control = Control(server.endpoint)
    server.client("organizations").enable_all_features()
    assert control.approve("012345678901")["events"][0]["what"] == "approved"
    assert control.decline(INVITED)["events"][0]["what"] == "declined"
    assert control.advance("36h")["now"] == "2026-01-06T21:00:00Z"
    status = control.status()
    assert (status["scenario"], status["day"], status["process"]) == ("acme", 1, "REQUESTED")
    assert status["counts"]["outstanding"] == 9
    for wrong in (
        lambda: control.approve(INVITED),
        lambda: control.approve("909090909090"),
        lambda: control.approve(),
        lambda: control.advance("soon"),
        lambda: control.advance("2020-01-01"),
    ):
        with pytest.raises(SimulatorError) as caught:
            wrong()
        assert caught.value.do_this


def test_nobody_there() -> None:
    """An address at which nobody answers is said so."""
    with pytest.raises(SimulatorError, match="No simulator answers"):
        Control("http://127.0.0.1:9", timeout=1).status()
    with pytest.raises(SimulatorError, match="not the address"):
        Control("file:///etc").status()


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("Nonsense", b"{}", "UnknownOperationException"),
        ("ListRoots", b"{", "SerializationException"),
        ("ListRoots", b"[]", "SerializationException"),
    ],
)
def test_raw_requests(server: Running, target: str, body: bytes, code: str) -> None:
    """Requests that no SDK would send get AWS's answers, on one connection kept open."""
    connection = http.client.HTTPConnection("127.0.0.1", server.service.server.port)
    headers = {
        "X-Amz-Target": f"AWSOrganizationsV20161128.{target}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={MANAGEMENT}/20260105/us-east-1/"
        "organizations/aws4_request, SignedHeaders=host, Signature=0",
    }
    for _ in range(2):
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        assert answer.status == 400
        assert json.loads(answer.read())["__type"] == code
    connection.close()
