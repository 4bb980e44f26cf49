"""Conditions of policies: every operator with and without its key, and what requests carry."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgkit.sim.iam import conditions
from orgkit.sim.iam.request_context import carried, owner
from orgkit.sim.organizations.timeline import administrator
from orgkit.sim.state.model import Caller, Context, World
from tests.sim.iam.test_iam import NO_ROLE, assumed, code, document, role, tiny, trust, user
from tests.support.sim_walk import INVITED, MANAGEMENT, Walk
from tests.support.simulator import Running

__all__ = ["tiny"]  # a fixture

Start = Callable[..., Running]
GUARD = Path(__file__).parent / "fixtures" / "iam-region-guard.json"

# For each operator: what the policy says, a value of the request that fits, one that does not.
EXAMPLES = {
    "String{}Equals": ("a", "a", "A"),
    "String{}EqualsIgnoreCase": ("a", "A", "b"),
    "String{}Like": ("a?c*", "abcd", "ac"),
    "Arn{}Equals": ("arn:aws:iam::*:role/x*", "arn:aws:iam::1:role/xy", "arn:aws:iam::1:user/x"),
    "Arn{}Like": ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", "arn:aws:s3:x:1:role/a"),
    "{}IpAddress": ("10.0.0.0/8", "10.1.2.3", "11.0.0.1"),
    "Numeric{}Equals": ("3", "3.0", "4"),
    "Date{}Equals": ("2026-01-05T09:00:00Z", "1767603600", "2026-01-05T09:00:01Z"),
}
ONE_WAY = {
    "Bool": ("true", "TRUE", "false"),
    "BinaryEquals": ("QQ==", "QQ==", "qq=="),
    "NumericLessThan": ("3", "2", "3"),
    "NumericLessThanEquals": ("3", "3", "4"),
    "NumericGreaterThan": ("3", "4", "3"),
    "NumericGreaterThanEquals": ("3", "3", "2"),
    "DateLessThan": ("2026-01-05", "2026-01-04T23:59:59Z", "2026-01-05"),
    "DateLessThanEquals": ("2026", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    "DateGreaterThan": ("2026-01-05", "2026-01-06", "2026-01-05"),
    "DateGreaterThanEquals": ("2026-01-05", "2026-01-05", "2026-01-04"),
}
# name, whether negated, policy's value, fitting value, value that does not fit
CASES = [(name.format(no), bool(no), *ex) for name, ex in EXAMPLES.items() for no in ("", "Not")]
CASES += [(name, False, *example) for name, example in ONE_WAY.items()]
OTHER = {"OTHER": "10.0.0.1"}


def holds(name: str, wanted: Any, keys: dict[str, Any], effect: str = "Allow") -> bool:
    """Evaluate one test of a key `k`."""
    return conditions.hold({"Effect": effect, "Condition": {name: {"k": wanted}}}, keys)


def test_every_operator_is_in_the_table() -> None:
    """The cases below are all operators that the simulator knows."""
    assert {name for name, *_ in CASES} == set(conditions.OPERATORS)


@pytest.mark.parametrize(
    ("name", "negated", "wanted", "fits", "other"), CASES, ids=lambda v: str(v)
)
def test_an_operator_compares(name: str, negated: bool, wanted: str, fits: str, other: str) -> None:
    """A value that fits makes it true, another false; a negated operator turns that round."""
    for form in (name, f"{name}IfExists"):
        assert holds(form, wanted, {"K": fits}) is not negated
        assert holds(form, wanted, {"k": other}) is negated


@pytest.mark.parametrize(
    ("name", "negated", "wanted", "fits", "other"), CASES, ids=lambda v: str(v)
)
def test_a_missing_key(name: str, negated: bool, wanted: str, fits: str, other: str) -> None:
    """F25: no match: true for negated operators alone; IfExists and quantifiers as documented.

    "If the key that you specify in a policy condition is not present in the request context, the
    values do not match and the condition is false. If the policy condition requires that the key
    is not matched, such as StringNotLike or ArnNotLike, and the right key is not present, the
    condition is true." IfExists: "If the key is not present, evaluate the condition element as
    true." ForAllValues is true and ForAnyValue false where there is no key.
    """
    for effect in ("Allow", "Deny"):
        assert holds(name, wanted, OTHER, effect) is negated
        assert holds(f"{name}IfExists", wanted, OTHER, effect)
        assert holds(f"ForAllValues:{name}", wanted, OTHER, effect)
        assert not holds(f"ForAnyValue:{name}", wanted, OTHER, effect)
        assert holds(f"ForAnyValue:{name}IfExists", wanted, OTHER, effect)


@pytest.mark.parametrize(
    ("name", "negated", "wanted", "fits", "other"), CASES, ids=lambda v: str(v)
)
def test_several_values_of_the_request(
    name: str, negated: bool, wanted: str, fits: str, other: str
) -> None:
    """ForAllValues wants each to hold, ForAnyValue one."""
    both = {"k": [fits, other]}
    assert not holds(f"ForAllValues:{name}", wanted, both)
    assert holds(f"ForAnyValue:{name}", wanted, both)
    alike = {"k": [other, other] if negated else [fits, fits]}
    assert holds(f"ForAllValues:{name}", wanted, alike)
    against = {"k": [fits] if negated else [other]}
    assert not holds(f"ForAnyValue:{name}", wanted, against)


@pytest.mark.parametrize(
    ("name", "negated", "wanted", "fits", "other"), CASES, ids=lambda v: str(v)
)
def test_several_values_of_the_policy(
    name: str, negated: bool, wanted: str, fits: str, other: str
) -> None:
    """They are alternatives; of a negated operator none may fit."""
    if name.startswith(("Numeric", "Date")) and "Equals" not in name:
        return  # a bound and another bound: the wider one alone counts
    far = {"String": "zz", "Arn": "arn:aws:s3:::z", "Numeri": "99", "Date": "1999", "Bool": "x"}
    another = next((v for k, v in far.items() if k in name), "192.0.2.0/24")
    assert holds(name, [another, wanted], {"k": fits}) is not negated


@pytest.mark.parametrize(
    ("wanted", "there"), list(itertools.product(["true", "false", True, False], [0, 1]))
)
def test_null_asks_for_the_key_itself(wanted: Any, there: int) -> None:
    """Null is true where the key is missing and "true" was written, or the reverse."""
    expected = (str(wanted).lower() == "true") is not bool(there)
    assert holds("Null", wanted, {"k": "x"} if there else {}) is expected


@pytest.mark.parametrize("wanted", [True, False])
def test_a_bool_may_stand_without_quotes(wanted: bool) -> None:
    """JSON's own true is the word that IAM compares."""
    assert holds("Bool", wanted, {"k": str(wanted).lower()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OfTheFuture", "x"),
        ("ForNoValues:StringEquals", "x"),
        ("NumericEquals", "many"),
        ("DateLessThan", "tomorrow"),
        ("IpAddress", "999.1.1.1"),
        ("NotIpAddress", "home"),
    ],
)
def test_what_cannot_be_judged_never_allows(name: str, value: str) -> None:
    """An operator or a value that nobody can read makes no Allow count, and every Deny."""
    assert not holds(name, value, {"k": "1"}, "Allow")
    assert holds(name, value, {"k": "1"}, "Deny")


NAMES = [
    f"{q}{name}{end}"
    for q in ("", "ForAllValues:", "ForAnyValue:")
    for name in conditions.OPERATORS
    for end in ("", "IfExists")
]


@given(
    st.sampled_from(NAMES),
    st.lists(st.text(max_size=20), max_size=3),
    st.lists(st.text(max_size=20), max_size=3),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_text_is_judged(name: str, wanted: list[str], values: list[str]) -> None:
    """Whatever a policy and a request say, there is an answer."""
    assert holds(name, wanted, {"k": values}) in (True, False)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("${aws:username}", "pat", True),
        ("${AWS:UserName}-x", "pat-x", True),
        ("${aws:PrincipalTag/team, 'none'}", "none", True),
        ("${aws:PrincipalTag/team}", "", False),
        ("${*}", "*", True),
        ("${*}", "x", False),
        ("a${?}", "a?", True),
        ("${aws:star}", "anything", False),
        ("${aws:star}", "*", True),
    ],
)
def test_variables(text: str, value: str, expected: bool) -> None:
    """The request's values stand in for variables, and a star among them is no wildcard."""
    keys = {"aws:username": "pat", "aws:star": "*", "k": value}
    assert holds("StringLike", text, keys) is expected
    assert holds("StringEquals", text, keys) is expected
    assert holds("StringNotLike", text, keys) is not expected


ROLE = Caller(
    MANAGEMENT,
    f"arn:aws:sts::{MANAGEMENT}:assumed-role/r/s",
    "AROA:s",
    "role/r",
    f"arn:aws:iam::{MANAGEMENT}:role/path/r",
    {"team": "a"},
)
USER = Caller(MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:user/path/pat", "AIDA", "user/pat")
ALWAYS = {
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:ViaAWSService",
    "aws:userid",
}
SENT = {"aws:RequestedRegion": "eu-central-1", "aws:UserAgent": "x", "aws:Referer": ""}


def keys(world: World, caller: Caller, action: str = "kms:Sign", by: str = "") -> dict[str, Any]:
    """The keys of a request."""
    return dict(carried(Context(world, caller, sent=SENT), caller, action, by))


def test_what_a_direct_request_carries(walk: Walk) -> None:
    """Exactly the keys that AWS documents: nothing of VPC endpoints, MFA devices, services."""
    direct = ALWAYS | {"aws:SourceIp", "aws:UserAgent"}
    of_user, of_role = keys(walk.world, USER), keys(walk.world, ROLE)
    assert set(of_user) == direct | {"aws:username"}
    assert set(of_role) == direct | {"aws:MultiFactorAuthPresent", "aws:PrincipalTag/team"}
    assert (of_user["aws:ViaAWSService"], of_user["aws:SourceIp"]) == ("false", "127.0.0.1")
    assert (of_user["aws:username"], of_user["aws:PrincipalType"]) == ("pat", "User")
    assert of_role["aws:PrincipalArn"] == ROLE.principal_arn
    assert of_role["aws:MultiFactorAuthPresent"] == "false"
    assert of_user["aws:EpochTime"] == str(int(walk.world.now.timestamp()))


def test_what_a_service_carries_in_the_callers_name(walk: Walk) -> None:
    """It says that it is a service and which, and not from where the caller came."""
    found = keys(walk.world, ROLE, "iam:CreateServiceLinkedRole", "organizations.amazonaws.com")
    assert "aws:SourceIp" not in found
    assert found["aws:ViaAWSService"] == "true"
    assert found["aws:CalledVia"] == ["organizations.amazonaws.com"]
    assert found["aws:PrincipalArn"] == ROLE.principal_arn


@pytest.mark.parametrize(
    ("action", "region"),
    [
        ("organizations:EnableAllFeatures", "us-east-1"),
        ("iam:GetRole", "us-east-1"),
        ("kms:Sign", "eu-central-1"),
        ("sts:AssumeRole", "eu-central-1"),
        ("cloudtrail:LookupEvents", "eu-central-1"),
        ("s3:GetObject", "eu-central-1"),
    ],
)
def test_global_services_are_asked_in_one_region(walk: Walk, action: str, region: str) -> None:
    """F25: whatever Region a client was set to, Organizations and IAM are in us-east-1."""
    assert keys(walk.world, USER, action)["aws:RequestedRegion"] == region


def test_whose_the_principal_and_the_resource_are(walk: Walk) -> None:
    """Members carry the organization's id and path, others none; a handshake is its sender's."""
    world = walk.world
    outside = administrator("999999999999")
    assert "aws:PrincipalOrgID" not in keys(world, outside)
    assert keys(world, USER)["aws:PrincipalOrgID"] == world.organization_id
    arn = f"arn:aws:organizations::{MANAGEMENT}:handshake/{world.organization_id}/invite/h-1"
    assert owner(world, outside, arn)["aws:ResourceAccount"] == MANAGEMENT
    assert owner(world, outside, "*")["aws:ResourceAccount"] == outside.account_id


REGION, SOURCE, VIA = "aws:RequestedRegion", "aws:SourceIp", "aws:ViaAWSService"
MFA, ARN, VPCE = "aws:MultiFactorAuthPresent", "aws:PrincipalArn", "aws:SourceVpce"
OFFICE = {"NotIpAddress": {SOURCE: "203.0.113.0/24"}}
EUROPE = {"StringNotEquals": {REGION: "eu-central-1"}}
# Denials that people have: what they deny, when, and whether a user at 127.0.0.1 comes through.
GUARDS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"NotAction": ["iam:*"]}, {"StringNotEquals": {REGION: ["eu-west-1", "us-east-1"]}}, True),
    ({"Action": "*"}, EUROPE, False),
    ({"NotAction": ["organizations:*"]}, EUROPE, True),
    ({"Action": "*"}, OFFICE | {"Bool": {VIA: "false"}}, False),
    ({"Action": "*"}, OFFICE | {"Bool": {VIA: "true"}}, True),
    ({"Action": "*"}, {"NotIpAddress": {SOURCE: ["127.0.0.0/8", "::1"]}}, True),
    ({"Action": "*"}, {"StringNotEquals": {"aws:PrincipalOrgID": "o-other12345"}}, False),
    ({"Action": "*"}, {"StringNotEquals": {"aws:PrincipalOrgID": "o-small12345"}}, True),
    ({"Action": "*"}, {"StringNotEquals": {"aws:ResourceOrgID": "o-small12345"}}, True),
    ({"Action": "*"}, {"StringNotEquals": {VPCE: "vpce-1"}}, False),
    ({"Action": "*"}, {"StringNotEquals": {VPCE: "vpce-1"}, "Null": {VPCE: "false"}}, True),
    ({"Action": "*"}, {"BoolIfExists": {MFA: "false"}}, False),
    ({"Action": "*"}, {"Bool": {MFA: "false"}}, True),
    ({"Action": "*"}, {"Bool": {"aws:SecureTransport": "false"}}, True),
    ({"Action": "*"}, {"ArnNotLike": {ARN: "arn:aws:iam::*:role/Admin*"}}, False),
    ({"Action": "*"}, {"ArnNotLike": {ARN: f"arn:aws:iam::{MANAGEMENT}:user/*"}}, True),
    ({"Action": "*"}, {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}, True),
    ({"Action": "*"}, {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}, False),
    ({"Action": "*"}, {"ForAnyValue:StringLike": {"aws:CalledVia": "*"}}, True),
    ({"Action": "*"}, {"Null": {"aws:CalledVia": "true"}}, False),
    ({"Action": "*"}, {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "o-*/r-*"}}, True),
    ({"Action": "*"}, {"DateLessThan": {"aws:TokenIssueTime": "2030-01-01T00:00:00Z"}}, True),
    ({"Action": "*"}, {"StringNotEquals": {"aws:PrincipalTag/team": "platform"}}, False),
    ({"Action": "*"}, {"StringNotEquals": {"aws:username": "${aws:username}"}}, True),
]


def guarded(*guards: dict[str, Any]) -> str:
    """A policy that allows everything, and denies what the guards say."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = [{"Effect": "Deny", "Resource": "*", **guard} for guard in guards]
    return json.dumps({"Version": "2012-10-17", "Statement": [everything, *denied]})


def test_guards_that_people_have(tiny: Start) -> None:
    """F25: regions, networks, endpoints, MFA, organizations, dates: each answers as AWS does."""
    server = tiny()
    key = user(server, MANAGEMENT, guarded())
    for number, (what, when, expected) in enumerate(GUARDS):
        policy = guarded({**what, "Condition": when})
        server.client("iam").put_user_policy(UserName="pat", PolicyName="p", PolicyDocument=policy)
        found = code(server.client("organizations", **key).list_roots)
        assert found == ("" if expected else "AccessDeniedException"), (number, when)


def test_the_guard_of_regions_lets_the_process_begin(tiny: Start) -> None:
    """F25: the guard as somebody has it: Organizations is asked in us-east-1, which it allows."""
    server = tiny()
    key = user(server, MANAGEMENT, GUARD.read_text(encoding="utf-8"))
    assert code(server.client("organizations", **key).enable_all_features) == ""
    assert code(server.client("cloudtrail", **key).lookup_events) == ""


def test_a_guard_of_addresses_spares_what_a_service_does(tiny: Start) -> None:
    """F25: NotIpAddress with ViaAWSService: the role that accepting makes is a service's."""
    server = tiny(accounts=NO_ROLE)
    server.client("organizations").enable_all_features()
    direct = {"Bool": {VIA: "false"}}
    guard = {"Action": "iam:CreateServiceLinkedRole", "Condition": OFFICE | direct}
    assert accepted(server, guarded(guard)) == ""


def test_a_guard_of_addresses_alone_denies_services_too(tiny: Start) -> None:
    """F25: without ViaAWSService the guard hits the service, as AWS's documentation warns."""
    server = tiny(accounts=NO_ROLE)
    server.client("organizations").enable_all_features()
    guard = {"Action": "iam:CreateServiceLinkedRole", "Condition": OFFICE}
    assert accepted(server, guarded(guard)) == "AccessDeniedForDependencyException"


def accepted(server: Running, policy: str) -> str:
    """Let a role of a member with this policy accept; the code of what it was refused with."""
    member = server.client("organizations", **assumed(server, role(server, INVITED, policy)))
    request = member.list_handshakes_for_account()["Handshakes"][0]["Id"]
    return code(member.accept_handshake, HandshakeId=request)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-small12345"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-other12345"}}, False),
        ({"Bool": {MFA: "true"}}, False),
        ({"BoolIfExists": {MFA: "true"}}, True),
        ({"IpAddress": {SOURCE: "127.0.0.1"}}, True),
        ({"StringLike": {"sts:RoleSessionName": "te*"}}, True),
        ({"StringLike": {"sts:RoleSessionName": "other*"}}, False),
        ({"ArnLike": {ARN: "arn:aws:iam::*:user/administrator"}}, True),
    ],
)
def test_trust_policies_ask_the_same_keys(
    tiny: Start, when: dict[str, Any], expected: bool
) -> None:
    """Who may assume a role is asked of what the request carries, as in any policy."""
    server = tiny()
    iam = server.client("iam", INVITED)
    role(server, INVITED, document("*"))
    iam.update_assume_role_policy(
        RoleName="acceptor", PolicyDocument=trust(MANAGEMENT, Condition=when)
    )
    sts = server.client("sts")
    arn = f"arn:aws:iam::{INVITED}:role/acceptor"
    found = code(sts.assume_role, RoleArn=arn, RoleSessionName="test")
    assert found == ("" if expected else "AccessDenied")


def test_a_role_is_known_by_its_path_tags_and_age(tiny: Start) -> None:
    """A session carries its role's own ARN and tags, and when it was opened."""
    server = tiny()
    iam = server.client("iam")
    made = iam.create_role(
        RoleName="r",
        Path="/team/",
        AssumeRolePolicyDocument=trust(MANAGEMENT),
        Tags=[{"Key": "team", "Value": "platform"}],
    )
    opened = assumed(server, made["Role"]["Arn"])
    for when in (
        {"ArnEquals": {ARN: f"arn:aws:iam::{MANAGEMENT}:role/team/r"}},
        {"StringEquals": {"aws:PrincipalTag/team": "platform"}},
        {"DateLessThan": {"aws:TokenIssueTime": "2026-01-05T09:00:01Z"}},
        {"Bool": {MFA: "false"}},
    ):
        policy = document("organizations:ListRoots", Condition=when)
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy)
        assert code(server.client("organizations", **opened).list_roots) == "", when


def test_tags_of_a_request_are_asked(tiny: Start) -> None:
    """aws:RequestTag and aws:TagKeys are those of the call."""
    server = tiny()
    tags = {"aws:RequestTag/team": "platform"}
    only = {"StringEquals": tags, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    key = user(server, MANAGEMENT, document("organizations:TagResource", Condition=only))
    organizations = server.client("organizations", **key)
    for pairs, expected in (
        ([("team", "platform")], ""),
        ([("team", "other")], "AccessDeniedException"),
        ([("team", "platform"), ("more", "x")], "AccessDeniedException"),
    ):
        rows = [{"Key": name, "Value": value} for name, value in pairs]
        assert code(organizations.tag_resource, ResourceId=INVITED, Tags=rows) == expected
