"""Disks and mounts that fail: every step of a write, every error, and what is left behind."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RunFolder
from orgkit.evidence.store import exclusive
from orgkit.evidence.store.store import Store
from orgkit.evidence.store.troubles import OF_THE_ADDRESS, WAYS, StoreError
from orgkit.terms import ExitCode
from tests.evidence.test_verify import write_run
from tests.support.make import ORGANIZATION, make_snapshot

STEPS = ("open", "write", "fsync", "link", "rename", "mkdir", "close")
NO_LINKS = ("EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS", "EACCES", "EINVAL", "EXDEV")
NO_FOLDER_SYNC = ("EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF")
FULL = ("ENOSPC", "EDQUOT", "EFBIG")
BROKEN = ("EIO", "ESTALE", "ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EROFS", "EMFILE", "EACCES")


def error(name: str) -> OSError:
    """The system's error of this name."""
    number = int(getattr(errno, name))
    return OSError(number, os.strerror(number))


@contextmanager
def failing(
    step: str, name: str, at: int = 1, only: Callable[..., bool] = lambda *_: True
) -> Iterator[list[int]]:
    """Let a call of the system fail, the first time or a later one; gives how often it was made."""
    real, calls = getattr(os, step), [0]

    def call(*arguments: Any, **named: Any) -> Any:
        if only(*arguments):
            calls[0] += 1
            if calls[0] >= at:
                if step == "close":  # the handle is gone all the same, as after close(2)
                    real(*arguments)
                raise error(name)
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, step, call)
        yield calls


def is_folder(handle: int) -> bool:
    """Whether a handle is a folder's."""
    return stat.S_ISDIR(os.fstat(handle).st_mode)


def refusal(act: Callable[[], Any]) -> OrgkitError | None:
    """How a call was refused; None if it was not."""
    try:
        act()
    except OrgkitError as caught:
        return caught
    return None


def everything(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder with nothing else in it."""
    made = tmp_path / "disk"
    made.mkdir()
    return made


@pytest.fixture
def store(disk: Path) -> Store:
    """A store with one file in it."""
    made = Store(str(disk / "evidence"))
    made.create("there", b"old")
    return made


@pytest.mark.parametrize("name", [*FULL, *BROKEN])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["create", "replace"])
def test_a_write_that_fails_says_what_to_do_and_leaves_nothing(
    store: Store, disk: Path, how: str, step: str, name: str
) -> None:
    """F24: whatever call fails, at whatever point of a write: exit 20, no draft, no half a file."""
    before = everything(disk)
    for at in range(1, 8):
        for _ in range(2):  # a second try leaves nothing either
            with failing(step, name, at) as calls:
                caught = refusal(lambda: getattr(store, how)("a/new", b"content"))
            if caught is not None:
                assert isinstance(caught, StoreError)
                assert caught.exit_code == ExitCode.BLOCKED
                assert caught.errno == getattr(errno, name)
                assert name in caught.problem
                assert caught.do_this == WAYS[caught.errno]
            if store.exists("a/new"):
                # Whole, where only what comes after its name failed, or nothing did.
                assert store.read("a/new") == b"content"
                (disk / "evidence" / "a" / "new").unlink()
            assert everything(disk) == before
        if calls[0] < at:
            return
    raise AssertionError("never came to its end")


@pytest.mark.parametrize("name", [*FULL, *BROKEN])
def test_what_a_file_held_stays_when_it_cannot_be_replaced(store: Store, name: str) -> None:
    """F24: a full disk never costs what was kept."""
    for step in ("open", "write", "fsync", "rename"):
        with failing(step, name), pytest.raises(StoreError):
            store.replace("there", b"new")
        assert store.read("there") == b"old"


@pytest.mark.parametrize("name", sorted({errno.errorcode[n] for n in WAYS}))
@pytest.mark.parametrize("step", ["open", "write", "fsync", "mkdir"])
def test_a_store_that_fails_at_once_is_told_before_any_work(
    disk: Path, step: str, name: str
) -> None:
    """F21, F24: another address where that is the way out (64), else what is broken (20)."""
    store = Store(str(disk / "evidence"))
    with failing(step, name):
        caught = refusal(store.check_writable)
    if isinstance(caught, UsageError):
        assert getattr(errno, name) in OF_THE_ADDRESS
        assert "Nothing was done" in caught.do_this
    elif caught is not None:
        assert getattr(errno, name) not in OF_THE_ADDRESS
        assert caught.exit_code == ExitCode.BLOCKED
    else:  # only a probe without content, or a folder that cannot be synced, asks for nothing
        assert step == "write" or name in NO_FOLDER_SYNC
    assert everything(disk) == []


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("name", NO_LINKS)
def test_without_hard_links_a_file_is_created_once_all_the_same(
    store: Store, disk: Path, monkeypatch: pytest.MonkeyPatch, name: str, native: bool
) -> None:
    """F21: FAT, exFAT, network mounts; with the kernel's own rename, and where it has none."""
    if not native:
        monkeypatch.setattr(exclusive, "_native", lambda: (None, 0))
    with failing("link", name):
        store.check_writable()
        store.create("a/new", b"first")
        with pytest.raises(FileExistsError):
            store.create("a/new", b"second")
        store.replace("a/new", b"third")
    assert store.read("a/new") == b"third"
    assert everything(disk) == ["evidence/a/new", "evidence/there"]


@pytest.mark.parametrize("name", FULL)
def test_without_any_way_to_take_a_name_none_stays_taken(
    store: Store, disk: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """F21, F24: the name that was taken first is given back if the file cannot be put over it."""
    monkeypatch.setattr(exclusive, "_native", lambda: (None, 0))
    with failing("link", "EPERM"), failing("rename", name), pytest.raises(StoreError):
        store.create("a/new", b"content")
    assert everything(disk) == ["evidence/there"]


def test_a_whole_run_is_kept_where_there_are_no_hard_links_and_no_sync_of_folders(
    disk: Path,
) -> None:
    """F21: record, run and manifest on such a mount are the same as elsewhere."""
    usual, mount = Store(str(disk / "usual")), Store(str(disk / "mount"))
    write_run(usual, 0)
    with failing("link", "EPERM"), failing("fsync", "EINVAL", only=is_folder):
        write_run(mount, 0)
    assert everything(disk / "mount") == everything(disk / "usual")


@pytest.mark.parametrize("name", NO_FOLDER_SYNC)
def test_a_file_system_that_cannot_sync_folders_works(store: Store, name: str) -> None:
    """F21: EINVAL for a folder is what network mounts answer, and costs nothing that was promised
    for the file itself.
    """
    with failing("fsync", name, only=is_folder):
        store.check_writable()
        store.create("a/b/new", b"content")
        store.replace("there", b"new")
    assert store.read("a/b/new") == b"content"
    assert store.read("there") == b"new"


@pytest.mark.parametrize("name", ["EINVAL", "ENOTSUP", "ENOSYS"])
def test_a_file_system_that_cannot_sync_files_is_named(store: Store, disk: Path, name: str) -> None:
    """F21: it cannot promise that anything is on the disk, so nothing is claimed."""
    before = everything(disk)
    with failing("fsync", name, only=lambda handle: not is_folder(handle)):
        with pytest.raises(StoreError, match=name) as caught:
            store.check_writable()
        assert "fsync" in caught.value.do_this
    assert everything(disk) == before


@pytest.mark.parametrize("name", ["EIO", "ESTALE", "EACCES", "ETIMEDOUT", "EMFILE", "ENOTCONN"])
def test_what_cannot_be_read_is_never_taken_for_absent(store: Store, name: str) -> None:
    """F21: a mount that went away has not lost its files."""
    with failing("open", name), failing("listdir", name), failing("stat", name):
        for act in (
            lambda: store.read("there"),
            lambda: store.names(""),
            lambda: store.exists("there"),
        ):
            with pytest.raises(StoreError, match=name) as caught:
                act()
            assert caught.value.do_this == WAYS[getattr(errno, name)]
        assert refusal(store.check_there) is not None


@pytest.mark.parametrize("ways", ["links", "native", "neither"])
def test_of_many_writers_of_one_name_one_succeeds(
    store: Store, disk: Path, monkeypatch: pytest.MonkeyPatch, ways: str
) -> None:
    """F21: created once, also without links and without the kernel's help."""
    if ways == "neither":
        monkeypatch.setattr(exclusive, "_native", lambda: (None, 0))

    def write(number: int) -> int | None:
        try:
            store.create("a/new", b"%d" % number)
        except FileExistsError:
            return None
        return number

    with failing("link", "EPERM", only=lambda *_: ways != "links"), ThreadPoolExecutor(8) as pool:
        winners = [n for n in pool.map(write, range(64)) if n is not None]
    assert len(winners) == 1
    assert store.read("a/new") == b"%d" % winners[0]
    assert everything(disk) == ["evidence/a/new", "evidence/there"]


def test_a_write_in_pieces_comes_out_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may take fewer bytes than it is given."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(data)[:3]))
    store.create("new", b"0123456789")
    assert store.read("new") == b"0123456789"


def test_an_interrupted_write_leaves_no_draft(
    store: Store, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody presses Ctrl+C, or interrupts the kernel."""

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    for write in (store.create, store.replace):
        with pytest.raises(KeyboardInterrupt):
            write("new", b"")
    with pytest.raises(KeyboardInterrupt):
        store.check_writable()
    assert everything(disk) == ["evidence/there"]


# Links, pipes, rights


def test_nothing_is_written_through_a_link_inside_a_store(store: Store, disk: Path) -> None:
    """Whoever could put a link into a store would choose what is overwritten elsewhere."""
    outside = disk / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    root = disk / "evidence"
    (root / "runs").symlink_to(outside)
    (root / "gone").symlink_to(disk / "nowhere")
    (root / "file").symlink_to(outside / "precious")
    for write in (store.create, store.replace):
        for name in ("runs/new", "runs/deep/new", "gone/new"):
            with pytest.raises(StoreError, match="link") as caught:
                write(name, b"escaped")
            assert "Put the folder itself" in caught.value.do_this
    with pytest.raises(FileExistsError):
        store.create("file", b"escaped")
    store.replace("file", b"ours")
    assert not (root / "file").is_symlink()
    assert everything(outside) == ["precious"]
    assert (outside / "precious").read_text() == "mine"


def test_the_store_itself_may_be_a_link(disk: Path) -> None:
    """That one is the administrator's own."""
    (disk / "other").mkdir()
    (disk / "evidence").symlink_to(disk / "other")
    Store(str(disk / "evidence")).create("a/new", b"1")
    assert (disk / "other" / "a" / "new").read_bytes() == b"1"


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "loop"])
def test_what_is_no_plain_file_is_not_read_and_never_waited_for(
    store: Store, disk: Path, kind: str
) -> None:
    """A pipe in a store would make every reader wait for ever."""
    place = disk / "evidence" / "odd"
    {
        "pipe": lambda: os.mkfifo(place),
        "link": lambda: place.symlink_to(disk / "evidence" / "there"),
        "folder": place.mkdir,
        "loop": lambda: place.symlink_to(place),
    }[kind]()
    with pytest.raises(StoreError, match="cannot be read"):
        store.read("odd")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o027])
def test_evidence_is_private_whatever_the_umask(disk: Path, umask: int) -> None:
    """New folders 0700, new files 0600; what is there keeps its rights, and is told."""
    before = os.umask(umask)
    try:
        store = Store(str(disk / "deep" / "evidence"))
        store.check_writable()
        write_run(store, 0)
        store.replace("x", b"1")
        (disk / "old").mkdir(mode=0o755)
        old = Store(str(disk / "old"))
        old.create("a/b", b"1")
    finally:
        os.umask(before)
    for path in (disk / "deep").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert store.exposed() == ""
    assert stat.S_IMODE((disk / "old" / "a" / "b").stat().st_mode) == 0o600
    mode = stat.S_IMODE((disk / "old").stat().st_mode)
    assert mode == 0o755 & ~umask
    assert bool(old.exposed()) == bool(mode & 0o066)
    (disk / "old").chmod(0o777)
    assert "change" in old.exposed()


@pytest.mark.parametrize(
    ("shared", "folder", "file"),
    [(0o2770, 0o2770, 0o660), (0o2750, 0o2750, 0o640), (0o2700, 0o2700, 0o600)],
)
def test_a_folder_that_hands_its_group_on_shares_what_is_made_in_it(
    disk: Path, shared: int, folder: int, file: int
) -> None:
    """Setgid says that evidence is meant for a group; others stay out whatever the folder says."""
    root = disk / "evidence"
    root.mkdir()
    root.chmod(shared | 0o005)
    Store(str(root)).create("a/b/new", b"1")
    assert stat.S_IMODE((root / "a" / "b").stat().st_mode) == folder
    assert stat.S_IMODE((root / "a" / "b" / "new").stat().st_mode) == file
    root.chmod(shared)
    assert Store(str(root)).exposed() == ""


# Ids


@pytest.mark.parametrize(
    "organization",
    ["../../escaped", "o-short", "O-ACME123456", "o-acme123456/..", "", "o-acme123456\n", "/etc"],
)
def test_what_is_no_organization_id_becomes_no_folder(disk: Path, organization: str) -> None:
    """U12: an answer that is not AWS's cannot choose where the kit writes."""
    store = Store(str(disk / "in" / "evidence"))
    for make in (
        lambda: Journal(store, organization),
        lambda: RunFolder(store, f"{organization}/runs/20260101T000000Z-00_start_here"),
    ):
        with pytest.raises(OrgkitError, match=r"not an organization id|not a path inside"):
            make()
    assert everything(disk) == []


def test_the_record_of_an_organization_is_kept_under_its_id(disk: Path) -> None:
    """A plain id is taken as it is."""
    Journal(Store(str(disk)), ORGANIZATION).observe(make_snapshot())
    assert [p.name for p in disk.iterdir()] == [ORGANIZATION]
