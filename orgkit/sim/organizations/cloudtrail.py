"""CloudTrail's event history, told from the simulator's own record of calls: LookupEvents.

Only calls to Organizations, only in us-east-1, only those of the caller's own account. The shapes
are those of botocore's model of CloudTrail and of the user guide's log file examples.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orgkit.facts import CLOUDTRAIL_PAGE_SIZE, CLOUDTRAIL_RETENTION
from orgkit.sim.errors import AwsError
from orgkit.sim.organizations import paging
from orgkit.sim.organizations.operations import WRITES
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state import ids
from orgkit.sim.state.clock import iso
from orgkit.sim.state.model import Call, Context

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
REGION, SOURCE = "us-east-1", "organizations.amazonaws.com"
_LAST = 10**9  # a place in the list stays the same while calls are added before it
_ATTRIBUTES: dict[str, Callable[[Call], str]] = {
    "EventId": lambda call: _event_id(call),
    "EventName": lambda call: call.operation,
    "EventSource": lambda _: SOURCE,
    "ReadOnly": lambda call: _read_only(call),
    "Username": lambda call: call.caller_arn.rpartition("/")[2],
}


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A call with its place in the list: the most recent comes first."""

    number: int
    call: Call


def require(context: Context) -> None:
    """Refuse callers whose own policies do not allow to look events up."""
    if not context.allows("cloudtrail:LookupEvents", "*", {}):
        text = f"User: {context.caller.arn} is not authorized to perform: cloudtrail:LookupEvents"
        raise AwsError("AccessDeniedException", text)


def lookup_events(context: Context, params: Json, region: str) -> Json:
    """List one page of events, by at most one attribute and a span of time."""
    fits = _wanted(context, params)
    # The events of global services are recorded in this Region only.
    calls = context.world.calls if region == REGION else []
    found = [_Recorded(_LAST - i, call) for i, call in enumerate(calls) if fits(call)]
    scope = json.dumps({k: v for k, v in params.items() if k != "NextToken"}, sort_keys=True)
    try:
        chosen, token = paging.page(
            found[::-1],
            scope,
            params.get("NextToken"),
            params.get("MaxResults", CLOUDTRAIL_PAGE_SIZE),
        )
    except AwsError as error:
        raise AwsError("InvalidNextTokenException", error.message) from error
    answer: Json = {"Events": [_event(recorded.call) for recorded in chosen]}
    return answer | ({"NextToken": token} if token else {})


def _wanted(context: Context, params: Json) -> Callable[[Call], bool]:
    """Make a test for the calls that are asked for, or refuse what cannot be asked."""
    if not 1 <= params.get("MaxResults", CLOUDTRAIL_PAGE_SIZE) <= CLOUDTRAIL_PAGE_SIZE:
        raise AwsError("InvalidMaxResultsException", "MaxResults is from 1 to 50.")
    attributes = params.get("LookupAttributes", [])
    if len(attributes) > 1 or any(a.get("AttributeKey") not in _ATTRIBUTES for a in attributes):
        raise AwsError("InvalidLookupAttributesException", "Only one attribute can be looked up.")
    now = context.world.now
    start = max(
        _moment(params, "StartTime", now - CLOUDTRAIL_RETENTION), now - CLOUDTRAIL_RETENTION
    )
    end = _moment(params, "EndTime", now)
    if end < start:
        raise AwsError("InvalidTimeRangeException", "The end is before the start.")

    def fits(call: Call) -> bool:
        mine = (call.service, call.account) == ("organizations", context.caller.account_id)
        # A connection that was reset before anything happened: AWS never saw that call.
        arrived = call.status != 0 or call.changed
        named = all(_ATTRIBUTES[a["AttributeKey"]](call) == a["AttributeValue"] for a in attributes)
        return mine and arrived and start <= call.time <= end and named

    return fits


def _moment(params: Json, name: str, usual: datetime) -> datetime:
    return datetime.fromtimestamp(params[name], UTC) if name in params else usual


def _event_id(call: Call) -> str:
    return ids.request_id("event", call.request_id)


def _read_only(call: Call) -> str:
    return "false" if call.operation in WRITES else "true"


def _event(call: Call) -> Json:
    name = call.caller_arn.rpartition("/")[2]
    return {
        "EventId": _event_id(call),
        "EventName": call.operation,
        "ReadOnly": _read_only(call),
        "EventTime": call.time.timestamp(),
        "EventSource": SOURCE,
        "Username": name,
        "Resources": [],
        "CloudTrailEvent": json.dumps(_record(call)),
    }


def _record(call: Call) -> Json:
    """Write the event as in a log file; names of parameters begin with a small letter."""
    params = {name[0].lower() + name[1:]: value for name, value in call.params.items()}
    failed = {"errorCode": call.code, "errorMessage": call.reason or call.code} if call.code else {}
    return {
        "eventVersion": "1.08",
        "userIdentity": _identity(call),
        "eventTime": iso(call.time.replace(microsecond=0)),
        "eventSource": SOURCE,
        "eventName": call.operation,
        "awsRegion": REGION,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": call.agent,
        **failed,
        "requestParameters": params or None,
        "responseElements": None,
        "requestID": call.request_id,
        "eventID": _event_id(call),
        "readOnly": _read_only(call) == "true",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }


def _identity(call: Call) -> dict[str, Any]:
    kind, _, rest = call.caller_arn.split(":", 5)[5].partition("/")
    identity: dict[str, Any] = {"arn": call.caller_arn, "accountId": call.account}
    if kind == "assumed-role":
        issuer = {"type": "Role", "userName": rest.partition("/")[0]}
        return {"type": "AssumedRole", **identity, "sessionContext": {"sessionIssuer": issuer}}
    return {"type": "IAMUser", **identity, "userName": rest}
