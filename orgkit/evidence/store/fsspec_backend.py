"""Any other address that fsspec opens as a store."""

from __future__ import annotations

import uuid
from pathlib import Path

from orgkit.errors.translate import unusable


class FsspecFiles:
    """Whatever else fsspec opens."""

    def __init__(self, address: str, target: str = "", profile: str = "") -> None:
        import fsspec

        try:
            self._fs, root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise unusable(
                f'The store "{address}" cannot be opened',
                error,
                "Use a folder, or an address whose fsspec package is installed.",
            ) from error
        self._root = str(root)

    def check_writable(self) -> None:
        """Write a file and take it away again."""
        probe = f".orgkit-write-test-{uuid.uuid4().hex}"
        self.create(probe, b"")
        self._fs.rm(self._path(probe))

    def path(self, name: str) -> Path | None:
        """Give None: what fsspec opens may be anywhere."""
        return None

    def names(self, folder: str) -> list[str]:
        """List what lies right below a folder."""
        found = self._fs.ls(self._path(folder), detail=False)
        return [str(entry).rstrip("/").rpartition("/")[2] for entry in found]

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        content: bytes = self._fs.cat_file(self._path(name))
        return content

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        return bool(self._fs.exists(self._path(name)))

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""
        self._fs.pipe_file(self._path(name), content, mode="create")

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""
        self._fs.pipe_file(self._path(name), content)

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`. Raises FileExistsError if it is not.

        fsspec knows no such condition, so two who come within the same instant are not told apart.
        """
        if not self.exists(name) or self.read(name) != old:
            raise FileExistsError(name)
        self.replace(name, content)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"
