"""The token of a running simulator: only who may read its owner's files can change anything.

Kept for each port in a folder of the user's own, so that every shell of theirs finds it, and
beside the state file. A page in a browser can reach loopback, but cannot read either.
"""

from __future__ import annotations

import ipaddress
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
            write_private(beside_state(beside), token.encode())
    file = _folders()[0] / f"{port}.token"
    if not _alone(file.parent):
        return None
    write_private(file, token.encode())
    return file


def beside_state(state: Path) -> Path:
    """Locate the token of the server that keeps its state in this file."""
    return state.with_name(f"{state.name}.token")


def forget(file: Path | None, token: str) -> None:
    """Remove a token, but not that of a server that came after on the same port."""
    with suppress(OSError):
        if file is not None and file.read_text() == token:
            file.unlink()


def find(endpoint: str) -> str:
    """Find the token of the simulator at an address; empty where it is another user's."""
    if named := value(SIM_TOKEN):
        return named
    try:
        address = urlsplit(endpoint)
        name = f"{address.port}.token"
    except ValueError:
        return ""
    # What listens on the same port of another machine must not learn it.
    if not loopback(address.hostname or ""):
        return ""
    # A server may have been started where the system names no such folder, or another one.
    found = (_read(folder / name) for folder in _folders() if _alone(folder))
    return next(filter(None, found), "")


def loopback(host: str) -> bool:
    """Tell whether a name means this machine, whoever resolves it."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):  # loopback by RFC 6761
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return False


def _read(file: Path) -> str:
    with suppress(OSError, ValueError):
        return file.read_text().strip()
    return ""


def _folders() -> list[Path]:
    """List the folders in which tokens may be, the one to write to first."""
    # In a folder that all may write to, the name must be the user's own, and so the folder.
    named = [Path(base, "orgkit")] if (base := value(RUNTIME)) else []
    return [*named, Path(tempfile.gettempdir(), f"orgkit-{os.getuid()}")]


def _alone(folder: Path) -> bool:
    """Make a folder if need be, and tell whether it is this user's alone."""
    try:
        found = private_folder(folder).lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return private and found.st_uid == os.getuid()
