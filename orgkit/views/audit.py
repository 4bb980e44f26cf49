"""The audit report's content: who was asked, who consented and when it was seen, what was changed.

Built from the journal alone and today's snapshot; nothing here reads or changes AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from orgkit.errors.exceptions import UsageError
from orgkit.evidence.journal import open_writes as record
from orgkit.evidence.journal.events import Answered, Event, Intention, Result
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.projection import STATE_CHANGES
from orgkit.evidence.runs import RunFolder, versions
from orgkit.formats import moment
from orgkit.migration.as_of import accounts_on, gap_on
from orgkit.migration.board import APPROVED, Reply
from orgkit.migration.state import MigrationState, assess
from orgkit.snapshot import tables
from orgkit.terms import HandshakeState, Kind, NotebookName, Phase
from orgkit.views import charts, open_writes
from orgkit.views.blocks import Block, Facts, Note, Picture, Steps, Table, join

_CHANGES: tables.Schema = {
    "at": tables.UTC_TIME,
    "by": "string",
    "operation": "string",
    "subject": "string",
    "changed": "string",
    "request_id": "string",
    "error": "string",
}
_CONSENT: tables.Schema = {
    "account_id": "string",
    "name": "string",
    "email": "string",
    "answer": "string",
    "day": "Int64",
    "seen": tables.UTC_TIME,
    "after": tables.UTC_TIME,
    "observed_by": "string",
    "listed": "boolean",
}
_TIMELINE: tables.Schema = {
    "at": tables.UTC_TIME,
    "what": "string",
    "by": "string",
    "sequence": "Int64",
}

Call = Mapping[str, Any]  # one event of CloudTrail


def summary(state: MigrationState, events: Iterable[Event]) -> Block:
    """Sum up what was changed, by whom, when, and where it stands."""
    results = [e for e in events if isinstance(e, Result)]
    facts: dict[str, Any] = {"Organization": state.snapshot.organization_id}
    facts["Management account"] = state.snapshot.management_id
    facts["FeatureSet now"] = state.snapshot.feature_set
    facts["Begun"] = open_writes.who_when("EnableAllFeatures", results, state)
    facts["Finalized"] = open_writes.who_when("AcceptHandshake", results, state)
    facts["Asked"] = state.asked
    facts["Approved"] = state.approved
    facts["Report as of"] = state.snapshot.taken_at
    return join([*open_writes.told(state), Facts("Summary", facts)])


def consent(state: MigrationState) -> Block:
    """List each account that was asked: its answer, and the snapshots between which it came."""
    table = consent_table(state)
    columns = {
        "account_id": "Account",
        "name": "Name",
        "email": "Owner's address",
        "answer": "Answer",
        "day": "Day",
        "seen": "First seen",
        "after": "Given after",
        "observed_by": "Observed by",
        "listed": "Listed by AWS now",
    }
    return Table("Approvals", table, columns, "consent", "No account was asked.")


def consent_table(state: MigrationState) -> pd.DataFrame:
    """Tabulate the consent of each account that was asked; `day` counts from the request.

    `seen` is the snapshot that first showed the answer, `after` the one before it: the answer
    was given between the two. Both are NA where no snapshot showed the answer.
    """
    if state.attempt is None:
        return tables.frame([], _CONSENT)
    first = _first_seen(state)
    rows = [_consent(row, first, state) for row in tables.rows(state.board)]
    return tables.frame(rows, _CONSENT)


def _first_seen(state: MigrationState) -> dict[str, dict[str, Any]]:
    """Find the snapshot that first showed an answer to a request, by its handshake."""
    changes = state.projection.state_changes()
    answers = changes[
        changes["state"].isin([HandshakeState.ACCEPTED, HandshakeState.DECLINED])
    ].drop_duplicates("handshake_id", keep="first")
    return {row["handshake_id"]: row for row in tables.rows(answers)}


def _consent(
    row: Mapping[str, Any], first: Mapping[str, Mapping[str, Any]], state: MigrationState
) -> dict[str, Any]:
    seen = first.get(row["handshake_id"], {})
    requested = state.attempt.requested if state.attempt else None
    moment = pd.Timestamp(seen["first_seen"]) if seen else None
    return {
        **{k: row[k] for k in ("account_id", "name", "email", "listed")},
        "answer": _consented(row),
        "day": (moment - requested).days if moment is not None and requested else None,
        "seen": seen.get("first_seen"),
        "after": seen.get("previous_look"),
        "observed_by": seen.get("observed_by", ""),
    }


def _consented(row: Mapping[str, Any]) -> str:
    """Word an answer for the evidence; a request that waits is named by its state."""
    if row["answer"] == Reply.APPROVED_UNSEEN:
        return "approved, day unknown"
    waits = row["answer"] == Reply.WAITING
    return str(row["request_state"]).lower() if waits else str(row["answer"])


def changes(events: Iterable[Event]) -> Block:
    """List every call that was meant to change something, with AWS's request id."""
    told = list(events)
    rows = [_change(e) for e in told if isinstance(e, Result)]
    rows += [_unended(w) for w in record.open_writes(told) if not w.told]
    columns = {
        "at": "When",
        "operation": "Call",
        "subject": "Of",
        "by": "By",
        "changed": "Changed AWS",
        "request_id": "Request id",
        "error": "Error",
    }
    table = tables.frame(rows, _CHANGES)
    return Table("Calls that changed something", table, columns, "changes", "The journal has none.")


def _change(result: Result) -> dict[str, Any]:
    at, by = open_writes.sent(result)
    settled = f"No result then; settled {result.settled}." if result.settled else ""
    row = {column: getattr(result, column) for column in _CHANGES}
    return {**row, "at": at, "by": by, "error": f"{settled} {result.error}".strip()}


def _unended(write: record.OpenWrite) -> dict[str, Any]:
    row = {column: getattr(write, column, "") for column in _CHANGES}
    return {**row, "changed": "unknown", "error": "The journal has no result."}


def timeline(state: MigrationState, events: Iterable[Event], others: Iterable[Call] = ()) -> Block:
    """List what was done and what was seen, in order; `others` are calls that orgkit did not make.

    Within one second the record's own order counts, for a call that of its intention.
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
    return Table("Timeline", table, columns, "timeline", "The journal is empty.")


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
    """Draw the timeline, with the spans in which nobody looked."""
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


MAX_SECTIONS = 25  # the table of approvals and timeline.csv have all


def approvers(state: MigrationState) -> Block:
    """Give each account that was asked a section with every state of its request in order."""
    board = tables.rows(state.board)
    # First those whose answer is not yes: with thousands of accounts they are what is asked for.
    board.sort(key=lambda row: (row["approved"] is True, row["account_id"]))
    seen: dict[str, list[dict[str, Any]]] = {}
    for s in tables.rows(state.projection.state_changes()):
        seen.setdefault(str(s["handshake_id"]), []).append(s)
    parts: list[Block] = [_approver(r, seen) for r in board[:MAX_SECTIONS]]
    if len(board) > MAX_SECTIONS:
        text = f"{len(board) - MAX_SECTIONS:,} more are in the tables consent.csv and timeline.csv."
        parts.append(Note(text))
    return join(parts or [Note("No account was asked.")])


def _approver(row: Mapping[str, Any], seen: Mapping[str, list[dict[str, Any]]]) -> Block:
    table = tables.frame(seen.get(str(row["handshake_id"]), []), STATE_CHANGES)
    columns = {
        "state": "Request seen",
        "first_seen": "First seen",
        "previous_look": "Snapshot before",
        "observed_by": "Observed by",
    }
    title = f"{row['account_id']} {row['name']}: {_consented(row)}"
    return Table(title, table, columns, "", "No snapshot ever showed this account's request.")


def before(state: MigrationState, journal: Journal, started: datetime, as_of: str = "") -> Block:
    """Show what was known before the process was requested, or on the day named in `as_of`."""
    attempt = state.attempt
    moment = _end_of(as_of) if as_of else attempt.requested if attempt else started
    without = attempt.handshake_id if attempt and not as_of else ""
    found = journal.as_of(moment, without)
    if found is None:
        return Note(
            f"No snapshot was taken by {moment:%Y-%m-%d %H:%M} UTC: it is not known.",
            "warn",
        )
    snapshot, projection = found
    table = accounts_on(snapshot, projection)
    facts = {
        "Snapshot of": snapshot.taken_at,
        "By": snapshot.caller.arn,
        "FeatureSet": snapshot.feature_set,
        "Phase": assess(snapshot, projection).phase,
        "Accounts": int(table["member"].sum()),
    }
    gap = gap_on(snapshot, moment)
    columns = {
        "account_id": "Account",
        "name": "Name",
        "state": "State",
        "joined_method": "Joined",
        "member": "Member",
        "request": "Request",
        "seen": "Seen since",
    }
    parts: list[Block] = [Note(gap, "warn")] if gap else []
    parts.append(Facts(f"As known on {moment:%Y-%m-%d}", facts))
    return join([*parts, Table("Accounts as they were", table, columns, "before")])


def _end_of(day: str) -> datetime:
    """Find the end of a day in UTC. Raises `UsageError` for what is no day."""
    try:
        return datetime.fromisoformat(day).replace(hour=23, minute=59, second=59, tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f'as_of is "{day}".', "Write a day, for example 2026-02-01.") from error


def unknown(state: MigrationState, also: Iterable[str] = (), events: Iterable[Event] = ()) -> Block:
    """List what is not known, and why the phase is certain all the same; `also` are more gaps."""
    gaps = open_writes.gaps(state.unsettled)
    gaps += [
        f"Whether {e.operation} of {' by '.join(open_writes.sent(e))} brought about what is there: "
        "AWS shows the effect and gave no certain answer to this call."
        for e in events
        if isinstance(e, Result) and open_writes.unproved(e)
    ]
    gaps += [f"{part}: {why}." for part, why in state.snapshot.unreadable.items()]
    gaps += also
    gaps += [
        f"What happened between {row['after']} and {row['until']}: no snapshot was taken for "
        f"{row['days']} days."
        for row in tables.rows(state.projection.unobserved())
    ]
    table = consent_table(state)
    undated = table[table["seen"].isna() & state.board["answer"].isin(APPROVED)]
    gaps += [
        f"The day on which {row['account_id']} ({row['name']}) approved: no snapshot showed it, "
        "and AWS deletes answers after 30 days."
        for row in tables.rows(undated)
    ]
    if state.asked:
        gaps.append(
            "Which person approved in each account: only that account's own CloudTrail shows it."
        )
    if not gaps:
        return Note("This report has no unknown facts.")
    certain = f"The phase is certain all the same. {state.why}"
    parts: list[Block] = [Steps("Gaps", gaps)]
    return join([*parts, Note(certain)] if state.phase is not Phase.UNKNOWN else parts)


def grounds(results: Iterable[Mapping[str, Any]]) -> Block:
    """List the pre-checks that stood when the process was requested, from that run's run.json."""
    requests = [r for r in results if r["notebook"] == NotebookName.REQUEST and r["findings"]]
    changed = [r for r in requests if any(c["changed"] is not False for c in r["calls"])]
    if not changed:
        return Note("This store has no run of 02_request that requested all features.", "warn")
    table = pd.DataFrame(changed[-1]["findings"], dtype="string")
    columns = {"verdict": "Verdict", "id": "Check", "subject": "Account", "text": "Found"}
    return Table(f"Pre-checks at the request, {changed[-1]['ended']}", table, columns, "grounds")


def software() -> Block:
    """Name the software that made this report."""
    return Facts("Software", versions())


def how_to_verify(folder: RunFolder) -> Block:
    """Explain how anybody can check that nothing was altered since."""
    return Steps(
        "Steps",
        (
            f"Get the store that holds {folder.shown}.",
            "Run `orgkit verify STORE`: it recomputes every digest; no AWS, no network.",
            "Add `--head DIGEST` with the digest named under Integrity at the end of this file, or "
            "with one that you kept: it must still be in the journal.",
            "MANIFEST.sha256 in each run's folder can also be checked with `sha256sum -c`.",
        ),
    )
