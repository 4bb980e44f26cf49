"""Entries as they are read: every one may have been put there by somebody else.

What the schema beside this file lets through has the types that readers rely on; whatever else is
wrong with an entry is one of `MALFORMED`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from orgkit.evidence.journal.delta import SnapshotRows
from orgkit.evidence.journal.projection import Projection
from orgkit.formats import canonical
from orgkit.snapshot.snapshot import Snapshot

# What comes of reading what nobody would write: wrong types and numbers, text that is none,
# brackets without end.
MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)


def plain_json(content: bytes) -> Any:
    """Read JSON. Raises ValueError for what is none, however deep it is."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("brackets within brackets without end") from error


def read_entry(content: bytes) -> dict[str, Any]:
    """Read an entry; its body is as its kind has it. Raises ValueError for anything else."""
    data = plain_json(content)
    try:
        found: dict[str, Any] = _validator()(data)
        # Written in one way only: no key stands twice, no number is none, no text is half.
        same = canonical(found) == content
    except MALFORMED as error:
        raise ValueError(str(error)) from error
    if not same:
        raise ValueError("it is not written as entries are")
    return found


def replayable(data: Mapping[str, Any]) -> None:
    """Raise one of `MALFORMED` for a snapshot that could not be replayed."""
    body = data["body"]
    if data["kind"] == "checkpoint":
        Snapshot.from_json(SnapshotRows.of(body["snapshot"]).whole())
        Projection.from_json(body["memory"])
    if data["kind"] == "observation":
        SnapshotRows({}, {}).changed(body)


@cache
def _validator() -> Callable[[Any], Any]:
    import fastjsonschema

    source = resources.files("orgkit.evidence.journal").joinpath("entry.schema.json")
    schema = json.loads(source.read_text(encoding="utf-8"))
    made: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return made
