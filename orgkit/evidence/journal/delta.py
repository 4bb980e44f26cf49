"""A snapshot as rows by key, and what changed between two. Pure.

The journal keeps a whole snapshot now and then and else only changes; both are made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.snapshot import tables as snapshot_tables

Rows = dict[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """One object of the record: its name, the SHA-256 of its bytes, and what it says."""

    name: str
    digest: str
    data: Mapping[str, Any]

    @property
    def sequence(self) -> int:
        """Position; two entries may share one when two people wrote at the same time."""
        return int(self.data["sequence"])

    @property
    def kind(self) -> str:
        """checkpoint, observation or event."""
        return str(self.data["kind"])


@dataclass(frozen=True)
class SnapshotRows:
    """A snapshot's JSON with each table's rows by their key."""

    tables: Mapping[str, Rows]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> SnapshotRows:
        """Index a snapshot's JSON by the keys of its rows."""
        tables = {t: {_key(t, row): row for row in rows} for t, rows in data["tables"].items()}
        return cls(tables, {k: v for k, v in data.items() if k != "tables"})

    def whole(self) -> dict[str, Any]:
        """Give the snapshot as its JSON."""
        return {**self.facts, "tables": {t: list(rows.values()) for t, rows in self.tables.items()}}

    def changes(self, before: SnapshotRows) -> dict[str, Any]:
        """Tell what is new since another snapshot, table by table."""
        found = {
            t: _change(before.tables.get(t, {}), self.tables[t]) for t in snapshot_tables.SCHEMAS
        }
        return {t: change for t, change in found.items() if any(change.values())}

    def changed(self, body: Mapping[str, Any]) -> SnapshotRows:
        """Apply the changes that an observation keeps."""
        tables = dict(self.tables)
        for table, change in body["changes"].items():
            kept = dict(tables.get(table, {}))
            for key in change["gone"]:
                kept.pop(tuple(key), None)
            kept.update({_key(table, row): row for row in change["set"]})
            tables[table] = kept
        return SnapshotRows(tables, body["facts"])


def _key(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[k]) for k in snapshot_tables.KEYS[table])


def _change(old: Rows, new: Rows) -> dict[str, list[Any]]:
    return {
        "set": [row for key, row in new.items() if old.get(key) != row],
        "gone": [list(key) for key in old if key not in new],
    }
