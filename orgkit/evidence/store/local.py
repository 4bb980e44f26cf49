"""A folder on this machine: a file appears whole, and is on the disk when a call returns."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path

# What a local write is until it is in its place; a killed writer may leave one behind.
DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")


class Folder:
    """A folder on this machine: a file appears whole, and is on the disk when a call returns."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, folder: str) -> list[str]:
        """List what lies right below a folder."""
        return os.listdir(self.root / folder)  # noqa: PTH208 - ten times as quick

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        return (self.root / name).read_bytes()

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        return (self.root / name).exists()

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""
        _create_local(self.root / name, content)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""
        _replace_local(self.root / name, content)

    def remove(self, name: str) -> None:
        """Remove a file; only a write test needs it."""
        (self.root / name).unlink()


def _create_local(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        os.link(draft, path)  # fails if the name is taken: two writers cannot overwrite each other
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _replace_local(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _draft(path, content).replace(path)
    _sync_folder(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
