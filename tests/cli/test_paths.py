"""Paths that a person types: from where he stands, with ~ for his home, and printed in full."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from orgkit import environment
from orgkit.cli import main
from orgkit.errors.exceptions import UsageError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import earlier, newest
from orgkit.evidence.signatures.keys import LocalKey, new_key
from orgkit.evidence.signatures.sign import named_key
from orgkit.evidence.store.store import Store
from orgkit.notebook.connection import Connection, choose
from orgkit.sim.client import discovery
from orgkit.sim.scenario import shipped
from tests.evidence.test_verify import write, write_run
from tests.support.make import ORGANIZATION, make_snapshot
from tests.support.simulator import Place


def orgkit(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that is found by its .orgkit, with evidence; the person stands deeper."""
    folder = tmp_path / "kit"
    (folder / ".orgkit").mkdir(parents=True)
    (folder / "audit" / "2026").mkdir(parents=True)
    write(Store(str(folder / "evidence")))
    monkeypatch.delenv(environment.HOME)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    (tmp_path / "person").mkdir()
    monkeypatch.chdir(folder / "audit" / "2026")
    return folder


# orgkit verify


def test_verify_looks_at_what_the_shell_shows(above: Path) -> None:
    """F23: a typed `evidence` is ./evidence, whatever folder above is a working folder."""
    here = above / "audit" / "2026" / "evidence"
    write_run(Store(str(here)), 0)
    answer = orgkit("verify", "evidence")
    assert answer.exit_code == 0, answer.output
    assert str(here) in answer.output
    assert " 1 runs " in answer.output
    whole = orgkit("verify")
    assert str(above / "evidence") in whole.output
    assert " 2 runs " in whole.output


@pytest.mark.parametrize("typed", ["evidence", "./evidence", "../evidence", "~/evidence"])
def test_a_folder_that_does_not_exist_is_named_in_full(
    above: Path, tmp_path: Path, typed: str
) -> None:
    """F23: exit 64, and never another folder of the same name."""
    answer = orgkit("verify", typed)
    assert answer.exit_code == 64
    meant = {"../evidence": above / "audit", "~/evidence": tmp_path / "person"}
    place = meant.get(typed, above / "audit" / "2026") / "evidence"
    assert f"There is no folder {place}\n" in answer.output


def test_a_file_is_no_store(above: Path) -> None:
    """Wrong usage too, in full."""
    Path("evidence").write_text("x")
    answer = orgkit("verify", "evidence")
    assert answer.exit_code == 64
    assert str(above / "audit" / "2026" / "evidence") in answer.output


@pytest.mark.parametrize(
    "typed",
    ["../../evidence", "../../../kit/evidence", "{above}/evidence", "file://{above}/evidence"],
)
def test_every_way_to_write_a_store_means_that_store(above: Path, typed: str) -> None:
    """F20: relative, absolute or as a URL, the same evidence is verified and named in full."""
    answer = orgkit("verify", typed.format(above=above))
    assert answer.exit_code == 0, answer.output
    assert f"{above / 'evidence'}\n" in answer.output
    assert " 2 runs " in answer.output


@pytest.mark.parametrize("command", [["verify"], ["status", "--store"], ["demo", "--store"]])
@pytest.mark.parametrize("typed", ["s3:/bucket/p", "memory://x", "C:\\evidence", "", "foo://x"])
def test_no_command_takes_what_is_no_address(above: Path, command: list[str], typed: str) -> None:
    """F20: exit 64 before anything is read or written."""
    answer = orgkit(*command, typed)
    assert answer.exit_code == 64, answer.output
    assert not list(Path().iterdir())


def test_verify_says_who_else_may_read_a_store(above: Path) -> None:
    """Evidence of an older version has the rights that the umask gave."""
    store = above / "evidence"
    assert "NOTICE" not in orgkit("verify", str(store)).output
    store.chmod(0o755)
    answer = orgkit("verify", str(store))
    assert answer.exit_code == 0
    assert f"NOTICE {store}: its mode 0755 lets others read it" in answer.output


# Keys


def test_keys_are_named_from_where_the_person_stands(
    above: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12: with ~ where no shell expands it, as in an option with =."""
    assert orgkit("key", "new", "~/mine.pem").exit_code == 0
    key = tmp_path / "person" / "mine.pem"
    shown = orgkit("key", "show", "~/mine.pem").stdout
    (tmp_path / "person" / "public.pem").write_text(shown)
    assert orgkit("key", "show", "../../../person/mine.pem").stdout == shown
    assert named_key("~/mine.pem", "sim", "").key.id == named_key(str(key), "sim", "").key.id
    answer = orgkit("verify", "../../evidence", "--public-key=~/public.pem")
    assert "UNSIGNED" in answer.output
    missing = orgkit("verify", "../../evidence", "--public-key=public.pem")
    assert missing.exit_code == 64
    assert str(above / "audit" / "2026" / "public.pem") in " ".join(missing.output.split())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o644, 0o666, 0o777, 0o440])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """A group is others too; the way out is one command."""
    new_key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(mode)
    with pytest.raises(UsageError, match="may read or change") as caught:
        LocalKey(tmp_path / "key.pem")
    assert caught.value.do_this == f"chmod 600 {tmp_path / 'key.pem'}"
    for good in (0o600, 0o400):
        (tmp_path / "key.pem").chmod(good)
        assert LocalKey(tmp_path / "key.pem").public_der


def test_a_pipe_is_no_key(tmp_path: Path) -> None:
    """Whoever waits for one would wait for ever."""
    os.mkfifo(tmp_path / "key.pem", 0o600)
    with pytest.raises(UsageError, match="is not a file"):
        LocalKey(tmp_path / "key.pem")


# Notebooks


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A working folder with a simulator."""
    with Place(tmp_path / "kit") as made:
        made.folder.mkdir()
        yield made


def test_a_run_is_kept_and_fed_where_the_person_stands(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12, F23: the store, the files and the report of `orgkit run`, typed in another folder."""
    stands = tmp_path / "desk"
    stands.mkdir()
    monkeypatch.chdir(stands)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    (tmp_path / "person").mkdir()
    Path("owners.csv").write_text("account_id,owner\n012345678901,Ada\n")
    (tmp_path / "person" / "answers.yaml").write_text("mail_arrives: yes\n")
    files = ("-p", "owners=owners.csv", "-p", "answers=~/answers.yaml")
    answer = orgkit("run", "precheck", "-p", "store=evidence", *files)
    assert answer.exit_code == 0, answer.output
    (run,) = (stands / "evidence" / place.organization_id / "runs").iterdir()
    assert f"report {run / 'report.html'}\n" in answer.output
    assert json.loads((run / "run.json").read_text())["parameters"]["owners"] == "owners.csv"
    assert "Ada" in (run / "approvers.csv").read_text()
    assert not (place.folder / "evidence").exists()


def test_a_run_without_a_store_is_kept_in_the_working_folder(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody typed belongs to the kit, wherever one stands; the report is named in full."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    before = os.umask(0o000)
    try:
        answer = orgkit("run", "start_here")
    finally:
        os.umask(before)
    (run,) = (place.folder / "evidence" / place.organization_id / "runs").iterdir()
    assert f"report {run / 'report.html'}\n" in answer.output
    assert not list((tmp_path / "desk").iterdir())
    # Private too, all of it, also where the umask keeps nobody out.
    for made in (place.folder / "evidence", place.folder / ".orgkit"):
        for path in (made, *made.rglob("*")):
            mode = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == mode, path


@pytest.mark.parametrize(("typed", "where"), [(["--store", "evidence"], "desk"), ([], "kit")])
def test_the_status_is_kept_in_the_store_that_was_typed(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], where: str
) -> None:
    """F23: one default text, two meanings: typed it is here, untouched it is the kit's."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    assert orgkit("status", *typed).exit_code == 0
    assert (tmp_path / where / "evidence" / place.organization_id / "HEAD").is_file()
    assert len(list(tmp_path.glob("*/evidence"))) == 1


def test_a_report_is_written_where_it_was_told_and_named_in_full(above: Path) -> None:
    """It may be private as the evidence is; a file that is there keeps its rights."""
    nbformat.write(nbformat.v4.new_notebook(), "../a.ipynb")
    assert orgkit("report", "../a.ipynb").stdout == f"{above / 'audit' / 'a.html'}\n"
    assert orgkit("report", "../a.ipynb", "--output=~/b.html").exit_code == 0
    made = above.parent / "person" / "b.html"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    made.chmod(0o644)
    assert orgkit("report", "../a.ipynb", "-o", str(made)).exit_code == 0
    assert stat.S_IMODE(made.stat().st_mode) == 0o644


# Servers and the simulator


def test_kernels_that_stand_elsewhere_are_told_in_full(
    above: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`orgkit lab` starts kernels in the notebooks' folder: what was typed here means here."""
    here = above / "audit" / "2026"
    for name, text in (("HOME", "."), ("SIGNING_KEY", "~/k.pem"), ("SIM_SCENARIO", "my/a.yaml")):
        monkeypatch.setenv(getattr(environment, name), text)
    told = environment.with_settings({"A": "b"})
    assert told[environment.HOME] == str(here)
    assert told[environment.SIGNING_KEY] == str(tmp_path / "person" / "k.pem")
    assert told[environment.SIM_SCENARIO] == str(here / "my" / "a.yaml")
    assert told["A"] == "b"
    for name, text in (("SIGNING_KEY", "kms:alias/x"), ("SIM_SCENARIO", "acme")):
        monkeypatch.setenv(getattr(environment, name), text)
        assert environment.with_settings({})[getattr(environment, name)] == text
    monkeypatch.delenv(environment.HOME)
    assert environment.HOME not in environment.with_settings({})


def test_a_scenario_is_a_path_that_a_person_types(above: Path, tmp_path: Path) -> None:
    """F12: with ~, and named in full where it is wrong."""
    text = (Path(shipped.FOLDER) / "solo.yaml").read_text()
    (tmp_path / "person" / "mine.yaml").write_text(text)
    assert shipped.load("~/mine.yaml").name == "mine"
    Path("bad.yaml").write_text("title: x\n")
    answer = orgkit("sim", "serve", "--scenario", "bad.yaml")
    assert answer.exit_code == 64
    assert str(above / "audit" / "2026" / "bad.yaml") in answer.output


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_what_the_working_folder_remembers_is_private(
    isolated: Path,
    simulator: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    umask: int,
) -> None:
    """The choice of a connection and the simulator's files are their owner's alone."""
    monkeypatch.setenv(environment.SERVER, "4711")
    monkeypatch.setenv(environment.SERVER_TOKEN, "of this server")
    before = os.umask(umask)
    try:
        assert choose(Connection("aws", "acme", "", ""))
        discovery.note_edition(isolated, 2)
    finally:
        os.umask(before)
    paths = [isolated / ".orgkit", *(isolated / ".orgkit").rglob("*")]
    assert len(paths) == 4
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_link_in_the_place_of_a_private_file_is_replaced(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can lead the choice of a connection into another file."""
    (tmp_path / "precious").write_text("mine")
    (isolated / ".orgkit").mkdir()
    (isolated / ".orgkit" / "connection.json").symlink_to(tmp_path / "precious")
    monkeypatch.setenv(environment.SERVER, "4711")
    monkeypatch.setenv(environment.SERVER_TOKEN, "of this server")
    assert choose(Connection())
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (isolated / ".orgkit" / "connection.json").is_symlink()


# Strangers in a store

STRANGERS = (".DS_Store", "._x", "Thumbs.db", "desktop.ini", "a file", "20260101-00_start_here")
FOLDERS = ("@eaDir", ".git", "lost+found", "20260101T000000Z")


@pytest.mark.parametrize("inside", ["", ORGANIZATION, f"{ORGANIZATION}/runs"])
def test_strangers_in_a_store_disturb_nobody(above: Path, inside: str) -> None:
    """F22: what desktops and network drives leave is no run and no entry, and hides none."""
    store = Store(str(above / "evidence"))
    before = earlier(Journal(store, ORGANIZATION))
    for folder in (inside, f"{ORGANIZATION}/observations"):
        for name in STRANGERS:
            store.replace(f"{folder}/{name}".lstrip("/"), b"x")
        for name in FOLDERS:
            store.replace(f"{folder}/{name}/run.json".lstrip("/"), b"{")
    assert earlier(Journal(store, ORGANIZATION)) == before
    assert len(list(newest(Journal(store, ORGANIZATION), "01_precheck"))) == len(before) == 2
    journal = Journal(store, ORGANIZATION)
    seen = journal.projection.snapshots
    journal.observe(make_snapshot(at=30))
    assert Journal(store, ORGANIZATION).projection.snapshots == seen + 1


def test_notebooks_and_commands_work_beside_strangers(place: Place) -> None:
    """F22: the status, the audit report and the index see the runs that there are."""
    place.run("start_here")
    base = place.folder / "evidence" / place.organization_id
    for folder in (base, base / "runs", base / "observations", base.parent):
        (folder / ".DS_Store").write_bytes(b"x")
        (folder / "@eaDir").mkdir()
    assert orgkit("status").exit_code == 0
    assert place.run("audit_report")["error"] == ""
    index = (base / "index.html").read_text()
    assert index.count("report.html") == 2
    assert "DS_Store" not in index
