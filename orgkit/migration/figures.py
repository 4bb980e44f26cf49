"""The figures of a migration, each computed once: whatever shows one takes it from here. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orgkit.facts import PROCESS_WINDOW
from orgkit.migration.board import REFUSED, Reply, expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Count:
    """A number of accounts; `number` is None if unknown, `least` says that it may be more."""

    number: int | None
    least: bool = False

    def __str__(self) -> str:
        """Write it as people read it."""
        if self.number is None:
            return "unknown"
        return f"at least {self.number:,}" if self.least else f"{self.number:,}"


@dataclass(frozen=True, slots=True)
class Figures:
    """Accounts of the organization, what those that must approve answered, and days.

    `must_approve` are those that were asked and are members, or before the request those that would
    be asked. `day` counts from the request, `days_left` to the deadline; both are None when no
    process is running.
    """

    accounts: Count
    must_approve: Count
    approved: int
    waiting: int
    refused: int
    unknown: int
    left: int
    blockers: int
    day: int | None
    days: int
    days_left: int | None

    @property
    def attention(self) -> int:
        """How many accounts need somebody to act: those that block, and those not known."""
        return self.blockers + self.unknown


def figures(state: MigrationState) -> Figures:
    """Compute the figures of a state."""
    given = [str(answer) for answer in state.members["answer"]]
    days_left = state.days_left
    passed = state.snapshot.taken_at - state.attempt.requested if state.attempt else None
    return Figures(
        accounts=_accounts(state.snapshot),
        must_approve=Count(state.asked) if state.asked else must_approve(state.snapshot),
        approved=state.approved,
        waiting=given.count(Reply.WAITING),
        refused=sum(answer in REFUSED for answer in given),
        unknown=given.count(Reply.UNKNOWN),
        left=len(state.board) - state.asked,
        blockers=len(state.blockers),
        day=passed.days if passed is not None and days_left is not None else None,
        days=PROCESS_WINDOW.days,
        days_left=days_left,
    )


def _accounts(snapshot: Snapshot) -> Count:
    return Count(None if snapshot.not_read("accounts") else len(snapshot.accounts))


def must_approve(snapshot: Snapshot) -> Count:
    """Count who would be asked; created accounts count only if their roles were read."""
    if snapshot.not_read("accounts"):
        return Count(None)
    read = snapshot.created.empty or not (snapshot.not_read("members") or snapshot.members.empty)
    return Count(len(expected_approvers(snapshot)), least=not read)
