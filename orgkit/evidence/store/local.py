"""A folder on this machine: a file appears whole, and is on the disk when a call returns."""

from __future__ import annotations

import fcntl
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgkit.environment import home

# What a local write is until it is in its place; a killed writer may leave one behind.
DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")


class Folder:
    """A folder on this machine: a file appears whole, and is on the disk when a call returns."""

    def __init__(self, address: str, target: str = "", profile: str = "") -> None:
        self.root = home() / Path(address).expanduser()

    def check_writable(self) -> None:
        """Write a file and take it away again."""
        probe = f".orgkit-write-test-{uuid.uuid4().hex}"
        self.create(probe, b"")
        (self.root / probe).unlink()

    def path(self, name: str) -> Path | None:
        """Give the place of a file on this machine."""
        return self.root / name

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
        path = self.root / name
        draft = _draft(path, content)
        try:
            os.link(draft, path)  # fails if the name is taken: two writers cannot overwrite
        finally:
            draft.unlink()
        _sync_folder(path.parent)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""
        path = self.root / name
        _draft(path, content).replace(path)
        _sync_folder(path.parent)

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`. Raises FileExistsError if it is not."""
        path = self.root / name
        with _alone(path.parent):
            if not path.is_file() or path.read_bytes() != old:
                raise FileExistsError(name)
            self.replace(name, content)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process after the other in; where a file system knows no locks, all at once."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        # On the disk before it gets its name, so that no name leads to half a file.
        os.fsync(file.fileno())
    return draft


def _sync_folder(folder: Path) -> None:
    # The name is on the disk only when its folder is: without this a power cut could undo a write.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
