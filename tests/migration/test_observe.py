"""One look after another: each is kept, waiting is polite and has an end."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from orgkit.checks import run
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.events import Saved
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.migration.observe import PAUSES, Observer
from orgkit.terms import Phase, Verdict
from tests.support.fake_aws import FakeAws, lists
from tests.support.make import ADMIN, ORGANIZATION, aws_account, aws_parent


def watch_on(aws: FakeAws, store: Path, slept: list[float], target: str = "aws") -> Observer:
    """A watch whose waiting is only noted."""
    journal = Journal(Store(str(store)), ORGANIZATION)
    return Observer(aws.organization(target), journal, "run-1", slept.append)


def test_each_look_is_kept_in_the_record(tmp_path: Path) -> None:
    """What was seen once is remembered in the next process too."""
    aws = FakeAws(lists([aws_account("222222222222")], [aws_parent()]))
    state = watch_on(aws, tmp_path, []).observe()
    assert state.phase is Phase.WAITING
    again = Journal(Store(str(tmp_path)), ORGANIZATION)
    assert again.projection == state.projection
    assert again.projection.snapshots == 1


def test_the_look_includes_what_earlier_looks_saw(tmp_path: Path) -> None:
    """The phase rests on the journal as well as on AWS."""
    aws = FakeAws(lists(handshakes=[aws_parent("CANCELED")]))
    watch_on(aws, tmp_path, []).observe()
    aws.answers |= lists()
    assert watch_on(aws, tmp_path, []).observe().phase is Phase.CANCELED


@pytest.mark.parametrize("needed", [1, 2, 4, 8])
def test_looking_ends_as_soon_as_it_is_so(tmp_path: Path, needed: int) -> None:
    """One look more than pauses; none after the answer."""
    slept: list[float] = []
    seen = watch_on(FakeAws(lists()), tmp_path, slept).observe_until(
        lambda state: state.projection.snapshots >= needed
    )
    assert seen.projection.snapshots == needed
    assert slept == list(PAUSES[: needed - 1])


def test_looking_does_not_go_on_for_ever(tmp_path: Path) -> None:
    """After the last pause the last look is returned, whatever it shows."""
    slept: list[float] = []
    seen = watch_on(FakeAws(lists()), tmp_path, slept).observe_until(lambda _: False)
    assert seen.projection.snapshots == len(PAUSES) + 1
    assert slept == list(PAUSES)


def test_nobody_waits_for_the_simulator(tmp_path: Path) -> None:
    """Its time moves only when told, so waiting would change nothing."""
    slept: list[float] = []
    watch_on(FakeAws(lists()), tmp_path, slept, "sim").observe_until(lambda _: False)
    assert set(slept) == {0}


def test_a_note_has_awss_time_and_the_callers_name(tmp_path: Path) -> None:
    """Not this machine's clock, not this machine's user."""
    observer = watch_on(FakeAws(lists()), tmp_path, [])
    observer.observe()
    observer.note(Saved(folder="20260105T090000Z-x", manifest="0" * 64))
    assert [dataclasses.asdict(e) for e in observer.journal.events()] == [
        {
            "at": "2026-01-05T09:00:00Z",
            "by": ADMIN,
            "run": "run-1",
            "sequence": 2,
            "name": "run",
            "folder": "20260105T090000Z-x",
            "manifest": "0" * 64,
            "files": {},
        }
    ]


def test_a_record_from_a_later_time_is_refused(tmp_path: Path) -> None:
    """A simulator that began again must not be read with the memory of the one before."""
    aws = FakeAws(lists(handshakes=[aws_parent("ACCEPTED")]))
    observer = watch_on(aws, tmp_path, [], "sim")
    later = observer.observe().snapshot
    moved = dataclasses.replace(later, taken_at=later.taken_at + timedelta(days=30))
    observer.journal.observe(moved)
    with pytest.raises(OrgkitError, match="Name another store"):
        watch_on(aws, tmp_path, [], "sim").observe()


@pytest.mark.parametrize(("target", "days"), [("aws", 2), ("aws", 4400), ("sim", 4400)])
def test_a_look_that_a_wrong_clock_dated_is_told_and_passed_over(
    tmp_path: Path, target: str, days: int
) -> None:
    """U5: an older orgkit kept it; no run is refused for it, and its day is not believed."""
    aws = FakeAws(lists([aws_account("222222222222")], [aws_parent()]))
    observer = watch_on(aws, tmp_path, [], target)
    first = observer.observe().snapshot
    moved = dataclasses.replace(first, taken_at=first.taken_at + timedelta(days=days))
    observer.journal.observe(moved)
    aws.answers |= lists([aws_account("222222222222")], [aws_parent("OPEN")])
    state = watch_on(aws, tmp_path, [], target).observe()
    assert state.phase is Phase.READY
    assert "a clock was wrong" in state.snapshot.clock
    known = state.projection.state_changes()
    assert known["first_seen"].max() <= first.taken_at
    assert state.projection.last_snapshot == "2026-01-05T09:00:00Z"
    assert state.projection.unobserved().empty
    found = {(f.id, f.verdict) for f in run(state)}
    assert ("window", Verdict.WARN) in found
    again = watch_on(aws, tmp_path, [], target).observe()
    assert again.snapshot.clock == ""
    assert any("a clock was wrong" in said for said in verify(Store(str(tmp_path))).notices)
    then = Journal(Store(str(tmp_path)), ORGANIZATION).as_of(first.taken_at)
    assert then is not None
    assert then[0].handshakes["state"].tolist() == ["OPEN"]
