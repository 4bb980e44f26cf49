"""Does the evidence hold? Recomputes every digest of a store; needs no AWS and no network.

Everything under an organization's folder is accounted for: each entry by its name and by the entry
that follows it, the newest by HEAD, each run's files by the digests that the record announced. What
a killed writer leaves is told from tampering and noticed. Limits: docs/evidence.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orgkit.evidence.journal.events import Announcement, read_event
from orgkit.evidence.journal.journal import FORMAT, HEAD, HEAD_FORMAT, NAME
from orgkit.evidence.lease import NAME as LEASE
from orgkit.evidence.runs import MANIFEST, RESULT, UNFINISHED
from orgkit.evidence.signatures.check import check
from orgkit.evidence.signatures.keys import PublicKey
from orgkit.evidence.store.local import DRAFT
from orgkit.evidence.store.store import Store
from orgkit.formats import canonical, digest

INDEX = "index.html"
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_INDEX_END = re.compile(rb"(?s)(.*)<!-- sha256 ([0-9a-f]{64}) of everything above -->\n")


@dataclass(frozen=True)
class Verified:
    """What was looked at; what does not hold, the first fault first; what is merely noticed."""

    entries: int = 0
    runs: int = 0
    broken: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    digests: frozenset[str] = frozenset()
    trustworthy: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()


@dataclass
class _Findings:
    """What one organization's folder shows."""

    store: Store
    organization: str
    broken: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)
    gapless: int = 0
    runs: int = 0
    whole: set[str] = field(default_factory=set)
    signed: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    _names: dict[str, list[str]] = field(default_factory=dict)

    def names(self, folder: str = "") -> list[str]:
        """List what lies in a folder of the organization, without drafts, which are noticed."""
        if folder not in self._names:
            path = f"{self.organization}/{folder}".rstrip("/")
            found = self.store.names(path)
            drafts = [n for n in found if DRAFT.fullmatch(n)]
            self.notices += [f"{path}/{n}: a draft that a killed writer left" for n in drafts]
            self._names[folder] = [n for n in found if n not in drafts]
        return self._names[folder]

    def read(self, name: str) -> bytes | None:
        """Read a file; None, and broken, if it is not there."""
        try:
            return self.store.read(f"{self.organization}/{name}")
        except OSError:  # also a folder in its place
            self.bad(name, "missing")
            return None

    def bad(self, name: str, why: str) -> None:
        """Note what does not hold."""
        self.broken.append(f"{self.organization}/{name}: {why}")

    def notice(self, name: str, why: str) -> None:
        """Note what a reader should know although it breaks nothing."""
        self.notices.append(f"{self.organization}/{name}: {why}")

    def lacks(self, digests: Iterable[str]) -> list[str]:
        """Entries that are named and not there, but for those found altered already."""
        return sorted(d for d in digests if d not in self.entries and d[:16] not in self.altered)

    @property
    def heads(self) -> list[str]:
        """The entries that no other names."""
        named = {d for data in self.entries.values() for d in data["previous"]}
        return sorted(set(self.entries) - named)


def verify(store: Store, keys: Sequence[PublicKey] = ()) -> Verified:
    """Check the record and the run folders of every organization in a store.

    With public keys also the signatures: `unsigned` are the runs that none of them vouches for.
    """
    names = store.names("")
    organizations = [n for n in names if _ORGANIZATION.fullmatch(n)]
    all_found = [_organization(store, name, keys) for name in organizations]
    notices = [f"{n}: not evidence, not looked at" for n in names if n not in organizations]
    return Verified(
        entries=sum(len(f.entries) for f in all_found),
        runs=sum(f.runs for f in all_found),
        broken=tuple(line for f in all_found for line in f.broken),
        notices=(*notices, *(line for f in all_found for line in f.notices)),
        heads=tuple(head for f in all_found for head in f.heads),
        digests=frozenset(d for f in all_found for d in f.entries),
        trustworthy=tuple(_trustworthy(f) for f in all_found if f.broken),
        signed=tuple(line for f in all_found for line in f.signed),
        unsigned=tuple(line for f in all_found for line in f.unsigned),
    )


def _trustworthy(found: _Findings) -> str:
    return (
        f"{found.organization}: {len(found.entries)} entries by their own digests, the first "
        f"{found.gapless} without a gap, and {len(found.whole)} of {found.runs} runs"
    )


def _organization(store: Store, organization: str, keys: Sequence[PublicKey]) -> _Findings:
    found = _Findings(store, organization)
    entries = found.names("observations")
    _chain(found, entries)
    _head(found)
    promises = _promises(found)
    _runs(found, promises)
    _signatures(found, promises, keys)
    _index(found)
    for name in found.names():
        if name not in ("observations", "runs", HEAD, INDEX, LEASE):
            found.bad(name, "not part of the evidence")
    return found


# The record


def _chain(found: _Findings, names: list[str]) -> None:
    """Each entry is what its name promises, and every entry that it names exists."""
    for name in names:
        why = _entry(found, name)
        if why:
            found.bad(f"observations/{name}", why)
            found.altered |= {m["digest"]} if (m := NAME.fullmatch(name)) else set()
        elif len(found.entries) == found.gapless + 1 and not found.broken:
            found.gapless += 1


def _entry(found: _Findings, name: str) -> str:
    """Take one entry in, or say what is wrong with it."""
    match = NAME.fullmatch(name)
    if not match:
        return "not part of the record"
    try:
        content = found.store.read(f"{found.organization}/observations/{name}")
    except OSError as error:
        return f"cannot be read ({error})"
    if not digest(content).startswith(match["digest"]):
        return "its content is not what its name promises"
    try:
        data = json.loads(content)
        problem = _says(found, data, match.groupdict())
        event = read_event(data) if data["kind"] == "event" else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"no entry of the record ({type(error).__name__})"
    if not problem:
        # Only what later checks need: a large journal need not stay in memory.
        kept = {"sequence": data["sequence"], "previous": data["previous"], "event": event}
        found.entries[digest(content)] = kept
    return problem


def _says(found: _Findings, data: Any, name: Mapping[str, str]) -> str:
    """Say where an entry does not fit its name, its place or its organization."""
    if missing := found.lacks(data["previous"]):
        return f"the entry before it, {missing[0][:16]}, is missing"
    if (data["format"], data["kind"]) != (FORMAT, name["kind"]):
        return "its name does not say what it is"
    # An altered entry before this one has no place any more; its successor is not blamed for it.
    before = [found.entries[d]["sequence"] for d in data["previous"] if d in found.entries]
    right = max(before, default=data["sequence"] - 1) + 1 == data["sequence"]
    if not right or int(name["sequence"]) != data["sequence"]:
        return "not at its place in the sequence"
    body = data["body"]
    if "manifest" in body and not {"folder", "files"} <= set(body):
        return "it announces a run without saying which"
    of = body.get("snapshot", body.get("facts", {})).get("organization_id", found.organization)
    return "" if of == found.organization else f"it is of {of}"


def _head(found: _Findings) -> None:
    """HEAD names entries that exist; it may be behind if a writer was killed or two raced."""
    if HEAD not in found.names() and not found.entries:
        return
    content = found.read(HEAD)
    if content is None:
        return
    try:
        data = json.loads(content)
        heads = set(data["heads"])
        sound = canonical({"format": HEAD_FORMAT, "heads": sorted(heads)}) == content
    except (ValueError, KeyError, TypeError):
        sound, heads = False, set()
    if not sound:
        found.bad(HEAD, "altered")
    elif missing := found.lacks(heads):
        found.bad(HEAD, f"the newest entry {missing[0][:16]} is missing")
    elif not set(found.heads) <= heads:
        found.notice(HEAD, "behind the record: a writer was killed, or somebody put it back")


# The runs


Promises = Mapping[str, Mapping[str, Announcement]]


def _promises(found: _Findings) -> Promises:
    """Collect what the journal says of each run, by the entry that says it, in order."""
    promises: dict[str, dict[str, Announcement]] = {}
    for entry, data in sorted(found.entries.items(), key=lambda item: int(item[1]["sequence"])):
        event = data["event"]
        if isinstance(event, Announcement):
            promises.setdefault(str(event.folder), {})[entry] = event
    return promises


def _signatures(found: _Findings, promises: Promises, keys: Sequence[PublicKey]) -> None:
    """Every signature is of the run that it names, and made with a key that was given."""
    runs = {r: {e: p.manifest for e, p in said.items()} for r, said in promises.items()}
    said = check(found.organization, found.entries, runs, keys)
    for entry, why in said.broken:
        found.bad(f"observations/{entry}", why)
    found.notices += [f"{found.organization}: {line}" for line in said.notices]
    # What is broken has been said to be, and is not called signed beside that.
    whole = {
        f"{found.organization}/runs/{r}": by for r, by in said.runs.items() if r in found.whole
    }
    found.signed = tuple(f"{run}: {by}" for run, by in whole.items() if by)
    found.unsigned = tuple(f"{r}: no signature vouches for it" for r, by in whole.items() if not by)


def _runs(found: _Findings, promises: Promises) -> None:
    """Every run that the record knows is there and as announced; no run is there beside them."""
    there = found.names("runs")
    for run in sorted({*there, *promises}):
        before = len(found.broken)
        found.runs += 1
        if run not in there:
            found.bad(f"runs/{run}", "missing, although the record names it")
        elif run not in promises:
            _unannounced(found, f"runs/{run}")
        else:
            _run(found, f"runs/{run}", list(promises[run].values()))
        if len(found.broken) == before:
            found.whole.add(run)


def _unannounced(found: _Findings, run: str) -> None:
    """Accept a run that was killed before the journal knew of it: only its beginning."""
    names = found.names(run)
    if not names:
        return found.notice(run, "killed before its first file was written")
    content = found.read(f"{run}/{RESULT}") if set(names) <= {RESULT, MANIFEST} else None
    try:
        begun = content is not None and json.loads(content)["error"] == UNFINISHED
    except (ValueError, KeyError, TypeError):
        begun = False
    if begun:
        return found.notice(run, "killed as it began")
    return found.bad(run, "the record does not know this run in this state")


def _run(found: _Findings, run: str, promises: list[Announcement]) -> None:
    """Hold the files against the last announcement, or those on the way if it was killed."""
    names = set(found.names(run)) - {MANIFEST}
    content = found.read(f"{run}/{MANIFEST}")
    known = [p.manifest for p in promises]
    if content is None:
        return
    if digest(content) not in known:
        found.bad(f"{run}/{MANIFEST}", "altered: the record names another digest")
        return
    # The last of equal ones: a run may announce the same files again.
    at = len(known) - 1 - known[::-1].index(digest(content))
    for name, why in _files(found, run, names, promises[at:]):
        found.bad(f"{run}/{name}", why)
    for head in _record_named_in(found, run):
        found.bad(run, f"the entry {head[:16]}, the newest when it was written, is missing")
    if at < len(promises) - 1:
        found.notice(run, "killed while its files were written")


def _files(
    found: _Findings, run: str, names: set[str], promises: list[Announcement]
) -> Iterator[tuple[str, str]]:
    for name in sorted(names | set(promises[0].files)):
        allowed = {p.files[name] for p in promises if name in p.files}
        if not allowed:
            yield name, "not in the manifest"
        elif name not in names:
            yield name, "missing"
        else:
            content = found.read(f"{run}/{name}")
            if content is not None and digest(content) not in allowed:
                yield name, "altered"


def _record_named_in(found: _Findings, run: str) -> list[str]:
    """List what run.json calls the newest entries and the journal no longer has."""
    try:
        content = found.store.read(f"{found.organization}/{run}/{RESULT}")
        return found.lacks(json.loads(content)["record"])
    except (OSError, ValueError, KeyError, TypeError):
        return []  # said already: missing or altered


# The index page


def sealed(page: str) -> bytes:
    """Close an index page with the digest of everything above in its last line."""
    content = page.encode()
    return content + f"<!-- sha256 {digest(content)} of everything above -->\n".encode()


def opened(content: bytes) -> str | None:
    """Open the page that `sealed` closed; None if it was altered."""
    match = _INDEX_END.fullmatch(content)
    return match[1].decode() if match and digest(match[1]).encode() == match[2] else None


def _index(found: _Findings) -> None:
    """Check that the index is as it was written, and leads to no run that is not there."""
    if INDEX not in found.names():
        return
    content = found.read(INDEX)
    page = opened(content) if content is not None else None
    if page is None:
        found.bad(INDEX, "altered")
        return
    linked = set(re.findall(r'href="runs/([^"/]+)/', page))
    for run in sorted(linked - set(found.names("runs"))):
        found.bad(INDEX, f"leads to the run {run}, which is missing")
