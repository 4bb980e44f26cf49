"""Plans: what a change would do, computed from a snapshot and shown before it happens. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from orgkit.formats import canonical
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.snapshot.sources import not_read
from orgkit.terms import OUTCOME_OF_PHASE, HandshakeAction, Outcome, Phase

# What is shown of them: columns of the table, and their titles.
SHOWN_OF_ACCOUNTS = {"account_id": "Account", "name": "Name", "email": "Owner's address"}
SHOWN_OF_INVITATIONS = {
    "handshake_id": "Handshake",
    "account_id": "Account",
    "email": "Invited address",
    "requested_timestamp": "Sent",
    "expiration_timestamp": "Until",
}
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
    concerns: str = ""  # what exactly the call is about, where its parameters are only ids
    undo: str = ""
    not_now: str = ""
    outcome: Outcome = Outcome.BLOCKED
    waived: Mapping[str, str] = field(default_factory=dict)

    @property
    def organization_id(self) -> str:
        """What has to be typed to allow it."""
        return self.state.snapshot.organization_id

    @property
    def shows(self) -> dict[str, Any]:
        """Everything that is shown of it, as plain values, and nothing that only time moves."""
        snapshot = self.state.snapshot
        return {
            "title": self.title,
            "organization": snapshot.organization_id,
            # What one caller confirmed is not confirmed for another.
            "caller": snapshot.caller.principal,
            "phase": str(self.state.phase),
            "concerns": self.concerns,
            "steps": list(self.steps),
            "undo": self.undo,
            "waived": dict(self.waived),
            "accounts": _texts(self.targets, "account_id", SHOWN_OF_ACCOUNTS),
            "invitations": _texts(self.cancels, "handshake_id", SHOWN_OF_INVITATIONS),
            "calls": [[w.operation, dict(w.parameters), w.subject] for w in self.writes],
        }

    @property
    def code(self) -> str:
        """The start of the fingerprint, short enough to type: it allows this very plan."""
        return self.fingerprint[:8]

    def allowed_by(self, confirm: str) -> bool:
        """Tell whether the id of the organization was typed exactly, alone or with the code."""
        # Nothing is trimmed or folded, so that nobody confirms by accident.
        return confirm in (self.organization_id, f"{self.organization_id}:{self.code}")

    @property
    def fingerprint(self) -> str:
        """Changes with everything that the plan shows."""
        return hashlib.sha256(canonical(self.shows)).hexdigest()


def _texts(table: pd.DataFrame, key: str, columns: Iterable[str]) -> dict[str, list[str]]:
    """Spell the shown columns of a table, by its key."""
    if key not in table:
        return {}
    rows = zip(*(table[c].astype("string").fillna("") for c in columns if c in table), strict=True)
    return dict(zip(table[key].astype("string"), map(list, rows), strict=True))


def of_process(
    state: MigrationState, operation: str, phases: Iterable[Phase], reaches: Phase
) -> dict[str, Any]:
    """Make the one call about the organization's handshake, and what a plan shows and needs of it.

    Its action is shown, and only that of this process is ever accepted or canceled.
    """
    identity = state.attempt.handshake_id if state.attempt else ""
    action = str(state.projection.handshakes.get(identity, {}).get("action"))
    refused = only_in(state, *phases)
    if not refused and action not in _OF_PROCESS:
        why = f"The organization's handshake {identity} has the action {action}"
        refused = not_now(f"{why}, which is none of this process.", Outcome.BLOCKED)
    subject = "the organization's handshake"
    return {
        "state": state,
        "writes": (Write(operation, {"HandshakeId": identity}, subject, reached(reaches)),),
        "targets": state.board,
        "concerns": f"It is the handshake {identity}; its action is {action}.",
        **refused,
    }


# AWS's documents swap the two (ADR 0002).
_OF_PROCESS = frozenset({HandshakeAction.ENABLE_ALL_FEATURES, HandshakeAction.APPROVE_ALL_FEATURES})


def not_now(why: str, outcome: Outcome) -> dict[str, Any]:
    """Say why a plan does nothing now, and the outcome of that."""
    return {"not_now": why, "outcome": outcome}


def unknown(state: MigrationState) -> dict[str, Any]:
    """Refuse every plan while AWS says what orgkit does not know."""
    if not state.unknown:
        return {}
    words = "; ".join(state.unknown)
    return not_now(
        f"AWS returned a value that orgkit does not know: {words}. {STRANGE}",
        Outcome.BLOCKED,
    )


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
