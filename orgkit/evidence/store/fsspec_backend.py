"""Any other address that fsspec opens as a store."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orgkit.errors.translate import unusable
from orgkit.evidence.store.names import LARGEST, Item, inside, too_large


@contextmanager
def _as_files() -> Iterator[None]:
    """Let only errors of files out: each package that fsspec opens has errors of its own."""
    try:
        yield
    except (OSError, NotImplementedError):
        raise
    except Exception as error:
        raise OSError(errno.EPROTO, f"{type(error).__name__}: {error}") from error


@contextmanager
def _looking(name: str) -> Iterator[None]:
    """Nothing lies below a file."""
    try:
        with _as_files():
            yield
    except NotADirectoryError as error:
        raise FileNotFoundError(name) from error


def _item(name: str, entry: Mapping[str, Any]) -> Item:
    last = name.rpartition("/")[2]
    if entry.get("islink"):
        return Item(last, "link")
    if entry["type"] == "directory":
        return Item(last, "folder")
    if entry["type"] != "file":
        return Item(last, "other")
    return Item(last, "file", int(entry.get("size") or 0))


class FsspecFiles:
    """Whatever else fsspec opens."""

    def __init__(self, address: str, target: str = "", profile: str = "") -> None:
        import fsspec

        try:
            self._fs, root = fsspec.core.url_to_fs(address)
        except Exception as error:  # a package's own, where it asks its server at once
            raise unusable(
                f'The store "{address}" cannot be opened',
                error,
                "Use a folder, or an address whose fsspec package is installed.",
            ) from error
        self._root = str(root)

    def check_writable(self) -> None:
        """Write a file and take it away again."""
        probe = f".orgkit-write-test-{uuid.uuid4().hex}"
        try:
            self.create(probe, b"")
        except BaseException:
            with suppress(Exception):
                self._fs.rm(self._path(probe))
            raise
        with _as_files():
            self._fs.rm(self._path(probe))

    def path(self, name: str) -> Path | None:
        """Give None: what fsspec opens may be anywhere."""
        return None

    def names(self, folder: str) -> list[str]:
        """List what lies right below a folder; nothing lies below a file."""
        place = self._path(folder)
        with _looking(folder):
            found = [str(entry).rstrip("/") for entry in self._fs.ls(place, detail=False)]
        return [entry.rpartition("/")[2] for entry in found if entry != place.rstrip("/")]

    def listing(self, folder: str) -> list[Item]:
        """Tell what lies right below a folder, as far as the package behind it says."""
        place = self._path(folder)
        with _looking(folder):
            found = [(str(entry["name"]).rstrip("/"), entry) for entry in self._fs.ls(place)]
        return [_item(name, entry) for name, entry in found if name != place.rstrip("/")]

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        with _looking(name):
            content: bytes = self._fs.cat_file(self._path(name), end=LARGEST + 1)
            if len(content) > LARGEST:
                raise too_large(name, len(content))
            return content

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        with _as_files():
            return bool(self._fs.exists(self._path(name)))

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""
        with _as_files():
            self._fs.pipe_file(self._path(name), content, mode="create")

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""
        with _as_files():
            self._fs.pipe_file(self._path(name), content)

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`. Raises FileExistsError if it is not.

        fsspec knows no such condition, so two who come within the same instant are not told apart.
        """
        if not self.exists(name) or self.read(name) != old:
            raise FileExistsError(name)
        self.replace(name, content)

    def _path(self, name: str) -> str:
        return "/".join((self._root.rstrip("/"), *inside(name)))
