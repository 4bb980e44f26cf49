"""What was seen and when: AWS forgets after 30 days, the memory does not."""

from __future__ import annotations

import json

from orgkit.evidence.journal.projection import KNOWN_HANDSHAKES, STATE_CHANGES, Projection, project
from orgkit.snapshot import tables
from tests.support.make import (
    ADMIN,
    PARENT,
    account,
    child,
    created,
    day,
    make_snapshot,
    memory_of,
    parent,
)

ONE, TWO = account("222222222222"), account("333333333333")
CHILD = "h-child222222222222"


def test_an_empty_memory_has_the_schemas() -> None:
    """Nothing was seen yet, and nobody has to ask for that case."""
    projection = Projection()
    assert {str(k): str(v) for k, v in projection.known_handshakes().dtypes.items()} == dict(
        KNOWN_HANDSHAKES
    )
    assert {str(k): str(v) for k, v in projection.state_changes().dtypes.items()} == dict(
        STATE_CHANGES
    )
    assert (projection.snapshots, projection.last_snapshot) == (0, "")


def test_a_state_is_dated_by_the_look_that_first_showed_it() -> None:
    """The true change lies between that look and the one before."""
    projection = memory_of(
        make_snapshot([ONE], [parent(), child("222222222222")], at=0),
        make_snapshot([ONE], [parent(), child("222222222222")], at=7),
        make_snapshot([ONE], [parent(), child("222222222222", "ACCEPTED")], at=14),
        make_snapshot([ONE], [parent(), child("222222222222", "ACCEPTED")], at=21),
    )
    seen = projection.state_changes()
    mine = seen[seen["handshake_id"] == CHILD]
    assert mine["state"].tolist() == ["OPEN", "ACCEPTED"]
    assert mine["first_seen"].tolist() == [day(0), day(14)]
    assert mine["previous_look"].isna().tolist() == [True, False]
    assert mine["previous_look"].iloc[1] == day(7)
    assert set(mine["observed_by"]) == {ADMIN}


def test_the_latest_state_stands_with_its_dates() -> None:
    """First seen, in this state since, and last seen are three different days."""
    projection = memory_of(
        make_snapshot([ONE], [child("222222222222")], at=0),
        make_snapshot([ONE], [child("222222222222", "ACCEPTED")], at=5),
        make_snapshot([ONE], [child("222222222222", "ACCEPTED")], at=9),
    )
    row = projection.known_handshakes().iloc[0]
    assert row["state"] == "ACCEPTED"
    assert (row["first_seen"], row["state_since"], row["last_seen"]) == (day(0), day(5), day(9))
    assert bool(row["listed"])


def test_what_vanished_keeps_its_last_state_and_is_no_longer_listed() -> None:
    """AWS deletes what ended 30 days ago."""
    projection = memory_of(
        make_snapshot([ONE], [parent(), child("222222222222", "ACCEPTED")], at=1),
        make_snapshot([ONE], [parent()], at=40),
    )
    seen = projection.known_handshakes().set_index("handshake_id")
    assert seen.loc[CHILD, "state"] == "ACCEPTED"
    assert seen.loc[CHILD, "last_seen"] == day(1)
    assert not seen.loc[CHILD, "listed"]
    assert seen.loc[PARENT, "listed"]


def test_what_could_not_be_read_has_not_vanished() -> None:
    """A denied list says nothing about what is in it."""
    projection = memory_of(
        make_snapshot([ONE], [parent()], at=1),
        make_snapshot(
            unreadable={"handshakes": "denied", "accounts": "denied"},
            at=2,
        ),
    )
    assert projection.known_handshakes()["listed"].tolist() == [True]
    assert projection.accounts["222222222222"]["member"] is True


def test_an_account_that_left_is_remembered_with_name_and_address() -> None:
    """The report must name who was asked, also those who are gone."""
    projection = memory_of(make_snapshot([ONE, TWO], at=1), make_snapshot([TWO], at=2))
    gone = projection.accounts["222222222222"]
    assert (gone["name"], gone["member"]) == (ONE["name"], False)
    assert (gone["first_seen"], gone["last_seen"]) == (
        "2026-01-06T09:00:00Z",
        "2026-01-06T09:00:00Z",
    )


def test_an_account_that_comes_back_keeps_its_first_day() -> None:
    """Removed and invited again it is the same account."""
    projection = memory_of(
        make_snapshot([ONE], at=1), make_snapshot([], at=2), make_snapshot([ONE], at=3)
    )
    assert projection.accounts["222222222222"]["first_seen"] == "2026-01-06T09:00:00Z"
    assert projection.accounts["222222222222"]["member"] is True


def test_a_new_name_replaces_the_old_one() -> None:
    """Names change; the latest is shown."""
    renamed = ONE | {"name": "Renamed"}
    projection = memory_of(make_snapshot([ONE], at=1), make_snapshot([renamed], at=2))
    assert projection.accounts["222222222222"]["name"] == "Renamed"


def test_looks_are_counted_and_the_last_is_known() -> None:
    """The board says when somebody last looked."""
    projection = memory_of(make_snapshot(at=1), make_snapshot(at=3))
    assert (projection.snapshots, projection.last_snapshot) == (2, "2026-01-08T09:00:00Z")


def test_remembering_does_not_change_the_memory_before() -> None:
    """Every memory is a value of its own."""
    before = memory_of(make_snapshot([ONE], [child("222222222222")], at=1))
    frozen = json.dumps(before.to_json(), sort_keys=True)
    project(before, make_snapshot([ONE], [child("222222222222", "ACCEPTED")], at=2).to_json())
    assert json.dumps(before.to_json(), sort_keys=True) == frozen


def test_json_gives_the_same_memory_back() -> None:
    """A checkpoint holds the whole memory."""
    projection = memory_of(
        make_snapshot([ONE, created("444444444444")], [parent(), child("222222222222")], at=1),
        make_snapshot([ONE], [parent("OPEN"), child("222222222222", "ACCEPTED")], at=2),
    )
    again = Projection.from_json(json.loads(json.dumps(projection.to_json())))
    assert again == projection
    assert tables.rows(again.state_changes()) == tables.rows(projection.state_changes())


def test_sightings_come_in_the_order_of_time() -> None:
    """The report's timeline reads from top to bottom."""
    projection = memory_of(
        make_snapshot([ONE, TWO], [parent(), child("222222222222"), child("333333333333")], at=0),
        make_snapshot([ONE, TWO], [parent(), child("333333333333", "ACCEPTED")], at=1),
        make_snapshot([ONE, TWO], [parent("OPEN"), child("222222222222", "ACCEPTED")], at=2),
    )
    moments = projection.state_changes()["first_seen"].tolist()
    assert moments == sorted(moments)
    assert projection.state_changes()["state"].tolist()[-2:] == ["ACCEPTED", "OPEN"]


def test_spans_in_which_nobody_looked_are_gaps() -> None:
    """Weekly looks leave none; more than a week and a day between two is one, and is kept."""
    projection = memory_of(*(make_snapshot(at=at) for at in (0, 7, 15, 40, 41)))
    assert projection.first_snapshot == "2026-01-05T09:00:00Z"
    assert projection.unobserved().to_dict("records") == [
        {"after": day(15), "until": day(40), "days": 25}
    ]
    assert Projection.from_json(projection.to_json()) == projection
