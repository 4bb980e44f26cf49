"""Does the evidence hold? Recomputes every digest of a store; needs no AWS and no network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orgkit.folder import MANIFEST
from orgkit.history import digest
from orgkit.store import Store

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


@dataclass(frozen=True)
class Verified:
    """What was looked at, and the names of what does not hold with why."""

    entries: int
    runs: int
    broken: tuple[str, ...]


def verify(store: Store) -> Verified:
    """Check the record and the run folders of every organization in a store."""
    organizations = [n for n in store.names("") if _ORGANIZATION.fullmatch(n)]
    entries = runs = 0
    broken: list[str] = []
    for organization in organizations:
        folder = f"{organization}/observations"
        names = [n for n in store.names(folder) if not n.startswith(".")]
        entries += len(names)
        broken += _chain(store, folder, names)
        for run in store.names(f"{organization}/runs"):
            runs += 1
            broken += _manifest(store, f"{organization}/runs/{run}")
    return Verified(entries, runs, tuple(broken))


def _chain(store: Store, folder: str, names: list[str]) -> Iterator[str]:
    """Each entry is what its name promises, and every entry that it names exists."""
    known: set[str] = set()
    for name in names:
        content = store.read(f"{folder}/{name}")
        found = digest(content)
        if not name.endswith(f"-{found[:16]}.json"):
            yield f"{folder}/{name}: its content is not what its name promises"
            continue
        known.add(found)
        missing = [d for d in json.loads(content)["previous"] if d not in known]
        if missing:
            yield f"{folder}/{name}: the entry before it is missing or was altered"


def _manifest(store: Store, folder: str) -> Iterator[str]:
    names = {n for n in store.names(folder) if not n.startswith(".")}
    if MANIFEST not in names:
        yield f"{folder}/{MANIFEST}: missing"
        return
    lines = store.read(f"{folder}/{MANIFEST}").decode().splitlines()
    pairs = (line.split("  ", 1) for line in lines)
    promised = {name: value for value, name in pairs}
    for name in sorted(names - {MANIFEST} | set(promised)):
        if name not in promised:
            yield f"{folder}/{name}: not in the manifest"
        elif name not in names:
            yield f"{folder}/{name}: missing"
        elif digest(store.read(f"{folder}/{name}")) != promised[name]:
            yield f"{folder}/{name}: altered"
