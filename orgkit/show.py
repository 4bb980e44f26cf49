"""From data to blocks: what each notebook shows of a look, a plan, a result, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from orgkit import charts
from orgkit.actions import Result
from orgkit.actions.plan import Plan
from orgkit.blocks import Block, Facts, Group, Note, Picture, Steps, Table, join
from orgkit.checks import Finding
from orgkit.formats import printable
from orgkit.migration.board import LEFT, expected_approvers
from orgkit.migration.forecast import approvals_over_time, forecast
from orgkit.migration.state import MigrationState
from orgkit.snapshot import sources
from orgkit.terms import ASKS, LIVE_HANDSHAKE_STATES, Outcome, Verdict

_TONES = {
    Outcome.DONE: "good",
    Outcome.WAITING: "info",
    Outcome.BLOCKED: "bad",
    Outcome.EXPIRED: "bad",
    Outcome.CANCELED: "warn",
    Outcome.FAILED: "bad",
}
_BOARD = {
    "account_id": "Account",
    "name": "Name",
    "email": "Owner's address",
    "joined_method": "Joined",
    "account_state": "Account state",
    "request": "Request",
    "requested_timestamp": "Requested",
    "days_left": "Days left",
    "last_seen": "Last listed by AWS",
}


def where_we_are(progress: MigrationState) -> Block:
    """Phase, why, deadline and next step."""
    snapshot = progress.snapshot
    facts: dict[str, object] = {
        "Phase": progress.phase,
        "Why": progress.why,
        "FeatureSet": snapshot.feature_set,
        "Accounts": len(snapshot.accounts),
        "Must approve": progress.asked or _expected(progress),
    }
    if progress.attempt is not None:
        facts["Requested"] = progress.attempt.requested
        facts["Deadline"] = progress.attempt.deadline
    if progress.days_left is not None:
        facts["Days left"] = progress.days_left
    facts["Next"] = progress.next_step
    return join([Facts("Where we are", facts), *_unread(progress)], "orgkit-phase")


def _expected(progress: MigrationState) -> str:
    """How many would be asked; created accounts count only if somebody looked into them."""
    count = len(expected_approvers(progress.snapshot))
    looked = not progress.snapshot.members.empty or progress.snapshot.created.empty
    return str(count) if looked else f"at least {count}"


def _unread(progress: MigrationState) -> Iterable[Block]:
    parts = progress.snapshot.unreadable
    for part, why in ((p, w) for p, w in parts.items() if p not in sources.PARTS):
        yield Note(f"UNKNOWN: {part} could not be read, because {why}.", "warn")


_ALIKE = 10  # so many findings of one check are spelled out on a terminal


class FindingList(Group):
    """Findings as a table for the page and as short lines for a terminal."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self.findings = tuple(found)
        super().__init__((Facts("Verdicts", self._counts()), self._table()))

    def text(self) -> str:
        """Two lines a finding that asks for something, a few of each check; others are counted."""
        lines = [self.blocks[0].text()]
        asking = [f for f in self.findings if f.verdict in ASKS]
        for (verdict, _), group in groupby(asking, key=lambda f: (f.verdict, f.id)):
            alike = list(group)
            for f in alike[:_ALIKE]:
                lines += [
                    f"{verdict:<8}{f.subject:<13}{printable(f.text)}",
                    f"        {f.do_this}",
                ]
            if len(alike) > _ALIKE:
                more = f"{len(alike) - _ALIKE:,} more accounts like these: findings.csv"
                lines.append(f"{verdict:<8}{more}")
        return "\n".join(lines)

    def _counts(self) -> dict[str, int]:
        each = [f.verdict for f in self.findings]
        return {str(v): each.count(v) for v in Verdict if v in each}

    def _table(self) -> Table:
        columns = ("verdict", "check", "account", "text", "do_this", "why", "id")
        rows = [
            {
                "verdict": str(f.verdict),
                "check": f.title,
                "account": f.subject,
                "text": f.text,
                "do_this": f"{f.do_this} ({f.actor})" if f.do_this else "",
                "why": f.why,
                "id": f.id,
            }
            for f in self.findings
        ]
        table = pd.DataFrame(rows, columns=columns, dtype="string")
        return Table("Findings", table, _FINDINGS, "findings")


_FINDINGS = {
    "verdict": "Verdict",
    "check": "Check",
    "account": "Account",
    "text": "Found",
    "do_this": "What to do",
    "why": "Why it matters",
}


def findings(found: Iterable[Finding]) -> Block:
    """All findings, the worst first, with what to do and who does it."""
    return FindingList(found)


def obstacles(found: Iterable[Finding]) -> Block:
    """Only the findings that stand in the way of beginning."""
    failed = [f for f in found if f.verdict is Verdict.FAIL]
    if not failed:
        return Note("No pre-check fails.", "good")
    return FindingList(failed)


def board(progress: MigrationState) -> Table:
    """Every account that was asked and what is known of its answer."""
    table = progress.board.copy()
    table["request"] = [_request(row) for row in table.to_dict("records")]
    table, columns = _with_owners(table, _BOARD, progress)
    return Table(
        "Approvals",
        table,
        columns,
        "approvals",
        "Nobody was asked: no process is running, or no account has to approve.",
        "orgkit-board",
    )


def _with_owners(
    table: pd.DataFrame, columns: Mapping[str, str], progress: MigrationState
) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Add who owns each account, where a list of owners was given."""
    if progress.said.owners is None:
        return table, columns
    owners = [progress.said.owner(str(account)) for account in table["account_id"]]
    more = {
        "owner": [owner.name if owner else "" for owner in owners],
        "channel": [owner.channel if owner else "" for owner in owners],
        "owner_note": [owner.note if owner else "" for owner in owners],
    }
    shown = {**columns, "owner": "Owner", "channel": "Channel", "owner_note": "Note"}
    return table.assign(**more), shown


def _request(row: Mapping[Any, Any]) -> str:
    state = str(row["request_state"])
    if row["approved"] is True and state != "ACCEPTED":
        return f"approved (day unknown; last seen {state})"
    if pd.isna(row["approved"]):
        return f"unknown (last seen {state}, no longer listed)"
    words = {"ACCEPTED": "approved", "OPEN": "waiting", "REQUESTED": "waiting"}
    plain = words.get(state, state.lower())
    return plain if row["listed"] else f"{plain} (no longer listed by AWS)"


def counts(progress: MigrationState) -> Block:
    """How many approved, wait, refuse, or are unknown."""
    members = progress.members
    request, approved = members["request_state"], members["approved"]
    refused = request.isin(["DECLINED", "CANCELED", "EXPIRED"]) & ~approved.fillna(False)
    unknown = approved.isna()
    waiting = progress.asked - progress.approved - int(refused.sum()) - int(unknown.sum())
    return Facts(
        "Counts",
        {
            "Asked": progress.asked,
            "Approved": progress.approved,
            "Waiting": waiting,
            "Declined, canceled or expired": int(refused.sum()),
            "Unknown": int(unknown.sum()),
            "Left the organization": len(progress.board) - progress.asked,
            "Forecast": forecast(progress).text,
        },
    )


def approvals_chart(progress: MigrationState) -> Block:
    """Approvals over time against the deadline."""
    attempt = progress.attempt
    if attempt is None or progress.asked == 0:
        return Note("There is nothing to draw: nobody was asked to approve.")
    points = approvals_over_time(progress)
    last = int(points["approved"].iloc[-1])
    alt = (
        f"{last} of {progress.asked} approvals were seen by "
        f"{points['day'].iloc[-1]:%Y-%m-%d}; the deadline is {attempt.deadline:%Y-%m-%d}."
    )
    seen = forecast(progress)
    band = (seen.early, seen.late) if seen.early and seen.late else None
    if band:
        alt += f" The last is forecast between {band[0]:%Y-%m-%d} and {band[1]:%Y-%m-%d}."
    svg = charts.approvals(points, progress.asked, attempt.deadline, band)
    return Picture("Approvals first seen, against the deadline", svg, alt)


def board_picture(progress: MigrationState) -> Block:
    """The board at a glance: one mark an account, in the order of their ids."""
    if progress.board.empty:
        return Note("There is nothing to draw: nobody was asked to approve.")
    answers = [_answer(row) for row in progress.board.to_dict("records")]
    words = ", ".join(f"{answers.count(a):,} {a}" for a in dict.fromkeys(sorted(answers)))
    alt = f"{len(answers):,} accounts, one mark each: {words}."
    return Picture("The board, one mark an account", charts.grid(answers), alt)


def answers(progress: MigrationState) -> list[str]:
    """What is known of each account of the board: approved, waiting, declined, canceled, expired,
    unknown, or left; one word a row, to filter by.
    """
    rows = progress.board.to_dict("records")
    words = [_answer(row) for row in rows]
    states = [str(row["request_state"]).lower() for row in rows]
    return [s if w == "refused" else w for s, w in zip(states, words, strict=True)]


def _answer(row: Mapping[Any, Any]) -> str:
    if row["account_state"] == LEFT:
        return "left"
    if pd.isna(row["approved"]):
        return "unknown"
    if row["approved"]:
        return "approved"
    return "waiting" if row["request_state"] in LIVE_HANDSHAKE_STATES else "refused"


def blockers(progress: MigrationState) -> Block:
    """What stands in the way, and the ways out."""
    if not progress.blockers:
        return Note("No account declined, and every account that was asked can act.", "good")
    ways = (
        "Ask the owner to reconsider, or have AWS Support reinstate the account.",
        "Remove the account from the organization if it can stand alone.",
        "Cancel the process and begin again once this is cleared.",
    )
    return Group((Steps("What blocks", progress.blockers), Steps("Ways out", ways)))


_INVITATIONS = {
    "handshake_id": "Handshake",
    "account_id": "Account",
    "email": "Invited address",
    "requested_timestamp": "Sent",
    "expiration_timestamp": "Until",
}


def plan(planned: Plan) -> Block:
    """What would be done, to whom, and whether it can be undone."""
    if planned.not_now:
        return Note(planned.not_now, "warn" if planned.outcome is not Outcome.BLOCKED else "bad")
    parts: list[Block] = [Steps(f"Plan: {planned.title}", planned.steps)]
    if not planned.targets.empty and "account_id" in planned.targets:
        columns = {"account_id": "Account", "name": "Name", "email": "Owner's address"}
        parts.append(Table("Accounts concerned", planned.targets, columns, "plan"))
    if not planned.cancels.empty:
        table = planned.cancels
        parts.append(Table("Invitations that are canceled", table, _INVITATIONS, "invitations"))
    for name, reason in planned.waived.items():
        parts.append(Note(f"Waived by you: {name}, because {reason}.", "warn"))
    parts.append(Note(planned.undo, "warn"))
    parts.append(Note(f"To allow this, the id {planned.organization_id} has to be typed below."))
    return join(parts)


def result(done: Result) -> Block:
    """What came of the plan."""
    parts: list[Block] = [Note(done.message, _TONES[done.outcome] if not done.changed else "good")]
    if len(done.rows) > 1:
        parts.append(
            Table("Calls", pd.DataFrame(done.rows), {"subject": "For", "result": "Result"})
        )
    return join(parts)


def policy_types(progress: MigrationState) -> Block:
    """Every policy type that this version of botocore knows, with its status on the root."""
    columns = {"type": "Policy type", "status": "Status", "root_id": "Root"}
    return Table("Policy types", progress.snapshot.policy_types, columns, "policy_types")


_ACCOUNTS = {
    "account_id": "Account",
    "name": "Name",
    "email": "Owner's address",
    "state": "State",
    "joined_method": "Joined",
    "joined_timestamp": "Since",
}


def accounts(progress: MigrationState) -> Block:
    """Every account of the organization."""
    return Table("Accounts", progress.snapshot.accounts, _ACCOUNTS, "accounts")


def approvers(progress: MigrationState) -> Block:
    """Who would be asked if the process began now."""
    table, columns = _with_owners(expected_approvers(progress.snapshot), _ACCOUNTS, progress)
    return Table("Who would be asked", table, columns, "approvers", "Nobody has to approve.")


def proof(progress: MigrationState) -> Block:
    """What AWS says of the feature set now."""
    snapshot = progress.snapshot
    facts = {"FeatureSet": snapshot.feature_set, "Read at": snapshot.taken_at}
    tone = "good" if snapshot.has_all_features else "warn"
    says = "all features" if snapshot.has_all_features else "consolidated billing only"
    return join([Facts("Read back from AWS", facts), Note(f"The organization has {says}.", tone)])
