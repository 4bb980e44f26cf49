"""One section of README.md each: put anew where it stood, or at the end; the others stay."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parent / "README.md"
_NEXT = re.compile(r"\n(?:<!-- \w+: |## )")


def put(heading: str, text: str, readme: Path = README) -> None:
    """Write a section under its heading, a line such as `## The record`."""
    whole = readme.read_text(encoding="utf-8")
    before, found, after = whole.partition(f"\n{heading}\n")
    following = _NEXT.search(after) if found else None
    rest = after[following.start() :] if following else ""
    readme.write_text(f"{before.rstrip()}\n\n{heading}\n\n{text.strip()}\n{rest}", encoding="utf-8")
