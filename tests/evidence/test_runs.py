"""The folder of one run: its name, its manifest, and run.json by the schema that is shipped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastjsonschema
import jsonschema
import pytest

from orgkit import terms
from orgkit.evidence.journal.events import Saved
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RunFolder, earlier, encoded, newest, schema
from orgkit.evidence.store.store import Store
from orgkit.formats import stamp
from tests.support.make import ADMIN, ORGANIZATION, START, day

CALL = {
    "service": "organizations",
    "operation": "ListAccounts",
    "status": 200,
    "request_id": "r-1",
    "retries": 0,
    "changed": False,
    "at": "2026-01-05T09:00:00Z",
    "error": "",
}
FINDING = {"id": "size", "verdict": "PASS", "subject": "", "text": "Fine."}


def result(**changes: Any) -> dict[str, Any]:
    """A run.json as small as it may be."""
    return {
        "notebook": "01_precheck",
        "started": "2026-01-05T09:00:00Z",
        "ended": "2026-01-05T09:00:01Z",
        "target": "sim",
        "endpoint": "http://127.0.0.1:5055",
        "organization_id": ORGANIZATION,
        "caller_arn": ADMIN,
        "phase": "CONSOLIDATED_BILLING",
        "outcome": "done",
        "exit_code": 0,
        "error": "",
        "summary": [],
        "findings": [FINDING],
        "calls": [CALL],
        "record": ["0" * 64],
        "versions": {"orgkit": "0.1.0"},
        "parameters": {"target": "sim"},
    } | changes


def keep(folder: RunFolder, files: dict[str, bytes]) -> dict[str, Any]:
    """Keep files; what was announced."""
    said: dict[str, Any] = {}
    folder.keep(files, lambda **promise: said.update(promise))
    return said


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "evidence"))


def test_a_run_folder_is_named_by_time_and_notebook(store: Store) -> None:
    """Sorting by name is sorting by time."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    assert folder.path == f"{ORGANIZATION}/runs/20260105T090000Z-01_precheck"
    assert folder.name == "20260105T090000Z-01_precheck"
    assert folder.shown.endswith(folder.path)


def test_a_name_that_is_taken_gets_a_number(store: Store) -> None:
    """Simulated time stands still, so two runs may begin in the same second."""
    names = []
    for _ in range(3):
        folder = RunFolder.create(store, ORGANIZATION, START, result())
        names.append(folder.name.removeprefix("20260105T090000Z-01_precheck"))
    assert names == ["", "-2", "-3"]


def test_the_result_is_written_and_read(store: Store) -> None:
    """Readable by people and by scripts, with names as they are."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    keep(folder, {"run.json": encoded(result(error="Büro"))})
    assert folder.result() == result(error="Büro")
    text = store.read(f"{folder.path}/run.json").decode()
    assert "Büro" in text
    assert text.endswith("}\n")


def test_a_result_that_breaks_the_schema_is_not_written(store: Store) -> None:
    """Scripts may rely on every name."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    with pytest.raises(fastjsonschema.JsonSchemaException, match="exit_code"):
        keep(folder, {"run.json": encoded(result(exit_code=7))})
    assert folder.result() == result()


def test_the_manifest_names_the_digest_of_every_file(store: Store) -> None:
    """In the form that `sha256sum -c` reads, without itself; the same is announced."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    said = keep(folder, {"b.csv": b"2", "a.csv": b"1"})
    manifest = store.read(f"{folder.path}/MANIFEST.sha256")
    files = {"a.csv": b"1", "b.csv": b"2", "run.json": store.read(f"{folder.path}/run.json")}
    lines = [f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in files.items()]
    assert manifest.decode() == "".join(lines)
    assert said["manifest"] == hashlib.sha256(manifest).hexdigest()
    assert said["files"] == {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}
    assert said == folder.promised()


def test_what_is_to_be_written_is_announced_before_it_is(store: Store) -> None:
    """Or else nobody could tell a killed run from one that was tampered with."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    seen: list[list[str]] = []
    folder.keep({"a.csv": b"1"}, lambda **_: seen.append(store.names(folder.path)))
    assert seen == [["MANIFEST.sha256", "run.json"]]


def test_keeping_again_takes_in_what_came_later(store: Store) -> None:
    """The report is added after the notebook has saved."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    keep(folder, {"a.csv": b"1"})
    keep(folder, {"report.html": b"<p>"})
    manifest = store.read(f"{folder.path}/MANIFEST.sha256").decode()
    named = [line.split("  ")[1] for line in manifest.splitlines()]
    assert named == ["a.csv", "report.html", "run.json"]


def test_earlier_runs_come_in_order_and_stray_folders_are_left_out(store: Store) -> None:
    """A folder without a result is no run."""
    journal = Journal(store, ORGANIZATION)
    for number in (2, 1):
        folder = RunFolder.create(store, ORGANIZATION, day(number), result())
        kept = encoded(result(started=f"2026-01-0{number}T09:00:00Z"))
        folder.keep({"run.json": kept}, announcing(journal))
    store.replace(f"{ORGANIZATION}/runs/stray/a.csv", b"")
    found = [r["started"] for r in earlier(journal)]
    assert found == ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z"]
    assert [r["started"] for r in newest(journal, "01_precheck")] == found[::-1]
    assert earlier(Journal(store, "o-other123456")) == []


def announcing(journal: Journal) -> Callable[..., None]:
    """What a run tells the journal before it writes its files."""

    def announce(**promise: Any) -> None:
        journal.note(Saved(**promise), stamp(START), ADMIN, promise["folder"])

    return announce


FORGED: list[Callable[[bytes], bytes]] = [
    lambda kept: kept.replace(b'"exit_code": 0', b'"exit_code": 10'),
    lambda kept: b"",
    lambda kept: b"null",
    lambda kept: b"[" * 100_000,
    lambda kept: b"\xff\xfe",
    lambda kept: kept + b" ",
]


@pytest.mark.parametrize("change", FORGED)
def test_a_run_that_the_record_does_not_vouch_for_counts_for_nothing(
    store: Store, change: Callable[[bytes], bytes]
) -> None:
    """Whoever can write to the store cannot make pre-checks pass with a run.json of his own."""
    journal = Journal(store, ORGANIZATION)
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    kept = encoded(result())
    folder.keep({"run.json": kept}, announcing(journal))
    assert len(earlier(journal)) == len(list(newest(journal, "01_precheck"))) == 1
    assert change(kept) != kept
    store.replace(f"{folder.path}/run.json", change(kept))
    assert earlier(journal) == list(newest(journal, "01_precheck")) == []
    RunFolder.create(store, ORGANIZATION, day(9), result())  # never announced
    assert earlier(journal) == list(newest(journal, "01_precheck")) == []


# The schema


def valid(data: dict[str, Any]) -> bool:
    """Whether the shipped schema takes it."""
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(data))


def test_the_schema_is_a_schema_and_takes_a_result() -> None:
    """It is shipped with the package."""
    jsonschema.Draft202012Validator.check_schema(schema())
    assert valid(result())


@pytest.mark.parametrize("name", sorted(result()))
def test_every_name_of_the_contract_is_required(name: str) -> None:
    """A script never has to ask whether it is there."""
    assert not valid({k: v for k, v in result().items() if k != name})


@pytest.mark.parametrize(
    ("changed", "right"), [(True, True), (False, True), (None, True), ("yes", False), (1, False)]
)
def test_whether_a_call_changed_something_may_be_unknown(changed: Any, right: bool) -> None:
    """Yes, no, or null: what could not be read back is not claimed either way."""
    assert valid(result(calls=[CALL | {"changed": changed}])) is right


@pytest.mark.parametrize("part", ["findings", "calls"])
def test_every_name_of_a_finding_and_of_a_call_is_required(part: str) -> None:
    """And no other name may slip in."""
    row = {"findings": FINDING, "calls": CALL}[part]
    for name in row:
        assert not valid(result(**{part: [{k: v for k, v in row.items() if k != name}]}))
    assert not valid(result(**{part: [row | {"more": ""}]}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"notebook": "precheck"},
        {"started": "2026-01-05 09:00"},
        {"ended": "2026-01-05T09:00:00+00:00"},
        {"target": "prod"},
        {"organization_id": "test123456"},
        {"phase": "waiting"},
        {"outcome": "DONE"},
        {"exit_code": "0"},
        {"secret": "x"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_the_contract_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    """Wrong words, wrong types, unknown names."""
    assert not valid(result(**wrong))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("phase", set(terms.Phase)),
        ("outcome", set(terms.Outcome)),
        ("exit_code", set(terms.ExitCode)),
    ],
)
def test_the_schema_has_the_words_of_the_package(name: str, words: set[Any]) -> None:
    """A word that is added in one place must be added in the other."""
    assert set(schema()["properties"][name]["enum"]) == words


def test_the_schema_has_the_verdicts_of_the_package() -> None:
    """The same for what a finding says."""
    finding = schema()["properties"]["findings"]["items"]["properties"]
    assert set(finding["verdict"]["enum"]) == set(terms.Verdict)


def test_what_the_package_writes_is_what_it_reads(store: Store) -> None:
    """Json of enumerations is their plain words."""
    folder = RunFolder.create(store, ORGANIZATION, START, result())
    done = result(phase=str(terms.Phase.READY), exit_code=int(terms.ExitCode.DONE))
    keep(folder, {"run.json": encoded(done)})
    assert json.loads(store.read(f"{folder.path}/run.json"))["phase"] == "READY"
