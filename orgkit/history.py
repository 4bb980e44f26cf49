"""The append-only record of looks and events: the only one, because AWS forgets after 30 days.

One file an entry under `<organization id>/observations/`, canonical JSON, named by sequence, kind
and digest; each names the digests of the entries before it. A checkpoint holds a whole snapshot and
the memory; an observation holds only what changed since the entry named in `base`, so that opening
the record costs what is new since the last checkpoint. Format: docs/evidence.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit import frames
from orgkit.aws.record import stamp
from orgkit.errors import OrgkitError
from orgkit.memory import Memory, remember
from orgkit.snapshot import Snapshot
from orgkit.store import Store

FORMAT = "orgkit.history/1"
CHECKPOINT_EVERY = 50
_NAME = re.compile(
    r"(?P<sequence>\d{8})-(?P<kind>checkpoint|observation|event)-(?P<digest>[0-9a-f]{16})\.json"
)


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


@dataclass(frozen=True)
class _Look:
    tables: Mapping[str, list[dict[str, Any]]]
    facts: Mapping[str, Any]

    def whole(self) -> dict[str, Any]:
        """The snapshot as its JSON."""
        return {**self.facts, "tables": self.tables}


class History:
    """The record of one organization in one store."""

    def __init__(self, store: Store, organization_id: str) -> None:
        self._store = store
        self._folder = f"{organization_id}/observations"
        self._known: dict[str, Entry] = {}
        self.memory = Memory()
        self._looks: dict[str, _Look] = {}
        self._tail: list[Entry] = []
        self._entries = 0
        self.reload()

    def reload(self) -> None:
        """Read what is new since the last checkpoint, and from there on all that others wrote."""
        names = [n for n in self._store.names(self._folder) if _NAME.fullmatch(n)]
        starts = [i for i, n in enumerate(names) if "-checkpoint-" in n]
        for start in reversed(starts):
            tail = [self._read(n) for n in names[start:]]
            # More entries before it than it knew of: somebody wrote at the same time, so go back.
            late = start > tail[0].data["body"]["entries_before"]
            if (start == starts[0] or not late) and self._fold(tail):
                self._entries = len(names)
                return
        if any("-observation-" in n for n in names):
            raise OrgkitError(
                f"The record {self._store.shown(self._folder)} is incomplete: an entry is missing "
                "on which later ones build.",
                "Restore the missing files from a backup of the store; `orgkit verify` names them.",
            )
        self.memory, self._looks, self._entries = Memory(), {}, len(names)
        self._tail = [self._read(n) for n in names]

    def observe(self, snapshot: Snapshot, run: str = "") -> Memory:
        """Keep one look; returns the memory that includes it."""
        self.reload()
        memory = remember(self.memory, snapshot.to_json())
        base = self._latest_look()
        if base is None or self._observations_since_checkpoint() >= CHECKPOINT_EVERY:
            body: dict[str, Any] = {
                "snapshot": snapshot.to_json(),
                "memory": memory.to_json(),
                "entries_before": self._entries,
            }
            self._append("checkpoint", snapshot, run, body)
        else:
            self._append(
                "observation", snapshot, run, _difference(base, self._looks[base], snapshot)
            )
        self.reload()
        return self.memory

    def note(self, name: str, at: str, by: str, run: str = "", **details: Any) -> None:
        """Keep an event: an intention, what came of it, a run that was saved."""
        self.reload()
        self._write("event", at, by, run, {"name": name, **details})
        self.reload()

    def events(self) -> Iterator[dict[str, Any]]:
        """All events from the beginning, oldest first; reads only the files of events."""
        for name in self._store.names(self._folder):
            match = _NAME.fullmatch(name)
            if match and match["kind"] == "event":
                data = self._read(name).data
                yield {"at": data["at"], "by": data["by"], "run": data["run"], **data["body"]}

    def _append(self, kind: str, snapshot: Snapshot, run: str, body: dict[str, Any]) -> None:
        self._write(kind, stamp(snapshot.taken_at), snapshot.caller.arn, run, body)

    def _write(self, kind: str, at: str, by: str, run: str, body: dict[str, Any]) -> None:
        data = {
            "format": FORMAT,
            "sequence": max((e.sequence for e in self._tail), default=0) + 1,
            "previous": self._heads(),
            "kind": kind,
            "at": at,
            "by": by,
            "run": run,
            "body": body,
        }
        content = canonical(data)
        name = f"{data['sequence']:08d}-{kind}-{digest(content)[:16]}.json"
        self._store.create(f"{self._folder}/{name}", content)

    def _heads(self) -> list[str]:
        """Entries that no other names: one, or several after people wrote at the same time."""
        named = {d for entry in self._tail for d in entry.data["previous"]}
        return sorted(entry.digest for entry in self._tail if entry.digest not in named)

    def _read(self, name: str) -> Entry:
        """An entry; it never changes, so it is read once."""
        if name not in self._known:
            self._known[name] = self._load(name)
        return self._known[name]

    def _load(self, name: str) -> Entry:
        content = self._store.read(f"{self._folder}/{name}")
        found = digest(content)
        try:
            if not name.endswith(f"-{found[:16]}.json"):
                raise ValueError("its content is not what its name promises")
            return Entry(name, found, json.loads(content))
        except ValueError as error:
            raise OrgkitError(
                f"The record {self._store.shown(self._folder)}/{name} is damaged: {error}.",
                "Restore this file from a backup of the store; move it aside only if there is none."
                " orgkit never changes or repairs the record itself.",
            ) from error

    def _fold(self, entries: list[Entry]) -> bool:
        """Replay from a checkpoint; False if an entry builds on something older."""
        looks: dict[str, _Look] = {}
        memory = Memory.from_json(entries[0].data["body"]["memory"])
        for entry in entries:
            body = entry.data["body"]
            if entry.data["kind"] == "event":
                continue
            if entry.data["kind"] == "checkpoint":
                looks[entry.digest] = _whole(body["snapshot"])
            elif body["base"] in looks:
                looks[entry.digest] = _changed(looks[body["base"]], body)
            else:
                return False
            if entry is not entries[0]:  # a checkpoint's memory includes its own look
                memory = remember(memory, looks[entry.digest].whole())
        self.memory, self._looks, self._tail = memory, looks, entries
        return True

    def _latest_look(self) -> str | None:
        return next((e.digest for e in reversed(self._tail) if e.digest in self._looks), None)

    def _observations_since_checkpoint(self) -> int:
        return sum(e.data["kind"] == "observation" for e in self._tail)


def canonical(data: Mapping[str, Any]) -> bytes:
    """The one way to write these values: sorted keys, no spaces, UTF-8, a newline at the end."""
    text = json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode() + b"\n"


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _key(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[k]) for k in frames.KEYS[table])


def _whole(data: Mapping[str, Any]) -> _Look:
    return _Look(data["tables"], {k: v for k, v in data.items() if k != "tables"})


def _difference(base: str, before: _Look, snapshot: Snapshot) -> dict[str, Any]:
    now = _whole(snapshot.to_json())
    changes = {
        t: change
        for t in frames.SCHEMAS
        if (change := _table_change(t, before.tables.get(t, []), now.tables[t]))
    }
    return {"base": base, "facts": dict(now.facts), "changes": changes}


def _table_change(
    table: str, before: list[dict[str, Any]], now: list[dict[str, Any]]
) -> dict[str, list[Any]]:
    old = {_key(table, row): row for row in before}
    new = {_key(table, row): row for row in now}
    change: dict[str, list[Any]] = {
        "set": [row for key, row in new.items() if old.get(key) != row],
        "gone": [list(key) for key in old if key not in new],
    }
    return change if any(change.values()) else {}


def _changed(before: _Look, body: Mapping[str, Any]) -> _Look:
    tables = dict(before.tables)
    for table, change in body["changes"].items():
        kept = {_key(table, row): row for row in tables.get(table, [])}
        for key in change["gone"]:
            kept.pop(tuple(key), None)
        kept.update({_key(table, row): row for row in change["set"]})
        tables[table] = list(kept.values())
    return _Look(tables, body["facts"])
