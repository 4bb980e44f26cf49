"""The parts of the documentation that are made from the code: `make docs` writes them.

`python -m tests.generated` writes; tests/test_docs.py compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from orgkit.checks import CHECKS
from orgkit.sim.scenarios import available

README = Path("README.md")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def checks() -> str:
    """One line a pre-check: id, title, why it matters, source of the fact."""
    rows = ((f"`{c.id}`", c.title, " ".join(c.why.split()), c.source) for c in CHECKS.values())
    return _table(("check", "what", "why", "source"), rows)


def scenarios() -> str:
    """One line a scenario."""
    return _table(("scenario", "what happens"), ((f"`{n}`", t) for n, t in available()))


PARTS: dict[str, Callable[[], str]] = {"checks": checks, "scenarios": scenarios}


def fresh(text: str) -> str:
    """The text with every generated part as it should be now."""
    for name, make in PARTS.items():
        begin, end = re.escape(f"<!-- {name}: written by `make docs` -->"), f"<!-- /{name} -->"
        found = re.search(rf"({begin}\n).*?({end})", text, re.S)
        if not found:
            raise ValueError(f"{README} has no place for {name}")
        text = text.replace(found[0], f"{found[1]}{make()}\n{found[2]}")
    return text


if __name__ == "__main__":
    README.write_text(fresh(README.read_text(encoding="utf-8")), encoding="utf-8")
