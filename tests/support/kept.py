"""A file system of fsspec that keeps what is written, as its packages for clouds do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem


class Kept(LocalFileSystem):  # type: ignore[misc]
    """A folder behind an address of its own: kept:///folder."""

    protocol = "kept"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "auto_mkdir": True})


def kept(folder: Path) -> str:
    """Give the address of a folder in it."""
    fsspec.register_implementation("kept", Kept, clobber=True)
    return f"kept://{folder}"
