"""Plan EnableAllFeatures, which begins the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orgkit.actions.plan import RUNNING, Plan, Write, not_now
from orgkit.actions.waivers import NEVER_WAIVED, waivers
from orgkit.checks import Finding, run
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, Verdict


def request(state: MigrationState, findings: Iterable[Finding] = (), waive: str = "") -> Plan:
    """Plan EnableAllFeatures. Failed checks stand in the way unless waived with a reason."""
    waived = waivers(waive)
    targets = expected_approvers(state.snapshot)
    invitations = state.snapshot.pending_invitations
    count = "unknown" if "handshakes" in state.snapshot.unreadable else str(len(invitations))
    return Plan(
        title="Begin the process to enable all features",
        state=state,
        writes=(Write("EnableAllFeatures", {}, "the organization", lambda p: p.phase in RUNNING),),
        steps=(
            f"AWS asks {len(targets)} accounts to approve and writes to their root addresses.",
            "Created accounts are asked only where AWSServiceRoleForOrganizations is missing.",
            f"Pending invitations are canceled and must be sent again: {count}.",
            "Every account has 90 days; after that AWS cancels all requests.",
            "Nothing else changes until somebody finalizes.",
        ),
        undo="The process can be canceled until it is finalized; all features cannot be undone.",
        again=lambda p: request(p, run(p), waive),
        targets=targets,
        cancels=invitations,
        waived=waived,
        **_request_not_now(state, findings, waived),
    )


def _request_not_now(
    state: MigrationState, findings: Iterable[Finding], waived: Mapping[str, str]
) -> dict[str, Any]:
    phase = state.phase
    if phase in (*RUNNING, Phase.ALL_FEATURES, Phase.UNKNOWN):
        return not_now(f"The phase is {phase}. {state.next_step}", OUTCOME_OF_PHASE[phase])
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    open_ = [f for f in failed if f.id not in waived or f.id in NEVER_WAIVED]
    if open_:
        names = ", ".join(dict.fromkeys(f.id for f in open_))
        never = ", ".join(dict.fromkeys(f.id for f in open_ if f.id in waived))
        more = f" AWS itself would refuse, whatever is waived: {never}." if never else ""
        return not_now(f"Failed pre-checks stand in the way: {names}.{more}", Outcome.BLOCKED)
    return {}
