"""What may stand in a store: names that cannot lead out of it, whoever thought them up."""

from __future__ import annotations

from orgkit.aws.connect import ORGANIZATION_ID
from orgkit.errors.exceptions import OrgkitError


def inside(name: str) -> tuple[str, ...]:
    """Take the path of a file in a store apart; the store itself has no parts.

    Raises `OrgkitError` for one that could lead out of the store.
    """
    parts = tuple(name.split("/")) if name else ()
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise OrgkitError(
            f"{name!r} is no path inside of a store.",
            "Find out where the name comes from: nothing was written.",
        )
    return parts


def organization_folder(organization_id: str) -> str:
    """Name the folder of an organization: its id.

    Raises `OrgkitError` for what is none, because an answer that is not AWS's could lead elsewhere.
    """
    if not ORGANIZATION_ID.fullmatch(organization_id):
        raise OrgkitError(
            f"{organization_id!r} is no organization id, so nothing is kept under it.",
            "Check what answers instead of AWS: an id is o- and 10 to 32 small letters or digits.",
        )
    return organization_id
