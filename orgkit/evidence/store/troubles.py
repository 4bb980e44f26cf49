"""What a store says when it fails: the system's error, by its number, as problem and way out."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from orgkit.errors.exceptions import OrgkitError
from orgkit.formats import printable
from orgkit.terms import ExitCode

_RIGHTS = "Give yourself the right to, or name another folder in `store`."
_ROOM = "Make room there, or name a store elsewhere, and run this again: what was kept is whole."
_MOUNT = "Mount it again, or name a store elsewhere, and run this again."
_HARDWARE = "Check the system's log and copy the store elsewhere before you go on."
_LINK = (
    "Put the folder itself in the place of the link, or name where it leads in `store`: nothing is "
    "written through links inside of a store."
)
_FILES = "Close what is open, or raise the limit (`ulimit -n`), and run this again."
_PROMISE = "Keep the evidence on a file system that can say when a file is on the disk (fsync)."

WAYS: Mapping[int, str] = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "It can only be read: name another folder in `store`.",
    errno.ENOTDIR: "A file stands where a folder should be: move it, or name another folder.",
    errno.EISDIR: "A folder stands where a file should be: move it, or name another folder.",
    errno.ELOOP: _LINK,
    errno.ENAMETOOLONG: "Name a shorter folder in `store`.",
    errno.EIO: _HARDWARE,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EINVAL: _PROMISE,
    errno.ENOTSUP: _PROMISE,
    errno.ENOSYS: _PROMISE,
    **dict.fromkeys(
        (
            errno.ESTALE,
            errno.ENODEV,
            errno.ENXIO,
            errno.ENOTCONN,
            errno.ETIMEDOUT,
            errno.EHOSTDOWN,
            errno.EHOSTUNREACH,
            errno.ENETDOWN,
            errno.ENETUNREACH,
            errno.ECONNREFUSED,
            errno.ECONNRESET,
            errno.ECONNABORTED,
        ),
        _MOUNT,
    ),
}
# What is wrong with the address itself, so that naming another is the way out.
OF_THE_ADDRESS = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
    }
)


class StoreError(OrgkitError, OSError):
    """A store that fails at a file of its own; for whoever handles files, still an `OSError`."""

    exit_code = ExitCode.BLOCKED

    def __init__(self, problem: str, error: Exception) -> None:
        said = words(error)
        number = error.errno if isinstance(error, OSError) else None
        way = WAYS.get(number or 0, "Name another store, or mend this one, and run this again.")
        super().__init__(f"{problem}: {said}", way)
        self.errno = number


def words(error: Exception) -> str:
    """Say what the system said, without the path, which is said beside it."""
    if isinstance(error, OSError) and error.errno:
        text = error.strerror or os.strerror(error.errno)
        return f"{printable(text)} ({errno.errorcode.get(error.errno, error.errno)})"
    return printable(f"{type(error).__name__} {error}".strip())
