"""The same policies as one CloudFormation template: a role for each part of the process."""

from __future__ import annotations

from typing import Any

from orgkit.iam import roles
from orgkit.iam.roles import ROLES, Role

Json = dict[str, Any]

_ARN = r"^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[A-Za-z0-9+=,.@_/-]+$"
_HEAD = """\
Roles of orgkit, one for each part of the process to all features. Deploy it in the management
account with Where=management, and with Where=member in accounts that shall approve. Who requests
must not be who finalizes.
"""


def template() -> Json:
    """Make the whole template, as plain data."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": " ".join(_HEAD.split()),
        "Parameters": _parameters(),
        "Rules": {"RequesterIsNotFinalizer": _two_persons()},
        "Conditions": {_condition(name): _wanted(name, role) for name, role in ROLES.items()},
        "Resources": {f"{_camel(name)}Role": _role(name, role) for name, role in ROLES.items()},
        "Outputs": {f"{_camel(name)}Arn": _output(name, role) for name, role in ROLES.items()},
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _parameters() -> Json:
    principals = {
        f"{_camel(name)}Principal": {
            "Type": "String",
            "Description": f"ARN of the IAM role or user who {role.says}",
            "AllowedPattern": f"{_ARN}|^$",
            "Default": "",
        }
        for name, role in ROLES.items()
    }
    return {
        "Where": {
            "Type": "String",
            "Description": "Which account this is deployed in",
            "AllowedValues": ["management", "member"],
            "Default": "management",
        },
        "OrganizationId": {
            "Type": "String",
            "Description": "The organization id",
            "AllowedPattern": "^o-[a-z0-9]{10,32}$",
        },
        "ManagementAccountId": {
            "Type": "String",
            "Description": "The management account; a handshake's ARN holds it in every account",
            "AllowedPattern": "^[0-9]{12}$",
        },
        "MemberRole": {
            "Type": "String",
            "Description": "The role through which member accounts are looked into",
            "AllowedPattern": r"^[A-Za-z0-9+=,.@_-]{1,64}$",
            "Default": "OrganizationAccountAccessRole",
        },
        **principals,
    }


def _two_persons() -> Json:
    same = {"Fn::Equals": [{"Ref": "RequesterPrincipal"}, {"Ref": "FinalizerPrincipal"}]}
    return {
        "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "RequesterPrincipal"}, ""]}]},
        "Assertions": [
            {
                "Assert": {"Fn::Not": [same]},
                "AssertDescription": "Who requests must not be who finalizes.",
            }
        ],
    }


def _condition(name: str) -> str:
    return f"{_camel(name)}Wanted"


def _wanted(name: str, role: Role) -> Json:
    """Make a role only where it belongs, and only if somebody was named for it."""
    nobody = {"Fn::Equals": [{"Ref": f"{_camel(name)}Principal"}, ""]}
    place = {"Fn::Equals": [{"Ref": "Where"}, "member" if role.member else "management"]}
    return {"Fn::And": [place, {"Fn::Not": [nobody]}]}


def _role(name: str, role: Role) -> Json:
    values = {
        "partition": "${AWS::Partition}",
        "account": "${ManagementAccountId}",
        "organization": "${OrganizationId}",
        "member_role": "${MemberRole}",
    }
    document = roles.policy(name, **values)
    return {
        "Type": "AWS::IAM::Role",
        "Condition": _condition(name),
        "Properties": {
            "RoleName": f"orgkit-{name}",
            "Description": f"orgkit: {role.says}",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": {"Ref": f"{_camel(name)}Principal"}},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {"PolicyName": f"orgkit-{name}", "PolicyDocument": _substituted(document)}
            ],
        },
    }


def _substituted(value: Any) -> Any:
    """Write every string with a `${…}` as CloudFormation wants it."""
    if isinstance(value, dict):
        return {key: _substituted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_substituted(item) for item in value]
    return {"Fn::Sub": value} if "${" in value else value


def _output(name: str, role: Role) -> Json:
    return {
        "Condition": _condition(name),
        "Description": f"Who {role.says}",
        "Value": {"Fn::GetAtt": [f"{_camel(name)}Role", "Arn"]},
    }
