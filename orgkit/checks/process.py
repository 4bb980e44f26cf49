"""Checks of processes that run or ran, and of what beginning one would disturb."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.checks.registry import Finding, check, fail, info, ok, unknown, warn
from orgkit.migration.state import MigrationState
from orgkit.terms import CreationState, Kind, Phase


@check(
    "No process is running",
    "API reference, HandshakeConstraintViolationException",
    reads="handshakes",
    verdicts="FAIL PASS UNKNOWN",
    waivable=False,
)
def no_running_process(state: MigrationState) -> Iterator[Finding]:
    """While one runs AWS refuses to begin another; it is to be watched, finalized or canceled."""
    if state.phase in (Phase.WAITING, Phase.BLOCKED, Phase.READY):
        yield fail(f"A process is running: {state.why}", state.next_step)
    elif state.phase is Phase.UNKNOWN:
        yield unknown(f"Not known: {state.why}", state.next_step)
    else:
        yield ok("No process is running.")


@check(
    "Earlier attempts did not fail",
    "API reference, ListHandshakesForOrganization",
    reads="handshakes",
    verdicts="WARN PASS UNKNOWN",
)
def earlier_attempts(state: MigrationState) -> Iterator[Finding]:
    """What stopped the last attempt will stop the next one too unless it is resolved first."""
    if state.phase in (Phase.EXPIRED, Phase.CANCELED):
        yield warn(
            f"The last attempt ended without all features: {state.why}",
            "See below who had not approved, and resolve that first.",
        )
        yield from _who_had_not(state)
    elif state.phase is Phase.UNKNOWN:
        yield unknown(f"Not known: {state.why}", state.next_step)
    else:
        yield ok("No earlier attempt ended without all features.")


def _who_had_not(state: MigrationState) -> Iterator[Finding]:
    missing = state.board[~state.board["approved"].fillna(False)]
    for row in missing.itertuples():
        yield warn(
            f"{row.name} had not approved ({row.request_state}).",
            f"Ask {row.email} what hinders.",
            str(row.account_id),
        )


@check(
    "No invitation is pending",
    "User guide, beginning the standard migration",
    reads="handshakes",
    verdicts="WARN PASS UNKNOWN",
)
def pending_invitations(state: MigrationState) -> Iterator[Finding]:
    """Beginning the process cancels every invitation that has not been answered."""
    pending = state.snapshot.pending_invitations
    if pending.empty:
        yield ok("No invitation is pending.")
    for row in pending.itertuples():
        # An invitation names an address or an account id; the other is NA.
        target = row.email if isinstance(row.email, str) else row.account_id
        yield warn(
            f"The invitation of {target!s} will be canceled.",
            "Wait for the answer, or invite again afterwards.",
            str(row.account_id) if isinstance(row.account_id, str) else "",
        )


@check(
    "No account is being created",
    "API reference, ListCreateAccountStatus",
    reads="creations",
    verdicts="WARN PASS UNKNOWN",
)
def creations(state: MigrationState) -> Iterator[Finding]:
    """An account that appears while the process begins is easily overlooked."""
    table = state.snapshot.creations
    running = table[table["state"].eq(CreationState.IN_PROGRESS).fillna(False)]
    hidden = table[table["state"].isna()]
    if running.empty and hidden.empty:
        yield ok("No account is being created.")
    for row in hidden.itertuples():
        yield unknown(f"AWS sent no State of {row.account_name}.", "Look it up in the console.")
    for row in running.itertuples():
        yield warn(f"{row.account_name} is being created.", "Wait until it is there.")


@check(
    "No transfer of billing is in progress",
    "API reference, Handshake.Action",
    reads="handshakes",
    verdicts="INFO PASS UNKNOWN",
)
def other_handshakes(state: MigrationState) -> Iterator[Finding]:
    """A transfer of billing responsibility in flight should be settled first; its effect is not
    documented.
    """
    others = state.snapshot.of_kind(Kind.OTHER)
    live = others[others["state"].isin(["OPEN", "REQUESTED"])]
    if live.empty:
        yield ok("No other handshake is open.")
    for row in live.itertuples():
        yield info(f"Handshake {row.handshake_id} ({row.action}) is {row.state}.")
