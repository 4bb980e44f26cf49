"""Files of the evidence: a local folder or any address that fsspec opens.

Created, never overwritten by accident; a local file appears whole or not at all.
"""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import Any

from orgkit.aws.simulator import home
from orgkit.errors import UsageError

# What a local write is until it is in its place; a killed writer may leave one behind.
DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")


class Store:
    """One store address. Relative folders are meant from the working folder of the kit."""

    def __init__(self, address: str) -> None:
        import fsspec

        self.address = address
        try:
            self._fs, root = fsspec.core.url_to_fs(_absolute(address))
        except (ImportError, ValueError) as error:
            raise UsageError(
                f'The store "{address}" cannot be opened: {error}',
                "Use a folder, or an address whose fsspec package is installed.",
            ) from error
        self._root = str(root)
        self._local = "file" in self._protocols()

    def check_writable(self) -> None:
        """Raise `UsageError` before any work is done if nothing could be kept here."""
        probe = f".orgkit-write-test-{uuid.uuid4().hex}"
        try:
            self.create(probe, b"")
            self._fs.rm(self._path(probe))
        except (OSError, NotImplementedError) as error:
            raise UsageError(
                f'The store "{self.address}" cannot be written: {error}',
                "Name a folder in `store` that you may write to. Nothing was done.",
            ) from error

    def names(self, folder: str) -> list[str]:
        """Names of the files in a folder, sorted; none if the folder does not exist."""
        try:
            if self._local:
                return sorted(os.listdir(self._path(folder)))  # noqa: PTH208 - ten times as quick
            found = self._fs.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(entry).rstrip("/").rpartition("/")[2] for entry in found)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""
        content: bytes = self._fs.cat_file(self._path(name))
        return content

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return bool(self._fs.exists(self._path(name)))

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError if there is one; on disk before this returns."""
        if self._local:
            _create_local(Path(self._path(name)), content)
        else:
            self._fs.pipe_file(self._path(name), content, mode="create")

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already, such as the result of a run that is run again."""
        if self._local:
            _replace_local(Path(self._path(name)), content)
        else:
            self._fs.pipe_file(self._path(name), content)

    def local_path(self, name: str) -> Path | None:
        """Where the file lies on this machine; None when the store is elsewhere."""
        return Path(self._path(name)) if self._local else None

    def shown(self, name: str) -> str:
        """The address of a file as people write it."""
        return f"{self.address.rstrip('/')}/{name}"

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _protocols(self) -> tuple[str, ...]:
        protocol: Any = self._fs.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _absolute(address: str) -> str:
    if not address:
        raise UsageError("The store is empty.", 'Name a folder, for example "evidence".')
    if "://" in address:
        return address
    return str(home() / Path(address).expanduser())


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
