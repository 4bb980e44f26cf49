"""The timeline of the audit report: what was done and what was seen, as table and picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.evidence.journal import open_writes as record
from orgkit.evidence.journal.events import Answered, Event, Intention, Result
from orgkit.formats import moment
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables
from orgkit.terms import Kind
from orgkit.views import charts, open_writes
from orgkit.views.blocks import Block, Note, Picture, Table

ON_PAPER = 30  # rows of a table in a report that is printed; its file has all
_SEEN = r"^request of .* seen ([A-Z_]+)$"
_TIMELINE: tables.Schema = {
    "at": tables.UTC_TIME,
    "what": "string",
    "by": "string",
    "sequence": "Int64",
}

Call = Mapping[str, Any]  # one event of CloudTrail


def timeline(state: MigrationState, events: Iterable[Event], others: Iterable[Call] = ()) -> Block:
    """List what was done and what was seen, in order; `others` are calls that orgkit did not make.

    Within one second the journal's own order counts, for a call that of its intention.
    """
    events = list(events)
    rows = [
        _row(w.at, f"{w.operation} intended, without a result in the journal", w.by, w.sequence)
        for w in record.open_writes(events)
        if not w.told
    ]
    intended = 0
    for event in events:
        if isinstance(event, Intention):
            intended = event.sequence
        elif isinstance(event, Result) and event.settled:
            rows.append(_row(event.at, open_writes.later(event), event.by, event.sequence))
        elif isinstance(event, Result):
            rows.append(_row(event.at, f"{event.operation} called", event.by, intended))
        elif isinstance(event, Answered):
            rows.append(_row(event.at, _answered(event), event.by, event.sequence))
    rows += [
        _row(s["first_seen"], _sighting(s, state), s["observed_by"], s["sequence"])
        for s in tables.rows(state.projection.state_changes())
        if s["kind"] in (Kind.APPROVAL, Kind.ORGANIZATION, Kind.INVITATION)
    ]
    rows += [_row(c["at"], f"{c['operation']} called, not by orgkit", c["by"]) for c in others]
    table = tables.frame(rows, _TIMELINE).sort_values(
        ["at", "sequence"], kind="stable", ignore_index=True
    )
    columns = {"at": "When", "what": "What", "by": "Done or seen by"}
    return Table(
        "Timeline", _summed_up(table), columns, "timeline", "The journal is empty.",
        limit=ON_PAPER, whole=table,
    )  # fmt: skip


_MANY = 3  # requests that one snapshot showed in one state are named up to so many


def _summed_up(table: pd.DataFrame) -> pd.DataFrame:
    """Count what one snapshot showed of many requests, in the place of the first of them."""
    state = table["what"].str.extract(_SEEN, expand=False)
    group = [table["at"], table["by"], state]
    size = table.groupby(group, dropna=False)["what"].transform("size")
    many = state.notna() & (size > _MANY)
    again = many & table.assign(state=state).duplicated(["at", "by", "state"])
    words = size.astype("string") + " requests seen " + state
    return table.assign(what=table["what"].mask(many, words))[~again].reset_index(drop=True)


def _row(at: Any, what: str, by: str, sequence: int | None = None) -> dict[str, Any]:
    return {"at": at, "what": what, "by": by, "sequence": sequence}


def _sighting(seen: Mapping[str, Any], state: MigrationState) -> str:
    if seen["kind"] == Kind.ORGANIZATION:
        return f"the organization's handshake seen {seen['state']}"
    account = seen["account_id"] or "an address"
    name = state.projection.accounts.get(account, {}).get("name", "")
    what = "request" if seen["kind"] == Kind.APPROVAL else "invitation"
    return f"{what} of {account} {name} seen {seen['state']}".replace("  ", " ")


def _answered(event: Answered) -> str:
    answers = (f"{name} {a['answer'] or 'taken back'}" for name, a in event.answers.items())
    return f"answered: {', '.join(answers)}"


def timeline_picture(state: MigrationState, events: Iterable[Event]) -> Block:
    """Draw the timeline, with the spans without a snapshot."""
    done = (e for e in events if isinstance(e, Result) and e.changed_aws)
    marks = [(moment(e.at), "changed by orgkit") for e in done]
    marks += [
        (moment(s["first_seen"]), f"seen {str(s['state']).lower()}")
        for s in tables.rows(state.projection.state_changes())
        if s["kind"] in (Kind.APPROVAL, Kind.ORGANIZATION)
    ]
    gaps = [(moment(a), moment(u)) for a, u in state.projection.gaps]
    if not marks:
        return Note("There is nothing to draw: the journal is empty.")
    lanes = [lane for _, lane in marks]
    words = ", ".join(f"{lanes.count(lane)} {lane}" for lane in dict.fromkeys(lanes))
    alt = (
        f"From {min(marks)[0]:%Y-%m-%d} to {max(marks)[0]:%Y-%m-%d}: {words}; "
        f"{len(gaps)} gap{'' if len(gaps) == 1 else 's'} in observation."
    )
    svg = charts.timeline(marks, gaps)
    return Picture("What was done and seen; hatched where no snapshot was taken", svg, alt)
