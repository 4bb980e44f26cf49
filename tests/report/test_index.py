"""The index page: one line a run, newest first, added to and never made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import html5lib
import pytest

from orgkit.evidence.index_page import FRAMES, INDEX, line, opened, taken_apart
from orgkit.evidence.journal.events import Opened, Sealed
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.report import index
from tests.support.make import ADMIN, ORGANIZATION

NAME = f"{ORGANIZATION}/{INDEX}"


def sealed_event(number: int, **changes: Any) -> Sealed:
    """What the journal says of a run that was completed."""
    told = {
        "by": ADMIN,
        "folder": f"2026010{number}T090000Z-03_monitor",
        "started": f"2026-01-0{number}T09:00:00Z",
        "notebook": "03_monitor",
        "phase": "WAITING",
        "outcome": "waiting",
    }
    return Sealed(**(told | changes))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path / "evidence"))


def page(store: Store) -> str:
    """The page, as it opens."""
    found = opened(store.read(NAME))
    assert found is not None
    return found


def test_runs_are_added_newest_first(store: Store) -> None:
    """What stood there stays, byte by byte; a run is added once, however often it is told of."""
    events = [sealed_event(n) for n in (1, 2, 3)]
    assert index.append(store, ORGANIZATION, events[:1])
    first = page(store)
    assert index.append(store, ORGANIZATION, events)
    assert index.append(store, ORGANIZATION, events)
    now = page(store)
    places = [now.index(f"runs/{e.folder}/report.html") for e in events]
    assert places == sorted(places, reverse=True)
    head, _, tail = first.partition("<tbody>\n")
    assert now.startswith(head)
    assert now.endswith(tail)
    assert now.count("<tr>") == 4


def test_only_completed_runs_are_listed(store: Store) -> None:
    """Other events of the journal make no line, and no page."""
    assert index.append(store, ORGANIZATION, [Opened(folder="x")])
    assert not store.exists(NAME)


def test_a_page_that_was_altered_is_left_as_it_is(store: Store) -> None:
    """It is evidence of what happened to it; verification names it."""
    index.append(store, ORGANIZATION, [sealed_event(1)])
    altered = store.read(NAME).replace(b"waiting", b"done!!!")
    store.replace(NAME, altered)
    assert not index.append(store, ORGANIZATION, [sealed_event(2)])
    assert store.read(NAME) == altered
    assert f"{NAME}: altered" in verify(store).broken


def test_the_page_is_valid_and_runs_nothing(store: Store) -> None:
    """Hostile text stays text; a policy forbids everything that is not there anyway."""
    hostile = sealed_event(1, phase="<script>alert(1)</script>", folder='x"><script>')
    index.append(store, ORGANIZATION, [hostile])
    html = store.read(NAME).decode()
    tree = html5lib.HTMLParser(strict=True).parse(html)
    names = {str(e.tag).rpartition("}")[2] for e in tree.iter()}
    assert {"h1", "main", "header", "footer"} <= names
    assert "script" not in names
    assert "default-src 'none'" in html


def test_a_run_that_was_sealed_again_has_its_newest_line(store: Store) -> None:
    """In its place, once; the lines around it stay as they are."""
    events = [sealed_event(n) for n in (1, 2, 3)]
    index.append(store, ORGANIZATION, events)
    before = page(store)
    again = sealed_event(2, outcome="changed", phase="READY")
    index.append(store, ORGANIZATION, [*events, again])
    lines = before.replace(line(events[1]), line(again))
    assert page(store) == lines
    assert lines != before


def test_a_line_shows_what_changed_aws_and_what_asks(store: Store) -> None:
    """With an icon and a word; an outcome that is new to orgkit is unknown."""
    for outcome, changes, shown in (
        ("done", 2, "changed AWS: 2 calls"),
        ("waiting", 1, "changed AWS: 1 call<"),
        ("blocked", 0, 'class="orgkit-asks"'),
        ("novel", 0, 'class="orgkit-unknown"'),
    ):
        text = line(sealed_event(1, outcome=outcome, changes=changes))
        assert shown in text
        assert ("changed AWS" in text) == bool(changes)
    assert "orgkit-" not in line(sealed_event(1)), "as an older version wrote it"


def test_the_page_names_the_organization_as_the_newest_run_knew_it(store: Store) -> None:
    """Hostile names are text; a name that no seal tells is an alteration."""
    hostile = "<script>x</script> & co"
    index.append(store, ORGANIZATION, [sealed_event(1, organization_name="Old")])
    index.append(store, ORGANIZATION, [sealed_event(2, organization_name=hostile)])
    assert "&lt;script&gt;x&lt;/script&gt; &amp; co</p>" in page(store)
    assert taken_apart(page(store), ORGANIZATION).name == hostile
    assert taken_apart(page(store), ORGANIZATION).frame in FRAMES
