"""The token that whoever moves a simulator must show: kept where only the same user can read.

Each server draws its own. Another shell finds it by the port, in a folder of the user's own
beside other temporary files; the server of a working folder says it in its announcement too.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from orgkit.environment import SIM_TOKEN, home, value
from orgkit.private_files import private_folder, write_private
from orgkit.sim.client.places import announcement

HEADER = "X-Orgkit-Token"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 4096


def file(port: int) -> Path:
    """Locate the token of the server on a port of this machine."""
    return Path(tempfile.gettempdir()) / f"orgkit-{os.getuid()}" / f"sim-{port}.token"


def keep(port: int, token: str) -> None:
    """Write a server's token; where that is not possible, its announcement must do."""
    path = file(port)
    with suppress(OSError):
        if _ours(private_folder(path.parent).lstat(), stat.S_ISDIR):
            write_private(path, token.encode())


def forget(port: int, token: str) -> None:
    """Take a token back, but not that of a server that came after on the same port."""
    if _kept(port) == token:
        with suppress(OSError):
            file(port).unlink()


def find(endpoint: str) -> str:
    """Find the token of a server: named by the environment, announced here, or kept by its port."""
    if named := value(SIM_TOKEN):
        return named
    address = urlsplit(endpoint)
    # A token of this machine is nothing for another one that listens on the same port.
    if not loopback(address.hostname or ""):
        return ""
    return _announced(endpoint) or _kept(address.port or 80)


def loopback(host: str) -> bool:
    """Tell whether a name or address means this machine and nothing else, whoever resolves it."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761; S3 puts buckets in front
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _announced(endpoint: str) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(_private(announcement(home())))
        if said["endpoint"] == endpoint.rstrip("/"):
            return str(said["token"])
    return ""


def _kept(port: int) -> str:
    with suppress(OSError, ValueError):
        if _ours(file(port).parent.lstat(), stat.S_ISDIR):
            return _private(file(port))
    return ""


def _private(path: Path) -> str:
    """Read a file that nobody else could have written or read; empty if it is none."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as opened:
        ours = _ours(os.fstat(opened.fileno()), stat.S_ISREG)
        return opened.read(_LONGEST) if ours else ""


def _ours(found: os.stat_result, kind: Callable[[int], bool]) -> bool:
    """Tell whether this is of the kind expected, ours, and closed to all others."""
    mine = found.st_uid == os.getuid() and not found.st_mode & _OTHERS
    return mine and kind(found.st_mode)
