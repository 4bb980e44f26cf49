"""The folders of runs: every file is one that the journal announced.

A run that was killed may lack what it announced last, until something proves that it had been
complete: a signature of it, its line in the index, the seal that was made from its files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.findings import Findings
from orgkit.evidence.index_page import line
from orgkit.evidence.journal.events import Announcement, Saved, Sealed, Signed
from orgkit.evidence.journal.reading import MALFORMED, plain_json
from orgkit.evidence.runs import MANIFEST, NOTEBOOK, REPORT, RESULT, UNFINISHED, manifest
from orgkit.evidence.signatures.dsse import read_envelope
from orgkit.formats import digest

_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9A-Za-z_.-]+")
Announcements = Mapping[str, Mapping[str, Announcement]]


def announcements(found: Findings) -> Announcements:
    """Collect what the journal says of each run, by the entry that says it, in order."""
    said: dict[str, dict[str, Announcement]] = {}
    for entry, event in found.events():
        if isinstance(event, Announcement):
            said.setdefault(event.folder, {})[entry] = event
    return said


def signed_manifests(found: Findings) -> set[str]:
    """Digests of manifests that a signature names, whoever made it: they were complete once."""
    named = set()
    for _, event in found.events():
        if isinstance(event, Signed):
            try:
                named.add(read_envelope(event.envelope).manifest)
            except MALFORMED:
                continue  # told where signatures are checked
    return named


def check_runs(found: Findings, said: Announcements, listed: str) -> None:
    """Every run that the journal knows is there and as announced; none is there beside them.

    `listed` is the text of the index page.
    """
    there = set(found.folders("runs"))
    complete = signed_manifests(found)
    for run in sorted({*there, *said}):
        before = len(found.broken)
        found.runs += 1
        if run not in there:
            found.bad(f"runs/{run}", "missing, although the journal names it")
        elif run not in said:
            _unannounced(found, f"runs/{run}")
        else:
            events = list(said[run].values())
            _run(found, f"runs/{run}", events, _proven(events, complete, listed))
        if len(found.broken) == before:
            found.whole.add(run)


def _proven(events: Sequence[Announcement], complete: set[str], listed: str) -> int:
    """Give the place of the last announcement that is known to have been carried out; -1: none."""
    proven = -1
    for at, event in enumerate(events):
        if event.manifest in complete:
            proven = at
        if isinstance(event, Sealed):
            # Its line comes after its files. Of a run that is sealed again only a line that no
            # earlier seal wrote tells that.
            before = {line(e) for e in events[:at] if isinstance(e, Sealed)}
            if line(event) in listed and line(event) not in before:
                proven = max(proven, at)
            # A seal is made from what lies there; if that is the run as saved, it was complete.
            saved = [i for i, e in enumerate(events[:at]) if isinstance(e, Saved)]
            if saved and _own(events[saved[-1]]) <= _own(event):
                proven = max(proven, saved[-1])
    return proven


def _own(event: Announcement) -> set[tuple[str, str]]:
    """Give what a notebook saves itself; the rest is made anew from it by whoever seals."""
    return {item for item in event.files.items() if item[0] not in (NOTEBOOK, REPORT)}


def _unannounced(found: Findings, run: str) -> None:
    """Accept a run that was killed before the journal knew of it: only its beginning."""
    names = found.files(run)
    if not _RUN.fullmatch(run.removeprefix("runs/")):
        return found.bad(run, "a folder, and no run")
    if not names:
        return found.notice(run, "killed before its first file was written")
    content = found.read(f"{run}/{RESULT}") if set(names) <= {RESULT, MANIFEST} else None
    try:
        begun = content is not None and _says_unfinished(content)
    except MALFORMED:
        begun = False
    if begun and content is not None and _manifest_of_beginning(found, run, names, content):
        return found.notice(run, "killed as it began")
    return found.bad(run, "the journal does not know this run in this state")


def _says_unfinished(content: bytes) -> bool:
    """Tell whether run.json claims nothing but that its run began."""
    said = plain_json(content)
    return bool(said["error"] == UNFINISHED and said["outcome"] == "failed")


def _manifest_of_beginning(found: Findings, run: str, names: Sequence[str], content: bytes) -> bool:
    """Tell whether the manifest, if it was reached, is of run.json alone."""
    if MANIFEST not in names:
        return True
    return found.read(f"{run}/{MANIFEST}") == manifest({RESULT: digest(content)})


def _run(found: Findings, run: str, events: Sequence[Announcement], proven: int) -> None:
    """Hold the files against the last announcement, or those on the way if it was killed."""
    names = set(found.files(run)) - {MANIFEST}
    content = found.read(f"{run}/{MANIFEST}")
    known = [event.manifest for event in events]
    if content is None:
        return
    if digest(content) not in known:
        found.bad(f"{run}/{MANIFEST}", "altered: the journal names another digest")
        return
    # The last of equal ones: a run may announce the same files again.
    at = len(known) - 1 - known[::-1].index(digest(content))
    if at < proven:
        why = "put back: the run had been completed after that, as the journal proves"
        found.bad(f"{run}/{MANIFEST}", why)
    for name, why in _files(found, run, names, events[max(at, proven) :]):
        found.bad(f"{run}/{name}", why)
    for head in _record_named_in(found, run):
        found.bad(run, f"the entry {head[:16]}, the newest when it was written, is missing")
    if at < len(events) - 1:
        found.notice(run, "killed while its files were written")


def _files(
    found: Findings, run: str, names: set[str], events: Sequence[Announcement]
) -> Iterator[tuple[str, str]]:
    for name in sorted(names | set(events[0].files)):
        allowed = {e.files[name] for e in events if name in e.files}
        if not allowed:
            yield name, "not in the manifest"
        elif name not in names:
            yield name, "missing"
        else:
            content = found.read(f"{run}/{name}")
            if content is not None and digest(content) not in allowed:
                yield name, "altered"


def _record_named_in(found: Findings, run: str) -> list[str]:
    """List what run.json calls the newest entries and the journal no longer has."""
    try:
        content = found.store.read(f"{found.organization}/{run}/{RESULT}")
        return found.lacks(str(entry) for entry in plain_json(content)["record"])
    except (OSError, OrgkitError, *MALFORMED):
        return []  # said already: missing or altered
