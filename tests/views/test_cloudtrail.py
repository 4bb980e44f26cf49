"""CloudTrail beside the journal: kept once, apart from orgkit's calls, or UNKNOWN."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from orgkit.aws.cloudtrail import NAMES, look_up
from orgkit.evidence.journal import cloudtrail
from orgkit.evidence.journal.events import CloudTrailRead
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.snapshot.tables import rows
from orgkit.views import cloudtrail as views_cloudtrail
from orgkit.views.blocks import Table
from tests.support.cells import run_names
from tests.support.fake_aws import FakeAws, error, lists

pytestmark = pytest.mark.usefixtures("standing")


def audit(**given: str) -> dict[str, Any]:
    """What the audit notebook's cells named."""
    return run_names("audit_report", **given)


def kept(names: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of CloudTrail in the journal."""
    events = names["run"].journal.events()
    return [dict(c) for e in events if isinstance(e, CloudTrailRead) for c in e.events]


@pytest.fixture
def service(simulator: Callable[..., Service]) -> Service:
    """A simulator on which orgkit requested, and somebody else canceled by hand a day later."""
    started = simulator("solo")
    run_names("request", confirm=started.engine.world.organization_id)
    Control(started.endpoint).advance("1d")
    client = boto3.client(
        "organizations",
        endpoint_url=started.endpoint,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="simulator",
    )
    (parent,) = client.list_handshakes_for_organization()["Handshakes"]
    client.cancel_handshake(HandshakeId=parent["Id"])
    return started


def test_orgkits_calls_are_told_from_those_of_others(service: Service) -> None:
    """By request id: who called, what, when; the other one is in the timeline too."""
    names = audit()
    told = {row["operation"]: row for row in names["cloudtrail"].rows}
    assert told["EnableAllFeatures"]["made_by"] == cloudtrail.OURS
    assert told["CancelHandshake"]["made_by"] == cloudtrail.NOT_OURS
    assert told["CancelHandshake"]["by"].endswith(":user/administrator")
    assert told["CancelHandshake"]["subject"].startswith("h-")
    assert names["cloudtrail"].gaps == []
    table = views_cloudtrail.calls(names["cloudtrail"])
    assert isinstance(table, Table)
    assert [r["operation"] for r in rows(table.frame)] == ["EnableAllFeatures", "CancelHandshake"]


def test_each_event_is_kept_once_and_outlives_cloudtrail(service: Service) -> None:
    """Read twice, kept once; after its 90 days only the journal has it."""
    first = kept(audit())
    assert [e["operation"] for e in first] == ["EnableAllFeatures", "CancelHandshake"]
    assert kept(audit()) == first
    Control(service.endpoint).advance("91d")
    names = audit()
    assert kept(names) == first
    assert len(names["cloudtrail"].rows) == 2
    assert verify(Store("evidence")).broken == ()


def test_an_orgkit_of_another_record_is_told_apart(service: Service) -> None:
    """Its client says so, which proves nothing; this journal does not know the call."""
    names = audit(store="elsewhere")
    told = {row["operation"]: row["made_by"] for row in names["cloudtrail"].rows}
    assert told["EnableAllFeatures"] == cloudtrail.OTHER_RECORD


def test_where_cloudtrail_may_not_be_read_the_report_says_unknown(service: Service) -> None:
    """With the permission that is missing; what was kept before is still shown."""
    before = kept(audit())
    with Control(service.endpoint).fault("denied", "LookupEvents"):
        names = audit()
    text = views_cloudtrail.calls(names["cloudtrail"]).text()
    assert "UNKNOWN" in text
    assert "cloudtrail:LookupEvents" in text
    assert "CancelHandshake" in text
    assert "UNKNOWN: cloudtrail:LookupEvents" in names["cloudtrail"].gaps[0]
    assert kept(names) == before
    assert names["run"].result()["error"] == ""


def test_a_call_that_cloudtrail_did_not_show_is_a_gap(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudTrail may be late; the report does not pretend."""
    monkeypatch.setattr(cloudtrail, "look_up", lambda _: ([], ""))
    (gap,) = audit()["cloudtrail"].gaps
    assert "EnableAllFeatures" in gap
    assert "was not shown" in gap


def event(name: str, **told: Any) -> dict[str, Any]:
    """An event as LookupEvents gives it."""
    return {
        "EventId": f"id-{name}",
        "EventName": name,
        "EventTime": datetime(2026, 6, 1, 9, tzinfo=UTC),
        "EventSource": "organizations.amazonaws.com",
        "Username": "ada",
        "CloudTrailEvent": json.dumps(told) if told else "no JSON",
    }


def test_events_are_read_by_name_and_whatever_is_missing_is_left_empty() -> None:
    """AWS's own events have no caller's ARN and no request id; other services' are left out."""

    def answer(params: dict[str, Any]) -> dict[str, Any]:
        name = params["LookupAttributes"][0]["AttributeValue"]
        if name == "AccountJoinedOrganization":
            return {"Events": [event(name, userIdentity={"invokedBy": "AWS Internal"})]}
        if name == "AcceptHandshake":
            other = event(name) | {"EventSource": "ram.amazonaws.com"}
            return {"Events": [other, event(name)]}
        if name == "EnablePolicyType":
            return {"Events": [event(name, userIdentity=None, requestParameters="HIDDEN")]}
        return {"Events": []}

    found, why = look_up(FakeAws(lists() | {"LookupEvents": answer}).organization())
    assert why == ""
    assert [(e["operation"], e["by"], e["request_id"]) for e in found] == [
        ("AcceptHandshake", "ada", ""),
        ("AccountJoinedOrganization", "AWS Internal", ""),
        ("EnablePolicyType", "ada", ""),
    ]
    assert [e["parameters"] for e in found] == [{}, {}, {}]


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnsupportedOperationException"])
def test_a_refusal_keeps_what_was_read_before_it(code: str) -> None:
    """Known or unknown to orgkit: said, never raised, never an empty list alone."""
    answers = [{"Events": [event(NAMES[0])]}, error(code)]
    found, why = look_up(FakeAws(lists() | {"LookupEvents": answers}).organization())
    assert [e["operation"] for e in found] == [NAMES[0]]
    assert "cloudtrail:LookupEvents" in why
    assert code in why
