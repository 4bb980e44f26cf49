"""What CloudTrail shows of management's own calls, each marked as orgkit's or not."""

from __future__ import annotations

from orgkit.evidence.journal.cloudtrail import CloudTrailCalls
from orgkit.snapshot import tables
from orgkit.views.blocks import Block, Note, Table, join

_CALLS: tables.Schema = {
    "at": tables.UTC_TIME,
    "operation": "string",
    "subject": "string",
    "by": "string",
    "made_by": "string",
    "request_id": "string",
    "error": "string",
    "source_ip": "string",
    "user_agent": "string",
    "event_id": "string",
}


def calls(trail: CloudTrailCalls) -> Block:
    """List each event, and whether orgkit made the call."""
    columns = {
        "at": "When",
        "operation": "Call",
        "subject": "Of",
        "by": "By",
        "made_by": "Made by",
        "request_id": "Request id",
        "error": "Error",
    }
    table = tables.frame(trail.rows, _CALLS)
    block = Table("Calls that CloudTrail recorded", table, columns, "cloudtrail", "None is known.")
    if not trail.why:
        return block
    text = f"UNKNOWN: CloudTrail could not be read. {trail.why} Only what was read before is shown."
    return join([Note(text, "warn"), block])
