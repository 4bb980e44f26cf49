"""Files of the evidence, wherever they lie: created, never overwritten by accident.

A new kind of place is a file beside this one and a row in `SCHEMES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.translate import unusable
from orgkit.evidence.store.fsspec_backend import FsspecFiles
from orgkit.evidence.store.local import Folder
from orgkit.evidence.store.s3 import Bucket

# What a store may raise when it cannot be used; NotImplementedError: fsspec's read-only places.
UNUSABLE = (OSError, NotImplementedError, AwsError)


class Files(Protocol):
    """What a place for evidence can do; names are relative to its root."""

    def check_writable(self) -> None:
        """Raise one of `UNUSABLE` if nothing could be kept here, and leave nothing behind."""

    def path(self, name: str) -> Path | None:
        """Give the place of a file on this machine; None when it is elsewhere."""

    def names(self, folder: str) -> Iterable[str]:
        """List what lies right below a folder. Raises FileNotFoundError, or gives nothing."""

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`. Raises FileExistsError if it is not."""


# By what stands before ://; every other address is fsspec's.
SCHEMES: dict[str, Callable[[str, str, str], Files]] = {"": Folder, "s3": Bucket}


class Store:
    """One store address. Relative folders are meant from the working folder of the kit.

    `target` and `profile` say who signs in where the address is a bucket.
    """

    def __init__(self, address: str, target: str = "aws", profile: str = "") -> None:
        if not address:
            raise UsageError("The store is empty.", 'Name a folder, for example "evidence".')
        scheme = address.partition("://")[0] if "://" in address else ""
        self.address = address
        self._files = SCHEMES.get(scheme, FsspecFiles)(address, target, profile)

    def check_writable(self) -> None:
        """Raise `UsageError` before any work is done if nothing could be kept here."""
        try:
            self._files.check_writable()
        except UNUSABLE as error:
            raise self.unusable(error) from error

    def names(self, folder: str) -> list[str]:
        """List the files in a folder, sorted; none if the folder does not exist."""
        try:
            return sorted(self._files.names(folder))
        except FileNotFoundError:
            return []

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        return self._files.read(name)

    def read_all(self, names: list[str]) -> list[bytes]:
        """Read many files, in order; at once where each has to come over a network."""
        if self.local_path("") is not None or len(names) < 2:
            return [self.read(name) for name in names]
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(self.read, names))

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        return self._files.exists(name)

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError if there is one; on disk before this returns."""
        self._files.create(name, content)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already, such as the result of a run that is run again."""
        self._files.replace(name, content)

    def swap(self, name: str, old: bytes | None, content: bytes) -> None:
        """Write a file only if it still is `old`, or is not there (None).

        Raises FileExistsError if it is another one by now: of two writers one succeeds.
        """
        if old is None:
            self._files.create(name, content)
        else:
            self._files.swap(name, old, content)

    def local_path(self, name: str) -> Path | None:
        """Give the place of a file on this machine; None when the store is elsewhere."""
        return self._files.path(name)

    def shown(self, name: str) -> str:
        """Write the address of a file as people do."""
        return f"{self.address.rstrip('/')}/{name}"

    def unusable(self, error: Exception) -> OrgkitError:
        """Say that a write was refused."""
        return unusable(
            f'The store "{self.address}" cannot be written',
            error,
            "Name a folder in `store` that you may write to. Nothing was done.",
        )

    def unreadable(self, error: Exception) -> OrgkitError:
        """Say that nothing can be read."""
        return unusable(
            f'The store "{self.address}" cannot be read',
            error,
            "Check the address, and for a bucket the profile: it may need a new sign-in.",
        )
