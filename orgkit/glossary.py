"""The glossary: what the words on the pages mean, AWS's own terms and orgkit's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from orgkit.formats import shipped


@cache
def terms() -> Mapping[str, str]:
    """Give each term with its one line, in the order of the file: AWS's terms, then orgkit's."""
    return MappingProxyType(shipped("orgkit", "glossary.yaml"))


def explained(label: str) -> str:
    """Give the line of a label that is a term, in any case and number; else ""."""
    lower = {term.lower(): meaning for term, meaning in terms().items()}
    name = label.strip().lower()
    return lower.get(name) or lower.get(name.removesuffix("s"), "")
