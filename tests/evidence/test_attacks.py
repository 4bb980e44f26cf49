"""A signed store against somebody who may write to it and has no key; every file is hostile."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from orgkit.cli import main
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.index_page import FRAMES, INDEX, opened, sealed, taken_apart
from orgkit.evidence.journal import events
from orgkit.evidence.journal.journal import HEAD, Journal
from orgkit.evidence.runs import MANIFEST, RESULT, RunFolder, encoded, manifest, read_manifest
from orgkit.evidence.signatures.keys import PublicKey, new_key
from orgkit.evidence.signatures.sign import Signer, named_key
from orgkit.evidence.store import local
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import Verified, verify
from orgkit.formats import canonical, digest, stamp
from orgkit.report.index import append
from tests.evidence.test_runs import result
from tests.evidence.test_verify import write_run
from tests.support.make import ADMIN, ORGANIZATION, account, day, make_snapshot

MALLORY = "arn:aws:sts::111111111111:assumed-role/Other/mallory"


def sign(store: Store, number: int, signs: Signer) -> list[str]:
    """One run as the kit writes and signs it; what came in before, in words."""
    journal = Journal(store, ORGANIZATION)
    folder = write_run(store, number, journal=journal)
    return signs.sign(folder, journal, stamp(day(number)), ADMIN)


class Target:
    """A store of three signed runs, its key, and the digest that was kept elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "evidence"
        self.signs = named_key(str(folder / "key.pem"), "sim", "")
        self.store = Store(str(self.folder))
        (self.head,) = self.verify().heads

    @classmethod
    def made(cls, folder: Path) -> Target:
        """Make the store anew."""
        key = new_key(folder / "key.pem")
        (folder / "public.pem").write_bytes(key.pem)
        signs = named_key(str(folder / "key.pem"), "sim", "")
        for number in (1, 2, 3):
            sign(Store(str(folder / "evidence")), number, signs)
        return cls(folder)

    @property
    def key(self) -> PublicKey:
        """The public key, given by another way than the store."""
        return self.signs.key

    @property
    def root(self) -> Path:
        """The folder of the organization."""
        return self.folder / ORGANIZATION

    @property
    def runs(self) -> list[Path]:
        """The folders of the runs, oldest first."""
        return sorted((self.root / "runs").iterdir())

    @property
    def entries(self) -> list[Path]:
        """The entries, oldest first."""
        return sorted((self.root / "observations").iterdir())

    def verify(self) -> Verified:
        """What verifying with the key says."""
        return verify(self.store, [self.key])

    def command(self, *more: str) -> Result:
        """What `orgkit verify` says, with the key and the digest that was kept."""
        public = str(self.folder.with_name("public.pem"))
        given = ["verify", str(self.folder), "--public-key", public, *more]
        return CliRunner().invoke(main, given, catch_exceptions=False)

    def write(self, path: Path, content: bytes) -> None:
        """Change a file, as whoever may write there does."""
        path.write_bytes(content)

    def entry(self, data: dict[str, Any]) -> str:
        """Add an entry with right digests; its digest."""
        content = canonical(data)
        name = f"{data['sequence']:08d}-{data['kind']}-{digest(content)[:16]}.json"
        (self.root / "observations" / name).write_bytes(content)
        return digest(content)

    def read(self, place: int) -> dict[str, Any]:
        """Read an entry."""
        return dict(json.loads(self.entries[place].read_bytes()))

    def point_head(self) -> None:
        """Let HEAD name the newest entries, whatever they are."""
        heads = list(verify(self.store).heads)
        (self.root / HEAD).write_bytes(canonical({"format": "orgkit.head/1", "heads": heads}))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The signed store that each test gets a copy of."""
    return Target.made(tmp_path_factory.mktemp("signed")).folder.parent


@pytest.fixture
def target(template: Path, tmp_path: Path) -> Target:
    """A signed store."""
    shutil.copytree(template, tmp_path / "signed")
    return Target(tmp_path / "signed")


def test_the_store_itself_holds_and_is_said_first(target: Target) -> None:
    """Address in full, organization, how much, which span of time; then the rest."""
    answer = target.command("--head", target.head)
    assert answer.exit_code == 0, answer.output
    first, second, *_ = answer.output.splitlines()
    assert first == f"STORE {target.folder}"
    assert second.startswith(f"ORGANIZATION {ORGANIZATION}: 15 entries and 3 runs, from 2026-")
    assert target.verify().notices == ()


# A finished thing stays finished


def _as_saved(target: Target, run: Path) -> None:
    """Take a run back to what it was before its report, as its own announcement spells it."""
    (run / "report.html").unlink()
    kept = read_manifest((run / MANIFEST).read_bytes())
    kept.pop("report.html")
    (run / MANIFEST).write_bytes(manifest(kept))


def _as_begun(target: Target, run: Path) -> None:
    """Take a run back to its beginning, which is in the journal as well."""
    journal = Journal(target.store, ORGANIZATION)
    first = next(
        e for e in journal.events() if isinstance(e, events.Opened) and e.folder == run.name
    )
    kept = result(error="This run has not come to its end.", outcome="failed", exit_code=1)
    for heads in ([], *([digest(path.read_bytes())] for path in target.entries)):
        content = encoded(kept | {"record": heads})
        if digest(content) == first.files[RESULT]:
            break
    else:
        raise AssertionError("the first run.json was not found")
    for file in run.iterdir():
        file.unlink()
    (run / RESULT).write_bytes(content)
    (run / MANIFEST).write_bytes(manifest({RESULT: digest(content)}))


@pytest.mark.parametrize("change", [_as_saved, _as_begun])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_signed_run_cannot_go_back(
    target: Target, change: Callable[[Target, Path], None], place: int
) -> None:
    """A1: it had been complete, as its signature and its line in the index prove."""
    run = target.runs[place]
    change(target, run)
    found = target.verify()
    assert any(run.name in line and "put back" in line for line in found.broken)
    assert any(run.name in line for line in found.unsigned) is False
    # The line in the index proves it as well, where nobody signs.
    assert any("put back" in line for line in verify(target.store).broken)
    assert target.command().exit_code == 20


def test_a_run_that_was_killed_before_its_report_is_still_only_noticed(tmp_path: Path) -> None:
    """Nothing proves that it ever was complete: no signature, no line, no seal."""
    store = Store(str(tmp_path / "evidence"))
    write_run(store, 1)
    write_run(store, 2, last="run")
    assert verify(store).broken == ()


def test_a_saved_run_cannot_go_back_behind_the_seal_that_was_made_of_it(tmp_path: Path) -> None:
    """A seal that was announced and not carried out proves what lay there before it."""
    store = Store(str(tmp_path / "evidence"))
    journal = Journal(store, ORGANIZATION)
    folder = write_run(store, 1, last="run", journal=journal)
    before = folder.promised()["files"]
    sealed_files = {**before, "report.html": "0" * 64}
    promise = {"folder": folder.name, "files": sealed_files}
    journal.note(
        events.Sealed(manifest=digest(manifest(sealed_files)), **promise), stamp(day(1)), ADMIN
    )
    assert verify(store).broken == ()
    _as_begun_of(store, folder)
    assert any("put back" in line for line in verify(store).broken)


def _as_begun_of(store: Store, folder: RunFolder) -> None:
    failed = {"outcome": "failed", "exit_code": 1, "record": []}
    first = encoded(result(error="This run has not come to its end.", **failed))
    announced = next(
        e for e in Journal(store, ORGANIZATION).events() if isinstance(e, events.Opened)
    )
    assert announced.files[RESULT] == digest(first)
    store.replace(f"{folder.path}/{RESULT}", first)
    store.replace(f"{folder.path}/{MANIFEST}", manifest(announced.files))


# Absence is measured


def _rebuilt(target: Target) -> None:
    """A2: only looks are left, chained anew, without runs, signatures and index."""
    kept = [e for e in map(target.read, range(len(target.entries))) if e["kind"] != "event"]
    shutil.rmtree(target.root)
    (target.root / "observations").mkdir(parents=True)
    bases: dict[str, str] = {}
    previous: list[str] = []
    for sequence, data in enumerate(kept, 1):
        data |= {"sequence": sequence, "previous": previous}
        if data["kind"] == "observation":
            data["body"]["base"] = previous[0]
        previous = [target.entry(data)]
        bases[str(sequence)] = previous[0]
    target.point_head()


def _without(*kinds: str) -> Callable[[Target], None]:
    def change(target: Target) -> None:
        for path in target.entries:
            if json.loads(path.read_bytes())["body"].get("name") in kinds:
                path.unlink()

    return change


def _cut(target: Target) -> None:
    """The end is cut off with all that speaks of it."""
    whole = len(target.entries)
    for path in target.entries[whole * 2 // 3 :]:
        path.unlink()
    shutil.rmtree(target.runs[-1])
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    lines = taken_apart(page, ORGANIZATION).lines
    (target.root / INDEX).write_bytes(sealed(page.replace(lines[0], "")))
    target.point_head()


def _no_index(target: Target) -> None:
    (target.root / INDEX).unlink()


def _script(target: Target) -> None:
    """A4: another page with a right closing digest, whose script would run."""
    page = "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>\n"
    (target.root / INDEX).write_bytes(sealed(page))


def _script_inside(target: Target) -> None:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    (target.root / INDEX).write_bytes(sealed(page.replace("<main>", "<main><script></script>")))


def _other_outcome(target: Target) -> None:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    (target.root / INDEX).write_bytes(sealed(page.replace("<td></td>", "<td>done</td>", 1)))


def _other_name(target: Target) -> None:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    wrong = '<p class="orgkit-name">Another company</p>'
    (target.root / INDEX).write_bytes(sealed(page.replace('<p class="orgkit-name"></p>', wrong)))


def _doubled_line(target: Target) -> None:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    line = taken_apart(page, ORGANIZATION).lines[0]
    (target.root / INDEX).write_bytes(sealed(page.replace(line, line * 2)))


def _unlisted(target: Target) -> None:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    lines = taken_apart(page, ORGANIZATION).lines
    (target.root / INDEX).write_bytes(sealed(page.replace(lines[1], "")))


def _stale_head(target: Target) -> None:
    """HEAD as it was two entries ago, of a run that went on."""
    heads = target.read(-2)["previous"]
    (target.root / HEAD).write_bytes(canonical({"format": "orgkit.head/1", "heads": heads}))


def _forked(target: Target) -> None:
    """A3: a result that never was, hung on an old entry; the newest entries stay."""
    old = target.read(4)
    event = {"name": "result", "operation": "AcceptHandshake", "done": True, "changed": "yes"}
    target.entry(old | {"body": event, "kind": "event", "by": MALLORY, "run": ""})


def _copied_signature(target: Target) -> None:
    """The last signature once more, in somebody else's name."""
    last = target.read(-1)
    heads = [digest(target.entries[-1].read_bytes())]
    target.entry(last | {"sequence": last["sequence"] + 1, "previous": heads, "by": MALLORY})
    target.point_head()


def _own_line_of_a_new_run(target: Target) -> None:
    """A whole run of nobody's, announced at the end, and listed."""
    folder = write_run(target.store, 9)
    assert folder.name


ATTACKS = [
    _rebuilt,
    _without("signed"),
    _without("signed", "sealed"),
    _cut,
    _no_index,
    _script,
    _script_inside,
    _other_outcome,
    _other_name,
    _doubled_line,
    _unlisted,
    _forked,
    _copied_signature,
    _own_line_of_a_new_run,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: getattr(a, "__name__", str(a)))
def test_no_change_of_a_signed_store_passes(
    target: Target, attack: Callable[[Target], None]
) -> None:
    """A2, A3, A4 and their like: with the public key and the digest kept, exit 20."""
    attack(target)
    answer = target.command("--head", target.head)
    assert answer.exit_code == 20, answer.output
    assert "BROKEN" in answer.output or "UNSIGNED" in answer.output


def test_an_organization_without_a_signature_does_not_pass_a_key(tmp_path: Path) -> None:
    """Nothing vouches for it, also where it has no runs."""
    store = Store(str(tmp_path / "evidence"))
    Journal(store, ORGANIZATION).observe(make_snapshot())
    assert verify(store).broken == ()
    new_key(tmp_path / "key.pem")
    key = named_key(str(tmp_path / "key.pem"), "sim", "").key
    assert "no signature of the given keys" in verify(store, [key]).broken[0]


# What was not verified is not signed over


def test_what_came_in_unsigned_is_said_when_the_next_run_signs(target: Target) -> None:
    """A3: by whom it claims to be, since when; and verifying says so for ever."""
    Journal(target.store, ORGANIZATION).observe(make_snapshot([account("444444444444")], at=4))
    said = sign(target.store, 5, target.signs)
    assert said[0] == "1 entries came in unsigned since the last signature with this key"
    assert ADMIN in said[1]
    assert "2026-01-09" in said[1]
    found = target.verify()
    assert (found.broken, found.unsigned) == ((), ())
    assert any("1 entries came in unsigned before" in line for line in found.notices)
    assert sign(target.store, 6, target.signs) == []
    assert any("1 entries came in unsigned before" in line for line in target.verify().notices)


def test_a_forged_entry_off_an_old_one_is_not_signed_over(target: Target) -> None:
    """A3: the run is kept, the signature refused; verifying names entry, time and author."""
    _forked(target)
    with pytest.raises(OrgkitError, match="is linked to an older entry"):
        sign(target.store, 5, target.signs)
    assert any(MALLORY in line and "linked to an older" in line for line in target.verify().broken)


def test_a_forged_entry_that_was_signed_over_is_told_for_ever(target: Target) -> None:
    """A3: also where an older orgkit signed without looking."""
    _forked(target)
    journal = Journal(target.store, ORGANIZATION)
    folder = write_run(target.store, 5, journal=journal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orgkit.evidence.signatures.sign.came_in", _blind)
        target.signs.sign(folder, journal, stamp(day(5)), ADMIN)
    assert any("linked to an older" in line for line in target.verify().broken)


def _blind(*_: Any) -> Any:
    from orgkit.evidence.signatures.came_in import CameIn

    return CameIn([], 0, "")


@pytest.mark.parametrize("damage", [b"", b"{}", b"x" * 50])
def test_nothing_is_signed_over_a_record_that_does_not_hold(target: Target, damage: bytes) -> None:
    """An entry that was altered since, wherever it stands."""
    journal = Journal(target.store, ORGANIZATION)
    folder = write_run(target.store, 5, journal=journal)
    target.entries[-1].write_bytes(damage)
    with pytest.raises(OrgkitError):
        target.signs.sign(folder, journal, stamp(day(5)), ADMIN)


def test_two_people_at_one_moment_are_no_attack(target: Target) -> None:
    """Beside the newest entry that was signed: a race, joined by whoever comes next."""
    signed = target.read(-1)
    event = {"name": "answered", "answers": {}}
    raced = signed | {"body": event, "by": MALLORY, "run": ""}
    target.entry(raced | {"previous": signed["previous"]})
    said = sign(target.store, 5, target.signs)
    assert MALLORY in said[1]
    assert target.verify().broken == ()


def test_the_names_of_older_entries_save_reading_them(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing costs what is new, however long the journal is."""
    journal = Journal(target.store, ORGANIZATION)
    folder = write_run(target.store, 5, journal=journal)
    read: list[str] = []
    real = Store.read_all

    def counted(self: Store, names: list[str]) -> list[bytes]:
        read.extend(names)
        return real(self, names)

    monkeypatch.setattr(Store, "read_all", counted)
    target.signs.sign(folder, journal, stamp(day(5)), ADMIN)
    # Its own five entries and the signature before them, and not the fifteen older ones.
    assert len({name for name in read if "/observations/" in name}) <= 8


# Hostile files: BROKEN, never a traceback or a hang


def _deep(target: Target) -> Path:
    return target.root / HEAD


HOSTILE = [
    b"[" * 100_000,
    b'{"heads":' + b"[" * 100_000,
    b"",
    b"null",
    b"\xff\xfe\x00",
    b'{"format":"orgkit.head/1","heads":[1]}\n',
    b'{"format":"orgkit.head/1","heads":{"a":1}}\n',
    b'{"format":"orgkit.head/1","heads":"' + b"a" * 64 + b'"}\n',
    b'{"heads": NaN}',
    b"9" * 10_000,
    b'{"heads":["\\ud800"]}',
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", [HEAD, INDEX, "run.json", "MANIFEST.sha256"])
def test_hostile_content_is_broken_and_the_rest_is_verified(
    target: Target, name: str, content: bytes
) -> None:
    """A5: brackets without end, wrong types, no text at all."""
    path = target.root / name if name in (HEAD, INDEX) else target.runs[0] / name
    path.write_bytes(content)
    found = target.verify()
    assert any(name in line for line in found.broken)
    assert (found.entries, found.runs) == (15, 3)


def _bodies() -> Iterator[Any]:
    yield from (None, 1, "x", [], {}, {"name": 1}, {"name": None}, {"name": []})
    yield {"name": "opened", "folder": "../../x", "manifest": "0" * 64, "files": {}}
    yield {"name": "opened", "folder": "20260101T000000Z-x", "manifest": 1, "files": {}}
    yield {"name": "run", "folder": "20260101T000000Z-x", "manifest": "0" * 64, "files": []}
    yield {
        "name": "run",
        "folder": "20260101T000000Z-x",
        "manifest": "0" * 64,
        "files": {"../HEAD": "0" * 64},
    }
    yield {"name": "signed", "folder": "20260101T000000Z-x", "envelope": {"payload": "W1tb"}}
    yield {"name": "signed", "folder": "20260101T000000Z-x", "envelope": []}
    yield {"name": "answered", "answers": {"a": 1}}
    yield {"name": "intention", "operation": {}, "parameters": []}
    yield {"name": "cloudtrail", "events": [1]}
    yield {"name": "later", "manifest": "0" * 64}


@pytest.mark.parametrize("body", list(_bodies()), ids=str)
def test_an_entry_of_wrong_types_is_broken_and_opens_no_journal(target: Target, body: Any) -> None:
    """With right digests, at the right place: verifying says so, the journal refuses it."""
    last = target.read(-1)
    heads = [digest(target.entries[-1].read_bytes())]
    target.entry(last | {"sequence": last["sequence"] + 1, "previous": heads, "body": body})
    target.point_head()
    assert target.command().exit_code == 20
    assert verify(target.store).broken
    with suppress(OrgkitError):  # an envelope is nothing that the journal reads
        list(Journal(target.store, ORGANIZATION).events())


@pytest.mark.parametrize("kind", ["checkpoint", "observation"])
@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1], [{}], {"x": []}, True, 1e308])
def test_a_snapshot_of_wrong_types_is_broken(target: Target, kind: str, value: Any) -> None:
    """Every member of it in turn."""
    place = next(i for i, p in enumerate(target.entries) if f"-{kind}-" in p.name)
    template = target.read(place)
    heads = [digest(target.entries[-1].read_bytes())]
    at = len(target.entries) + 1
    whole = target.read(0 if kind == "checkpoint" else place)["body"]
    for member in whole:
        body = template["body"] | {member: value}
        if body == template["body"]:
            continue
        name = target.entry(template | {"sequence": at, "previous": heads, "body": body})
        found = verify(target.store)
        problems = [line for line in found.broken if name[:16] in line]
        assert problems or _opens(target), member
        (target.root / "observations" / f"{at:08d}-{kind}-{name[:16]}.json").unlink()


def _opens(target: Target) -> bool:
    """Whether the journal reads it: then it is sound for whoever goes on with it."""
    return Journal(target.store, ORGANIZATION).projection.snapshots > 0


def test_what_is_no_file_is_named_and_never_opened(target: Target) -> None:
    """A5: a pipe would wait for ever, a link lead elsewhere, a folder hide a run."""
    root = target.root
    os.mkfifo(root / "observations" / "00000099-event-0123456789abcdef.json")
    os.mkfifo(target.runs[0] / "pipe")
    hidden = root / "runs" / f".x.{'a' * 32}"
    shutil.copytree(target.runs[0], hidden, ignore=shutil.ignore_patterns("pipe"))
    (target.runs[1] / "link.csv").symlink_to("/etc/passwd")
    (root / "elsewhere").symlink_to(target.runs[1])
    (target.folder / "o-linked0000000").symlink_to(root)
    found = target.verify()
    said = "\n".join(found.broken)
    for name, kind in (
        ("observations/00000099", "a pipe"),
        (f"{target.runs[1].name}/pipe", "a pipe"),
        (hidden.name, "a folder, and no run"),
        ("link.csv: a link", ""),
        ("elsewhere: a link", ""),
        ("o-linked0000000: a link", ""),
    ):
        assert any(name in line and kind in line for line in found.broken), (name, said)
    assert found.entries == 15


@pytest.mark.parametrize("name", ["runs", "observations"])
def test_a_folder_that_is_a_link_is_not_entered(target: Target, name: str) -> None:
    """A5: what lies behind it may be another's, or change while it is read."""
    moved = target.folder.parent / name
    (target.root / name).rename(moved)
    (target.root / name).symlink_to(moved)
    found = target.verify()
    assert any(f"{name}: a link" in line for line in found.broken)
    assert target.command().exit_code == 20


def test_a_file_without_end_is_not_read(target: Target) -> None:
    """A5: sparse, 50 GB: told by its size."""
    for path in (target.root / HEAD, target.runs[2] / RESULT, target.entries[1]):
        os.truncate(path, 50 * 10**9)
    found = target.verify()
    assert sum("50,000,000,000 bytes" in line for line in found.broken) >= 3, found.broken


STRANGERS = [".DS_Store", "._run.json", "Thumbs.db", "desktop.ini", ".directory", "@eaDir"]


@pytest.mark.parametrize("name", STRANGERS)
def test_what_file_managers_leave_is_told_and_hides_nothing(target: Target, name: str) -> None:
    """F22: everywhere in a store; everything else is verified, and the exit code is 0."""
    places = [target.folder, target.root, target.root / "runs", target.root / "observations"]
    for place in [*places, *target.runs]:
        if name == "@eaDir":
            (place / name).mkdir()
        else:
            (place / name).write_bytes(b"x")
    found = target.verify()
    assert (found.broken, found.unsigned, found.entries, found.runs) == ((), (), 15, 3)
    assert sum(name in line for line in found.notices) == len(places) + 3
    assert target.command().exit_code == 0


def test_a_draft_is_a_plain_file_and_nothing_else(target: Target) -> None:
    """Its name alone excuses nothing."""
    draft, runs = f".run.json.{'0' * 32}", target.runs
    (target.runs[0] / draft).write_bytes(b"half")
    assert target.verify().broken == ()
    assert local.DRAFT.fullmatch(draft)
    (runs[1] / draft).mkdir()
    (target.root / "runs" / draft).mkdir()
    (runs[2] / draft).symlink_to(runs[0] / RESULT)
    assert len(target.verify().broken) == 3


def test_the_frame_of_the_index_is_one_that_verifying_knows(tmp_path: Path) -> None:
    """Whoever changes its template adds the digest of the new frame, and keeps the old ones."""
    store = Store(str(tmp_path / "evidence"))
    write_run(store, 1)
    append(store, ORGANIZATION, [])
    page = opened(store.read(f"{ORGANIZATION}/{INDEX}"))
    assert page is not None
    assert taken_apart(page, ORGANIZATION).frame in FRAMES


# What looks right and is not: a second spelling, another place


def _page(target: Target) -> str:
    page = opened((target.root / INDEX).read_bytes())
    assert page is not None
    return page


PLACES = ["<!DOCTYPE html>", "<title>", "<style>", "<main>", "<tbody>", "</table>", "</html>"]


@pytest.mark.parametrize("place", PLACES)
def test_a_line_of_the_index_stands_in_its_table(target: Target, place: str) -> None:
    """In a style or a title nobody would see the run, although the line is right."""
    page = _page(target)
    line = taken_apart(page, ORGANIZATION).lines[0]
    (target.root / INDEX).write_bytes(sealed(page.replace(line, "").replace(place, place + line)))
    assert target.command("--head", target.head).exit_code == 20


def test_the_index_names_its_organization_and_no_mark(target: Target) -> None:
    """The mark that stands for it in the known frames is no name."""
    page = _page(target).replace(ORGANIZATION, "{organization}")
    (target.root / INDEX).write_bytes(sealed(page))
    assert any(INDEX in line for line in target.verify().broken)


def test_another_order_of_the_index_is_noticed(target: Target) -> None:
    """A race may leave one, so it breaks nothing."""
    page = _page(target)
    lines = taken_apart(page, ORGANIZATION).lines
    turned = page.replace("".join(lines), "".join(reversed(lines)))
    (target.root / INDEX).write_bytes(sealed(turned))
    found = target.verify()
    assert found.broken == ()
    assert any("another order" in line for line in found.notices)


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def test_a_signature_has_one_spelling(target: Target) -> None:
    """The same signed bytes, spelled in other base64, vouched for an entry of anybody's."""
    last = target.read(-1)
    envelope = last["body"]["envelope"]
    text = envelope["payload"].rstrip("=")
    padding = envelope["payload"][len(text) :]
    content = base64.b64decode(envelope["payload"])
    others = (text[:-1] + c + padding for c in _BASE64 if c != text[-1])
    envelope["payload"] = next(o for o in others if base64.b64decode(o) == content)
    heads = [digest(target.entries[-1].read_bytes())]
    target.entry(last | {"sequence": last["sequence"] + 1, "previous": heads, "by": MALLORY})
    target.point_head()
    assert any("no signature of orgkit" in line for line in target.verify().broken)


def test_an_entry_is_not_there_twice_under_digits_of_another_script(target: Target) -> None:
    """The name of an entry is spelled in one way only."""
    first = target.entries[0]
    other = first.name.replace("1", "\N{ARABIC-INDIC DIGIT ONE}", 1)
    (first.parent / other).write_bytes(first.read_bytes())
    assert any("not part of the journal" in line for line in target.verify().broken)


@pytest.mark.parametrize("change", ["outcome", "manifest"])
def test_a_run_killed_as_it_began_says_nothing_more(target: Target, change: str) -> None:
    """Its error alone excuses no outcome, and no other manifest."""
    failed = {"outcome": "failed", "exit_code": 1}
    said = result(error="This run has not come to its end.", **failed)
    run = target.root / "runs" / "20260301T000000Z-00_dashboard"
    run.mkdir()
    (run / RESULT).write_bytes(encoded(said))
    (run / MANIFEST).write_bytes(manifest({RESULT: digest(encoded(said))}))
    assert target.verify().broken == ()
    if change == "outcome":
        content = encoded(said | {"outcome": "done", "exit_code": 0})
        (run / RESULT).write_bytes(content)
        (run / MANIFEST).write_bytes(manifest({RESULT: digest(content)}))
    else:
        (run / MANIFEST).write_bytes(b"anything")
    assert any("does not know this run" in line for line in target.verify().broken)


# Of several organizations each has its digest


def test_each_digest_that_was_kept_must_be_there(target: Target) -> None:
    """Who removes a whole organization is found by the digest of that one."""
    other = "o-other123456"
    journal = Journal(target.store, other)
    journal.note(events.Answered(), stamp(day(1)), ADMIN)
    heads = ["--head", target.head, "--head", journal.heads[0]]
    command = ["verify", str(target.folder), *heads]
    assert CliRunner().invoke(main, command).exit_code == 0
    shutil.rmtree(target.folder / other)
    answer = CliRunner().invoke(main, command)
    assert answer.exit_code == 20
    assert journal.heads[0] in answer.output


# A run that was saved again has its newest line


def _sealed_again(store: Store, journal: Journal) -> tuple[RunFolder, bytes]:
    """A run that changed AWS after it had been saved once; and the page before that."""
    folder = write_run(store, 4, journal=journal)
    before = store.read(f"{ORGANIZATION}/{INDEX}")
    promise = {"phase": "READY", "outcome": "changed", "started": "x", "notebook": "y"}

    def seal(**told: Any) -> None:
        journal.note(events.Sealed(**told, **promise), stamp(day(4)), ADMIN, folder.name)

    folder.keep({"report.html": b"<p>a newer report</p>\n"}, seal)
    append(store, ORGANIZATION, journal.recent_events())
    return folder, before


def test_an_older_line_of_a_signed_run_cannot_come_back(target: Target) -> None:
    """The page would deny that the run changed AWS."""
    journal = Journal(target.store, ORGANIZATION)
    folder, before = _sealed_again(target.store, journal)
    target.signs.sign(folder, journal, stamp(day(4)), ADMIN)
    assert target.verify().broken == ()
    assert target.verify().notices == ()
    target.store.replace(f"{ORGANIZATION}/{INDEX}", before)
    assert any("an older state of the run" in line for line in target.verify().broken)


def test_a_run_killed_before_its_newest_line_is_only_noticed(target: Target) -> None:
    """Nothing proves that the line had been there."""
    _, before = _sealed_again(target.store, Journal(target.store, ORGANIZATION))
    target.store.replace(f"{ORGANIZATION}/{INDEX}", before)
    assert target.verify().broken == ()
    assert any("an older state of the run" in line for line in target.verify().notices)


# Honest histories are not accused


def test_a_run_that_is_sealed_again_and_killed_is_not_accused(tmp_path: Path) -> None:
    """Its line in the index is of the first seal, and proves nothing of the second."""
    store = Store(str(tmp_path / "evidence"))
    journal = Journal(store, ORGANIZATION)
    folder = write_run(store, 1, journal=journal)
    again = {**folder.promised()["files"], "report.html": "0" * 64}
    promise = {"folder": folder.name, "files": again, "manifest": digest(manifest(again))}
    journal.note(events.Sealed(**promise), stamp(day(1)), ADMIN)
    found = verify(store)
    assert found.broken == ()
    assert any("killed while" in line for line in found.notices)


def test_who_verifies_while_somebody_writes_accuses_nobody(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that came in after they were listed is not missing when HEAD names it."""
    real, journal = Store.read_all, Journal(target.store, ORGANIZATION)

    def meanwhile(self: Store, names: list[str]) -> Any:
        monkeypatch.setattr(Store, "read_all", real)
        found = real(self, names)
        journal.note(events.Answered(), stamp(day(9)), ADMIN)
        return found

    monkeypatch.setattr(Store, "read_all", meanwhile)
    assert verify(target.store).broken == ()


def test_random_changes_all_show() -> None:
    """Of one file or of several, with right digests or without; the command tries thousands."""
    from tests.support import mutated_evidence

    tried = mutated_evidence.run(150, seed=7)
    assert tried.wrong == []
    assert len(tried.tried) > 15
