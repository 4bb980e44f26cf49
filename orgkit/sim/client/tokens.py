"""The token of a running simulator: only who may read its owner's files can change anything.

Kept for each port in a folder of the user's own, so that every shell of theirs finds it, and
beside the state file. A page in a browser can reach loopback, but cannot read either.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from orgkit.environment import RUNTIME, SIM_TOKEN, value
from orgkit.private_files import private_folder, write_private

HEADER = "X-Orgkit-Token"


def new() -> str:
    """Make a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def keep(port: int, token: str, beside: Path | None = None) -> Path | None:
    """Write the token of the server on a port where its user's commands look for it.

    None, and nothing is written there, where no folder is the user's alone.
    """
    if beside is not None:
        with suppress(OSError):  # a state that cannot be written is told when it is
            private_folder(beside.parent)
            write_private(beside.with_name(f"{beside.name}.token"), token.encode())
    folder = _folder()
    if folder is None:
        return None
    file = folder / f"{port}.token"
    write_private(file, token.encode())
    return file


def forget(file: Path | None, token: str) -> None:
    """Remove a token, but not that of a server that came after on the same port."""
    with suppress(OSError):
        if file is not None and file.read_text() == token:
            file.unlink()


def find(endpoint: str) -> str:
    """Find the token of the simulator at an address; empty where it is another user's."""
    if named := value(SIM_TOKEN):
        return named
    folder = _folder()
    with suppress(OSError, ValueError):
        if folder is not None:
            return (folder / f"{urlsplit(endpoint).port}.token").read_text().strip()
    return ""


def _folder() -> Path | None:
    """Give the folder of the tokens, made if need be; None unless it is this user's alone."""
    base = value(RUNTIME)
    # In a folder that all may write to, the name must be the user's own, and so the folder.
    folder = Path(base, "orgkit") if base else Path(tempfile.gettempdir(), f"orgkit-{os.getuid()}")
    try:
        private_folder(folder)
        found = folder.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return folder if private and found.st_uid == os.getuid() else None
