"""What one organization's folder shows, noted as it is looked at; every file of it is hostile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.events import Event
from orgkit.evidence.store.local import DRAFT
from orgkit.evidence.store.names import LARGEST, Item
from orgkit.evidence.store.store import Store

# What file managers, servers and backup tools leave behind; none of it is read.
_LEFT_BY_OTHERS = re.compile(
    r"\.DS_Store|\._.+|\.localized|\.directory|\.AppleDouble|\.Trashes|\.Spotlight-V100"
    r"|\.fseventsd|\.TemporaryItems|Thumbs\.db|desktop\.ini|@eaDir|@Recycle|#recycle"
    r"|\.snapshots?|lost\+found|\.nfs[0-9a-f]+",
    re.IGNORECASE,
)
_WORDS = {"folder": "a folder", "link": "a link", "other": "a pipe, socket or device"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry of the journal, as far as later checks need it: a large journal stays on disk."""

    sequence: int
    previous: tuple[str, ...]
    at: str
    by: str
    run: str
    kind: str
    event: Event | None


@dataclass
class Findings:
    """What one organization's folder shows."""

    store: Store
    organization: str
    broken: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    entries: dict[str, Kept] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)
    gapless: int = 0
    runs: int = 0
    whole: set[str] = field(default_factory=set)
    signed: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    _listed: dict[str, dict[str, Item]] = field(default_factory=dict)

    def listing(self, folder: str = "") -> dict[str, Item]:
        """Tell what lies in a folder, by name; what others left behind is noticed and left out."""
        if folder and not self._entered(folder):
            return {}
        if folder not in self._listed:
            path = f"{self.organization}/{folder}".rstrip("/")
            found = self.store.listing(path)
            self._listed[folder] = {i.name: i for i in found if not self._harmless(folder, i)}
        return self._listed[folder]

    def _entered(self, folder: str) -> bool:
        """Tell whether a folder is one, and no link, nor lies behind one."""
        above, _, name = folder.rpartition("/")
        item = self.listing(above).get(name)
        return item is not None and item.kind == "folder"

    def files(self, folder: str) -> list[str]:
        """List the plain files in a folder; whatever else lies there is broken, and not entered."""
        return self._of_kind(folder, "file", "no file of the evidence")

    def folders(self, folder: str) -> list[str]:
        """List the folders in a folder; whatever else lies there is broken."""
        return self._of_kind(folder, "folder", "no folder of a run")

    def _of_kind(self, folder: str, kind: str, but: str) -> list[str]:
        found = []
        for name, item in self.listing(folder).items():
            if item.kind == kind:
                found.append(name)
            else:
                self.bad(f"{folder}/{name}".lstrip("/"), f"{what(item)}, and {but}")
        return found

    def _harmless(self, folder: str, item: Item) -> bool:
        name = f"{folder}/{item.name}".lstrip("/")
        if item.kind in ("file", "folder") and _LEFT_BY_OTHERS.fullmatch(item.name):
            self.notice(name, "left by a file manager or server; not evidence, not checked")
            return True
        # Only a plain file can be what a killed writer left; nobody vouches for what it holds.
        if item.kind == "file" and item.size <= LARGEST and DRAFT.fullmatch(item.name):
            self.notice(name, "a draft that a killed writer left; not evidence, not checked")
            return True
        return False

    def read(self, name: str) -> bytes | None:
        """Read a file; None, and broken, if it is not there or cannot be read."""
        try:
            return self.store.read(f"{self.organization}/{name}")
        except FileNotFoundError:
            self.bad(name, "missing")
        except (OSError, OrgkitError) as error:
            self.bad(name, f"cannot be read ({getattr(error, 'problem', error)})")
        return None

    def bad(self, name: str, why: str) -> None:
        """Note what does not hold."""
        self.broken.append(f"{self.organization}/{name}: {why}")

    def broken_at(self, name: str) -> bool:
        """Tell whether something was said to be wrong with a file."""
        return any(line.startswith(f"{self.organization}/{name}: ") for line in self.broken)

    def notice(self, name: str, why: str) -> None:
        """Note what a reader should know although it breaks nothing."""
        self.notices.append(f"{self.organization}/{name}: {why}")

    def lacks(self, digests: Iterable[str]) -> list[str]:
        """Entries that are named and not there, but for those found altered already."""
        return sorted(d for d in digests if d not in self.entries and d[:16] not in self.altered)

    def moved_on(self) -> bool:
        """Tell whether somebody wrote entries since they were listed."""
        now = Findings(self.store, self.organization).listing("observations")
        return now.keys() != self.listing("observations").keys()

    @property
    def heads(self) -> list[str]:
        """The entries that no other names."""
        named = {d for kept in self.entries.values() for d in kept.previous}
        return sorted(set(self.entries) - named)

    def in_order(self) -> list[tuple[str, Kept]]:
        """Every entry by its digest, oldest first."""
        return sorted(self.entries.items(), key=lambda item: (item[1].sequence, item[0]))

    def events(self) -> list[tuple[str, Event]]:
        """Every event by the digest of its entry, oldest first."""
        return [(digest, kept.event) for digest, kept in self.in_order() if kept.event is not None]


def what(item: Item) -> str:
    """Say what lies there."""
    return _WORDS.get(item.kind, "a file")
