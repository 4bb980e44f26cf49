"""Whether the evidence holds: what was altered, removed or added is named, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from make import ADMIN, ORGANIZATION, account, make_snapshot

from orgkit.folder import RunFolder
from orgkit.history import History
from orgkit.store import Store
from orgkit.verify import Verified, verify


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A store with three entries and one sealed run."""
    store = Store(str(tmp_path))
    history = History(store, ORGANIZATION)
    history.observe(make_snapshot([account("222222222222")], at=0))
    history.observe(make_snapshot([account("222222222222", "SUSPENDED")], at=1))
    history.note("run", "2026-01-06T09:00:00Z", ADMIN)
    folder = RunFolder(store, f"{ORGANIZATION}/runs/20260105T090000Z-01_precheck")
    folder.write("findings.csv", b"a,b\n")
    folder.write("run.json", b"{}\n")
    folder.seal()
    return tmp_path


def entry(store: Path, number: int) -> Path:
    """One file of the record."""
    return sorted((store / ORGANIZATION / "observations").iterdir())[number]


def run(store: Path) -> Path:
    """The folder of the run."""
    (folder,) = (store / ORGANIZATION / "runs").iterdir()
    return folder


def test_evidence_that_nobody_touched_holds(evidence: Path) -> None:
    """Three entries, one run, nothing broken."""
    assert verify(Store(str(evidence))) == Verified(3, 1, ())


def test_an_empty_store_holds_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    """There is nothing to say about it."""
    assert verify(Store(str(tmp_path))) == Verified(0, 0, ())


def test_what_is_no_organization_is_left_alone(evidence: Path) -> None:
    """A store may lie beside other files."""
    (evidence / "notes").mkdir()
    (evidence / "notes" / "a.txt").write_text("x")
    assert verify(Store(str(evidence))).broken == ()


def test_a_draft_that_a_crash_left_breaks_nothing(evidence: Path) -> None:
    """It never was part of the evidence."""
    (run(evidence) / ".run.json.0123").write_text("half")
    (evidence / ORGANIZATION / "observations" / ".draft").write_text("half")
    assert verify(Store(str(evidence))) == Verified(3, 1, ())


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "entry altered": (lambda s: _append(entry(s, 1)), "content is not what its name promises"),
    "entry emptied": (lambda s: entry(s, 0).write_bytes(b""), "content is not what its name"),
    "first entry removed": (lambda s: entry(s, 0).unlink(), "entry before it is missing"),
    "middle entry removed": (lambda s: entry(s, 1).unlink(), "entry before it is missing"),
    "entry renamed": (
        lambda s: entry(s, 1).rename(entry(s, 1).with_name("00000002-event-0123456789abcdef.json")),
        "content is not what its name promises",
    ),
    "table altered": (lambda s: _append(run(s) / "findings.csv"), "findings.csv: altered"),
    "result removed": (lambda s: (run(s) / "run.json").unlink(), "run.json: missing"),
    "file added": (lambda s: (run(s) / "x.csv").write_text("x"), "x.csv: not in the manifest"),
    "manifest removed": (
        lambda s: (run(s) / "MANIFEST.sha256").unlink(),
        "MANIFEST.sha256: missing",
    ),
}


@pytest.mark.parametrize(("tamper", "words"), TAMPERINGS.values(), ids=list(TAMPERINGS))
def test_each_tampering_is_named(
    evidence: Path, tamper: Callable[[Path], object], words: str
) -> None:
    """The file and what is wrong with it; a change of one byte is enough."""
    tamper(evidence)
    broken = verify(Store(str(evidence))).broken
    assert broken
    assert words in broken[0]
    assert broken[0].startswith(ORGANIZATION)


def test_one_broken_run_does_not_hide_the_state_of_the_rest(evidence: Path) -> None:
    """Everything is looked at, and every fault is named."""
    _append(entry(evidence, 0))
    _append(run(evidence) / "findings.csv")
    assert len(verify(Store(str(evidence))).broken) >= 2
