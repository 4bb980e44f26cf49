"""The index page: line by line what the journal says, in a frame that orgkit writes."""

from __future__ import annotations

from collections.abc import Sequence

from orgkit.evidence.findings import Findings
from orgkit.evidence.index_page import (
    FRAMES,
    INDEX,
    href,
    line,
    listed,
    opened,
    quoted_href,
    taken_apart,
)
from orgkit.evidence.journal.events import Sealed
from orgkit.evidence.verify.folders import signed_manifests
from orgkit.formats import printable


def read_index(found: Findings) -> str:
    """Read the page; empty, and broken, if it was altered; empty if there is none."""
    if INDEX not in found.listing():
        return ""
    content = found.read(INDEX)
    page = opened(content) if content is not None else None
    if page is None and content is not None:
        found.bad(INDEX, "altered")
    return page or ""


def check_index(found: Findings, page: str) -> None:
    """Hold the page against the runs that were sealed."""
    sealed = [event for _, event in found.events() if isinstance(event, Sealed)]
    if page:
        apart = taken_apart(page, found.organization)
        if apart.frame not in FRAMES:
            found.bad(INDEX, "altered: around its lines it is no page that orgkit writes")
        known = {line(event) for event in sealed}
        for text in apart.lines:
            if text not in known:
                found.bad(INDEX, f"the journal does not know its line {text.strip()[:200]}")
        if apart.name and apart.name not in {printable(e.organization_name) for e in sealed}:
            found.bad(INDEX, "the journal does not know the name on it")
        if len(set(apart.lines)) < len(apart.lines):
            found.bad(INDEX, "it lists a run twice")
        _order(found, apart.lines, sealed)
        _older(found, page, sealed)
    missing = [event for event in sealed if href(event) not in page]
    if missing and not found.broken_at(INDEX):
        _missing(found, page, missing, len(sealed))


def _missing(found: Findings, page: str, missing: list[Sealed], sealed: int) -> None:
    """A run that was killed before its line was written is not listed; a signed one was not."""
    signed = signed_manifests(found)
    for event in missing:
        if event.manifest in signed:
            found.bad(INDEX, f"it does not list the run {event.folder}, which was signed after it")
    if not page and sealed > 1:
        found.bad(INDEX, "missing, although the journal knows runs that it listed")
    elif not found.broken_at(INDEX):
        names = ", ".join(event.folder for event in missing[:3])
        found.notice(INDEX, f"{len(missing)} runs are not in it, such as {names}")


def _older(found: Findings, page: str, sealed: Sequence[Sealed]) -> None:
    """A run that was sealed again has its newest line, unless its writer was killed before that."""
    signed = signed_manifests(found)
    there = listed(page)
    for event in {event.folder: event for event in sealed}.values():
        if there.get(quoted_href(event), line(event)) == line(event):
            continue
        if event.manifest in signed:
            why = f"it shows an older state of the run {event.folder}, which was signed after it"
            found.bad(INDEX, why)
        else:
            found.notice(INDEX, f"it shows an older state of the run {event.folder}")


def _order(found: Findings, lines: Sequence[str], sealed: Sequence[Sealed]) -> None:
    """Notice another order than the journal's; a line that a race left out comes in later."""
    first: dict[str, int] = {}
    place: dict[str, int] = {}
    for at, event in enumerate(sealed):  # a line that was renewed stays in its place
        place.setdefault(line(event), first.setdefault(event.folder, at))
    places = [place[text] for text in lines if text in place]
    if places != sorted(places, reverse=True):
        found.notice(INDEX, "its lines are in another order than the runs in the journal")
