"""Where the process stands: phase, board of approvals, deadline, forecast, next step. Pure.

Handshakes are judged by structure and by the parent's state, never by counting: OPEN on an
account's handshake means waiting, on the organization's it means ready to finalize (user guide,
standard migration). What AWS listed once and lists no longer keeps its last observed state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from orgkit.aws.answers import quoted
from orgkit.evidence.journal.open_writes import OpenWrite
from orgkit.evidence.journal.projection import Projection
from orgkit.migration.board import (
    LEFT,
    Attempt,
    build_board,
    find_blockers,
    infer_approvals,
    latest_attempt,
    strangers,
)
from orgkit.migration.inputs import NO_INPUTS, Inputs
from orgkit.snapshot.snapshot import Snapshot
from orgkit.terms import (
    LIVE_HANDSHAKE_STATES,
    HandshakeState,
    Phase,
)


@dataclass(frozen=True)
class Unsettled:
    """A write of which the journal did not know what became, and what this look shows of it.

    `effect` is what AWS shows, None if nobody can tell; with `at_work` whoever sent it may still be
    writing; `settled` says that the journal has its result now, found out by looking.
    """

    write: OpenWrite
    effect: bool | None
    at_work: str = ""
    settled: bool = False


@dataclass(frozen=True, eq=False)
class MigrationState:
    """Everything that is computed from one snapshot and from what the journal remembers."""

    phase: Phase
    why: str
    snapshot: Snapshot
    projection: Projection
    attempt: Attempt | None
    board: pd.DataFrame
    blockers: tuple[str, ...]
    inputs: Inputs = NO_INPUTS
    unsettled: tuple[Unsettled, ...] = ()

    @property
    def approved(self) -> int:
        """How many approvals of members are certain."""
        return int(self.members["approved"].fillna(False).sum())

    @property
    def asked(self) -> int:
        """How many accounts were asked and are still members."""
        return len(self.members)

    @property
    def members(self) -> pd.DataFrame:
        """The board without the accounts that left: nobody waits for those any more."""
        return self.board[self.board["account_state"].ne(LEFT).fillna(True)]

    @property
    def days_left(self) -> int | None:
        """Whole days until AWS ends the process; None when none is running."""
        if self.attempt is None or self.attempt.state not in LIVE_HANDSHAKE_STATES:
            return None
        return max((self.attempt.deadline - self.snapshot.taken_at).days, 0)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What AWS says and orgkit does not know, in its words: as long as there is any, no write.

        Nobody can tell what a write would do to what nobody understands.
        """
        return tuple(said for part in self.snapshot.unknowns.values() for said in part)

    @property
    def next_step(self) -> str:
        """One sentence: what to do now."""
        if self.phase is Phase.UNKNOWN and not self.snapshot.not_read("handshakes"):
            return STRANGE
        return NEXT_STEPS[self.phase]


STRANGE = (
    "Look it up in AWS's console, and update orgkit and boto3. Until orgkit knows this value it "
    "changes nothing."
)


NEXT_STEPS: Mapping[Phase, str] = {
    Phase.CONSOLIDATED_BILLING: "Run 01_precheck, then request all features with 02_request.",
    Phase.WAITING: "Run 03_monitor at least weekly: "
    "AWS deletes an answer 30 days after it was given.",
    Phase.BLOCKED: "Run 03_monitor: it names the accounts that block and what can be done.",
    Phase.READY: "Every approval is in. Finalize with 04_finalize.",
    Phase.ALL_FEATURES: "Choose policy types in 05_policy_types "
    "and keep the report of 06_audit_report.",
    Phase.EXPIRED: "The 90 days are over. Run 01_precheck and request again with 02_request.",
    Phase.CANCELED: "The process was canceled. Run 01_precheck and request again with 02_request.",
    Phase.UNKNOWN: "Ask for organizations:ListHandshakesForOrganization, then run this again.",
}


# How a process ends without all features: the accounts' answers then follow from nothing.
_ENDED = frozenset({HandshakeState.DECLINED, HandshakeState.CANCELED, HandshakeState.EXPIRED})


def assess(
    snapshot: Snapshot, projection: Projection, inputs: Inputs = NO_INPUTS
) -> MigrationState:
    """Compute the phase and the board; `projection` must include this snapshot."""
    seen = projection.known_handshakes()
    attempt = latest_attempt(seen)
    board = build_board(snapshot, projection, seen, attempt)
    blockers = tuple(find_blockers(board))
    phase, why = _phase(snapshot, seen, attempt, blockers)
    if phase in (Phase.READY, Phase.ALL_FEATURES):
        blockers = ()  # AWS waits for nobody any more
    if phase in (Phase.READY, Phase.ALL_FEATURES) and attempt and attempt.state not in _ENDED:
        board = infer_approvals(board)
    return MigrationState(phase, why, snapshot, projection, attempt, board, blockers, inputs)


# The parts on which the phase rests.
_PHASE_RESTS_ON = ("organization", "handshakes", "accounts")


def _phase(
    snapshot: Snapshot, seen: pd.DataFrame, attempt: Attempt | None, blockers: tuple[str, ...]
) -> tuple[Phase, str]:
    # What AWS says of the organization itself goes before any list of handshakes.
    if snapshot.has_all_features:
        return Phase.ALL_FEATURES, "AWS reports FeatureSet ALL."
    strange = [said for part in _PHASE_RESTS_ON for said in snapshot.unknowns.get(part, ())]
    strange += strangers(seen, attempt)
    if strange:
        return Phase.UNKNOWN, (
            f"AWS returned a value that orgkit does not know: {'; '.join(strange)}."
        )
    if missing := snapshot.not_read("handshakes"):
        return Phase.UNKNOWN, missing.why
    if attempt is None:
        return Phase.CONSOLIDATED_BILLING, "AWS lists no process, and none was ever seen."
    return _phase_of(attempt, snapshot.taken_at, blockers)


def _phase_of(attempt: Attempt, now: datetime, blockers: tuple[str, ...]) -> tuple[Phase, str]:
    if attempt.state not in LIVE_HANDSHAKE_STATES:
        return _ends(attempt.state)
    # AWS's list may lag behind its own deadline.
    if attempt.over(now):
        return _ends(HandshakeState.EXPIRED)
    if attempt.forgotten(now):
        return Phase.CANCELED, "AWS no longer lists the process, and its 90 days are not over."
    if attempt.state == HandshakeState.OPEN:
        return Phase.READY, "The organization's handshake is OPEN: every approval is in."
    if blockers:
        return Phase.BLOCKED, "An account declined or cannot act."
    return Phase.WAITING, "The organization's handshake is REQUESTED: approvals are outstanding."


def _ends(state: str) -> tuple[Phase, str]:
    """Tell the phase of a process that is over; of a state that nobody knows nothing follows."""
    if state == HandshakeState.ACCEPTED:
        return (
            Phase.READY,
            "The organization's handshake is accepted; AWS does not show FeatureSet ALL yet.",
        )
    if state == HandshakeState.EXPIRED:
        return Phase.EXPIRED, "The 90 days are over."
    if state in _ENDED:
        return Phase.CANCELED, f"The organization's handshake is {state}."
    return Phase.UNKNOWN, f"The organization's handshake is {quoted(state)}, which is not known."
