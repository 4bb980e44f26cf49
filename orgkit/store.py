"""Files of the evidence: a local folder, a bucket, or any address that fsspec opens.

Created, never overwritten by accident; a local file appears whole or not at all.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from orgkit.aws.bucket import Bucket
from orgkit.environment import home
from orgkit.errors.exceptions import UsageError

# What a local write is until it is in its place; a killed writer may leave one behind.
DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")


class Files(Protocol):
    """What a place for evidence can do; names are relative to its root."""

    def names(self, folder: str) -> Iterable[str]:
        """What lies right below a folder. Raises FileNotFoundError, or gives nothing."""

    def read(self, name: str) -> bytes:
        """The content. Raises FileNotFoundError."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""


class Store:
    """One store address. Relative folders are meant from the working folder of the kit.

    `target` and `profile` say who signs in where the address is a bucket.
    """

    def __init__(self, address: str, target: str = "aws", profile: str = "") -> None:
        self.address = address
        self._folder: _Folder | None = None
        self._files: Files
        if not address:
            raise UsageError("The store is empty.", 'Name a folder, for example "evidence".')
        if address.startswith("s3://"):
            self._files = Bucket(address, target, profile)
        elif "://" in address:
            self._files = _Other(address)
        else:
            self._files = self._folder = _Folder(home() / Path(address).expanduser())

    def check_writable(self) -> None:
        """Raise `UsageError` before any work is done if nothing could be kept here.

        A bucket is only looked at: what is written there may never be deleted again, so the run's
        own first file has to prove the rest.
        """
        probe = f".orgkit-write-test-{uuid.uuid4().hex}"
        try:
            if isinstance(self._files, Bucket):
                self._files.names("")
            else:
                self._files.create(probe, b"")
                self._files.remove(probe)  # type: ignore[attr-defined]
        except (OSError, NotImplementedError) as error:
            raise self.unusable(error) from error

    def names(self, folder: str) -> list[str]:
        """Names of the files in a folder, sorted; none if the folder does not exist."""
        try:
            return sorted(self._files.names(folder))
        except FileNotFoundError:
            return []

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""
        return self._files.read(name)

    def read_all(self, names: list[str]) -> list[bytes]:
        """The content of many files, in order; at once where each has to come over a network."""
        if self._folder is not None or len(names) < 2:
            return [self.read(name) for name in names]
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(self.read, names))

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return self._files.exists(name)

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError if there is one; on disk before this returns."""
        self._files.create(name, content)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already, such as the result of a run that is run again."""
        self._files.replace(name, content)

    def local_path(self, name: str) -> Path | None:
        """Where the file lies on this machine; None when the store is elsewhere."""
        return self._folder.root / name if self._folder else None

    def shown(self, name: str) -> str:
        """The address of a file as people write it."""
        return f"{self.address.rstrip('/')}/{name}"

    def unusable(self, error: Exception) -> UsageError:
        """What to tell the user when the first write is refused."""
        return UsageError(
            f'The store "{self.address}" cannot be written: {error}',
            "Name a folder in `store` that you may write to. Nothing was done.",
        )

    def unreadable(self, error: Exception) -> UsageError:
        """What to tell the user when nothing can be read."""
        return UsageError(
            f'The store "{self.address}" cannot be read: {error}',
            "Check the address, and for a bucket the profile: it may need a new sign-in.",
        )


class _Folder:
    """A folder on this machine: a file appears whole, and is on the disk when a call returns."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, folder: str) -> list[str]:
        return os.listdir(self.root / folder)  # noqa: PTH208 - ten times as quick

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def exists(self, name: str) -> bool:
        return (self.root / name).exists()

    def create(self, name: str, content: bytes) -> None:
        _create_local(self.root / name, content)

    def replace(self, name: str, content: bytes) -> None:
        _replace_local(self.root / name, content)

    def remove(self, name: str) -> None:
        (self.root / name).unlink()


class _Other:
    """Whatever else fsspec opens."""

    def __init__(self, address: str) -> None:
        import fsspec

        try:
            self._fs, root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise UsageError(
                f'The store "{address}" cannot be opened: {error}',
                "Use a folder, or an address whose fsspec package is installed.",
            ) from error
        self._root = str(root)

    def names(self, folder: str) -> list[str]:
        found = self._fs.ls(self._path(folder), detail=False)
        return [str(entry).rstrip("/").rpartition("/")[2] for entry in found]

    def read(self, name: str) -> bytes:
        content: bytes = self._fs.cat_file(self._path(name))
        return content

    def exists(self, name: str) -> bool:
        return bool(self._fs.exists(self._path(name)))

    def create(self, name: str, content: bytes) -> None:
        self._fs.pipe_file(self._path(name), content, mode="create")

    def replace(self, name: str, content: bytes) -> None:
        self._fs.pipe_file(self._path(name), content)

    def remove(self, name: str) -> None:
        self._fs.rm(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


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
