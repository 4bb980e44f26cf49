"""From data to blocks: what each notebook shows of a look, a plan, a result, findings."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.aws import Organization
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.snapshot import sources
from orgkit.views.blocks import Banner, Block, Facts, Note, join


def banner(organization: Organization) -> Banner:
    """Say which organization this is, as whom, and whether it is real."""
    lines = (
        f"organization {organization.organization_id}",
        f"management account {organization.management_id}",
        f"as {organization.caller.arn}",
        f"{organization.now:%Y-%m-%d %H:%M} UTC",
    )
    return Banner(organization.simulated, lines)


def where_we_are(state: MigrationState) -> Block:
    """Phase, why, deadline and next step."""
    snapshot = state.snapshot
    facts: dict[str, object] = {
        "Phase": state.phase,
        "Why": state.why,
        "FeatureSet": snapshot.feature_set,
        "Accounts": len(snapshot.accounts),
        "Must approve": state.asked or _expected(state),
    }
    if state.attempt is not None:
        facts["Requested"] = state.attempt.requested
        facts["Deadline"] = state.attempt.deadline
    if state.days_left is not None:
        facts["Days left"] = state.days_left
    facts["Next"] = state.next_step
    return join([Facts("Where we are", facts), *_unread(state)], "orgkit-phase")


def _expected(state: MigrationState) -> str:
    """How many would be asked; created accounts count only if somebody looked into them."""
    count = len(expected_approvers(state.snapshot))
    looked = not state.snapshot.members.empty or state.snapshot.created.empty
    return str(count) if looked else f"at least {count}"


def _unread(state: MigrationState) -> Iterable[Block]:
    parts = state.snapshot.unreadable
    for part, why in ((p, w) for p, w in parts.items() if p not in sources.PARTS):
        yield Note(f"UNKNOWN: {part} could not be read, because {why}.", "warn")


def proof(state: MigrationState) -> Block:
    """What AWS says of the feature set now."""
    snapshot = state.snapshot
    facts = {"FeatureSet": snapshot.feature_set, "Read at": snapshot.taken_at}
    tone = "good" if snapshot.has_all_features else "warn"
    says = "all features" if snapshot.has_all_features else "consolidated billing only"
    return join([Facts("Read back from AWS", facts), Note(f"The organization has {says}.", tone)])
