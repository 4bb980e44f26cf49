"""Conditions of IAM policies: each operator with a key that fits, differs, or is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from orgkit.sim.iam import conditions, policy_language
from tests.sim.iam.test_iam import code, document, role, user
from tests.support.sim_walk import MANAGEMENT, SMALL
from tests.support.simulator import Running

# Operator, what the policy wants, a value that it fits, one that it does not.
POSITIVE = [
    ("StringEquals", "eu", "eu", "EU"),
    ("StringEqualsIgnoreCase", "eu", "EU", "us"),
    ("StringLike", "eu-*-?", "eu-central-1", "eu-central-12x"),
    ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab", "arn:aws:iam::1:user/ab"),
    ("ArnLike", "arn:aws:*:role/a", "arn:aws:*:role/a", "arn:aws:iam::1:role/a"),
    ("Bool", "true", "True", "false"),
    ("Bool", True, "true", "false"),
    ("BinaryEquals", "b3Jna2l0", "b3Jna2l0", "eA=="),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", "127.0.0.1"),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", "203.0.113.9"),
    ("NumericEquals", 3, "3.0", "4"),
    ("NumericLessThan", "3", "2", "3"),
    ("NumericLessThanEquals", "3", "3", "4"),
    ("NumericGreaterThan", "3", "4", "3"),
    ("NumericGreaterThanEquals", "3", "3", "2"),
    ("DateEquals", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z"),
    ("DateLessThan", "2026-01-05T10:00:00Z", "2026-01-04T10:00:00Z", "2026-01-05T10:00:00Z"),
    ("DateLessThanEquals", "1767607200", "2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z"),
    ("DateGreaterThan", "2026-01-05", "2026-01-05T00:00:01Z", "2026-01-05T00:00:00Z"),
    ("DateGreaterThanEquals", "2026-01-05", "2026-01-05T00:00:00Z", "2026-01-04T23:59:59Z"),
]
NEGATED = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "IpAddress": "NotIpAddress",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
}


def holds(operator: str, wanted: Any, keys: conditions.Keys, effect: str = "Allow") -> bool:
    """Whether one condition on the key `k` holds."""
    statement = {"Effect": effect, "Condition": {operator: {"K": wanted}}}
    return conditions.hold(statement, keys)


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize(("operator", "wanted", "fits", "differs"), POSITIVE)
def test_positive_operators(
    operator: str, wanted: Any, fits: str, differs: str, effect: str
) -> None:
    """They hold for what fits; a missing key fails them, unless the name says IfExists."""
    for name in (operator, f"{operator}IfExists"):
        assert holds(name, wanted, {"k": fits}, effect)
        assert holds(name, [wanted], {"k": fits}, effect)
        assert not holds(name, wanted, {"k": differs}, effect)
        assert not holds(name, wanted, {"k": "no such value"}, effect)
        assert holds(name, wanted, {}, effect) is (name != operator)


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize(
    ("operator", "wanted", "fits", "differs"), [row for row in POSITIVE if row[0] in NEGATED]
)
def test_negative_operators(
    operator: str, wanted: Any, fits: str, differs: str, effect: str
) -> None:
    """They turn the answer round, and a missing key fulfils them: that is how guards deny."""
    for name in (NEGATED[operator], f"{NEGATED[operator]}IfExists"):
        assert not holds(name, wanted, {"k": fits}, effect)
        assert holds(name, wanted, {"k": differs}, effect)
        assert not holds(name, [wanted, wanted], {"k": fits}, effect)
        assert holds(name, wanted, {}, effect)


@pytest.mark.parametrize(
    ("operator", "found", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "x"], False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringNotEquals", ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["x", "a"], False),
        ("ForAnyValue:StringEquals", ["x", "a"], True),
        ("ForAnyValue:StringEquals", ["x"], False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAnyValue:StringNotEquals", ["a", "x"], True),
        ("ForAnyValue:StringNotEquals", ["a"], False),
        ("ForAnyValue:StringNotEquals", [], False),
    ],
)
def test_set_operators(operator: str, found: list[str], expected: bool) -> None:
    """All or any of the request's values; none at all satisfies all, and is not any."""
    assert holds(operator, ["a", "b"], {"k": found}) is expected
    if not found:
        assert holds(operator, ["a", "b"], {}) is expected


def test_null_asks_whether_the_key_is_there() -> None:
    """True wants it absent, false wants it present."""
    assert holds("Null", "true", {})
    assert not holds("Null", "true", {"k": "v"})
    assert holds("Null", False, {"k": "v"})
    assert not holds("Null", "false", {})


def test_variables_stand_for_values_of_the_request() -> None:
    """Also in resources; one without a value matches nothing, a default helps, stars stay stars."""
    keys = {"aws:PrincipalAccount": "1", "k": "u-1"}
    assert holds("StringEquals", "u-${AWS:principalaccount}", keys)
    assert holds("StringEquals", "u-${aws:nothing, '1'}", keys)
    assert not holds("StringLike", "${aws:nothing}*", keys)
    assert holds("StringNotEquals", "${aws:nothing}", keys)
    assert not holds("StringLike", "u-${*}", keys)
    assert holds("StringLike", "a${*}", {"k": "a*"})
    told = json.loads(document("a:b", resource="arn:${aws:PrincipalAccount}/*"))
    assert policy_language.decide([json.dumps(told)], "a:b", "arn:1/x", keys) == "Allow"
    assert policy_language.decide([json.dumps(told)], "a:b", "arn:2/x", keys) == ""


def guard(condition: dict[str, Any], **more: Any) -> str:
    """A policy that allows everything and denies where a condition holds."""
    deny = {"Effect": "Deny", "Resource": "*", "Condition": condition} | (more or {"Action": "*"})
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})


ELSEWHERE = {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}
GUARDS = [
    # F25: a guard on Regions that lists us-east-1 lets Organizations through, wherever one is.
    (
        {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "us-east-1"]}},
        {"NotAction": ["iam:*", "sts:*", "support:*"]},
        "",
        "",
    ),
    ({"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}, {}, "denied", "denied"),
    # F25: a guard on networks that spares what services do for somebody hits a direct request.
    ({**ELSEWHERE, "Bool": {"aws:ViaAWSService": "false"}}, {}, "denied", "denied"),
    ({**ELSEWHERE, "BoolIfExists": {"aws:ViaAWSService": "true"}}, {}, "", ""),
    ({"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}, {}, "", ""),
    ({"Bool": {"aws:SecureTransport": "false"}}, {}, "", ""),
    # Only temporary credentials say whether there was a second factor.
    ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, "", "denied"),
    ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, "denied", "denied"),
    ({"StringEquals": {"aws:PrincipalType": "User"}}, {}, "denied", ""),
    ({"StringNotEquals": {"aws:PrincipalAccount": MANAGEMENT}}, {}, "", ""),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/acceptor"}}, {}, "", "denied"),
    ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, {}, "denied", "denied"),
    ({"Null": {"aws:SourceVpce": "true"}}, {}, "denied", "denied"),
    ({"Null": {"aws:username": "true"}}, {}, "", "denied"),
    ({"DateLessThan": {"aws:CurrentTime": "2000-01-01T00:00:00Z"}}, {}, "", ""),
    ({"NumericGreaterThan": {"aws:EpochTime": "0"}}, {}, "denied", "denied"),
]


@pytest.fixture
def small(run_server: Callable[..., Running], tmp_path: Path) -> Running:
    """A server on the small scenario."""
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(SMALL))
    return run_server(str(file))


@pytest.mark.parametrize(("condition", "more", "of_user", "of_role"), GUARDS)
def test_guards_that_people_have(
    small: Running, condition: dict[str, Any], more: dict[str, Any], of_user: str, of_role: str
) -> None:
    """F25: users and roles under a guard are denied and allowed as on AWS."""
    policy = guard(condition, **more)
    person = small.client("organizations", **user(small, MANAGEMENT, policy))
    refused = {"denied": "AccessDeniedException", "": ""}
    assert code(person.describe_organization) == refused[of_user]
    arn = role(small, MANAGEMENT, policy)
    given = small.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    session = {"key": given["AccessKeyId"], "token": given["SessionToken"]}
    member = small.client("organizations", **session)
    assert code(member.describe_organization) == refused[of_role]
