"""Signing a run that somebody made by hand; a headless run is signed after its report."""

from __future__ import annotations

from orgkit import environment
from orgkit.aws import Organization
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RunFolder
from orgkit.evidence.signatures.sign import Signer
from orgkit.formats import stamp


def signed(
    signer: Signer | None, folder: RunFolder, journal: Journal, organization: Organization
) -> str:
    """Sign the run and say by which key, or why it could not be signed; "" without a key."""
    if signer is None:
        return ""
    came_in = list[str]()
    try:
        if not environment.value(environment.RUN_POINTER):
            at, by = stamp(organization.now), organization.caller.arn
            came_in = signer.sign(folder, journal, at, by)
    except OrgkitError as error:  # the run is kept all the same, and verifying says so
        return f"NOT SIGNED. {error.problem}"
    return "; ".join([f"with the key {signer.key.id}", *came_in])
