"""The terms that pages use, each with one sentence: for tooltips, reports and docs/glossary.md."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def chapters() -> Mapping[str, Mapping[str, str]]:
    """Read all terms by where they come from: `aws` or `orgkit`."""
    import yaml

    text = resources.files("orgkit").joinpath("glossary.yaml").read_text("utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found


@cache
def terms() -> Mapping[str, str]:
    """Read the sentence of every term."""
    return {term: text for chapter in chapters().values() for term, text in chapter.items()}


def explained(label: str) -> str:
    """Give the sentence of a label that is a term, in any case and number; else ""."""
    name = label.strip()
    found = terms()
    lower = {term.lower(): text for term, text in found.items()}
    return (
        found.get(name) or lower.get(name.lower()) or lower.get(name.lower().removesuffix("s"), "")
    )
