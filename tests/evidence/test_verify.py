"""Whether the evidence holds: what was altered, removed or added is named, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orgkit.evidence.index_page import opened, sealed
from orgkit.evidence.journal.events import KINDS
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RESULT, UNFINISHED, RunFolder, encoded
from orgkit.evidence.store.names import Item
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import Verified, verify
from orgkit.formats import canonical, stamp
from orgkit.report.index import append
from tests.evidence.test_runs import result
from tests.support.make import ADMIN, ORGANIZATION, START, account, day, make_snapshot

Files = dict[str, bytes]


def write_run(
    store: Store, number: int, last: str = "sealed", journal: Journal | None = None
) -> RunFolder:
    """One run as the kit writes it: begun, saved, completed; or killed before `last`."""
    journal = journal or Journal(store, ORGANIZATION)
    at = stamp(day(number))
    first = result(error=UNFINISHED, outcome="failed", exit_code=1, record=journal.heads)
    folder = RunFolder.create(store, ORGANIZATION, day(number), first)

    def announce(name: str, **promise: Any) -> None:
        journal.note(KINDS[name](**promise), at, ADMIN, folder.name)

    announce("opened", **folder.promised())
    journal.observe(make_snapshot([account("222222222222", name=f"Name {number}")], at=number))
    saved = {"a.csv": b"a,b\n1,2\n", RESULT: encoded(result(record=journal.heads))}
    folder.keep(saved, partial(announce, "run"))
    if last == "sealed":
        folder.keep({"report.html": b"<p>a report</p>\n"}, partial(announce, "sealed"))
        append(store, ORGANIZATION, journal.recent_events())
    return folder


def write(store: Store) -> None:
    """Two runs, a look of no run, and an index page."""
    for number in range(2):
        write_run(store, number)
    Journal(store, ORGANIZATION).observe(make_snapshot([account("333333333333")], at=3))


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A store as the kit leaves it."""
    write(Store(str(tmp_path / "evidence")))
    return tmp_path / "evidence"


def files(folder: Path) -> Files:
    """Every file of a store."""
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


class Held(Store):
    """A store in memory, so that thousands of mutations take seconds."""

    def __init__(self, content: Files) -> None:
        self.content = content

    def listing(self, folder: str) -> list[Item]:
        """What lies right below a folder."""
        path = f"{folder}/" if folder else ""
        return [
            Item(n, "file", len(self.content[path + n]))
            if path + n in self.content
            else Item(n, "folder")
            for n in self.names(folder)
        ]

    def local_path(self, name: str) -> Path | None:
        """Nowhere, so that nothing is read at once by threads."""
        return Path(name)

    def names(self, folder: str) -> list[str]:
        """The names right below a folder."""
        prefix = f"{folder}/" if folder else ""
        return sorted(
            {n[len(prefix) :].split("/")[0] for n in self.content if n.startswith(prefix)}
        )

    def read(self, name: str) -> bytes:
        """The content of a file."""
        try:
            return self.content[name]
        except KeyError as error:
            raise FileNotFoundError(name) from error


def test_evidence_that_nobody_touched_holds(evidence: Path) -> None:
    """Nine entries, two runs, nothing broken, nothing odd."""
    found = verify(Store(str(evidence)))
    assert (found.entries, found.runs, found.broken, found.notices) == (9, 2, (), ())
    assert found.heads == tuple(Journal(Store(str(evidence)), ORGANIZATION).heads)


def test_an_empty_store_holds_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    """There is nothing to say about it."""
    assert verify(Store(str(tmp_path / "evidence"))) == Verified()


def test_what_is_no_organization_is_noticed_and_left_alone(evidence: Path) -> None:
    """A store may lie beside other files."""
    (evidence / "notes").mkdir()
    found = verify(Store(str(evidence)))
    assert found.broken == ()
    assert found.notices == ("notes: a folder, not evidence, not checked",)


def test_a_draft_that_a_crash_left_is_noticed(evidence: Path) -> None:
    """It never was part of the evidence; any other hidden file is a stranger."""
    runs = sorted((evidence / ORGANIZATION / "runs").iterdir())
    draft = f".run.json.{'0' * 32}"
    (runs[0] / draft).write_text("half")
    found = verify(Store(str(evidence)))
    assert found.broken == ()
    assert draft in found.notices[0]
    (runs[0] / ".hidden").write_text("x")
    assert ".hidden: not in the manifest" in verify(Store(str(evidence))).broken[0]


# Mutations: each takes the files and chance, changes them, and says what it touched.


def _any(content: Files, chance: random.Random) -> str:
    return chance.choice(sorted(content))


def _flip(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    data = bytearray(content[name])
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    content[name] = bytes(data)
    return name


def _insert(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    at = chance.randrange(len(content[name]) + 1)
    content[name] = content[name][:at] + bytes([chance.randrange(256)]) + content[name][at:]
    return name


def _remove_bytes(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    at = chance.randrange(len(content[name]))
    end = at + chance.randint(1, 40)
    content[name] = content[name][:at] + content[name][end:]
    return name


def _reorder_bytes(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    data = bytearray(content[name])
    pairs = [i for i in range(len(data) - 1) if data[i] != data[i + 1]]
    at = chance.choice(pairs)
    data[at], data[at + 1] = data[at + 1], data[at]
    content[name] = bytes(data)
    return name


def _empty(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    content[name] = b""
    return name


def _remove(content: Files, chance: random.Random) -> str:
    name = chance.choice([n for n in sorted(content) if not n.endswith("index.html")])
    del content[name]
    return name


def _add(content: Files, chance: random.Random) -> str:
    folder = _any(content, chance).rpartition("/")[0]
    name = f"{folder}/{chance.choice(['x', '.x', '00000005-event-x.json'])}{chance.random()}"
    content[name] = b"{}"
    return name


def _copy(content: Files, chance: random.Random) -> str:
    source = _any(content, chance)
    folder = _any(content, chance).rpartition("/")[0]
    name = f"{folder}/copy-of-{source.rpartition('/')[2]}"
    content[name] = content[source]
    return name


def _rename(content: Files, chance: random.Random) -> str:
    name = chance.choice([n for n in sorted(content) if not n.endswith("index.html")])
    folder, _, last = name.rpartition("/")
    at = chance.randrange(len(last))
    other = chance.choice([c for c in "0123456789abcdef" if c != last[at]])
    content[f"{folder}/{last[:at]}{other}{last[at + 1 :]}"] = content.pop(name)
    return name


def _swap(content: Files, chance: random.Random) -> str:
    name = _any(content, chance)
    other = chance.choice([n for n in sorted(content) if content[n] != content[name]])
    content[name], content[other] = content[other], content[name]
    return min(name, other)


def _remove_run(content: Files, chance: random.Random) -> str:
    run = chance.choice([n for n in sorted(content) if "/runs/" in n]).rpartition("/")[0]
    for name in [n for n in content if n.startswith(run)]:
        del content[name]
    return run


def _add_run(content: Files, chance: random.Random) -> str:
    run = chance.choice([n for n in sorted(content) if "/runs/" in n]).rpartition("/")[0]
    for name in [n for n in content if n.startswith(run)]:
        content[name.replace(run, f"{run}-9")] = content[name]
    return f"{run}-9"


MUTATIONS = (
    _flip,
    _insert,
    _remove_bytes,
    _reorder_bytes,
    _empty,
    _remove,
    _add,
    _copy,
    _rename,
    _swap,
    _remove_run,
    _add_run,
)


def _named(touched: str, lines: Iterable[str]) -> bool:
    """The file itself is named, or, if it is gone, the digest that its name promised."""
    digest = touched.rpartition("-")[2].removesuffix(".json")
    return any(touched in line or digest in line for line in lines)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda m: m.__name__.strip("_"))
def test_thousands_of_random_mutations_are_all_found(
    tmp_path: Path, mutate: Callable[[Files, random.Random], str]
) -> None:
    """Anything flipped, added, removed or reordered breaks the evidence, and is named."""
    write(Store(str(tmp_path / "evidence")))
    whole = files(tmp_path / "evidence")
    chance = random.Random(2026)  # noqa: S311 - seeded on purpose
    for _ in range(250):
        content = dict(whole)
        touched = mutate(content, chance)
        found = verify(Held(content))
        assert _named(touched, found.broken), (touched, found.broken)
        assert found.trustworthy


def test_every_single_entry_and_file_is_missed_when_it_is_gone(evidence: Path) -> None:
    """Also the newest entry, which no other names, and HEAD itself."""
    whole = files(evidence)
    for name in whole:
        if name.endswith("index.html"):
            continue
        content = {n: c for n, c in whole.items() if n != name}
        assert verify(Held(content)).broken, name


def test_the_end_of_the_record_cannot_be_cut_off_while_its_runs_are_there(evidence: Path) -> None:
    """Even if HEAD is put back as well: the runs name entries that are gone."""
    whole = files(evidence)
    entries = sorted(n for n in whole if "/observations/" in n)
    for length in range(len(entries) - 1):
        content = {n: c for n, c in whole.items() if n not in entries[length:]}
        content[f"{ORGANIZATION}/HEAD"] = b'{"format":"orgkit.head/1","heads":[]}\n'
        assert verify(Held(content)).broken


def test_only_an_outside_anchor_finds_that_the_tail_and_its_runs_are_gone(evidence: Path) -> None:
    """What the documents say of the limits is so: with all traces gone, the digest kept tells."""
    (anchor,) = verify(Store(str(evidence))).heads
    whole = files(evidence)
    entries = sorted(n for n in whole if "/observations/" in n)
    content = {n: c for n, c in whole.items() if n not in entries[4:] and "-2/" not in n}
    later = sorted({n.split("/")[2] for n in whole if "/runs/" in n})[1]
    content = {n: c for n, c in content.items() if later not in n and "index" not in n}
    (newest,) = verify(Held(content)).heads
    content[f"{ORGANIZATION}/HEAD"] = canonical({"format": "orgkit.head/1", "heads": [newest]})
    found = verify(Held(content))
    assert found.broken == ()
    assert anchor not in found.digests


def test_what_is_still_trustworthy_is_said(evidence: Path) -> None:
    """The faults come in order of the journal, with what holds in spite of them."""
    whole = files(evidence)
    entries = sorted(n for n in whole if "/observations/" in n)
    whole[entries[4]] += b" "
    found = verify(Held(whole))
    assert found.broken[0].startswith(entries[4])
    assert found.trustworthy == (
        f"{ORGANIZATION}: 8 entries by their own digests, the first 4 without a gap, "
        "and 2 of 2 runs",
    )


def test_a_record_of_another_organization_is_a_stranger(evidence: Path) -> None:
    """Whole, but under a name that is not its own."""
    other = {n.replace(ORGANIZATION, "o-other00000"): c for n, c in files(evidence).items()}
    assert any("it is of o-test123456" in line for line in verify(Held(other)).broken)


# Killed writers


@pytest.mark.parametrize("written", range(4))
def test_a_run_killed_while_it_was_written_is_noticed_and_not_accused(
    tmp_path: Path, written: int
) -> None:
    """Announced first, then written: whatever is there fits what was announced."""
    store = Store(str(tmp_path / "evidence"))
    write_run(store, 0)
    real = Store.replace
    count = iter(range(99))

    def stop(self: Store, name: str, content: bytes) -> None:
        if "/runs/" in name and next(count) == written:
            raise KeyboardInterrupt
        real(self, name, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            write_run(store, 1)
    found = verify(store)
    assert found.broken == ()
    assert any("killed while its files were written" in n for n in found.notices)
    name = f"{store.names(f'{ORGANIZATION}/runs')[1]}"
    path = f"{ORGANIZATION}/runs/{name}/{RESULT}"
    store.replace(path, store.read(path) + b" ")
    assert f"{path}: altered" in verify(store).broken


def test_a_run_killed_as_it_began_is_noticed(tmp_path: Path) -> None:
    """The journal does not know it yet; it holds nothing but its beginning."""
    store = Store(str(tmp_path / "evidence"))
    write_run(store, 0)
    first = result(error=UNFINISHED, outcome="failed", exit_code=1)
    RunFolder.create(store, ORGANIZATION, START, first)
    found = verify(store)
    assert found.broken == ()
    assert any("killed as it began" in n for n in found.notices)
    finished = RunFolder.create(store, ORGANIZATION, START, result())
    assert any(finished.name in line for line in verify(store).broken)


def test_an_index_page_that_was_closed_opens_again() -> None:
    """And does not open if a byte of it changed."""
    assert opened(sealed("<p>page</p>\n")) == "<p>page</p>\n"
    assert opened(sealed("<p>page</p>\n").replace(b"page", b"pagf")) is None
