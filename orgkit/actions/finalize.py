"""Plan accepting the organization's handshake, which switches to all features for good."""

from __future__ import annotations

from orgkit.actions.plan import Plan, Write, only_in, reached
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase


def finalize(state: MigrationState) -> Plan:
    """Plan accepting the organization's handshake, which cannot be undone."""
    attempt = state.attempt
    accept = Write(
        "AcceptHandshake",
        {"HandshakeId": attempt.handshake_id if attempt else ""},
        "the organization's handshake",
        reached(Phase.ALL_FEATURES),
    )
    return Plan(
        title="Finalize: switch the organization to all features",
        state=state,
        writes=(accept,),
        steps=(
            "The organization's handshake is accepted; FeatureSet becomes ALL.",
            "Service control policies can then restrict every member account, root users included.",
            "No policy type is switched on by this; that is 05_policy_types.",
            "AWSServiceRoleForOrganizations can no longer be deleted in any account.",
        ),
        undo="This cannot be undone.",
        again=finalize,
        targets=state.board,
        **only_in(state, Phase.READY),
    )
