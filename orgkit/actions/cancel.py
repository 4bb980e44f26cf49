"""Plan canceling the process."""

from __future__ import annotations

from orgkit.actions.plan import RUNNING, Plan, Write, only_in, reached
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase


def cancel(state: MigrationState) -> Plan:
    """Plan canceling the running process; approvals given so far are then worth nothing."""
    attempt = state.attempt
    call = Write(
        "CancelHandshake",
        {"HandshakeId": attempt.handshake_id if attempt else ""},
        "the organization's handshake",
        reached(Phase.CANCELED),
    )
    return Plan(
        title="Cancel the process",
        state=state,
        writes=(call,),
        steps=(
            "The organization's handshake is canceled; AWS ends the requests of all accounts.",
            "AWS does not document that approvals survive: expect to ask everyone again.",
        ),
        undo="The process can be begun again.",
        again=cancel,
        targets=state.board,
        **only_in(state, *RUNNING),
    )
