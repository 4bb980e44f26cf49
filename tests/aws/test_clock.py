"""A date from AWS is believed within bounds: a wrong clock expires nothing and locks nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgkit.aws.clock import Clock
from orgkit.facts import CLOCKS_DIFFER

HERE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ODD = "Fri, 01 Jan 2038 00:00:00 GMT"


def clock() -> Clock:
    """A clock beside a machine whose own stands still."""
    return Clock(lambda: HERE)


def dated(**after: float) -> str:
    """A Date header of so much later."""
    return format_datetime(HERE + timedelta(**after), usegmt=True)


@given(st.integers(-10_000_000, 100_000_000))
def test_a_date_is_believed_only_within_the_bounds(seconds: int) -> None:
    """U5: what differs by more than AWS itself would allow is not AWS's time, and is told."""
    made = clock()
    made.see(dated(seconds=seconds), simulated=False)
    inside = timedelta(seconds=abs(seconds)) <= CLOCKS_DIFFER
    assert made.now == (HERE + timedelta(seconds=seconds) if inside else HERE)
    assert bool(made.doubt) is not inside


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        "yesterday",
        "Mon, 99 Jan 2026 09:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -0900",
        "\x00",
        "Mon, 05 Jan 20260000000 09:00:00 GMT",
    ],
)
@pytest.mark.parametrize("simulated", [True, False])
def test_what_is_no_date_says_nothing(date: str | None, simulated: bool) -> None:
    """U5: a header that is missing or absurd is no error and no time."""
    made = clock()
    made.see(date, simulated=simulated)
    assert made.now == HERE


def test_one_odd_date_does_not_move_simulated_time() -> None:
    """U5: a leap counts once a second answer states it; else it is told and forgotten."""
    made = clock()
    for date in (dated(), ODD, dated(seconds=1)):
        made.see(date, simulated=True)
    assert made.now == HERE + timedelta(seconds=1)
    assert "2038-01-01" in made.doubt


def test_simulated_time_leaps_when_it_is_told_to() -> None:
    """Two answers after `sim advance` state it; neither is doubted."""
    made = clock()
    for days in (0, 30, 30):
        made.see(dated(days=days), simulated=True)
    assert made.now == HERE + timedelta(days=30)
    assert made.doubt == ""


def test_answers_out_of_order_do_not_turn_time_back() -> None:
    """Calls run side by side."""
    made = clock()
    for seconds in (9, 3):
        made.see(dated(seconds=seconds), simulated=False)
    assert made.now == HERE + timedelta(seconds=9)
