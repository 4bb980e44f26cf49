"""One look as rows by key, what changed between two, and many folded into the memory. Pure.

The record keeps a whole look now and then and else only changes; this is where both are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orgkit.memory import Memory, remember, told
from orgkit.snapshot import tables as snapshot_tables

ANSWERED = "answered"  # the event by which answers of the administrator are kept
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
class Look:
    """A snapshot's JSON with each table's rows by their key."""

    tables: Mapping[str, Rows]
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Look:
        """The look that a snapshot's JSON tells of."""
        tables = {t: {_key(t, row): row for row in rows} for t, rows in data["tables"].items()}
        return cls(tables, {k: v for k, v in data.items() if k != "tables"})

    def whole(self) -> dict[str, Any]:
        """The snapshot as its JSON."""
        return {**self.facts, "tables": {t: list(rows.values()) for t, rows in self.tables.items()}}

    def changes(self, before: Look) -> dict[str, Any]:
        """What is new since another look, table by table."""
        found = {
            t: _change(before.tables.get(t, {}), self.tables[t]) for t in snapshot_tables.SCHEMAS
        }
        return {t: change for t, change in found.items() if any(change.values())}

    def changed(self, body: Mapping[str, Any]) -> Look:
        """The look that an observation made from this one."""
        tables = dict(self.tables)
        for table, change in body["changes"].items():
            kept = dict(tables.get(table, {}))
            for key in change["gone"]:
                kept.pop(tuple(key), None)
            kept.update({_key(table, row): row for row in change["set"]})
            tables[table] = kept
        return Look(tables, body["facts"])


@dataclass
class Fold:
    """Entries from a checkpoint on, replayed one by one; what was folded stays folded."""

    memory: Memory = field(default_factory=Memory)
    looks: dict[str, Look] = field(default_factory=dict)
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
            if body["name"] == ANSWERED:
                self.memory = told(self.memory, entry.data)
            return True
        if entry.kind == "checkpoint":
            look = Look.of(body["snapshot"])
        elif body["base"] in self.looks:
            look = self.looks[body["base"]].changed(body)
        else:
            return False
        self.looks[entry.digest] = look
        # A checkpoint's memory includes its own look.
        first = entry.kind == "checkpoint" and not self.memory.looks
        if first:
            self.memory = Memory.from_json(body["memory"])
        else:
            self.memory = remember(self.memory, look.whole(), entry.sequence)
        return True

    def latest(self) -> str | None:
        """The digest of the last look."""
        return next((e.digest for e in reversed(self.tail) if e.kind != "event"), None)

    def observations(self) -> int:
        """How many looks there are since the first checkpoint that are not whole."""
        return sum(e.kind == "observation" for e in self.tail)


def _key(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[k]) for k in snapshot_tables.KEYS[table])


def _change(old: Rows, new: Rows) -> dict[str, list[Any]]:
    return {
        "set": [row for key, row in new.items() if old.get(key) != row],
        "gone": [list(key) for key in old if key not in new],
    }
