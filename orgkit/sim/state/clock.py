"""Instants and durations as people write them; nothing here asks the system's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from orgkit.sim.errors import SimulatorError

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")
HOW = 'Write a duration such as "14d" or "36h", or an instant such as "2026-02-01T00:00:00Z".'


def duration(words: str) -> timedelta:
    """Read how long `14d`, `36h`, `1d12h` is."""
    parts = _PART.findall(words.strip())
    if not parts or "".join(number + unit for number, unit in parts) != words.strip():
        raise SimulatorError(f"{words!r} is not a duration.", HOW)
    try:
        return sum(
            (timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta()
        )
    except OverflowError as error:
        raise SimulatorError(f"{words!r} is too long a time.", HOW) from error


def instant(words: str) -> datetime:
    """Read an ISO instant; one without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise SimulatorError(f"{words!r} is not an instant.", HOW) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def when(words: str, now: datetime) -> datetime:
    """Read the instant that a duration from now, or an instant itself, names."""
    if _PART.match(words.strip()):
        try:
            return now + duration(words)
        except OverflowError as error:
            raise SimulatorError(f"{words!r} is too far away.", HOW) from error
    return instant(words)


def iso(moment: datetime) -> str:
    """Write `2026-01-05T09:00:00Z`, with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
