"""Files of the evidence: created once, whole or not at all, at any address."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.evidence.store.store import Store
from tests.evidence.test_s3 import ADDRESS, locked_bucket
from tests.support.kept import kept


@pytest.fixture(params=["local", "file", "s3", "fsspec"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The same promises hold for a folder, its URL, a bucket, and whatever else fsspec opens."""
    if request.param == "s3":
        locked_bucket(request.getfixturevalue("simulator")("acme").endpoint)
        return Store(ADDRESS, "sim")
    folder = tmp_path / "a folder" / "evidence"
    written = {"local": str(folder), "file": folder.as_uri(), "fsspec": kept(folder)}
    return Store(written[request.param])


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


OUTSIDE = ["../out", "a/../../out", "/etc/out", "a//b", "./a", "a/.", "a/", "..", "a\0b", "/"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_leads_out_of_a_store(store: Store, tmp_path: Path, name: str) -> None:
    """U12: a name with .. or / or NUL is refused when written, and is nothing when read."""
    store.create("inside", b"")
    before = sorted(tmp_path.rglob("*"))
    for write in (store.create, store.replace):
        with pytest.raises(OrgkitError, match="not a path inside a store"):
            write(name, b"escaped")
    with pytest.raises(FileNotFoundError):
        store.read(name)
    assert not store.exists(name)
    assert store.names(name) == []
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_lies_below_a_file(store: Store) -> None:
    """F22: what a desktop leaves beside the runs is no folder, and asking hurts nothing."""
    store.create("runs/.DS_Store", b"x")
    assert store.names("runs/.DS_Store/deeper") == []
    assert not store.exists("runs/.DS_Store/run.json")
    with pytest.raises(FileNotFoundError):
        store.read("runs/.DS_Store/run.json")


def test_the_same_bytes_come_back_whatever_they_are(store: Store) -> None:
    """Nothing is decoded, cut or completed on the way."""
    for number, content in enumerate((b"", b"\0\xff\r\n", b"x" * 300_000, "é\u202e".encode())):
        store.create(f"made/{number}", content)
        store.replace("again", content)
        assert store.read(f"made/{number}") == store.read("again") == content
    assert store.read_all(["made/1", "again"]) == [b"\0\xff\r\n", "é\u202e".encode()]


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


def test_only_the_untouched_default_lies_in_the_working_folder_of_the_kit(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook's own folder is where everything else that is typed begins."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    Store("evidence").create("file", b"1")
    Store("../mine").create("file", b"2")
    assert (isolated / "evidence" / "file").read_bytes() == b"1"
    assert (tmp_path / "mine" / "file").read_bytes() == b"2"


def test_a_local_file_has_a_path_and_another_one_has_none(tmp_path: Path) -> None:
    """Only what lies on this machine can be opened by a browser."""
    assert Store(str(tmp_path)).local_path("a") == tmp_path / "a"
    assert Store(tmp_path.as_uri()).local_path("a") == tmp_path / "a"
    assert Store(kept(tmp_path)).local_path("a") is None


@pytest.mark.parametrize(
    ("address", "shown", "full"),
    [
        ("evidence", "evidence/a", "{home}/evidence/a"),
        ("/srv/e/", "/srv/e/a", "/srv/e/a"),
        ("s3://bucket/e/", "s3://bucket/e/a", "s3://bucket/e/a"),
        ("file:///srv/an%20e", "/srv/an e/a", "/srv/an e/a"),
    ],
)
def test_addresses_are_shown_as_people_write_them(
    address: str, shown: str, full: str, isolated: Path
) -> None:
    """What is printed can be pasted."""
    assert Store(address).shown("a") == shown
    assert Store(address).full_path("a") == full.format(home=isolated)


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


def test_a_file_system_that_only_reads_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Some addresses that fsspec opens, such as https, cannot be written at all."""

    def read_only(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("tests.support.kept.Kept.pipe_file", read_only)
    with pytest.raises(UsageError, match="cannot be written"):
        Store(kept(tmp_path)).check_writable()


def test_a_package_with_errors_of_its_own_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Behind fsspec each cloud has its own exceptions; none becomes a traceback."""

    class CloudError(Exception):
        """What some package raises."""

    def fail(*_: object, **__: object) -> None:
        raise CloudError("quota")

    store = Store(kept(tmp_path))
    for method in ("pipe_file", "cat_file", "ls", "exists"):
        monkeypatch.setattr(f"tests.support.kept.Kept.{method}", fail)
    for act in (
        lambda: store.create("a", b""),
        lambda: store.replace("a", b""),
        lambda: store.read("a"),
        lambda: store.exists("a"),
        lambda: store.names(""),
        store.check_writable,
    ):
        with pytest.raises(OrgkitError, match="quota"):
            act()
