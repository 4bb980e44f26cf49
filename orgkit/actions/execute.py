"""The only writer: shows nothing, asks nothing, and acts only on a plan that was confirmed.

Before a write the world is read again; if it is not what the plan showed, nothing is done. After
it, and after any error of it, the world is read again before anything is concluded: AWS was seen
to answer an error to an accept that had taken effect. Every intention and result goes to the
journal. Whatever could not be read back is unknown, never done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.actions.plan import Plan, Write
from orgkit.aws import Call
from orgkit.errors.exceptions import AwsError, OrgkitError
from orgkit.evidence.journal import events
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.snapshot.sources import NotRead
from orgkit.terms import OUTCOME_OF_PHASE, Outcome


@dataclass(frozen=True)
class Result:
    """What came of a plan: `changed` tells whether AWS changed anything, None if nobody knows."""

    outcome: Outcome
    message: str
    changed: bool | None
    state: MigrationState
    rows: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Tried:
    """One write that was tried: None means that nobody knows."""

    subject: str
    says: str
    done: bool | None
    changed: bool | None


def carry_out(observer: Observer, plan: Plan, *, confirm: str = "") -> Result:
    """Do what the plan says if `confirm` is the organization id; otherwise change nothing."""
    if plan.not_now:
        return Result(plan.outcome, f"Nothing was changed. {plan.not_now}", False, plan.state)
    # Exactly as it is: nothing is trimmed or folded, so that nobody confirms by accident.
    if confirm != plan.organization_id:
        return Result(Outcome.BLOCKED, _unconfirmed(plan, confirm), False, plan.state)
    # Between showing and typing anything may have moved, so the plan is made once more.
    now = observer.again(plan.state)
    try:
        fresh = plan.again(now)
    except NotRead as missing:
        return Result(Outcome.BLOCKED, f"Nothing was changed. {missing.problem}", False, now)
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
    """Do one write after the other; the first that is not seen to be done stops the rest."""
    tried: list[_Tried] = []
    state = plan.state
    for write in plan.writes:
        state, one = _write(observer, plan, write)
        tried.append(one)
        # Unknown stops too: the next write may rest on this one.
        if not one.done:
            break
    rows = [{"subject": t.subject, "result": t.says} for t in tried]
    rows += [{"subject": w.subject, "result": "not tried"} for w in plan.writes[len(tried) :]]
    changed = _any(t.changed for t in tried)
    if all(t.done for t in tried):
        message = f"{plan.title}: done, and read back from AWS."
        return Result(OUTCOME_OF_PHASE[state.phase], message, changed, state, tuple(rows))
    message = f"{plan.title}: stopped at {tried[-1].subject}. {tried[-1].says}"
    return Result(Outcome.BLOCKED, message, changed, state, tuple(rows))


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Say yes if one does, else that it is not known if one says that."""
    every = set(answers)
    return True if True in every else None if None in every else False


def _write(observer: Observer, plan: Plan, write: Write) -> tuple[MigrationState, _Tried]:
    """Note the intention, call, read back, note what came of it."""
    about: dict[str, Any] = {"operation": write.operation, "parameters": dict(write.parameters)}
    # Noted before the call: if this process dies, the journal still says what was tried.
    observer.note(events.Intention(**about, plan=plan.fingerprint, waived=dict(plan.waived)))
    error: Exception | None = None
    told: list[dict[str, Any]] = []
    try:
        with observer.organization.writing(write.operation):
            answer = observer.organization.call(write.operation, **write.parameters)
        # AWS is eventually consistent: its lists may not show this handshake yet.
        told = [answer["Handshake"]] if "Handshake" in answer else []
    except Exception as caught:  # looked at below, after reading what really happened
        error = caught
    try:
        state = observer.observe_until(lambda s: _seen(write, s) is not False, told)
    except Exception as unread:  # then nobody knows what became of it, and the journal says so
        last = _settle(observer, write.operation, error, None)
        observer.note(events.Result(**about, done=None, **_wire(last), error=str(error or unread)))
        raise unread from error
    seen = _seen(write, state)
    done = None if isinstance(seen, NotRead) else seen
    last = _settle(observer, write.operation, error, done)
    told_error = str(error) if error else ""
    observer.note(events.Result(**about, done=done, **_wire(last), error=told_error))
    if error and not done and not isinstance(error, OrgkitError):
        raise error  # what orgkit does not understand stays loud, with its traceback
    changed = last.changed if last else False
    return state, _Tried(write.subject, _told(error, seen), done, changed)


def _seen(write: Write, state: MigrationState) -> bool | NotRead:
    """Tell whether a write is seen to have taken effect, or why nobody can tell."""
    try:
        return write.done(state)
    except NotRead as missing:
        return missing


def _settle(
    observer: Observer, operation: str, error: Exception | None, done: bool | None
) -> Call | None:
    """Correct what the call log says of the last call by what was read back, and return it.

    A call that answered an error changed AWS if its effect is there, and nobody knows if that
    could not be read; unless AWS says that it was so before.
    """
    organization = observer.organization
    if error and done is not False and not _was_so_before(organization.calls, operation, error):
        organization.took_effect(operation, changed=done)
    return _last(organization.calls, operation)


# What AWS answers where that which is asked for is there already (service model).
_ALREADY_SO = frozenset(
    {
        "HandshakeAlreadyInStateException",
        "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
        "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
        "PolicyTypeAlreadyEnabledException",
    }
)


def _was_so_before(calls: Iterable[Call], operation: str, error: Exception) -> bool:
    """Tell whether AWS said "already so" to a first try: then it was not this call that did it."""
    already = isinstance(error, AwsError) and bool({error.code, error.reason} & _ALREADY_SO)
    last = _last(calls, operation)
    return already and last is not None and last.retries == 0


def _last(calls: Iterable[Call], operation: str) -> Call | None:
    """Find the last call of an operation; none where it was never sent."""
    return next((c for c in reversed(list(calls)) if c.operation == operation), None)


_WORDS = {True: "yes", False: "no", None: "unknown"}


def _wire(call: Call | None) -> dict[str, Any]:
    """Spell a call as the journal keeps it."""
    if call is None:
        return {"request_id": "", "status": "", "changed": _WORDS[False]}
    return {
        "request_id": call.request_id,
        "status": str(call.status),
        "changed": _WORDS[call.changed],
    }


def _told(error: Exception | None, seen: bool | NotRead) -> str:
    """Say what came of a write."""
    answered = str(error).replace("\n", " ")
    if isinstance(seen, NotRead):
        gap = f"could not be read back ({seen.why}), so whether it took effect is not known."
        return f"It {gap} {answered}" if error else f"AWS accepted the call. It {gap}"
    if error is None:
        return "done" if seen else "AWS accepted the call but does not show its effect yet."
    return "done (AWS answered an error, yet it is so)" if seen else answered
