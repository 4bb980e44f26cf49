"""CloudTrail's event history of management's own account: calls to Organizations that change it.

Every call to Organizations is recorded in us-east-1 (commercial Regions) and kept for 90 days; what
a member calls is in the member's own history (user guide, CloudTrail integration).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orgkit.aws.gateway import Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.formats import printable, stamp

ACTION = "cloudtrail:LookupEvents"
# One look-up each: by source come thousands of reads too, at 50 a page and two pages a second.
NAMES = (
    "EnableAllFeatures",
    "AcceptHandshake",
    "CancelHandshake",
    "InviteAccountToOrganization",
    "RemoveAccountFromOrganization",
    "EnablePolicyType",
    "DisablePolicyType",
    "EnableAWSServiceAccess",
    "AccountJoinedOrganization",  # these two are AWS's own events, since 2026-05-28
    "AccountDepartedOrganization",
)
_SOURCE = "organizations.amazonaws.com"


def look_up(organization: Organization) -> tuple[list[dict[str, Any]], str]:
    """Read the events of the last 90 days, oldest first; and why they are not all, or "".

    Members: `event_id`, `at`, `operation`, `by`, `request_id`, `error`, `parameters`, `source_ip`,
    `user_agent`. What was read before a refusal is given too.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found: list[dict[str, Any]] = []
    why = ""
    try:
        for name in NAMES:
            attribute = {"AttributeKey": "EventName", "AttributeValue": name}
            pages = organization.pages(
                "LookupEvents", "Events", service="cloudtrail", LookupAttributes=[attribute]
            )
            # The look-up is by name alone, and another service may use the same name.
            found += [_event(item) for item in pages if item.get("EventSource") == _SOURCE]
    except OrgkitError as error:
        why = f"{ACTION}: {printable(error.detail or error.problem)}"
    except (ClientError, BotoCoreError) as error:  # not there, or not as we know it
        why = f"{ACTION}: {printable(str(error))}"
    return sorted(found, key=lambda e: (e["at"], e["event_id"])), why


def _object(value: Any) -> Mapping[str, Any]:
    """Take a part of an event, which may be missing, null, or text in place of what is hidden."""
    return value if isinstance(value, dict) else {}


def _event(item: Mapping[str, Any]) -> dict[str, Any]:
    try:
        told = _object(json.loads(item.get("CloudTrailEvent") or "{}"))
    except ValueError:
        told = {}
    who = _object(told.get("userIdentity"))
    return {
        "event_id": str(item["EventId"]),
        "at": stamp(item["EventTime"]),
        "operation": str(item["EventName"]),
        "by": str(who.get("arn") or who.get("invokedBy") or item.get("Username") or ""),
        "request_id": str(told.get("requestID") or ""),
        "error": str(told.get("errorCode") or ""),
        "parameters": dict(_object(told.get("requestParameters"))),
        "source_ip": str(told.get("sourceIPAddress") or ""),
        "user_agent": str(told.get("userAgent") or ""),
    }
