"""Plan accepting the organization's handshake, which switches to all features for good."""

from __future__ import annotations

from orgkit.actions.plan import Plan, of_process
from orgkit.migration.state import MigrationState
from orgkit.terms import Phase


def finalize(state: MigrationState) -> Plan:
    """Plan accepting the organization's handshake, which cannot be undone."""
    return Plan(
        title="Finalize: switch the organization to all features",
        steps=(
            "The organization's handshake is accepted; FeatureSet becomes ALL.",
            "Service control policies can then restrict every member account, root users included.",
            "No policy type is switched on by this; that is 05_policy_types.",
            "AWSServiceRoleForOrganizations can no longer be deleted in any account.",
        ),
        undo="This cannot be undone.",
        again=finalize,
        **of_process(state, "AcceptHandshake", [Phase.READY], Phase.ALL_FEATURES),
    )
