"""Evidence that an earlier version made: it still verifies, opens and goes on.

`fixtures/before.tar.xz` holds the store of a whole walk (`demo`), one of two signed runs
(`signed`), and the key that signed them.
"""

from __future__ import annotations

import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orgkit.evidence.journal.events import Answered
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import earlier
from orgkit.evidence.signatures.keys import public_key
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.migration.state import assess
from orgkit.terms import Phase

ARCHIVE = Path(__file__).parent / "fixtures" / "before.tar.xz"
DEMO, SIGNED = "o-acmedemo01", "o-acme123456"
END = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The unpacked archive."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def test_the_evidence_of_the_version_before_verifies(kept: Path) -> None:
    """Nothing that is the same as it was is called broken."""
    found = verify(Store(str(kept / "demo")))
    assert (found.entries, found.runs, found.broken, found.notices) == (80, 15, (), ())


def test_the_signatures_of_the_version_before_hold(kept: Path) -> None:
    """Every run of it is vouched for by the key that signed it then."""
    found = verify(Store(str(kept / "signed")), [public_key(kept / "signed.pem")])
    assert (found.broken, found.unsigned, len(found.signed)) == ((), (), 2)


def test_the_journal_of_the_version_before_opens(kept: Path) -> None:
    """Projection, events and what was known on a day are read as they were written."""
    journal = Journal(Store(str(kept / "demo")), DEMO)
    # The newest snapshot of the walk is of the day on which it ended.
    found = journal.as_of(END)
    assert found is not None
    assert found[1] == journal.projection
    assert assess(*found).phase is Phase.ALL_FEATURES
    first = journal.as_of(datetime(2026, 1, 5, 9, tzinfo=UTC), "h-none")
    assert first is not None
    assert first[0].organization_id == DEMO
    names = {event.name for event in journal.events()}
    assert names == {"opened", "run", "sealed", "intention", "result", "cloudtrail"}


def test_the_results_of_the_version_before_are_read(kept: Path) -> None:
    """The pre-checks that stood at the request are still found in their run.json."""
    results = earlier(Journal(Store(str(kept / "demo")), DEMO))
    assert len(results) == 15
    assert results[0]["notebook"] == "00_start_here"


@pytest.mark.parametrize(("name", "organization"), [("demo", DEMO), ("signed", SIGNED)])
def test_the_journal_of_the_version_before_goes_on(
    kept: Path, name: str, organization: str
) -> None:
    """A snapshot and an event of this version follow on those of the one before."""
    store = Store(str(kept / name))
    journal = Journal(store, organization)
    before = verify(store).entries
    found = journal.as_of(END)
    assert found is not None
    looks = journal.projection.snapshots
    journal.observe(replace(found[0], taken_at=END))
    journal.note(Answered(), "2026-03-01T00:00:00Z", "somebody")
    after = verify(store)
    assert (after.entries, after.broken) == (before + 2, ())
    assert Journal(store, organization).projection.snapshots == looks + 1
