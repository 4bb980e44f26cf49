"""Files of the evidence, wherever they lie: created, never overwritten by accident.

A new kind of place is a file beside this one and a row in `SCHEMES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.translate import unusable
from orgkit.evidence.store.address import read_address
from orgkit.evidence.store.fsspec_backend import FsspecFiles
from orgkit.evidence.store.local import Folder
from orgkit.evidence.store.names import Item, inside
from orgkit.evidence.store.s3 import Bucket
from orgkit.evidence.store.troubles import OF_THE_ADDRESS, StoreError, words

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

    def listing(self, folder: str) -> Iterable[Item]:
        """Tell what lies right below a folder, opening nothing. Raises FileNotFoundError or not."""

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


# By the scheme of the address, none for a folder; every other address is fsspec's.
SCHEMES: dict[str, Callable[[str, str, str], Files]] = {"": Folder, "s3": Bucket}


class Store:
    """One store address: the untouched default lies in the working folder, all else is typed.

    `target` and `profile` say who signs in where the address is a bucket. Raises `UsageError` for
    what is no address.
    """

    def __init__(self, address: str, target: str = "aws", profile: str = "") -> None:
        meant = read_address(address)
        self.address, self.full = meant.text, meant.full
        self._files = SCHEMES.get(meant.scheme, FsspecFiles)(meant.full, target, profile)

    def check_there(self) -> None:
        """Raise `UsageError` if this is a folder that does not exist, naming it in full."""
        place = self.local_path("")
        try:
            if place is None or place.is_dir():
                return
            what = "This is no folder:" if place.exists() else "There is no folder"
        except OSError as error:  # nobody may look there
            raise self.unreadable(error) from error
        raise UsageError(f"{what} {self.full}", "Name a store; relative paths begin where you are.")

    def check_writable(self) -> None:
        """Raise `OrgkitError` before any work is done if nothing could be kept here."""
        try:
            self._files.check_writable()
        except UNUSABLE as error:
            raise self.unusable(error) from error

    def names(self, folder: str) -> list[str]:
        """List the files in a folder, sorted; none if the folder does not exist."""
        with suppress(FileNotFoundError), self._reading(folder):
            return sorted(self._files.names(folder))
        return []

    def listing(self, folder: str) -> list[Item]:
        """Tell what lies in a folder, sorted by name; nothing if there is no such folder."""
        with suppress(FileNotFoundError), self._reading(folder):
            return sorted(self._files.listing(folder), key=lambda item: item.name)
        return []

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError, `StoreError` for one that cannot be read."""
        with self._reading(name):
            return self._files.read(name)

    def read_all(self, names: list[str]) -> list[bytes]:
        """Read many files, in order; at once where each has to come over a network."""
        if self.local_path("") is not None or len(names) < 2:
            return [self.read(name) for name in names]
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(self.read, names))

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        with suppress(FileNotFoundError), self._reading(name):
            return self._files.exists(name)
        return False

    def create(self, name: str, content: bytes) -> None:
        """Write a new file; on disk before this returns.

        Raises FileExistsError if there is one, `StoreError` if it cannot be written.
        """
        with self._writing(name):
            self._files.create(name, content)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already, such as the result of a run that is run again.

        Raises `StoreError` if it cannot be written.
        """
        with self._writing(name):
            self._files.replace(name, content)

    def swap(self, name: str, old: bytes | None, content: bytes) -> None:
        """Write a file only if it still is `old`, or is not there (None).

        Raises FileExistsError if it is another one by now: of two writers one succeeds.
        """
        with self._writing(name):
            if old is None:
                self._files.create(name, content)
            else:
                self._files.swap(name, old, content)

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        inside(name)
        try:
            yield
        except FileExistsError:
            raise
        except (OSError, NotImplementedError) as error:
            raise StoreError(f"{self.shown(name)} cannot be written", error) from error

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            inside(name)
        except OrgkitError as error:  # such a file cannot be here, whoever names it
            raise FileNotFoundError(name) from error
        try:
            yield
        except FileNotFoundError:
            raise
        except (OSError, NotImplementedError) as error:
            raise StoreError(f"{self.shown(name)} cannot be read", error) from error

    def local_path(self, name: str) -> Path | None:
        """Give the place of a file on this machine; None when the store is elsewhere."""
        return self._files.path(name)

    def shown(self, name: str) -> str:
        """Write the address of a file as people do."""
        return f"{self.address.rstrip('/')}/{name}"

    def full_path(self, name: str) -> str:
        """Write the address of a file in full, wherever one stands."""
        return f"{self.full.rstrip('/')}/{name}"

    def exposed(self) -> str:
        """Say who else may read or change a folder of this machine; empty if nobody."""
        return self._files.exposed() if isinstance(self._files, Folder) else ""

    def unusable(self, error: Exception) -> OrgkitError:
        """Say that nothing can be kept: wrong usage where another address is the way out."""
        what = f'The store "{self.full}" cannot be written'
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, OSError) and number not in OF_THE_ADDRESS:
            return error if isinstance(error, StoreError) else StoreError(what, error)
        return unusable(
            what,
            error if isinstance(error, AwsError) else OSError(words(error)),
            "Name a folder in `store` that you may write to. Nothing was done.",
        )

    def unreadable(self, error: Exception) -> OrgkitError:
        """Say that nothing can be read."""
        return unusable(
            f'The store "{self.full}" cannot be read',
            error,
            "Check the address, and for a bucket the profile: it may need a new sign-in.",
        )
