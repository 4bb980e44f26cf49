"""One snapshot after another: read AWS, keep what was seen, compute where we stand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orgkit.aws import Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence import lease
from orgkit.evidence.journal.events import Event, Result
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.open_writes import OpenWrite
from orgkit.formats import moment, stamp
from orgkit.migration.effects import effect
from orgkit.migration.inputs import NO_INPUTS, Inputs
from orgkit.migration.state import MigrationState, Unsettled, assess
from orgkit.snapshot import snapshot
from orgkit.snapshot.snapshot import Snapshot

# AWS's clock is compared with AWS's clock, but two services need not agree to the second.
_CLOCKS_DIFFER = timedelta(hours=1)
_LISTS_LAG = timedelta(minutes=5)
_NO_WALK = timedelta(days=400)  # the process lasts 90 days, and what ended is shown for 30 more
# Seconds between snapshots after a write: AWS Organizations is eventually consistent.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)


@dataclass(frozen=True)
class Observer:
    """An organization, its journal, and the run on whose behalf snapshots are taken."""

    organization: Organization
    journal: Journal
    run: str = ""
    sleep: Callable[[float], None] = field(default=time.sleep)
    _settled: list[Unsettled] = field(default_factory=list, init=False)

    def observe(
        self,
        member_role: str = "",
        told: Iterable[Mapping[str, Any]] = (),
        *,
        thorough: bool = False,
        inputs: Inputs = NO_INPUTS,
    ) -> MigrationState:
        """Take a snapshot, keep it in the journal and compute where the process stands."""
        taken = snapshot.take(self.organization, member_role, told, thorough=thorough)
        taken = self._beside_the_record(taken)
        state = assess(taken, self.journal.observe(taken, self.run), inputs)
        return self.settle(state, self._at_work() if self.journal.open_writes else "")

    def settle(self, state: MigrationState, at_work: str = "") -> MigrationState:
        """Settle the writes of which this look shows what became, unless somebody is at work."""
        for write in self.journal.open_writes:
            self._settle(write, state, at_work)
        return self.tell(state, at_work)

    def tell(self, state: MigrationState, at_work: str = "") -> MigrationState:
        """List in a state the writes that are open still, and those that this run settled."""
        open_ = [Unsettled(w, effect(w, state), at_work) for w in self.journal.open_writes]
        return replace(state, unsettled=(*self._settled, *open_))

    def _at_work(self) -> str:
        """Name whoever may be writing at this moment, "" for nobody."""
        try:
            held = lease.holder(self.journal.store, self.journal.organization_id)
        except OrgkitError as error:  # then it is not settled; whoever writes is told the rest
            return error.problem
        return held.shown if held and held.at_work(self.clock()) else ""

    def _settle(self, write: OpenWrite, state: MigrationState, at_work: str) -> None:
        seen = effect(write, state)
        if at_work or seen is None or (not seen and self._too_early(write, state)):
            return
        self.note(_later_result(write, seen, state))
        self._settled.append(Unsettled(write, seen, settled=True))

    def _too_early(self, write: OpenWrite, state: MigrationState) -> bool:
        """Tell whether AWS's lists may still lag behind: what they do not show may be there."""
        age = state.snapshot.taken_at - moment(write.at)
        return not self.organization.simulated and age < _LISTS_LAG

    def clock(self) -> datetime:
        """The time by which a lease runs: AWS's, but this machine's where time is simulated."""
        return datetime.now(UTC) if self.organization.simulated else self.organization.now

    def again(self, state: MigrationState) -> MigrationState:
        """Take another snapshot, as thorough as that one, with what was said then."""
        before = state.snapshot
        return self.observe(before.member_role, thorough=before.thorough, inputs=state.inputs)

    def observe_until(
        self, done: Callable[[MigrationState], bool], told: Iterable[Mapping[str, Any]] = ()
    ) -> MigrationState:
        """Take snapshots until something is so, politely, not for ever; return the last state."""
        seen = self.observe(told=told)
        for pause in PAUSES:
            if done(seen):
                break
            self.sleep(0 if self.organization.simulated else pause)
            seen = self.observe(told=told)
        return seen

    def _beside_the_record(self, taken: Snapshot) -> Snapshot:
        """Hold a snapshot's time against the journal's newest.

        A later record is of a simulator that began again since, and is refused. On AWS, and where
        it lies farther ahead than any walk leads, some clock was wrong when it was written: that is
        told, and passed over.
        """
        now, last = taken.taken_at, self.journal.projection.last_snapshot
        ahead = moment(last) - now if last else timedelta(0)
        if ahead <= _CLOCKS_DIFFER:
            return taken
        if self.organization.simulated and ahead < _NO_WALK:
            raise OrgkitError(
                f"The journal in this store was last written at {last}, but it is {stamp(now)} "
                f"now.",
                "Name another store. On the simulator, `orgkit sim reset` begins a new "
                "organization with an id of its own.",
            )
        told = (
            f"The newest snapshot in the journal is dated {last}, and it is {stamp(now)} now: "
            "a clock was wrong then. What was read is kept, its date is not used."
        )
        return replace(taken, clock=f"{taken.clock} {told}".strip())

    def note(self, event: Event) -> None:
        """Keep an event at AWS's time under the caller's name."""
        organization = self.organization
        self.journal.note(event, stamp(organization.now), organization.caller.arn, self.run)


def _later_result(write: OpenWrite, seen: bool, state: MigrationState) -> Result:
    """Word what a look found out. That its effect is there does not prove that this call did it."""
    return Result(
        operation=write.operation,
        parameters=dict(write.parameters),
        done=seen,
        changed="unknown" if seen else "no",
        error=write.told,
        settled=f"by the snapshot of {stamp(state.snapshot.taken_at)}",
        intended_at=write.at,
        intended_by=write.by,
        intended_run=write.run,
    )
