"""What a command writes: nothing but text reaches the terminal, wherever it comes from.

Names and errors of AWS, files, folders, arguments and other servers are other people's text. One
place on the way out holds for every line, also for those of libraries and for logs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.formats import printable

_LAYOUT = "\n\t"


def plain(text: str) -> str:
    """Make control and direction characters visible; lines and tabs stay what they are."""
    if text.isprintable():
        return text
    return "".join(c if c in _LAYOUT else printable(c) for c in text)


class PlainText:
    """A text stream that writes text only; whatever else a stream can do, the real one does."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text, made plain; bytes are refused as the real stream refuses them."""
        self._stream.write(plain(text) if isinstance(text, str) else text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write lines, made plain."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def plain_text() -> Iterator[None]:
    """Let what commands, libraries and their logs write be text only while the block runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = PlainText(sys.stdout), PlainText(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
