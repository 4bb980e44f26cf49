"""Where the organization stands, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterable

from orgkit.aws import Organization
from orgkit.migration.figures import figures
from orgkit.migration.state import MigrationState
from orgkit.snapshot.snapshot import Snapshot
from orgkit.snapshot.sources import SOURCES
from orgkit.views import open_writes
from orgkit.views.blocks import Banner, Block, Facts, Note, Number, join


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
    """Show phase, why, the figures and the deadline."""
    numbers = figures(state)
    facts: dict[str, object] = {
        "Phase": state.phase,
        "Why": state.why,
        "FeatureSet": state.snapshot.feature_set,
        "Accounts": Number("accounts", numbers.accounts),
        "Must approve": Number("must-approve", numbers.must_approve),
    }
    if state.attempt is not None:
        facts["Requested"] = state.attempt.requested
        facts["Deadline"] = state.attempt.deadline
    if numbers.days_left is not None:
        facts["Days left"] = Number("days-left", numbers.days_left)
    parts = [*open_writes.told(state), Facts("Details", facts), *_unread(state.snapshot)]
    return join(parts, "orgkit-phase")


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
