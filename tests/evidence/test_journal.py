"""The append-only record: nothing lost, nothing rewritten, damage said plainly."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal import journal as module
from orgkit.evidence.journal.events import Answered, Event, Intention, Result
from orgkit.evidence.journal.journal import FORMAT, Journal
from orgkit.evidence.store.store import Store
from orgkit.formats import canonical
from orgkit.snapshot.snapshot import Snapshot
from tests.support.kept import kept
from tests.support.make import (
    ADMIN,
    ORGANIZATION,
    account,
    child,
    day,
    make_snapshot,
    memory_of,
    parent,
)

ONE, TWO, THREE = (account(str(n) * 12) for n in (2, 3, 4))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path))


def files(store: Store) -> list[str]:
    """The names of the entries, in order."""
    return store.names(f"{ORGANIZATION}/observations")


def entries(store: Store) -> list[dict[str, Any]]:
    """What the entries say, in order."""
    folder = f"{ORGANIZATION}/observations"
    return [json.loads(store.read(f"{folder}/{name}")) for name in files(store)]


def looks() -> list[Snapshot]:
    """A walk: asked, answers, one leaves, one vanishes, one list denied, ready."""
    asked = [child("2" * 12), child("3" * 12)]
    approved = [child("2" * 12, "ACCEPTED"), child("3" * 12)]
    return [
        make_snapshot([ONE, TWO], at=0),
        make_snapshot([ONE, TWO], [parent(), *asked], at=1),
        make_snapshot([ONE, TWO, THREE], [parent(), *approved], at=8),
        make_snapshot([ONE, TWO], [parent(), *approved], at=8),
        make_snapshot([ONE, TWO], at=10, unreadable={"handshakes": "denied"}),
        make_snapshot([ONE, TWO | {"name": "Renamed"}], [parent(), child("3" * 12)], at=40),
        make_snapshot([ONE, TWO], [parent("OPEN"), child("3" * 12, "ACCEPTED")], at=41),
    ]


def test_a_new_record_is_empty(store: Store) -> None:
    """Opening alone writes nothing."""
    journal = Journal(store, ORGANIZATION)
    assert journal.projection.snapshots == 0
    assert files(store) == []


def test_a_look_is_one_file_named_by_what_it_says(store: Store) -> None:
    """Sequence, kind and the beginning of the SHA-256 of its own bytes."""
    Journal(store, ORGANIZATION).observe(looks()[0], "run-1")
    (name,) = files(store)
    content = store.read(f"{ORGANIZATION}/observations/{name}")
    assert name == f"00000001-checkpoint-{hashlib.sha256(content).hexdigest()[:16]}.json"
    entry = json.loads(content)
    assert (entry["format"], entry["sequence"], entry["previous"]) == (FORMAT, 1, [])
    assert (entry["at"], entry["by"], entry["run"]) == ("2026-01-05T09:00:00Z", ADMIN, "run-1")


def test_every_entry_names_the_digest_of_the_one_before(store: Store) -> None:
    """A changed or missing entry shows."""
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
    journal.note(Answered(), "2026-03-01T00:00:00Z", ADMIN)
    folder = f"{ORGANIZATION}/observations"
    digests = [hashlib.sha256(store.read(f"{folder}/{n}")).hexdigest() for n in files(store)]
    assert [e["previous"] for e in entries(store)] == [[], *([d] for d in digests[:-1])]
    assert [e["sequence"] for e in entries(store)] == list(range(1, 9))


def test_the_first_entry_is_whole_and_later_ones_hold_only_what_changed(store: Store) -> None:
    """An organization of thousands does not write thousands of rows a look."""
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
    kinds = [e["kind"] for e in entries(store)]
    assert kinds == ["checkpoint", *["observation"] * 6]
    changes = [e["body"]["changes"] for e in entries(store)[1:]]
    assert list(changes[0]) == ["handshakes"]
    assert [row["account_id"] for row in changes[1]["accounts"]["set"]] == ["4" * 12]
    assert changes[2]["accounts"] == {"set": [], "gone": [["4" * 12]]}


def test_a_look_that_shows_nothing_new_has_no_changes(store: Store) -> None:
    """It still says that somebody looked, and when."""
    journal = Journal(store, ORGANIZATION)
    journal.observe(make_snapshot([ONE], at=0))
    journal.observe(make_snapshot([ONE], at=1))
    body = entries(store)[1]["body"]
    assert body["changes"] == {}
    assert body["facts"]["taken_at"] == "2026-01-06T09:00:00Z"


@pytest.mark.parametrize("every", [1, 2, 3, 50])
def test_deltas_fold_to_the_same_memory_as_a_full_replay(
    store: Store, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Whatever the distance of checkpoints, the memory is that of all looks in order."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", every)
    journal = Journal(store, ORGANIZATION)
    for number, look in enumerate(looks(), 1):
        projection = journal.observe(look)
        assert projection == memory_of(*looks()[:number])
        assert Journal(store, ORGANIZATION).projection == projection


@pytest.mark.parametrize(
    ("every", "kinds"), [(1, "cocococ"), (2, "coocooc"), (3, "cooocoo"), (50, "coooooo")]
)
def test_a_checkpoint_comes_after_so_many_observations(
    store: Store, monkeypatch: pytest.MonkeyPatch, every: int, kinds: str
) -> None:
    """Opening the journal costs what is new since the last one."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", every)
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
    assert "".join(e["kind"][0] for e in entries(store)) == kinds


def test_opening_reads_only_from_the_last_checkpoint_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year of weekly looks is not replayed each time."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 2)
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
    read: list[str] = []
    real = Store.read
    monkeypatch.setattr(Store, "read", lambda s, name: (read.append(name), real(s, name))[1])
    Journal(store, ORGANIZATION)
    assert [name.rpartition("/")[2] for name in read] == files(store)[-1:]


def test_nothing_that_is_written_is_ever_touched_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Append-only: earlier files stay, byte by byte."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 2)
    folder = f"{ORGANIZATION}/observations"
    before: dict[str, bytes] = {}
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
        now = {name: store.read(f"{folder}/{name}") for name in files(store)}
        assert before.items() <= now.items()
        before = now
    assert len(before) == 7


def test_a_record_goes_on_after_it_is_opened_again(store: Store) -> None:
    """Each notebook is a process of its own."""
    for look in looks():
        Journal(store, ORGANIZATION).observe(look)
    assert Journal(store, ORGANIZATION).projection == memory_of(*looks())


def test_a_record_in_another_file_system_works_the_same(tmp_path: Path) -> None:
    """The store may be any address that fsspec opens."""
    store = Store(kept(tmp_path / "history"))
    for look in looks():
        Journal(store, ORGANIZATION).observe(look)
    assert Journal(store, ORGANIZATION).projection == memory_of(*looks())


def test_events_are_kept_with_when_who_and_for_which_run(store: Store) -> None:
    """Intentions and results stand between the looks, and do not disturb them."""
    journal = Journal(store, ORGANIZATION)
    intention = Intention(operation="EnableAllFeatures", plan="p")
    journal.note(intention, "2026-01-05T09:00:00Z", ADMIN, "run-1")
    journal.observe(looks()[0])
    result = Result(done=True, changed="yes")
    journal.note(result, "2026-01-05T09:00:01Z", ADMIN, "run-1")
    told = {"by": ADMIN, "run": "run-1"}
    assert list(Journal(store, ORGANIZATION).events()) == [
        replace(intention, at="2026-01-05T09:00:00Z", sequence=1, **told),
        replace(result, at="2026-01-05T09:00:01Z", sequence=3, **told),
    ]
    assert journal.projection == memory_of(looks()[0], places=[2])


@pytest.mark.parametrize("every", [1, 2, 50])
def test_any_past_day_can_be_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """The last look up to that moment and what was remembered then; nothing before the first."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", every)
    journal = Journal(store, ORGANIZATION)
    taken = looks()
    for look in taken:
        journal.observe(look)
        journal.note(Event(name="mark"), "2026-01-05T09:00:00Z", ADMIN)
    assert journal.as_of(day(-1)) is None
    for at, number in ((0, 1), (5, 2), (8, 4), (39, 5), (40, 6), (400, 7)):
        found = journal.as_of(day(at))
        assert found is not None
        snapshot, projection = found
        assert snapshot.to_json() == taken[number - 1].to_json()
        assert projection == memory_of(*taken[:number], places=range(1, 99, 2))


def test_a_long_watch_writes_no_more_checkpoints_than_many_short_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was folded stays folded, and the count begins anew at each checkpoint."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 3)
    journal = Journal(store, ORGANIZATION)
    for hour in range(13):
        journal.observe(make_snapshot([ONE], at=hour / 24))
    assert "".join(e["kind"][0] for e in entries(store)) == "coooc" + "oooc" + "oooc"
    assert Journal(store, ORGANIZATION).projection == journal.projection


def write_at_the_same_time(store: Store, *writes: Any) -> None:
    """Let each writer decide before any of the others has written, as on two machines."""
    content: dict[str, bytes] = {}
    real = Store.create
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "create", lambda _, name, data: content.update({name: data}))
        for write in writes:
            write(Journal(store, ORGANIZATION))
    for name, data in content.items():
        real(store, name, data)


def seen(number: int, at: float) -> Snapshot:
    """A look that shows a handshake which no other look shows."""
    return make_snapshot([ONE], [child(str(number) * 12)], at=at)


def handshakes(store: Store) -> set[str]:
    """The handshakes that are remembered."""
    return {
        h.removeprefix("h-child")[0] for h in Journal(store, ORGANIZATION).projection.handshakes
    }


@pytest.mark.parametrize(("length", "every"), list(product(range(4), (1, 2, 50))))
def test_what_two_people_saw_at_the_same_time_is_kept_and_joined(
    store: Store, monkeypatch: pytest.MonkeyPatch, length: int, every: int
) -> None:
    """Two looks of one sequence, at every distance from a checkpoint: neither is lost."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", every)
    for number in range(length):
        Journal(store, ORGANIZATION).observe(seen(2, number))
    write_at_the_same_time(
        store,
        lambda h: h.observe(seen(3, length)),
        lambda h: h.observe(seen(4, length)),
    )
    assert {"3", "4"} <= handshakes(store)
    Journal(store, ORGANIZATION).observe(seen(5, length + 1))
    assert {"3", "4", "5"} <= handshakes(store)
    last = entries(store)[-1]
    assert len(last["previous"]) == 2


def test_a_look_that_arrives_late_is_not_lost_behind_a_checkpoint(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is slow to write while another writes two entries, the second a checkpoint."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 1)
    Journal(store, ORGANIZATION).observe(seen(2, 0))
    slow: dict[str, bytes] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "create", lambda _, name, data: slow.update({name: data}))
        Journal(store, ORGANIZATION).observe(seen(3, 1))
    Journal(store, ORGANIZATION).observe(seen(4, 1))
    Journal(store, ORGANIZATION).observe(seen(5, 2))
    assert entries(store)[-1]["kind"] == "checkpoint"
    for name, data in slow.items():
        store.create(name, data)
    assert handshakes(store) == {"2", "3", "4", "5"}
    for at in range(3, 6):
        Journal(store, ORGANIZATION).observe(seen(6, at))
    assert handshakes(store) == {"2", "3", "4", "5", "6"}


def test_files_that_are_no_entries_are_left_alone(store: Store) -> None:
    """A note that somebody put there, or a draft that a crash left, is not read."""
    journal = Journal(store, ORGANIZATION)
    journal.observe(looks()[0])
    for name in (".draft", "notes.txt", "00000002-observation-x.json"):
        store.create(f"{ORGANIZATION}/observations/{name}", b"not json")
    assert Journal(store, ORGANIZATION).projection == journal.projection


def damaged(tmp_path: Path, content: bytes) -> str:
    """Change the first entry of a record; what is said when it is opened."""
    store = Store(str(tmp_path))
    Journal(store, ORGANIZATION).observe(looks()[0])
    path = tmp_path / ORGANIZATION / "observations" / files(store)[0]
    path.write_bytes(content)
    with pytest.raises(OrgkitError, match="is damaged") as caught:
        Journal(store, ORGANIZATION)
    assert path.name in str(caught.value)
    return caught.value.do_this


@pytest.mark.parametrize("content", [b"", b"{", b"{}\n", b"\xff\xfe"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    """Nothing is repaired behind the back of the person whose evidence it is."""
    assert "backup" in damaged(tmp_path, content)


def test_a_file_whose_name_fits_but_is_no_json_is_damaged_too(store: Store) -> None:
    """Somebody may compute a digest as well as we can."""
    content = b"not json"
    name = f"00000001-checkpoint-{hashlib.sha256(content).hexdigest()[:16]}.json"
    store.create(f"{ORGANIZATION}/observations/{name}", content)
    with pytest.raises(OrgkitError, match="is damaged"):
        Journal(store, ORGANIZATION)


def test_a_record_whose_beginning_is_missing_is_not_taken_for_an_empty_one(
    tmp_path: Path, store: Store
) -> None:
    """Forgetting what was seen would turn approvals into unknowns, and in silence."""
    for look in looks()[:3]:
        Journal(store, ORGANIZATION).observe(look)
    (tmp_path / ORGANIZATION / "observations" / files(store)[0]).unlink()
    with pytest.raises(OrgkitError, match="is incomplete") as caught:
        Journal(store, ORGANIZATION)
    assert "orgkit verify" in caught.value.do_this


@pytest.mark.parametrize(
    ("data", "content"),
    [
        ({"b": 1, "a": [1, 2]}, b'{"a":[1,2],"b":1}\n'),
        ({"name": "Büro ✓"}, '{"name":"Büro ✓"}\n'.encode()),
        ({"a": None, "b": True}, b'{"a":null,"b":true}\n'),
    ],
)
def test_canonical_bytes(data: dict[str, Any], content: bytes) -> None:
    """Sorted keys, no spaces, UTF-8, a newline at the end: the same values, the same digest."""
    assert canonical(data) == content


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    """A dict remembers how it was built; its digest must not."""
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_what_is_no_number_cannot_be_written() -> None:
    """NaN is not JSON, and other readers would stumble."""
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_the_record_is_written_canonically(store: Store) -> None:
    """Every file is the canonical form of what it says."""
    journal = Journal(store, ORGANIZATION)
    for look in looks():
        journal.observe(look)
    folder = f"{ORGANIZATION}/observations"
    for name, data in zip(files(store), entries(store), strict=True):
        assert store.read(f"{folder}/{name}") == canonical(data)


def test_a_hostile_name_is_kept_as_it_is(store: Store) -> None:
    """The journal keeps evidence; escaping is for what is shown."""
    name = "<script>alert(1)</script>\x1b[2J=cmd|'/C calc'!A0"
    Journal(store, ORGANIZATION).observe(make_snapshot([ONE | {"name": name}]))
    assert Journal(store, ORGANIZATION).projection.accounts["2" * 12]["name"] == name


@pytest.mark.parametrize("every", [1, 2, 50])
def test_answers_are_remembered_from_their_events(
    store: Store, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Given before the first look, replaced, taken back; checkpoints carry them on."""
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", every)

    def answer(at: str, **answers: str) -> None:
        rows = {name: {"answer": text, "note": ""} for name, text in answers.items()}
        Journal(store, ORGANIZATION).note(Answered(answers=rows), at, ADMIN)

    def known() -> dict[str, tuple[str, str, str]]:
        answers = Journal(store, ORGANIZATION).projection.answers
        return {name: (a["answer"], a["at"], a["by"]) for name, a in answers.items()}

    first, second = "2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z"
    answer(first, a="yes", b="no")
    assert known() == {"a": ("yes", first, ADMIN), "b": ("no", first, ADMIN)}
    for number, look in enumerate(looks()):
        Journal(store, ORGANIZATION).observe(look)
        if number == 3:
            answer(second, a="no", b="")
    assert known() == {"a": ("no", second, ADMIN)}
