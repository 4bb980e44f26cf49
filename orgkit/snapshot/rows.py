"""The border: rows become rows of known types here, or nothing at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from orgkit.aws.answers import StrangeAnswer, quoted
from orgkit.snapshot.ask import Row, Rows

UTC_TIME = "datetime64[ns, UTC]"

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
# What becomes a parameter of a call, or tells rows apart, is nothing but an id.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "account_id": _ACCOUNT_ID,
    "handshake_id": _ID,
    "parent_handshake_id": _ID,
    "root_id": _ID,
}
_AWS_BEGAN = datetime(2006, 1, 1, tzinfo=UTC)
_LATE = timedelta(days=1)  # clocks differ, and calendars
_AHEAD = timedelta(days=1100)  # requests end after 90 days; transfers of billing may be later


def moment_of(value: Any) -> datetime | None:
    """Take a moment that says its zone; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):  # year 1 or 9999 in another zone
        return None


def checked(
    operation: str,
    rows: Iterable[Row],
    columns: Mapping[str, str],
    key: tuple[str, ...],
    needed: Iterable[str],
    now: datetime,
) -> Rows:
    """Give rows of the columns' types. Raises `StrangeAnswer` for what cannot be such a row.

    Of one thing that is listed twice the later counts; that it is told in two ways is strange.
    """
    must = {*key, *needed}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        made = {n: _value(operation, n, row.get(n), kind, now) for n, kind in columns.items()}
        if missing := [n for n in columns if n in must and made[n] is None]:
            about = {n: made[n] for n in key if made[n]}
            what = f"{missing[0]} is missing or absurd: {quoted(row.get(missing[0]))} {about or ''}"
            raise StrangeAnswer(operation, what.rstrip())
        same = tuple(made[n] for n in key)
        if same in found and any(found[same][n] != made[n] for n in columns if n not in _MAY_MOVE):
            raise StrangeAnswer(operation, f"{quoted(', '.join(same))} is listed in two ways")
        found[same] = made
    return list(found.values())


# What people may change between two pages: it says nothing about where an account stands.
_MAY_MOVE = frozenset({"name", "email", "path"})


def _value(operation: str, name: str, value: Any, kind: str, now: datetime) -> Any:
    if value is None or value == "":
        return None
    if kind == UTC_TIME:
        return _moment(name, value, now)
    if not _IS[kind](value):
        raise StrangeAnswer(operation, f"{name} is {quoted(value)}")
    form = _FORMS.get(name)
    if form and not form.fullmatch(value):
        raise StrangeAnswer(operation, f"{name} is {quoted(value)}")
    return storable(value) if kind == "string" else value


def storable(text: str) -> str:
    """Replace half a character, which JSON can spell and which could be kept nowhere."""
    return text.encode("utf-8", "replace").decode()


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "Float64": lambda value: _number(value) and value >= 0,
}


def _moment(name: str, value: Any, now: datetime) -> datetime | None:
    """Take a moment that can be: not before AWS, and of the future only what is yet to expire."""
    found = moment_of(value)
    latest = now + (_AHEAD if name.startswith("expiration") else _LATE)
    return found if found and _AWS_BEGAN <= found <= latest else None
