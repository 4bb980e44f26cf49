"""What may stand in a store: names that cannot lead out of it, whoever thought them up."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from orgkit.aws.gateway import ORGANIZATION_ID
from orgkit.errors.exceptions import OrgkitError

# Nothing that orgkit writes comes near it: what is larger was put there, or has no end.
LARGEST = 256 * 2**20  # bytes


def too_large(name: str, size: int) -> OSError:
    """Make the error for a file that nobody shall read."""
    return OSError(
        errno.EFBIG, f"It has {size:,} bytes, and none of the evidence is as large", name
    )


@dataclass(frozen=True, slots=True)
class Item:
    """What lies in a folder: its last name, what it is, and how many bytes if it is a file."""

    name: str
    kind: Literal["file", "folder", "link", "other"]  # other: a pipe, a socket, a device
    size: int = 0


def inside(name: str) -> tuple[str, ...]:
    """Take the path of a file in a store apart; the store itself has no parts.

    Raises `OrgkitError` for one that could lead out of the store.
    """
    parts = tuple(name.split("/")) if name else ()
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise OrgkitError(
            f"{name!r} is not a path inside a store.",
            "Find out where the name comes from: nothing was written.",
        )
    return parts


def organization_folder(organization_id: str) -> str:
    """Name the folder of an organization: its id.

    Raises `OrgkitError` for what is none, because an answer that is not AWS's could lead elsewhere.
    """
    if not ORGANIZATION_ID.fullmatch(organization_id):
        raise OrgkitError(
            f"{organization_id!r} is not an organization id, so nothing is kept under it.",
            "Check what answers instead of AWS: an id is o- and 10 to 32 small letters or digits.",
        )
    return organization_id
