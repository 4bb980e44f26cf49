"""CloudTrail's event history: who called what, by botocore's own model, as long as it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.session import Session

from orgkit.sim.organizations import cloudtrail
from tests.sim.iam.test_iam import code, document, user
from tests.support.sim_walk import INVITED, MANAGEMENT, SMALL, assert_shape, at
from tests.support.simulator import Running

Start = Callable[..., Running]


def lookup(server: Running, key: str = MANAGEMENT, **params: Any) -> list[dict[str, Any]]:
    """Every event asked for, page by page."""
    pages = server.client("cloudtrail", key).get_paginator("lookup_events").paginate(**params)
    return [event for page in pages for event in page["Events"]]


def by_name(name: str) -> dict[str, Any]:
    """The attribute that asks for one operation."""
    return {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]}


def test_a_call_is_there_with_time_caller_and_request_id(server: Running) -> None:
    """Also what was asked, and the client's name; the parsed answer fits botocore's model."""
    client = server.client("organizations")
    answer = client.enable_all_features()
    client.cancel_handshake(HandshakeId=answer["Handshake"]["Id"])
    (event,) = lookup(server, **by_name("CancelHandshake"))
    assert event["EventTime"] == at("2026-01-05T09:00:00Z")
    assert (event["EventSource"], event["ReadOnly"]) == ("organizations.amazonaws.com", "false")
    told = json.loads(event["CloudTrailEvent"])
    assert told["requestParameters"] == {"handshakeId": answer["Handshake"]["Id"]}
    assert told["userIdentity"]["arn"] == f"arn:aws:iam::{MANAGEMENT}:user/administrator"
    assert "Boto3/" in told["userAgent"]
    (begun,) = lookup(server, **by_name("EnableAllFeatures"))
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert json.loads(begun["CloudTrailEvent"])["requestID"] == request_id
    assert begun["EventId"] == json.loads(begun["CloudTrailEvent"])["eventID"]


def test_the_answer_has_the_shape_of_the_model(server: Running) -> None:
    """Every member is one that botocore knows."""
    server.client("organizations").enable_all_features()
    calls = server.service.engine.world.calls
    shape = Session().get_service_model("cloudtrail").operation_model("LookupEvents").output_shape
    assert_shape(shape, {"Events": [cloudtrail._event(call) for call in calls]})


def test_a_refused_call_is_there_with_its_error(server: Running) -> None:
    """CloudTrail has attempts too."""
    assert code(server.client("organizations").accept_handshake, HandshakeId="h-" + "1" * 12)
    (event,) = lookup(server, **by_name("AcceptHandshake"))
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "HandshakeNotFoundException"


def test_each_account_sees_its_own_calls_only(server: Running) -> None:
    """An approval by a member is in the member's history, not in management's."""
    server.client("organizations").enable_all_features()
    member = server.client("organizations", "222222222222")
    (request,) = member.list_handshakes_for_account()["Handshakes"]
    member.accept_handshake(HandshakeId=request["Id"])
    assert lookup(server, **by_name("AcceptHandshake")) == []
    assert len(lookup(server, "222222222222", **by_name("AcceptHandshake"))) == 1


def test_the_most_recent_comes_first_and_pages_go_on_while_calls_are_made(server: Running) -> None:
    """Fifty a page; what is called meanwhile shifts nothing."""
    client, trail = server.client("organizations"), server.client("cloudtrail")
    for _ in range(60):
        client.describe_organization()
    first = trail.lookup_events(**by_name("DescribeOrganization"))
    client.describe_organization()
    second = trail.lookup_events(**by_name("DescribeOrganization"), NextToken=first["NextToken"])
    ids = [e["EventId"] for e in (*first["Events"], *second["Events"])]
    assert (len(first["Events"]), len(set(ids))) == (50, 60)
    times = [e["EventTime"] for e in first["Events"]]
    assert times == sorted(times, reverse=True)
    assert "NextToken" not in second


def test_after_ninety_days_it_is_forgotten(server: Running) -> None:
    """And a span of time can be asked for."""
    server.client("organizations").enable_all_features()
    moment = at("2026-01-05T09:00:00Z")
    assert lookup(server, **by_name("EnableAllFeatures"), EndTime=moment + timedelta(hours=1))
    assert not lookup(server, **by_name("EnableAllFeatures"), EndTime=moment - timedelta(hours=1))
    server.post("advance", {"when": "89d"})
    assert lookup(server, **by_name("EnableAllFeatures"))
    server.post("advance", {"when": "2d"})
    assert not lookup(server, **by_name("EnableAllFeatures"))


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [by_name("A")["LookupAttributes"][0]] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {"StartTime": at("2026-01-05T09:00:00Z"), "EndTime": at("2026-01-04T09:00:00Z")},
            "InvalidTimeRangeException",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(
    server: Running, params: dict[str, Any], error: str
) -> None:
    """With the errors of the model."""
    assert code(server.client("cloudtrail").lookup_events, **params) == error


def test_other_regions_have_no_events_of_organizations(server: Running) -> None:
    """They are told in us-east-1 alone."""
    server.client("organizations").enable_all_features()
    elsewhere = boto3.client(
        "cloudtrail",
        endpoint_url=server.endpoint,
        region_name="eu-central-1",
        aws_access_key_id=MANAGEMENT,
        aws_secret_access_key="any",
    )
    assert elsewhere.lookup_events()["Events"] == []


def test_the_callers_policy_counts_and_a_fault_denies(run_server: Start, tmp_path: Path) -> None:
    """Both ways in which a report comes to say UNKNOWN."""
    file = tmp_path / "tiny.yaml"
    file.write_text(yaml.safe_dump(SMALL))
    server = run_server(str(file))
    key = user(server, MANAGEMENT, document("organizations:*"))
    assert code(server.client("cloudtrail", **key).lookup_events) == "AccessDeniedException"
    assert code(server.client("cloudtrail").lookup_events) == ""
    server.post("arm", {"name": "denied", "operations": ["LookupEvents"]})
    assert code(server.client("cloudtrail").lookup_events) == "AccessDeniedException"
    assert code(server.client("organizations").describe_organization) == ""
    assert INVITED in server.service.engine.world.accounts
