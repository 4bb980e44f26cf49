"""Pages of at most 20 with opaque tokens that survive changes between two pages."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from orgkit.facts import PAGE_SIZE
from orgkit.sim.errors import invalid_input
from orgkit.sim.state import ids


class Numbered(Protocol):
    """A record with a place of its own in every list."""

    @property
    def number(self) -> int:
        """Its place."""


N = TypeVar("N", bound=Numbered)


def page(
    records: Sequence[N], scope: str, token: str | None, limit: int | None
) -> tuple[Sequence[N], str | None]:
    """Cut one page, and the token of the next; `scope` ties a token to its list."""
    after = _read(token, scope) if token else 0
    # By place, not by offset: what comes or goes between two pages hides and repeats nothing.
    start = bisect_right(records, after, key=lambda record: record.number)
    end = start + (limit or PAGE_SIZE)
    chosen = records[start:end]
    return chosen, _write(chosen[-1].number, scope) if end < len(records) else None


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a short list, with its place."""

    number: int
    value: Any


def rows(values: Iterable[Any]) -> list[Row]:
    """Make a short list pageable."""
    return [Row(number, value) for number, value in enumerate(values, start=1)]


def paged(
    key: str,
    records: Sequence[N],
    scope: str,
    params: dict[str, Any],
    show: Callable[[N], Any] = lambda row: row.value,  # type: ignore[attr-defined]
) -> dict[str, Any]:
    """Answer a list operation; only a missing NextToken ends the list."""
    chosen, token = page(records, scope, params.get("NextToken"), params.get("MaxResults"))
    answer: dict[str, Any] = {key: [show(record) for record in chosen]}
    if token:
        answer["NextToken"] = token
    return answer


def _write(number: int, scope: str) -> str:
    seal = ids.secret(12, "token", scope, number)
    return base64.urlsafe_b64encode(f"{number}.{seal}".encode()).decode()


def _read(token: str, scope: str) -> int:
    bad = invalid_input("INVALID_NEXT_TOKEN", "The NextToken that you specified is not valid.")
    try:
        number = int(base64.urlsafe_b64decode(token.encode()).decode().partition(".")[0])
    except ValueError as error:
        raise bad from error
    # The seal holds the scope: a token of another list, or made up, is refused.
    if token != _write(number, scope):
        raise bad
    return number
