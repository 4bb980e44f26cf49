"""The time: AWS's, where its Date header can be believed; else this machine's.

A proxy with a wrong clock, or one odd answer, must not expire a process or lock a record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock

from orgkit.facts import CLOCKS_DIFFER


def local_clock() -> datetime:
    """Read this machine's clock."""
    return datetime.now(UTC)


class Clock:
    """What time it is by AWS's answers, of which each states one. Thread-safe.

    AWS refuses requests of a machine whose clock differs by more than `CLOCKS_DIFFER`, so whatever
    differs more is not AWS's time. The simulator's time is its own and moves in leaps: there a leap
    counts once a second answer states it too.
    """

    def __init__(self, local: Callable[[], datetime] = local_clock) -> None:
        self._local = local
        self._lock = Lock()
        self._now: datetime | None = None
        self._leap: datetime | None = None
        self.doubt = ""  # what was not believed, in a sentence

    @property
    def now(self) -> datetime:
        """The latest time that was believed; this machine's clock before any."""
        return self._now or self._local()

    def see(self, date: str | None, *, simulated: bool) -> None:
        """Take in the Date header of an answer; one that is missing or no date says nothing."""
        seen = _read(date)
        if seen is None:
            return
        with self._lock:
            if simulated:
                self._leaps(seen)
            else:
                self._held_against_this_machine(seen)

    def _held_against_this_machine(self, seen: datetime) -> None:
        here = self._local()
        if _apart(seen, here) > CLOCKS_DIFFER:
            self._disbelieve(seen, here)
            seen = here
        # Answers of parallel calls come in any order, but time never goes back.
        self._now = max(self._now, seen) if self._now else seen

    def _leaps(self, seen: datetime) -> None:
        now, leap = self._now, self._leap
        if now is None or _apart(seen, now) <= CLOCKS_DIFFER:
            if leap is not None and now is not None:
                self._disbelieve(leap, now)
            self._now, self._leap = max(now or seen, seen), None
        elif leap is not None and _apart(seen, leap) <= CLOCKS_DIFFER:
            self._now, self._leap = seen, None
        else:
            self._leap = seen

    def _disbelieve(self, seen: datetime, instead: datetime) -> None:
        self.doubt = (
            f"An answer was dated {seen:%Y-%m-%d %H:%M} UTC where it is "
            f"{instead:%Y-%m-%d %H:%M} UTC: it was not believed."
        )


def _apart(one: datetime, two: datetime) -> timedelta:
    return abs(one - two)


def _read(date: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(date or "")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
