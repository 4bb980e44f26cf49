"""One snapshot after another: read AWS, keep what was seen, compute where we stand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from orgkit.aws import Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.events import Event
from orgkit.evidence.journal.journal import Journal
from orgkit.formats import moment, stamp
from orgkit.migration.inputs import NO_INPUTS, Inputs
from orgkit.migration.state import MigrationState, assess
from orgkit.snapshot import snapshot
from orgkit.snapshot.snapshot import Snapshot

# AWS's clock is compared with AWS's clock, but two services need not agree to the second.
_CLOCKS_DIFFER = timedelta(hours=1)
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
        return assess(taken, self.journal.observe(taken, self.run), inputs)

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
        """Hold a snapshot's time against the record's newest.

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
                f"The record in this store was last written at {last}, but it is {stamp(now)} now.",
                "Name another store. On the simulator, `orgkit sim reset` begins a new "
                "organization with an id of its own.",
            )
        told = (
            f"The newest look in the record is dated {last}, and it is {stamp(now)} now: "
            "a clock was wrong then. What was seen is kept, its day is not believed."
        )
        return replace(taken, clock=f"{taken.clock} {told}".strip())

    def note(self, event: Event) -> None:
        """Keep an event at AWS's time under the caller's name."""
        organization = self.organization
        self.journal.note(event, stamp(organization.now), organization.caller.arn, self.run)
