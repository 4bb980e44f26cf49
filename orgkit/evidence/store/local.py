"""A folder on this machine: a file appears whole, and is on the disk when a call returns."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from orgkit.evidence.store.exclusive import put_new
from orgkit.evidence.store.names import LARGEST, Item, inside, too_large

# What a local write is until it is in its place; a killed writer may leave one behind.
DRAFT = re.compile(r"\..+\.[0-9a-f]{32}")
_PROBE = ".orgkit-write-test-"
_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A pipe that somebody put there must not make a reader wait for ever.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# A file system that cannot sync a folder says so: network mounts, FAT, some of FUSE.
_NO_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF})


class Folder:
    """A folder on this machine: a file appears whole, and is on the disk when a call returns.

    What is made is for its owner alone, whatever the umask; in a folder that hands its group on
    (setgid) it is for that group too, as far as the folder itself is.
    """

    def __init__(self, address: str, target: str = "", profile: str = "") -> None:
        self.root = Path(address)

    def check_writable(self) -> None:
        """Write a file and take it away again, also where only writing it fails."""
        probe = f"{_PROBE}{uuid.uuid4().hex}"
        try:
            self.create(probe, b"")
        except BaseException:
            with suppress(OSError):
                (self.root / probe).unlink()
            raise
        (self.root / probe).unlink()

    def path(self, name: str) -> Path | None:
        """Give the place of a file on this machine."""
        return self.root / name

    def names(self, folder: str) -> list[str]:
        """List what lies right below a folder; nothing lies below a file."""
        place = self._place(folder)
        try:
            return os.listdir(place)  # noqa: PTH208 - ten times as quick
        except NotADirectoryError:
            if os.path.lexists(place):
                raise
            return []

    def listing(self, folder: str) -> Iterator[Item]:
        """Tell what lies right below a folder, without opening anything or following a link."""
        try:
            with os.scandir(self._place(folder)) as found:
                yield from map(_item, found)
        except NotADirectoryError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder) from None

    def read(self, name: str) -> bytes:
        """Read a plain file. Raises FileNotFoundError; `OSError` for a link, a pipe, a device."""
        try:
            handle = os.open(self._place(name), _READ)
        except NotADirectoryError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from None
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            mode = found.st_mode
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
            if not stat.S_ISREG(mode):
                raise OSError(errno.ENXIO, "It is not a regular file", name)
            if found.st_size > LARGEST:  # also one that only claims to be: sparse
                raise too_large(name, found.st_size)
            return file.read(LARGEST)

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        try:
            self._place(name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True  # not `Path.exists`, for which in newer Pythons any trouble means no

    def create(self, name: str, content: bytes) -> None:
        """Write a new file. Raises FileExistsError."""
        self._put(name, content, put_new)

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, new or not."""
        self._put(name, content, _put_over)

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`. Raises FileExistsError if it is not."""
        *folders, _ = inside(name)
        with _entered(self.root, folders) as folder:
            # Released when the folder is left; a file system without locks lets all in at once.
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)
            if not self.exists(name) or self.read(name) != old:
                raise FileExistsError(name)
            self.replace(name, content)

    def exposed(self) -> str:
        """Say what else its rights allow to others on this machine; empty if nothing."""
        mode = stat.S_IMODE(self.root.stat().st_mode)
        # Where the folder hands its group on, that group was meant.
        others = mode & (0o007 if mode & stat.S_ISGID else 0o077)
        if not others & 0o066:
            return ""
        may = "change" if others & 0o022 else "read"
        lets = f"its mode {mode:04o} lets others {may} it where the folders above let them in"
        return f"{lets}; `chmod 700 {self.root}` keeps them out"

    def _place(self, name: str) -> Path:
        return self.root.joinpath(*inside(name))

    def _put(self, name: str, content: bytes, put: Callable[[str, str, int], None]) -> None:
        *folders, last = inside(name)
        with _entered(self.root, folders) as folder:
            draft = f".{last}.{uuid.uuid4().hex}"
            try:
                _write(draft, content, folder)
                put(draft, last, folder)
            finally:
                # Also what a full disk left half written, or every try would leave one more.
                with suppress(OSError):
                    os.unlink(draft, dir_fd=folder)
            _sync_folder(folder)


def _item(found: os.DirEntry[str]) -> Item:
    if found.is_symlink():
        return Item(found.name, "link")
    if found.is_dir(follow_symlinks=False):
        return Item(found.name, "folder")
    if not found.is_file(follow_symlinks=False):
        return Item(found.name, "other")
    return Item(found.name, "file", found.stat(follow_symlinks=False).st_size)


@contextmanager
def _entered(root: Path, folders: Sequence[str]) -> Iterator[int]:
    """Go down to a folder and make what is missing; below the root no link is followed."""
    _make_root(root)
    with ExitStack() as stack:
        handle = os.open(root, _ENTER)
        stack.callback(os.close, handle)
        for name in folders:
            handle = _below(handle, name)
            stack.callback(os.close, handle)
        yield handle


def _make_root(root: Path) -> None:
    if root.is_dir():
        return
    missing = [folder for folder in (root, *root.parents) if not folder.exists()]
    for folder in reversed(missing):
        with suppress(FileExistsError):
            folder.mkdir(0o700)
            _sync_parent(folder)


def _below(parent: int, name: str) -> int:
    """Enter a folder, made if it is missing."""
    with suppress(FileNotFoundError):
        return _enter(parent, name)
    with suppress(FileExistsError):  # another writer came first
        os.mkdir(name, 0o700, dir_fd=parent)
        if shared := _shared(parent, 0o070):
            os.chmod(name, 0o700 | stat.S_ISGID | shared, dir_fd=parent)
        _sync_folder(parent)
    return _enter(parent, name)


def _enter(parent: int, name: str) -> int:
    try:
        return os.open(name, _ENTER | os.O_NOFOLLOW, dir_fd=parent)
    except NotADirectoryError:
        # Linux says so of a link as well.
        if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, "It is a link", name) from None
        raise


def _shared(folder: int, bits: int) -> int:
    """Give the bits for the group where a folder hands its group on, else none."""
    mode = os.fstat(folder).st_mode
    return mode & bits if mode & stat.S_ISGID else 0


def _write(name: str, content: bytes, folder: int) -> None:
    def private(path: str, flags: int) -> int:
        return os.open(path, flags | os.O_NOFOLLOW, 0o600, dir_fd=folder)

    # Closed with care: some network mounts say only then that the disk is full.
    with open(name, "xb", buffering=0, opener=private) as file:
        if shared := _shared(folder, 0o060):
            os.fchmod(file.fileno(), 0o600 | shared)
        left = memoryview(content)
        while left:
            left = left[os.write(file.fileno(), left) :]
        # On the disk before it gets its name, so that no name leads to half a file.
        os.fsync(file.fileno())


def _put_over(draft: str, name: str, folder: int) -> None:
    os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)


def _sync_folder(folder: int) -> None:
    # The name is on the disk only when its folder is: without this a power cut could undo a write.
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _sync_parent(folder: Path) -> None:
    # The folder above may be nobody's to read, such as /home: then the system syncs it in time.
    with suppress(OSError):
        handle = os.open(folder.parent, _ENTER)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
