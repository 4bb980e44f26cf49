"""What a command writes: everything passes the filter of secrets on its way to the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.redaction import redacted


class Filtered:
    """A text stream without secrets; whatever else a stream can do, the real one does."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text without secrets."""
        self._stream.write(redacted(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write lines without secrets."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def filtered() -> Iterator[None]:
    """Let what commands, libraries and their logs write pass the filter while the block runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Filtered(sys.stdout), Filtered(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
