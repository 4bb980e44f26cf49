"""The append-only journal of snapshots and events; AWS itself forgets after 30 days.

One file an entry under `<organization id>/observations/`, canonical JSON, named by sequence, kind
and digest; each names the digests of the entries before it, and HEAD names the newest. A checkpoint
holds a whole snapshot and the memory; an observation holds only what changed since the entry named
in `base`, so that opening costs what is new since the last checkpoint. Format: docs/evidence.md.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.delta import Entry, Replay, SnapshotRows
from orgkit.evidence.journal.events import Announcement, Event, Opened, read_event
from orgkit.evidence.journal.open_writes import OpenWrite, open_writes
from orgkit.evidence.journal.projection import Projection, project
from orgkit.evidence.journal.reading import MALFORMED, read_entry
from orgkit.evidence.store.names import organization_folder
from orgkit.evidence.store.store import Store
from orgkit.formats import canonical, digest, stamp
from orgkit.redaction import cleaned, redacted, without_known
from orgkit.snapshot.snapshot import Snapshot

FORMAT = "orgkit.history/1"  # a wire name: what was written once must verify for ever
HEAD, HEAD_FORMAT = "HEAD", "orgkit.head/1"
CHECKPOINT_EVERY = 50
NAME = re.compile(
    r"(?P<sequence>[0-9]{8})-(?P<kind>checkpoint|observation|event)-(?P<digest>[0-9a-f]{16})\.json"
)


class Journal:
    """The journal of one organization in one store."""

    def __init__(self, store: Store, organization_id: str) -> None:
        self.store, self.organization_id = store, organization_id
        self._head = f"{organization_folder(organization_id)}/{HEAD}"
        self._folder = f"{organization_id}/observations"
        self._known: dict[str, Entry] = {}
        self._names: list[str] = []
        self._replayed = Replay()
        self.written: list[str] = []  # digests of the entries that this journal wrote
        self.reload()

    @property
    def projection(self) -> Projection:
        """Everything known of handshakes and accounts, from all snapshots."""
        return self._replayed.projection

    @property
    def open_writes(self) -> tuple[OpenWrite, ...]:
        """The writes of which the journal does not know what became, oldest first."""
        return self._replayed.open_writes or ()

    @property
    def heads(self) -> list[str]:
        """Digests of the entries that no other names: one, or several after a fork."""
        tail = self._replayed.tail
        named = {d for entry in tail for d in entry.data["previous"]}
        return sorted(entry.digest for entry in tail if entry.digest not in named)

    def reload(self) -> None:
        """Read what is new since the last checkpoint, and from there on all that others wrote."""
        names = [n for n in self.store.names(self._folder) if NAME.fullmatch(n)]
        new = names[len(self._names) :]
        goes_on = names[: len(self._names)] == self._names and self._replayed.tail
        if (
            not goes_on
            or any("-checkpoint-" in n for n in new)
            or not self._take(self._replayed, self._read_all(new))
        ):
            self._replayed = self._replay(names)
        self._names = names
        if self._replayed.open_writes is None:  # a checkpoint of before they were listed there
            told = (read_event(e.data) for e in self._read_all(_of_events(names)))
            self._replayed.open_writes = open_writes(told)

    def _replay(self, names: list[str]) -> Replay:
        starts = [i for i, n in enumerate(names) if "-checkpoint-" in n]
        for start in reversed(starts):
            tail = self._read_all(names[start:])
            # More entries before it than it knew of: somebody wrote at the same time, so go back.
            late = start > tail[0].data["body"]["entries_before"]
            replay = Replay()
            if (start == starts[0] or not late) and self._take(replay, tail):
                return replay
        if any("-observation-" in n for n in names):
            raise OrgkitError(
                f"The journal {self.store.shown(self._folder)} is incomplete: an entry is missing "
                "on which later ones build.",
                "Restore the missing files from a backup of the store; `orgkit verify` names them.",
            )
        replay = Replay()
        self._take(replay, self._read_all(names))  # events only, which build on nothing
        return replay

    def as_of(self, moment: datetime, without: str = "") -> tuple[Snapshot, Projection] | None:
        """Give the last snapshot up to a moment and the projection then; None before the first.

        With `without`, the last snapshot up to then that did not yet show this handshake. Reads
        from the checkpoint before that moment on, and a few others to find it.
        """
        text = stamp(moment)
        names = [n for n in self._names if "-event-" not in n]
        starts = [i for i, n in enumerate(names) if "-checkpoint-" in n]
        # Each checkpoint that is asked for its moment is a file to read: halving reads few.
        # What a wrong clock dated later than the newest look is as old as its place says.
        newest = self.projection.last_snapshot
        late = bisect_right(
            starts, text, key=lambda i: min(newest, str(self._load(names[i]).data["at"]))
        )
        for start in reversed(starts[:late]):
            replay = Replay()
            tail = (self._load(n) for n in names[start:])
            replayed = self._take(replay, _until(tail, text, without, newest))
            if replayed and replay.latest():
                rows = replay.snapshots[str(replay.latest())]
                return Snapshot.from_json(rows.whole()), replay.projection
        return None

    def observe(self, snapshot: Snapshot, run: str = "") -> Projection:
        """Keep one snapshot; returns the projection that includes it.

        Raises `OrgkitError` for a snapshot of another organization.
        """
        if snapshot.organization_id != self.organization_id:
            raise OrgkitError(
                f"This snapshot is of {snapshot.organization_id}; the journal is that of "
                f"{self.organization_id}.",
                "Nothing was kept. Run the notebook again from its first cell.",
            )
        self.reload()
        now, base = snapshot.to_json(), self._replayed.latest()
        if base is None or self._replayed.observations() >= CHECKPOINT_EVERY:
            kind, body = (
                "checkpoint",
                {
                    "snapshot": now,
                    "memory": project(self.projection, now, self._next).to_json(),
                    "entries_before": len(self._names),
                    "open_writes": [write.to_json() for write in self.open_writes],
                },
            )
        else:
            rows = SnapshotRows.of(now)
            changes = rows.changes(self._replayed.snapshots[base])
            kind, body = "observation", {"base": base, "facts": rows.facts, "changes": changes}
        self._write(kind, stamp(snapshot.taken_at), snapshot.caller.arn, run, body)
        return self.projection

    def note(self, event: Event, at: str, by: str, run: str = "") -> None:
        """Keep an event: an intention, what came of it, a run that was saved."""
        self.reload()
        self._write("event", at, by, run, event.body())

    def events(self) -> Iterator[Event]:
        """Read all events from the beginning, oldest first; reads only the files of events."""
        self.reload()
        entries = self._read_all(_of_events(self._names))
        yield from (read_event(entry.data) for entry in entries)

    def newest_first(self) -> Iterator[Entry]:
        """Read the entries of events from the newest to the oldest, each when it is asked for."""
        for name in reversed(self._names):
            if "-event-" in name:
                yield from self._read_all([name])

    def announced(self, run: str, name: str) -> set[str]:
        """Collect the digests that were announced for one file of a run.

        Reads back from the newest event to that which opened the run.
        """
        found = set[str]()
        for entry in self.newest_first():
            event = read_event(entry.data)
            if isinstance(event, Announcement) and event.folder == run:
                found |= {event.files[name]} if name in event.files else set()
                if isinstance(event, Opened):
                    break
        return found

    def announcements(self, name: str) -> dict[str, set[str]]:
        """Collect the digests that were announced for a file of each run, by run."""
        found: dict[str, set[str]] = {}
        for event in self.events():
            if isinstance(event, Announcement) and name in event.files:
                found.setdefault(event.folder, set()).add(event.files[name])
        return found

    def recent_events(self) -> list[Event]:
        """Give the events since the last checkpoint, which are known without reading anything."""
        return [read_event(entry.data) for entry in self._replayed.tail if entry.kind == "event"]

    @property
    def _next(self) -> int:
        return max((e.sequence for e in self._replayed.tail), default=0) + 1

    def _write(self, kind: str, at: str, by: str, run: str, body: dict[str, Any]) -> None:
        data = {
            "format": FORMAT,
            "sequence": self._next,
            "previous": self.heads,
            "kind": kind,
            "at": at,
            "by": by,
            "run": run,
            "body": body,
        }
        content = canonical(_safe(data))
        name = f"{data['sequence']:08d}-{kind}-{digest(content)[:16]}.json"
        self.written.append(digest(content))
        if not self._names:  # so that an entry without a HEAD beside it is never usual
            self.store.replace(self._head, canonical({"format": HEAD_FORMAT, "heads": []}))
        with suppress(FileExistsError):  # somebody wrote the very same bytes at the same time
            self.store.create(f"{self._folder}/{name}", content)
        self.reload()
        # HEAD last: a writer killed before leaves it behind, which verifying only notices.
        heads: list[str] = []
        while heads != self.heads:  # again if somebody wrote meanwhile, whose HEAD this replaced
            heads = self.heads
            self.store.replace(self._head, canonical({"format": HEAD_FORMAT, "heads": heads}))
            self.reload()

    def _read_all(self, names: list[str]) -> list[Entry]:
        """Read entries, each once: they never change."""
        new = [n for n in names if n not in self._known]
        contents = self.store.read_all([f"{self._folder}/{n}" for n in new])
        for name, content in zip(new, contents, strict=True):
            self._known[name] = self._entry(name, content)
        return [self._known[n] for n in names]

    def _load(self, name: str) -> Entry:
        return self._entry(name, self.store.read(f"{self._folder}/{name}"))

    def _entry(self, name: str, content: bytes) -> Entry:
        found = digest(content)
        try:
            if not name.endswith(f"-{found[:16]}.json"):
                raise ValueError("its content is not what its name promises")
            return Entry(name, found, read_entry(content))
        except ValueError as error:
            raise self._damaged(name, error) from error

    def _damaged(self, name: str, error: Exception) -> OrgkitError:
        return OrgkitError(
            f"The journal {self.store.shown(self._folder)}/{name} is damaged: {error}.",
            "Restore this file from a backup of the store; move it aside only if there is none."
            " orgkit never changes or repairs the journal itself.",
        )

    def _take(self, replay: Replay, entries: Iterable[Entry]) -> bool:
        """Replay entries; what has the right digest and makes no sense is damaged as well."""
        last = ""

        def watched() -> Iterator[Entry]:
            nonlocal last
            for entry in entries:
                last = entry.name
                yield entry

        try:
            return replay.take(watched())
        except MALFORMED as error:
            raise self._damaged(last, error) from error


def _of_events(names: list[str]) -> list[str]:
    return [n for n in names if "-event-" in n]


def _safe(data: dict[str, Any]) -> dict[str, Any]:
    """Mask secrets: in a fact only one that is in use, in the text of an error any."""
    made: dict[str, Any] = data
    if without_known(text := json.dumps(data, ensure_ascii=False)) != text:
        made = cleaned(data, facts=True)
    if data["kind"] == "event" and data["body"].get("error"):
        made = {**made, "body": {**made["body"], "error": redacted(data["body"]["error"])}}
    return made


def _until(entries: Iterator[Entry], moment: str, without: str, newest: str) -> Iterator[Entry]:
    passed = False
    for entry in entries:
        late, wrong = entry.data["at"] > moment, entry.data["at"] > newest
        passed = passed or (late and not wrong)
        # A little later one may stand before it where two people wrote: pass over, do not stop.
        # What a wrong clock dated stops nothing: it is as old as its place says.
        over = late and not wrong and entry.kind == "checkpoint"
        if over or (without and _shows(entry, without)):
            return
        if not late or (wrong and not passed):
            yield entry


def _shows(entry: Entry, handshake_id: str) -> bool:
    body = entry.data["body"]
    if entry.kind == "checkpoint":
        rows = body["snapshot"]["tables"].get("handshakes", [])
    else:
        rows = body["changes"].get("handshakes", {}).get("set", [])
    return any(row["handshake_id"] == handshake_id for row in rows)
