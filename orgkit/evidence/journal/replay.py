"""Replay journal entries: each snapshot again, and the projection after it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from orgkit.evidence.journal.delta import Entry, SnapshotRows
from orgkit.evidence.journal.events import Answered, read_event
from orgkit.evidence.journal.projection import Projection, project, record_answers


@dataclass
class Replay:
    """Entries from a checkpoint on, replayed one by one; what was folded stays folded."""

    projection: Projection = field(default_factory=Projection)
    looks: dict[str, SnapshotRows] = field(default_factory=dict)
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
            return True
        if entry.kind == "checkpoint":
            look = SnapshotRows.of(body["snapshot"])
        elif body["base"] in self.looks:
            look = self.looks[body["base"]].changed(body)
        else:
            return False
        self.looks[entry.digest] = look
        # A checkpoint's memory includes its own look.
        first = entry.kind == "checkpoint" and not self.projection.looks
        if first:
            self.projection = Projection.from_json(body["memory"])
        else:
            self.projection = project(self.projection, look.whole(), entry.sequence)
        return True

    def latest(self) -> str | None:
        """Give the digest of the last snapshot."""
        return next((e.digest for e in reversed(self.tail) if e.kind != "event"), None)

    def observations(self) -> int:
        """Count the snapshots since the first checkpoint that are not whole."""
        return sum(e.kind == "observation" for e in self.tail)
