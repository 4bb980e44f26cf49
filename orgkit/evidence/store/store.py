"""Files of the evidence: a local folder, a bucket, or any address that fsspec opens.

Created, never overwritten by accident; a local file appears whole or not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from orgkit.environment import home
from orgkit.errors.exceptions import UsageError
from orgkit.evidence.store.fsspec_backend import FsspecFiles
from orgkit.evidence.store.local import Folder
from orgkit.evidence.store.s3 import Bucket


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
        self._folder: Folder | None = None
        self._files: Files
        if not address:
            raise UsageError("The store is empty.", 'Name a folder, for example "evidence".')
        if address.startswith("s3://"):
            self._files = Bucket(address, target, profile)
        elif "://" in address:
            self._files = FsspecFiles(address)
        else:
            self._files = self._folder = Folder(home() / Path(address).expanduser())

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
