"""Plan canceling the process."""

from __future__ import annotations

from orgkit.actions.plan import RUNNING, Plan, of_process
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase


def cancel(state: MigrationState) -> Plan:
    """Plan canceling the running process; approvals given so far are then worth nothing."""
    return Plan(
        title="Cancel the process",
        steps=(
            "The organization's handshake is canceled; AWS ends the requests of all accounts.",
            "AWS does not document that approvals survive: expect to ask everyone again.",
        ),
        undo="You can request all features again.",
        again=cancel,
        **of_process(state, "CancelHandshake", RUNNING, Phase.CANCELED),
    )
