"""Give a file its name only if nobody has it, on every file system that people mount.

A hard link does it in one step. FAT, exFAT, many network mounts and some of FUSE have none: there
the kernel renames without replacing, and where it cannot, the name is taken first (`O_EXCL`) and
the file put over it. A writer that is killed between these two leaves an empty file.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

# What link() says where there are no hard links; EMLINK: one more link is not allowed.
_NO_LINKS = frozenset(
    {
        errno.EPERM,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EMLINK,
        errno.EACCES,
        errno.EINVAL,
        errno.EXDEV,
    }
)
# What a rename without replacing says where kernel or file system know none.
_NO_SUCH_RENAME = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_RENAME_NOREPLACE = 1  # linux/fs.h
_RENAME_EXCL = 4  # sys/stdio.h of macOS


def put_new(draft: str, name: str, folder: int) -> None:
    """Give a draft its name in the same folder. Raises FileExistsError."""
    try:
        # Fails if the name is taken: two writers cannot overwrite each other.
        os.link(draft, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _without_links(draft, name, folder)


def _without_links(draft: str, name: str, folder: int) -> None:
    try:
        _rename_new(draft, name, folder)
    except OSError as error:
        if error.errno not in _NO_SUCH_RENAME:
            raise
        _take_and_put_over(draft, name, folder)


def _take_and_put_over(draft: str, name: str, folder: int) -> None:
    taken = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(name, taken, 0o600, dir_fd=folder))
    try:
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(name, dir_fd=folder)  # ours, and still empty
        raise


def _rename_new(draft: str, name: str, folder: int) -> None:
    rename, flag = _native()
    if rename is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if rename(folder, os.fsencode(draft), folder, os.fsencode(name), flag):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


@cache
def _native() -> tuple[Callable[..., int] | None, int]:
    """Find the C library's rename that does not replace; Python has no name for it."""
    known = {"linux": ("renameat2", _RENAME_NOREPLACE), "darwin": ("renameatx_np", _RENAME_EXCL)}
    called, flag = known.get(sys.platform, ("", 0))
    library: Any = ctypes.CDLL(None, use_errno=True)
    return getattr(library, called, None) if called else None, flag
