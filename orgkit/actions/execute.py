"""The only writer: shows nothing, asks nothing, and acts only on a plan that was confirmed.

Before a write the world is read again; if it is not what the plan showed, nothing is done. After
it, and after any error of it, the world is read again before anything is concluded: AWS was seen
to answer an error to an accept that had taken effect. Every intention and result goes to the
record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.actions.plan import Plan, Write
from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.evidence.journal import events
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.terms import OUTCOME_OF_PHASE, Outcome


@dataclass(frozen=True)
class Result:
    """What came of a plan: `changed` tells whether AWS changed anything."""

    outcome: Outcome
    message: str
    changed: bool
    state: MigrationState
    rows: tuple[Mapping[str, str], ...] = ()


def carry_out(observer: Observer, plan: Plan, *, confirm: str = "") -> Result:
    """Do what the plan says if `confirm` is the organization id; otherwise change nothing."""
    if plan.not_now:
        return Result(plan.outcome, f"Nothing was changed. {plan.not_now}", False, plan.state)
    if confirm != plan.organization_id:
        return Result(Outcome.BLOCKED, _unconfirmed(plan, confirm), False, plan.state)
    fresh = plan.again(observer.again(plan.state))
    if fresh.not_now or fresh.fingerprint != plan.fingerprint:
        message = "Nothing was changed: AWS has moved since the plan was shown. Read it again."
        message += f" {fresh.not_now}" if fresh.not_now else ""
        return Result(Outcome.BLOCKED, message, False, fresh.state)
    return _write_all(observer, fresh)


def _unconfirmed(plan: Plan, confirm: str) -> str:
    said = f'`confirm` is "{confirm}"' if confirm else "`confirm` is empty"
    return (
        f"Nothing was changed: {said}. To allow the plan above, set `confirm` to the "
        f"organization id, {plan.organization_id}, and run this again."
    )


def _write_all(observer: Observer, plan: Plan) -> Result:
    rows: list[dict[str, str]] = []
    state, changed, failed = plan.state, False, False
    for write in plan.writes:
        if failed:
            rows.append({"subject": write.subject, "result": "not tried"})
            continue
        state, row = _write(observer, plan, write)
        rows.append(row)
        changed = changed or row["changed"] == "yes"
        failed = not write.done(state)
    outcome = Outcome.BLOCKED if failed else OUTCOME_OF_PHASE[state.phase]
    return Result(outcome, _summary(plan, rows, failed), changed, state, tuple(rows))


def _summary(plan: Plan, rows: list[dict[str, str]], failed: bool) -> str:
    if not failed:
        return f"{plan.title}: done, and read back from AWS."
    stopped = next(r for r in reversed(rows) if r["result"] != "not tried")
    return f"{plan.title}: stopped at {stopped['subject']}. {stopped['result']}"


def _write(observer: Observer, plan: Plan, write: Write) -> tuple[MigrationState, dict[str, str]]:
    """One write: note the intention, call, read back, note what came of it."""
    about: dict[str, Any] = {"operation": write.operation, "parameters": dict(write.parameters)}
    observer.note(events.Intention(**about, plan=plan.fingerprint, waived=dict(plan.waived)))
    error: Exception | None = None
    told: list[dict[str, Any]] = []
    try:
        with observer.organization.writing(write.operation):
            answer = observer.organization.call(write.operation, **write.parameters)
        told = [answer["Handshake"]] if "Handshake" in answer else []
    except Exception as caught:  # looked at below, after reading what really happened
        error = caught
    try:
        state = observer.observe_until(write.done, told)
    except Exception as unread:  # then nobody knows what became of it, and the record says so
        last = _last_call(observer, write.operation)
        last["changed"] = "unknown" if error else last["changed"]
        observer.note(events.Result(**about, done=None, **last, error=str(error or unread)))
        raise unread from error
    done = write.done(state)
    if error and done and not _somebody_else(observer, write.operation, error):
        observer.organization.took_effect(write.operation)
    last = _last_call(observer, write.operation)
    row = {"subject": write.subject, "result": _told(error, done), "changed": last["changed"]}
    observer.note(events.Result(**about, done=done, **last, error=str(error) if error else ""))
    if error and not done and not isinstance(error, OrgkitError):
        raise error
    return state, row


def _somebody_else(observer: Observer, operation: str, error: Exception) -> bool:
    """Whether AWS said "already so" to a first try: then it was not this call that did it."""
    calls = [c for c in observer.organization.calls if c.operation == operation]
    already = isinstance(error, AwsError) and "ALREADY" in f"{error.code} {error.reason}".upper()
    return already and bool(calls) and calls[-1].retries == 0


def _last_call(observer: Observer, operation: str) -> dict[str, Any]:
    call = next(
        (c for c in reversed(observer.organization.calls) if c.operation == operation), None
    )
    if call is None:
        return {"request_id": "", "status": "", "changed": "no"}
    return {
        "request_id": call.request_id,
        "status": str(call.status),
        "changed": "yes" if call.changed else "no",
    }


def _told(error: Exception | None, done: bool) -> str:
    if error is None:
        return "done" if done else "AWS accepted the call but does not show its effect yet."
    if done:
        return "done (AWS answered an error, yet it is so)"
    return str(error).replace("\n", " ")
