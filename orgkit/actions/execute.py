"""The only writer: shows nothing, asks nothing, and acts only on a plan that was confirmed.

One person at a time, by a lease in the store. Before a write the world is read again; if it is not
what the plan showed, nothing is done. Who asks is asked with the very credentials of the write.
After it, and after any error of it, the world is read again before anything is concluded: AWS was
seen to answer an error to an accept that had taken effect. A write is sent again only if AWS says
that it did nothing with it, and shows that nothing has moved. Every intention and result goes to
the journal. Whatever could not be read back is unknown, never done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orgkit.actions.answer import Answer, send
from orgkit.actions.plan import Plan, Write
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence import lease
from orgkit.evidence.journal import events
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.snapshot.sources import NotRead
from orgkit.terms import OUTCOME_OF_PHASE, Outcome

# Seconds before a write that AWS put off (throttled, or never reached it) is sent again.
PAUSES = (1.0, 2.0, 4.0, 8.0)


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


def carry_out(observer: Observer, plan: Plan, *, confirm: str = "", shown: str = "") -> Result:
    """Do what the plan says if `confirm` allows it; otherwise change nothing.

    `shown` says for the journal where the plan had been shown. Raises `OrgkitError` while somebody
    else holds the lease, and where AWS was changed and that could not be kept or read.
    """
    if plan.not_now:
        return Result(plan.outcome, f"Nothing was changed. {plan.not_now}", False, plan.state)
    if not plan.allowed_by(confirm):
        return Result(Outcome.BLOCKED, _unconfirmed(plan, confirm), False, plan.state)
    organization, journal = observer.organization, observer.journal
    organization.identify()  # and the time, for what was shown may be hours old
    by, of = organization.caller.arn, journal.organization_id
    with lease.take(journal.store, of, by, observer.run, observer.clock) as held:
        if held.overtaken is not None:
            observer.note(_overtaken(held.overtaken))
        return _fresh(observer, plan, _Writer(observer, held, shown))


def _overtaken(before: lease.Holder) -> events.Overtaken:
    return events.Overtaken(
        holder=before.holder,
        host=before.host,
        held_by_run=before.run,
        since=before.taken,
        until=before.until,
    )


def _unconfirmed(plan: Plan, confirm: str) -> str:
    said = f'`confirm` is "{confirm}"' if confirm else "`confirm` is empty"
    return (
        f"Nothing was changed: {said}. To allow the plan above, set `confirm` to the "
        f"organization id, {plan.organization_id}, and run this again."
    )


def _fresh(observer: Observer, plan: Plan, writer: _Writer) -> Result:
    """Make the plan once more: between showing and typing anything may have moved."""
    # What somebody left half done is settled first, for it decides what there is to do.
    now = observer.settle(observer.again(plan.state))
    stopped = _open(plan, now)
    try:
        fresh = plan.again(now)
    except NotRead as missing:
        return Result(Outcome.BLOCKED, f"Nothing was changed. {missing.problem}", False, now)
    if fresh.not_now or fresh.fingerprint != plan.fingerprint:
        stopped = (
            "Nothing was changed: the state in AWS changed after the plan was shown. Run "
            "this again."
        )
        stopped += f" {fresh.not_now}" if fresh.not_now else ""
    if stopped:
        return Result(Outcome.BLOCKED, stopped, False, fresh.state)
    return _write_all(writer, fresh)


def _open(plan: Plan, now: MigrationState) -> str:
    """Say which earlier try of the same call may have taken effect and does not show it yet."""
    calls = [(w.operation, dict(w.parameters)) for w in plan.writes]
    for each in now.unsettled:
        if not each.settled and (each.write.operation, each.write.parameters) in calls:
            return (
                f"Nothing was changed: {each.write.shown} of {each.write.at} by {each.write.by} "
                "may have taken effect, and AWS does not show yet whether it did. Run this again "
                "in 5 minutes."
            )
    return ""


def _write_all(writer: _Writer, plan: Plan) -> Result:
    """Do one write after the other; the first that is not seen to be done stops the rest."""
    tried: list[_Tried] = []
    state = plan.state
    for write in plan.writes:
        state, one = writer.write(plan, write, state)
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


@dataclass(frozen=True)
class _Writer:
    """Writes for one confirmation, while it holds the lease.

    `tries` are those of the write at hand: None for one that is being sent, or was interrupted.
    """

    observer: Observer
    held: lease.Lease
    shown: str
    tries: list[Answer | None] = field(default_factory=list)

    def write(
        self, plan: Plan, write: Write, before: MigrationState
    ) -> tuple[MigrationState, _Tried]:
        """Note the intention, send, read back, note what came of it."""
        if _seen(write, before) is True:  # somebody else did it while an earlier one was made
            return before, _Tried(write.subject, "already in effect; nothing was sent", True, False)
        self.tries.clear()
        # Noted before the call: if this process dies, the journal still says what was tried.
        self.observer.note(self._intention(plan, write, before))
        try:
            answer = self._send(plan, write)
            state = self.observer.observe_until(lambda s: _seen(write, s) is not False, answer.told)
        except BaseException as unread:  # an interrupt, too: then nobody knows, and that is kept
            self._unread(write, unread)
            raise
        seen = _seen(write, state)
        done, changed = _came_of(answer, seen)
        self._keep(write, answer, done, changed, str(answer.error or ""))
        if answer.error and not done and not isinstance(answer.error, OrgkitError):
            if changed is None:
                raise _warning(write, answer, changed, str(answer.error)) from answer.error
            raise answer.error  # what orgkit does not understand stays loud, with its traceback
        tried = _Tried(write.subject, _told(answer, seen, done), done, changed)
        return self.observer.tell(state), tried

    def _intention(self, plan: Plan, write: Write, before: MigrationState) -> events.Intention:
        return events.Intention(
            operation=write.operation,
            parameters=dict(write.parameters),
            plan=plan.fingerprint,
            waived=dict(plan.waived),
            shown=self.shown,
            attempt=before.attempt.handshake_id if before.attempt else "",
        )

    def _send(self, plan: Plan, write: Write) -> Answer:
        """Send it; again only while AWS did certainly nothing with it, and nothing has moved."""
        for pause in PAUSES:
            answer = self._once(write)
            if not answer.again:
                return answer
            self.observer.sleep(0 if self.observer.organization.simulated else pause)
            if not self._unmoved(plan):
                return answer
        return self._once(write)

    def _once(self, write: Write) -> Answer:
        organization = self.observer.organization
        self.held.renew()
        with organization.writing(write.operation):
            organization.identify()
            self.tries.append(None)
            self.tries[-1] = answer = send(organization, write.operation, dict(write.parameters))
        return answer

    def _unmoved(self, plan: Plan) -> bool:
        """Tell whether everything is as the plan showed it."""
        try:
            again = plan.again(self.observer.again(plan.state))
        except NotRead:
            return False
        return not again.not_now and again.fingerprint == plan.fingerprint

    def _unread(self, write: Write, unread: BaseException) -> None:
        """Keep what is known of a write that could not be read back; raises to tell of it."""
        answer = self.tries[-1] if self.tries else _NEVER_SENT
        answer = _INTERRUPTED if answer is None else answer
        done, changed = _came_of(answer, None)
        self._keep(write, answer, done, changed, str(answer.error or unread))
        if changed is not False and isinstance(unread, Exception):
            then = f"its effect could not be read. {_plain(unread)}"
            raise _warning(write, answer, changed, then) from unread

    def _keep(
        self, write: Write, answer: Answer, done: bool | None, changed: bool | None, error: str
    ) -> None:
        """Keep the result. A record that fails now must not hide that AWS was changed."""
        call = answer.call
        if call is not None:
            self.observer.organization.took_effect(write.operation, changed=changed)
        result = events.Result(
            operation=write.operation,
            parameters=dict(write.parameters),
            done=done,
            request_id=call.request_id if call else "",
            status=str(call.status) if call else "",
            changed=_WORDS[changed],
            error=error,
        )
        try:
            self.observer.note(result)
        except Exception as failed:
            if changed is False:
                raise
            then = f"the journal could not be written. {_plain(failed)}"
            raise _warning(write, answer, changed, then) from failed


_INTERRUPTED = Answer(error=InterruptedError("interrupted while it was sent"), sent=True)
_NEVER_SENT = Answer(error=OrgkitError("It was not sent.", "Run this again."))


def _plain(error: Exception) -> str:
    return error.problem if isinstance(error, OrgkitError) else f"{type(error).__name__}: {error}"


def _warning(write: Write, answer: Answer, changed: bool | None, then: str) -> OrgkitError:
    """Tell, before anything else, that AWS was changed or may have been, and what to note."""
    about = ", ".join(str(value) for value in write.parameters.values())
    was = "WAS CHANGED" if changed else "MAY HAVE BEEN CHANGED"
    call = answer.call
    at = f" at {call.at}, request id {call.request_id or 'unknown'}" if call else ""
    return OrgkitError(
        f"AWS {was}: {f'{write.operation} {about}'.rstrip()} was sent{at}, and then {then}",
        "Note the operation, time and request id by hand and keep them with the evidence. Do not "
        "repeat it: when store and AWS can be reached again, 00_start_here reads its result and "
        "adds it to the journal.",
    )


def _seen(write: Write, state: MigrationState) -> bool | NotRead:
    """Tell whether a write is seen to have taken effect, or why nobody can tell."""
    try:
        return write.done(state)
    except NotRead as missing:
        return missing


def _came_of(answer: Answer, seen: bool | NotRead | None) -> tuple[bool | None, bool | None]:
    """Conclude from the answer and from what was read back: done, and whether this changed AWS.

    An effect that is there after an error may be this call's or somebody else's. One that is not
    there proves nothing after an answer that was lost: AWS may show it later.
    """
    shown = seen if isinstance(seen, bool) else None
    if answer.error is None:
        return shown, True
    if answer.nothing_done:
        return bool(shown), False
    if shown is False and answer.refused:
        return False, False
    return (True if shown else None), None


_WORDS = {True: "yes", False: "no", None: "unknown"}


def _told(answer: Answer, seen: bool | NotRead, done: bool | None) -> str:
    """Say what came of a write."""
    answered = str(answer.error).replace("\n", " ")
    if isinstance(seen, NotRead):
        gap = f"could not be read back ({seen.why}), so whether it took effect is not known."
        return f"It {gap} {answered}" if answer.error else f"AWS accepted the call. It {gap}"
    if answer.error is None:
        return "done" if seen else "AWS accepted the call but does not show its effect yet."
    if seen:
        return "done (AWS answered with an error, but the change took effect)"
    if done is None:
        return f"AWS does not show its effect; whether it took effect is not known. {answered}"
    return answered
