"""Snapshots as changes: what an observation keeps, and entries replayed to snapshots again. Pure.

The journal keeps a whole snapshot now and then and else only changes; both are made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orgkit.evidence.journal.events import Answered, read_event
from orgkit.evidence.journal.open_writes import OpenWrite, take_in
from orgkit.evidence.journal.projection import Projection, project, record_answers
from orgkit.snapshot import tables as snapshot_tables

Rows = dict[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """One object of the journal: its name, the SHA-256 of its bytes, and what it says."""

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
            # Keys come from JSON, which knows lists only.
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


@dataclass
class Replay:
    """Entries from a checkpoint on, replayed one by one; what was replayed is not again.

    `open_writes` are None after a checkpoint of an older orgkit, which did not list them.
    """

    open_writes: tuple[OpenWrite, ...] | None = ()
    projection: Projection = field(default_factory=Projection)
    snapshots: dict[str, SnapshotRows] = field(default_factory=dict)
    tail: list[Entry] = field(default_factory=list)

    def take(self, entries: Iterable[Entry]) -> bool:
        """Replay more entries; False if one builds on something older than the first."""
        for entry in entries:
            if not self._take(entry):
                return False
            self.tail.append(entry)
        return True

    def _take(self, entry: Entry) -> bool:
        body = entry.data["body"]
        if entry.kind == "event":
            event = read_event(entry.data)
            if isinstance(event, Answered):
                self.projection = record_answers(self.projection, event)
            elif self.open_writes is not None:
                self.open_writes = take_in(self.open_writes, event)
            return True
        if entry.kind == "checkpoint":
            snapshot = SnapshotRows.of(body["snapshot"])
        elif body["base"] in self.snapshots:
            snapshot = self.snapshots[body["base"]].changed(body)
        else:
            return False
        self.snapshots[entry.digest] = snapshot
        # A checkpoint's memory includes its own snapshot.
        if entry.kind == "checkpoint" and not self.projection.snapshots:
            self.projection = Projection.from_json(body["memory"])
            listed = body.get("open_writes")
            self.open_writes = None if listed is None else tuple(map(OpenWrite.from_json, listed))
        else:
            self.projection = project(self.projection, snapshot.whole(), entry.sequence)
        return True

    def latest(self) -> str | None:
        """Give the digest of the last snapshot."""
        return next((e.digest for e in reversed(self.tail) if e.kind != "event"), None)

    def observations(self) -> int:
        """Count the snapshots since the first checkpoint that are not whole."""
        return sum(e.kind == "observation" for e in self.tail)
