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
from orgkit.evidence.journal.events import Event, Result
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.projection import STATE_CHANGES
from orgkit.evidence.runs import RunFolder, versions
from orgkit.glossary import terms
from orgkit.migration.as_of import accounts_on, gap_on
from orgkit.migration.board import APPROVED, Reply
from orgkit.migration.state import MigrationState, assess
from orgkit.snapshot import tables
from orgkit.terms import ASKS, HandshakeState, NotebookName, Phase
from orgkit.views import open_writes
from orgkit.views.blocks import Block, Facts, Note, Steps, Table, Tone, join
from orgkit.views.blocks.finding_list import TONES as VERDICT_TONES
from orgkit.views.timeline import ON_PAPER
from orgkit.views.timeline import timeline as timeline
from orgkit.views.timeline import timeline_picture as timeline_picture

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
_SIGN_OFF = ("Prepared by", "Reviewed by", "Approved by")
_ANSWERS = {
    "open": Tone.WAITING,
    "requested": Tone.WAITING,
    str(Reply.DECLINED): Tone.BLOCKED,
    str(Reply.CANCELED): Tone.BLOCKED,
    str(Reply.EXPIRED): Tone.BLOCKED,
}


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
    # Who did not approve is read first; of thousands that did, the file has all.
    table = table.iloc[table["answer"].eq("approved").to_numpy(bool).argsort(kind="stable")]
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
    badges = {"answer": _tone}
    below = {"account_id": "name"}
    return Table(
        "Approvals", table, columns, "consent", "No account was asked.",
        badges=badges, below=below, limit=ON_PAPER,
    )  # fmt: skip


def _tone(answer: str) -> Tone:
    """Give the tone of an answer as `_consented` words it; what is new to orgkit is unknown."""
    if answer.startswith("approved"):
        return Tone.GOOD
    return _ANSWERS.get(answer, Tone.UNKNOWN)


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


MAX_SECTIONS = 8  # the table of approvals and timeline.csv have all


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
    return join([*parts, Table("Accounts as they were", table, columns, "before", limit=ON_PAPER)])


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
    columns = {"verdict": "Verdict", "id": "Check", "accounts": "Accounts", "text": "Found"}
    return Table(
        f"Pre-checks at the request, {changed[-1]['ended']}", _by_check(table), columns, "grounds",
        badges={"verdict": _verdict_tone},
        passing=~_by_check(table)["verdict"].isin([str(v) for v in ASKS]),
        passing_line="checks that passed or only inform",
        limit=ON_PAPER, whole=table,
    )  # fmt: skip


def _by_check(findings: pd.DataFrame) -> pd.DataFrame:
    """Sum up findings, a row for each verdict of a check, with the text of its first finding."""
    groups = findings.groupby(["verdict", "id"], sort=False, dropna=False)
    first = groups.first().reset_index()
    accounts = groups["subject"].agg(lambda s: s.notna().mul(s.ne("")).sum()).to_numpy()
    more = groups.size().to_numpy() - 1
    texts = [f"{t} ({n:,} more)" if n else t for t, n in zip(first["text"], more, strict=True)]
    return first.assign(accounts=accounts, text=pd.array(texts, dtype="string"))


def _verdict_tone(verdict: str) -> Tone:
    known = {str(v): tone for v, tone in VERDICT_TONES.items()}
    return known.get(verdict, Tone.UNKNOWN)


def glossary() -> Block:
    """Explain the terms that this report uses."""
    return Facts("Terms", terms())


def sign_off() -> Block:
    """Leave room for those who prepared, reviewed and approved this report."""
    rows = [{"role": role, "name": "", "date": "", "signature": ""} for role in _SIGN_OFF]
    columns = {"role": "Role", "name": "Name", "date": "Date", "signature": "Signature"}
    return Table("Signatures", pd.DataFrame(rows), columns, css_class="orgkit-sign-off")


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
