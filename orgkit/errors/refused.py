"""A file that cannot be used, told as wrong usage of whatever named it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orgkit.errors.exceptions import UsageError
from orgkit.reading.refusals import Unusable


@contextmanager
def refused(what: str, path: Path) -> Iterator[None]:
    """Let `UsageError` say which file is refused, what named it or what it is, and its faults."""
    try:
        yield
    except Unusable as error:
        raise UsageError(
            f'{what} "{path}", which cannot be used.',
            error.do_this,
            detail=" ".join(error.problems),
        ) from error
