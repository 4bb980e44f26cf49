"""Plan EnableAllFeatures, which begins the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.actions.plan import RUNNING, Plan, Write, not_now, reached, unknown
from orgkit.checks import CHECKS, Finding, run
from orgkit.errors.exceptions import UsageError
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.snapshot.sources import NotRead
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, Verdict


def request(state: MigrationState, findings: Iterable[Finding] = (), waive: str = "") -> Plan:
    """Plan EnableAllFeatures. Failed checks stand in the way unless waived with a reason."""
    waived = waivers(waive)
    targets, asked = _counted(lambda: expected_approvers(state.snapshot))
    invitations, pending = _counted(lambda: state.snapshot.pending_invitations)
    return Plan(
        title="Request all features",
        state=state,
        writes=(Write("EnableAllFeatures", {}, "the organization", _begun_since(state)),),
        steps=(
            f"AWS asks {asked} accounts to approve and writes to their root addresses.",
            "Created accounts are asked only where AWSServiceRoleForOrganizations is missing.",
            f"Pending invitations are canceled and must be sent again: {pending}.",
            "Every account has 90 days; after that AWS cancels all requests.",
            "Nothing else changes until somebody finalizes.",
        ),
        undo="The process can be canceled until it is finalized; all features cannot be undone.",
        # The checks run again as well: a pass may have become a fail since.
        again=lambda p: request(p, run(p), waive),
        targets=targets,
        cancels=invitations,
        waived=waived,
        **_request_not_now(state, findings, waived),
    )


def _begun_since(state: MigrationState) -> Callable[[MigrationState], bool]:
    """Tell by its handshake whether a process began since, also one that was ended at once."""
    before = state.attempt.handshake_id if state.attempt else ""
    running = reached(*RUNNING)

    def done(later: MigrationState) -> bool:
        return running(later) or (
            later.attempt is not None and later.attempt.handshake_id != before
        )

    return done


def _counted(rows: Callable[[], pd.DataFrame]) -> tuple[pd.DataFrame, str]:
    """Give rows and how many they are; none and "unknown" where they were not read."""
    try:
        found = rows()
    except NotRead:
        return pd.DataFrame(), "unknown"
    return found, str(len(found))


def _request_not_now(
    state: MigrationState, findings: Iterable[Finding], waived: Mapping[str, str]
) -> dict[str, Any]:
    if strange := unknown(state):
        return strange
    phase = state.phase
    if phase in (*RUNNING, Phase.ALL_FEATURES, Phase.UNKNOWN):
        return not_now(f"The phase is {phase}. {state.next_step}", OUTCOME_OF_PHASE[phase])
    # UNKNOWN does not stand in the way: whoever may not read everything may still have to begin.
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    open_ = [f for f in failed if f.id not in waived or not CHECKS[f.id].waivable]
    if open_:
        names = ", ".join(dict.fromkeys(f.id for f in open_))
        never = ", ".join(dict.fromkeys(f.id for f in open_ if f.id in waived))
        more = f" AWS itself would refuse, even if waived: {never}." if never else ""
        return not_now(f"Failed pre-checks block the request: {names}.{more}", Outcome.BLOCKED)
    return {}


def waivers(text: str) -> dict[str, str]:
    """Read `id: reason; id: reason`. Raises `UsageError` without a reason or for no check."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, _, reason = (p.strip() for p in part.partition(":"))
        if not reason:
            raise UsageError(
                f'`waive` has no reason for "{name}".',
                'Write each as "check id: reason"; the reason stays in the evidence.',
            )
        found[name] = reason
    strange = [name for name in found if name not in CHECKS]
    if strange:
        raise UsageError(
            f"`waive` names {', '.join(strange)}, which is not a pre-check.",
            "Use the ids that 02_request names; `orgkit list` has them all.",
        )
    return found
