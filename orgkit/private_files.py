"""Files that only their owner may read, whatever the umask; what is there keeps its rights."""

from __future__ import annotations

import os
import stat
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO


def private_folder(folder: Path) -> Path:
    """Make a folder and those above it that are missing. Raises OSError."""
    for each in reversed([folder, *folder.parents]):
        if not each.is_dir():
            with suppress(FileExistsError):  # by another process meanwhile; a file is told later
                each.mkdir(0o700)
    return folder


def write_private(path: Path, content: bytes, *, as_it_was: bool = False) -> None:
    """Put a file in its place, whole or not at all, and in the place of a link. Raises OSError.

    With `as_it_was` a plain file that is there keeps its rights: somebody gave them.
    """
    # A name that nobody can guess, and new: whoever may write there leads this nowhere else.
    draft = path.with_name(f".{path.name[:100]}.{uuid.uuid4().hex}")
    try:
        with open_private(draft, os.O_EXCL | os.O_NOFOLLOW) as file:
            file.write(content)
            found = path.lstat() if as_it_was and path.exists() else None
            if found is not None and stat.S_ISREG(found.st_mode):
                os.fchmod(file.fileno(), stat.S_IMODE(found.st_mode))
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def open_private(path: Path, how: int = os.O_TRUNC) -> IO[bytes]:
    """Open a file to be written, for its owner alone if it is new. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600), "wb")
