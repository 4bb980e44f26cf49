"""Files of the evidence: created once, whole or not at all, at any address."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from orgkit.errors.exceptions import UsageError
from orgkit.evidence.store.store import Store
from tests.evidence.test_s3 import ADDRESS, locked_bucket


@pytest.fixture(params=["local", "s3", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The same promises hold for a folder, a bucket and whatever else fsspec opens."""
    if request.param == "local":
        return Store(str(tmp_path / "evidence"))
    if request.param == "memory":
        return Store(f"memory://{uuid.uuid4().hex}")
    locked_bucket(request.getfixturevalue("simulator")("acme").endpoint)
    return Store(ADDRESS, "sim")


def test_what_is_created_can_be_read(store: Store) -> None:
    """Folders on the way are made."""
    store.create("a/b/file", b"content\n")
    assert store.read("a/b/file") == b"content\n"
    assert store.exists("a/b/file")
    assert store.exists("a/b")


def test_creating_twice_is_refused_and_changes_nothing(store: Store) -> None:
    """Two writers cannot overwrite each other."""
    store.create("file", b"first")
    with pytest.raises(FileExistsError):
        store.create("file", b"second")
    assert store.read("file") == b"first"


def test_replacing_is_only_for_what_says_so(store: Store) -> None:
    """The result of a run that is run again takes the place of the old one."""
    store.replace("run.json", b"first")
    store.replace("run.json", b"second")
    assert store.read("run.json") == b"second"


def test_names_are_sorted_and_a_missing_folder_has_none(store: Store) -> None:
    """A new store is no error."""
    for name in ("b", "a", "c"):
        store.create(f"folder/{name}", b"")
    assert store.names("folder") == ["a", "b", "c"]
    assert store.names("nowhere") == []
    assert store.names("") == ["folder"]


def test_a_file_that_is_missing_is_said_to_be(store: Store) -> None:
    """Nothing is made up."""
    assert not store.exists("nothing")
    with pytest.raises(FileNotFoundError):
        store.read("nothing")


def test_the_write_test_leaves_nothing_behind(store: Store) -> None:
    """The store looks afterwards as it did before."""
    store.check_writable()
    assert store.names("") == []


def test_no_draft_stays_after_writing(tmp_path: Path) -> None:
    """A local file is written aside and then put in place."""
    store = Store(str(tmp_path))
    store.create("one", b"1")
    store.replace("two", b"2")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["one", "two"]


def test_a_write_that_breaks_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a power cut never leaves half a file under its name."""
    store = Store(str(tmp_path))
    store.replace("run.json", b"old")

    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        store.replace("run.json", b"new")
    with pytest.raises(OSError, match="No space"):
        store.create("other", b"new")
    assert store.read("run.json") == b"old"
    assert not store.exists("other")


def test_a_relative_folder_lies_in_the_working_folder_of_the_kit(isolated: Path) -> None:
    """Not in the folder of the notebook that happens to run."""
    Store("evidence").create("file", b"1")
    assert (isolated / "evidence" / "file").read_bytes() == b"1"


def test_a_local_file_has_a_path_and_another_one_has_none(tmp_path: Path) -> None:
    """Only what lies on this machine can be opened by a browser."""
    assert Store(str(tmp_path)).local_path("a") == tmp_path / "a"
    assert Store("memory://x").local_path("a") is None


@pytest.mark.parametrize(("address", "shown"), [("evidence/", "evidence/a"), ("m://b", "m://b/a")])
def test_addresses_are_shown_as_people_write_them(address: str, shown: str) -> None:
    """What is printed can be pasted."""
    store = Store("memory://x")
    store.address = address
    assert store.shown("a") == shown


@pytest.mark.parametrize("address", ["", "nosuchprotocol://bucket"])
def test_an_address_that_cannot_be_opened_is_wrong_usage(address: str) -> None:
    """A typing error in `store` is no traceback."""
    with pytest.raises(UsageError) as caught:
        Store(address)
    assert caught.value.exit_code == 64


def test_a_store_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    """A file stands where the folder should be, so nothing could be kept."""
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        Store(str(tmp_path / "taken" / "evidence")).check_writable()
    assert "Nothing was done" in caught.value.do_this
    assert (tmp_path / "taken").read_text() == "a file"


def test_a_file_system_that_only_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some addresses that fsspec opens, such as https, cannot be written at all."""

    def read_only(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", read_only)
    with pytest.raises(UsageError, match="cannot be written"):
        Store("memory://read-only").check_writable()
