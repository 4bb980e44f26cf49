"""Where the organization stands, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.aws import Organization
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import SOURCES
from orgkit.views import open_writes
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
    """Show phase, why, deadline and next step."""
    snapshot = state.snapshot
    known = not snapshot.not_read("accounts")
    facts: dict[str, object] = {
        "Phase": state.phase,
        "Why": state.why,
        "FeatureSet": snapshot.feature_set,
        "Accounts": len(snapshot.accounts) if known else "unknown",
        "Must approve": state.asked or (_expected(snapshot) if known else "unknown"),
    }
    if state.attempt is not None:
        facts["Requested"] = state.attempt.requested
        facts["Deadline"] = state.attempt.deadline
    if state.days_left is not None:
        facts["Days left"] = state.days_left
    facts["Next"] = state.next_step
    parts = [*open_writes.told(state), Facts("Where we are", facts), *_unread(snapshot)]
    return join(parts, "orgkit-phase")


def _expected(snapshot: Snapshot) -> str:
    """Count who would be asked; created accounts count only if somebody looked into them."""
    count = len(expected_approvers(snapshot))
    looked = snapshot.created.empty or not (snapshot.not_read("members") or snapshot.members.empty)
    return str(count) if looked else f"at least {count}"


def _unread(snapshot: Snapshot) -> Iterable[Block]:
    """Name what was not read; what only pre-checks need is a finding of theirs."""
    for part in snapshot.failed:
        if not SOURCES[part].thorough:
            yield from unread(snapshot, part)


def unread(snapshot: Snapshot, part: str) -> list[Block]:
    """Note that a part was not read and why; nothing if it was."""
    missing = snapshot.not_read(part)
    text = f"UNKNOWN: {part} could not be read, because {missing.why}." if missing else ""
    return [Note(text, "warn")] if missing else []


def proof(state: MigrationState) -> Block:
    """Show what AWS says of the feature set now."""
    snapshot = state.snapshot
    facts = {"FeatureSet": snapshot.feature_set, "Read at": snapshot.taken_at}
    tone = "good" if snapshot.has_all_features else "warn"
    says = "all features" if snapshot.has_all_features else "consolidated billing only"
    return join([Facts("Read back from AWS", facts), Note(f"The organization has {says}.", tone)])
