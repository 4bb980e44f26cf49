"""A file that cannot be used, told as wrong usage of whatever named it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orgkit.errors.exceptions import UsageError
from orgkit.reading import Unusable


@contextmanager
def refused(named_by: str, path: Path) -> Iterator[None]:
    """Let `UsageError` say which file is refused, by what it was named, and every fault of it."""
    try:
        yield
    except Unusable as error:
        raise UsageError(
            f'{named_by} names "{path}", which cannot be used.',
            error.do_this,
            detail=" ".join(error.problems),
        ) from error
