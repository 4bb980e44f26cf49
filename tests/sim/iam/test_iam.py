"""IAM: hand-made users and roles, their policies on Organizations calls, and what survives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from orgkit.sim.client.control import Control
from orgkit.sim.iam import policy_language
from orgkit.terms import ACCESS_ROLE, SERVICE_LINKED_ROLE
from tests.support.sim_walk import CREATED, INVITED, MANAGEMENT, OTHER, SMALL
from tests.support.simulator import Running

Start = Callable[..., Running]
NO_ROLE = [SMALL["accounts"][0] | {"service_linked_role": False, "access_role": True}]


def document(*actions: str, resource: str = "*", effect: str = "Allow", **more: Any) -> str:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(*principals: str, **more: Any) -> str:
    """A trust policy."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, **more}
    rule = statement | {"Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [rule]})


def user(server: Running, account: str, policy: str, name: str = "pat") -> dict[str, str]:
    """An access key of a new user with one policy."""
    iam = server.client("iam", account)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"key": key["AccessKeyId"]}


def role(server: Running, account: str, policy: str, trusted: str = MANAGEMENT) -> str:
    """The ARN of a new role with one policy."""
    iam = server.client("iam", account)
    arn = iam.create_role(RoleName="acceptor", AssumeRolePolicyDocument=trust(trusted))
    iam.put_role_policy(RoleName="acceptor", PolicyName="p", PolicyDocument=policy)
    return str(arn["Role"]["Arn"])


def assumed(server: Running, arn: str, key: str = MANAGEMENT, **more: str) -> dict[str, str]:
    """Credentials of a role."""
    given = server.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="test", **more)
    keys = given["Credentials"]
    return {"key": keys["AccessKeyId"], "token": keys["SessionToken"]}


def code(call: Callable[..., Any], **params: Any) -> str:
    """The error code that a call ends with, or nothing."""
    try:
        call(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.fixture
def tiny(run_server: Start, tmp_path: Path) -> Callable[..., Running]:
    """A server on the small scenario with other fields."""

    def start(**fields: Any) -> Running:
        file = tmp_path / "tiny.yaml"
        file.write_text(yaml.safe_dump(SMALL | fields))
        return run_server(str(file))

    return start


def test_a_user_may_what_its_policy_says(tiny: Callable[..., Running]) -> None:
    """The read-only monitor reads and cannot begin."""
    server = tiny()
    given = user(server, MANAGEMENT, document("organizations:List*", "organizations:Describe*"))
    organizations = server.client("organizations", **given)
    assert organizations.list_accounts()["Accounts"]
    assert code(organizations.enable_all_features) == "AccessDeniedException"
    identity = server.client("sts", **given).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{MANAGEMENT}:user/pat"


def test_managed_policies_and_groups_count(tiny: Callable[..., Running]) -> None:
    """AWS's own read-only policy, attached to a group."""
    server = tiny()
    given = user(server, MANAGEMENT, document("iam:GetUser"))
    organizations = server.client("organizations", **given)
    assert code(organizations.list_accounts) == "AccessDeniedException"
    iam = server.client("iam")
    iam.create_group(GroupName="g")
    arn = "arn:aws:iam::aws:policy/AWSOrganizationsReadOnlyAccess"
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    iam.add_user_to_group(GroupName="g", UserName="pat")
    assert code(organizations.list_accounts) == ""
    assert code(organizations.enable_all_features) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("approve_all_features", ""),
        ("*", ""),
        ("enable_all_features", "AccessDeniedException"),
        ("invite", "AccessDeniedException"),
    ],
)
def test_handshakes_are_narrowed_by_segment(
    tiny: Callable[..., Running], segment: str, expected: str
) -> None:
    """The ARN holds the sender's account and the type segment; the wrong segment is refused."""
    server = tiny()
    server.client("organizations").enable_all_features()
    arn = f"arn:aws:organizations::{MANAGEMENT}:handshake/o-small12345/{segment}/*"
    policy = json.loads(document("organizations:ListHandshakesForAccount"))
    policy["Statement"] += json.loads(document("organizations:AcceptHandshake", resource=arn))[
        "Statement"
    ]
    given = assumed(server, role(server, INVITED, json.dumps(policy)))
    member = server.client("organizations", **given)
    request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
    assert code(member.accept_handshake, HandshakeId=request) == expected


def test_requester_and_finalizer_are_two(tiny: Callable[..., Running]) -> None:
    """Separation of duties: who begins cannot finalize, by action; the other way too."""
    server = tiny(accounts=[])
    begin = user(server, MANAGEMENT, document("organizations:EnableAllFeatures"), "r")
    arn = f"arn:aws:organizations::{MANAGEMENT}:handshake/*/enable_all_features/h-*"
    end = user(server, MANAGEMENT, document("organizations:AcceptHandshake", resource=arn), "f")
    requester, finalizer = (server.client("organizations", **given) for given in (begin, end))
    assert code(finalizer.enable_all_features) == "AccessDeniedException"
    parent = requester.enable_all_features()["Handshake"]["Id"]
    assert code(requester.accept_handshake, HandshakeId=parent) == "AccessDeniedException"
    assert finalizer.accept_handshake(HandshakeId=parent)["Handshake"]["State"] == "ACCEPTED"


def test_policy_types_are_narrowed_by_condition(tiny: Callable[..., Running]) -> None:
    """organizations:PolicyType and the root's ARN."""
    organization = SMALL["organization"] | {"feature_set": "ALL"}
    server = tiny(organization=organization)
    only = {"StringEquals": {"organizations:PolicyType": "TAG_POLICY"}}
    arn = f"arn:aws:organizations::{MANAGEMENT}:root/o-small12345/r-smal"
    policy = document("organizations:EnablePolicyType", resource=arn, Condition=only)
    enabler = server.client("organizations", **user(server, MANAGEMENT, policy))
    types = ("BACKUP_POLICY", "TAG_POLICY")
    codes = [code(enabler.enable_policy_type, RootId="r-smal", PolicyType=t) for t in types]
    assert codes == ["AccessDeniedException", ""]


def test_a_boundary_limits_a_role(tiny: Callable[..., Running]) -> None:
    """What the permissions boundary leaves out is refused although the policy allows it."""
    server = tiny()
    iam = server.client("iam")
    bound = iam.create_policy(PolicyName="b", PolicyDocument=document("organizations:List*"))
    arn = role(server, MANAGEMENT, document("organizations:*"))
    organizations = server.client("organizations", **assumed(server, arn))
    assert code(organizations.describe_organization) == ""
    iam.put_role_permissions_boundary(
        RoleName="acceptor", PermissionsBoundary=bound["Policy"]["Arn"]
    )
    assert code(organizations.describe_organization) == "AccessDeniedException"
    assert code(organizations.list_roots) == ""


@pytest.mark.parametrize("state", ["OPEN", "ACCEPTED"])
def test_accepting_needs_the_right_to_make_the_role(
    tiny: Callable[..., Running], state: str
) -> None:
    """Without it the answer is AccessDeniedForDependency; the request's state is a switch."""
    server = tiny(accounts=NO_ROLE, switches={"failed_accept_state": state})
    server.client("organizations").enable_all_features()
    arn = role(server, INVITED, document("organizations:*"))
    member = server.client("organizations", **assumed(server, arn))
    request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
    with pytest.raises(ClientError) as caught:
        member.accept_handshake(HandshakeId=request)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedForDependencyException"
    assert caught.value.response["Reason"] == "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
    shown = member.describe_handshake(HandshakeId=request)["Handshake"]
    assert shown["State"] == state
    if state == "ACCEPTED":
        return
    only = {"StringLike": {"iam:AWSServiceName": "organizations.amazonaws.com"}}
    more = document("iam:CreateServiceLinkedRole", Condition=only)
    iam = server.client("iam", INVITED)
    iam.put_role_policy(RoleName="acceptor", PolicyName="more", PolicyDocument=more)
    assert code(member.accept_handshake, HandshakeId=request) == ""
    assert iam.get_role(RoleName=SERVICE_LINKED_ROLE)["Role"]["RoleName"] == SERVICE_LINKED_ROLE


def test_hand_made_roles_can_be_assumed(tiny: Callable[..., Running]) -> None:
    """By whom they trust, and by nobody else; and the external id counts."""
    server = tiny()
    arn = role(server, INVITED, document("organizations:*"), trusted=OTHER)
    assert "key" in assumed(server, arn, OTHER)
    for stranger in (MANAGEMENT, CREATED):
        with pytest.raises(ClientError, match="AccessDenied"):
            assumed(server, arn, stranger)
    iam = server.client("iam", INVITED)
    wanted = {"Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}
    told = trust(f"arn:aws:iam::{OTHER}:root", **wanted)
    iam.update_assume_role_policy(RoleName="acceptor", PolicyDocument=told)
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(server, arn, OTHER)
    assert "key" in assumed(server, arn, OTHER, ExternalId="secret")
    iam.delete_role_policy(RoleName="acceptor", PolicyName="p")
    iam.delete_role(RoleName="acceptor")
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(server, arn, OTHER, ExternalId="secret")


def test_a_user_needs_the_right_to_assume(tiny: Callable[..., Running]) -> None:
    """That the role trusts the account is half of it."""
    server = tiny()
    arn = role(server, INVITED, document("organizations:*"))
    given = user(server, MANAGEMENT, document("organizations:*"))
    sts = server.client("sts", **given)
    params = {"RoleArn": arn, "RoleSessionName": "test"}
    assert code(sts.assume_role, **params) == "AccessDenied"
    iam = server.client("iam")
    more = document("sts:AssumeRole", resource=arn)
    iam.put_user_policy(UserName="pat", PolicyName="q", PolicyDocument=more)
    assert code(sts.assume_role, **params) == ""


def test_the_access_role_of_the_scenario_can_be_changed(tiny: Callable[..., Running]) -> None:
    """It is an administrator until somebody takes that from it; deleted, it stays away."""
    server = tiny()
    arn = f"arn:aws:iam::{CREATED}:role/{ACCESS_ROLE}"
    member = server.client("organizations", **assumed(server, arn))
    assert code(member.describe_organization) == ""
    iam = server.client("iam", CREATED)
    iam.create_user(UserName="anybody")
    assert code(member.describe_organization) == ""
    iam.delete_role_policy(RoleName=ACCESS_ROLE, PolicyName="AdministratorAccess")
    assert code(member.describe_organization) == "AccessDeniedException"
    iam.delete_role(RoleName=ACCESS_ROLE)
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(server, arn)
    assert code(iam.get_role, RoleName=ACCESS_ROLE) == "NoSuchEntity"


def test_the_service_linked_role_stays_with_all_features(tiny: Callable[..., Running]) -> None:
    """In billing mode it may be deleted, afterwards not any more."""
    server = tiny(accounts=[SMALL["accounts"][2]])
    iam = server.client("iam", CREATED)
    assert code(iam.delete_service_linked_role, RoleName=SERVICE_LINKED_ROLE) == ""
    assert code(iam.get_role, RoleName=SERVICE_LINKED_ROLE) == "NoSuchEntity"
    organizations = server.client("organizations")
    parent = organizations.enable_all_features()["Handshake"]["Id"]
    Control(server.endpoint).approve(CREATED)
    organizations.accept_handshake(HandshakeId=parent)
    refused = code(iam.delete_service_linked_role, RoleName=SERVICE_LINKED_ROLE)
    assert refused == "AccessDeniedException"
    assert iam.get_role(RoleName=SERVICE_LINKED_ROLE)["Role"]["RoleName"] == SERVICE_LINKED_ROLE


def test_iam_survives_a_restart(run_server: Start, tmp_path: Path) -> None:
    """Users, roles, keys, sessions, tags: the next server knows them by the same ids."""
    state = tmp_path / "state.json"
    first = run_server("acme", state=state)
    given = user(first, MANAGEMENT, document("organizations:ListRoots"))
    session = assumed(first, role(first, INVITED, document("organizations:List*")))
    tags = [{"Key": "team", "Value": "x"}]
    first.client("organizations").tag_resource(ResourceId=INVITED, Tags=tags)
    first.service.engine.save(force=True)
    second = run_server(None, state=state)
    organizations = second.client("organizations", **given)
    assert code(organizations.list_roots) == ""
    assert code(organizations.list_accounts) == "AccessDeniedException"
    member = second.client("organizations", **session)
    assert code(member.list_handshakes_for_account) == ""
    assert code(member.describe_organization) == "AccessDeniedException"
    keys = second.client("iam").list_access_keys(UserName="pat")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in keys] == [given["key"]]
    shown = second.client("organizations").list_tags_for_resource(ResourceId=INVITED)
    assert shown["Tags"] == tags


def test_servers_in_one_process_begin_with_an_empty_moto(run_server: Start) -> None:
    """What an earlier test made in IAM is not there for the next one."""
    user(run_server("solo"), MANAGEMENT, document("organizations:*"))
    assert run_server("solo").client("iam").list_users()["Users"] == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "organizations:ListRoots", "Resource": "*"}, "Allow"),
        ({"Action": "Organizations:LISTroots", "Resource": "*"}, "Allow"),
        ({"Action": ["organizations:List*", "x:y"], "Resource": ["*"]}, "Allow"),
        ({"Action": "organizations:List?oots", "Resource": "arn:a/*"}, "Allow"),
        ({"Action": "organizations:ListRoots", "Resource": "arn:b/*"}, ""),
        ({"NotAction": "organizations:ListRoots", "Resource": "*"}, ""),
        ({"NotAction": "iam:*", "NotResource": "arn:b"}, "Allow"),
        ({"NotAction": "iam:*", "NotResource": "arn:a*"}, ""),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, "Deny"),
    ],
)
def test_statements(statement: dict[str, Any], expected: str) -> None:
    """Wildcards, lists, negations and case, as the policy language has them."""
    told = json.dumps({"Statement": {"Effect": "Allow"} | statement})
    assert policy_language.decide([told], "organizations:ListRoots", "arn:a/1", {}) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"K": "v"}}, True),
        ({"StringEquals": {"k": ["a", "v"]}}, True),
        ({"StringEquals": {"k": "V"}}, False),
        ({"StringEqualsIgnoreCase": {"k": "V"}}, True),
        ({"StringNotEquals": {"k": "v"}}, False),
        ({"StringNotEquals": {"other": "v"}}, True),
        ({"StringLike": {"k": "?"}, "StringEquals": {"k": "v"}}, True),
        ({"StringLike": {"k": "*x"}}, False),
        ({"StringEquals": {"other": "v"}}, False),
        ({"StringEqualsIfExists": {"other": "v"}}, True),
        ({"StringEqualsIfExists": {"k": "x"}}, False),
        ({"OfTheFuture": {"k": "v"}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:
    """All must hold; an operator that we do not know allows nothing, and denies."""
    allow = {"Effect": "Allow", "Condition": condition}
    assert policy_language.conditions_hold(allow, {"k": "v"}) is expected
    unknown = "OfTheFuture" in condition
    deny = {"Effect": "Deny", "Condition": condition}
    assert policy_language.conditions_hold(deny, {"k": "v"}) is (expected or unknown)


def test_a_deny_wins() -> None:
    """In whichever document it stands."""
    both = [document("*"), document("organizations:ListRoots", effect="Deny")]
    for documents in (both, both[::-1]):
        assert policy_language.decide(documents, "organizations:ListRoots", "*", {}) == "Deny"
        assert policy_language.decide(documents, "organizations:ListAccounts", "*", {}) == "Allow"
