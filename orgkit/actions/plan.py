"""Plans: what a change would do, computed from a snapshot and shown before it happens. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from orgkit.formats import canonical
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.snapshot.sources import not_read
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase

RUNNING = frozenset({Phase.WAITING, Phase.BLOCKED, Phase.READY})


@dataclass(frozen=True)
class Write:
    """One call that changes something, and how to see that it has taken effect.

    `done` raises `NotRead` where what would show it was not read: then nobody knows.
    """

    operation: str
    parameters: Mapping[str, Any]
    subject: str
    done: Callable[[MigrationState], bool]


def reached(*phases: Phase) -> Callable[[MigrationState], bool]:
    """Tell by the phase whether a write has taken effect, for `Write.done`."""

    def done(state: MigrationState) -> bool:
        if state.phase is Phase.UNKNOWN:
            state.snapshot.part("handshakes")  # raises where they are why the phase is unknown
            raise not_read("handshakes", state.why)
        return state.phase in phases

    return done


@dataclass(frozen=True, eq=False)
class Plan:
    """What would be done. With `not_now` it says why this is not the moment, and does nothing."""

    title: str
    state: MigrationState
    writes: tuple[Write, ...]
    steps: tuple[str, ...]
    again: Callable[[MigrationState], Plan]  # the same plan for a newer state
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    cancels: pd.DataFrame = field(default_factory=pd.DataFrame)  # invitations that end with it
    undo: str = ""
    not_now: str = ""
    outcome: Outcome = Outcome.BLOCKED
    waived: Mapping[str, str] = field(default_factory=dict)

    @property
    def organization_id(self) -> str:
        """What has to be typed to allow it."""
        return self.state.snapshot.organization_id

    @property
    def fingerprint(self) -> str:
        """Changes when phase, organization, caller, targets, invitations or calls do."""
        snapshot = self.state.snapshot
        ids = self.targets["account_id"].tolist() if "account_id" in self.targets else []
        ended = self.cancels["handshake_id"].tolist() if "handshake_id" in self.cancels else []
        moved = {
            "phase": self.state.phase,
            "organization_id": snapshot.organization_id,
            # What one caller confirmed is not confirmed for another.
            "caller": snapshot.caller.arn,
            "targets": [str(i) for i in ids],
            "cancels": [str(i) for i in ended],
            "writes": [[w.operation, dict(w.parameters)] for w in self.writes],
        }
        return hashlib.sha256(canonical(moved)).hexdigest()


def not_now(why: str, outcome: Outcome) -> dict[str, Any]:
    """Say why a plan does nothing now, and the outcome of that."""
    return {"not_now": why, "outcome": outcome}


def unknown(state: MigrationState) -> dict[str, Any]:
    """Refuse every plan while AWS says what orgkit does not know."""
    if not state.unknown:
        return {}
    words = "; ".join(state.unknown)
    return not_now(f"AWS says what orgkit does not know: {words}. {STRANGE}", Outcome.BLOCKED)


def only_in(state: MigrationState, *phases: Phase) -> dict[str, Any]:
    """Refuse a plan outside the phases in which it makes sense."""
    if strange := unknown(state):
        return strange
    phase = state.phase
    if phase in phases:
        return {}
    # These say nothing about how a process ended, so the run counts as blocked instead.
    stays = phase in (Phase.CONSOLIDATED_BILLING, Phase.READY, Phase.UNKNOWN)
    outcome = Outcome.BLOCKED if stays else OUTCOME_OF_PHASE[phase]
    return not_now(f"The phase is {phase}. {state.next_step}", outcome)
