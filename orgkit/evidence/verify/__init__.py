"""Does the evidence hold? Recomputes every digest of a store; needs no AWS and no network.

Everything under an organization's folder is accounted for: each entry by its name and by the entry
that follows it, the newest by HEAD, each run's files by the digests that the journal announced,
each line of the index by the run that was sealed. What a killed writer leaves is told from
tampering and noticed, until something later proves that it was finished. Limits: docs/evidence.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orgkit.evidence.findings import Findings, what
from orgkit.evidence.index_page import INDEX
from orgkit.evidence.journal.journal import HEAD
from orgkit.evidence.lease import NAME as LEASE
from orgkit.evidence.record import check_record
from orgkit.evidence.signatures.check import check
from orgkit.evidence.signatures.keys import PublicKey
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify.folders import Announcements, announcements, check_runs
from orgkit.evidence.verify.index import check_index, read_index

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


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
    looked_at: tuple[str, ...] = ()


def verify(store: Store, keys: Sequence[PublicKey] = (), only: str = "") -> Verified:
    """Check the journal and the run folders of every organization in a store.

    `only` names one organization; others are not read. With public keys also the signatures:
    `unsigned` are the runs that none of them vouches for, and
    an organization without any signature of theirs is broken.
    """
    items = [item for item in store.listing("") if not only or item.name == only]
    organizations = [i for i in items if _ORGANIZATION.fullmatch(i.name)]
    all_found = [_organization(store, i.name, keys) for i in organizations if i.kind == "folder"]
    broken = [f"{i.name}: {what(i)}, not checked" for i in organizations if i.kind != "folder"]
    notices = [
        f"{i.name}: {what(i)}, not evidence, not checked" for i in items if i not in organizations
    ]
    return Verified(
        entries=sum(len(f.entries) for f in all_found),
        runs=sum(f.runs for f in all_found),
        broken=(*broken, *(line for f in all_found for line in f.broken)),
        notices=(*notices, *(line for f in all_found for line in f.notices)),
        heads=tuple(head for f in all_found for head in f.heads),
        digests=frozenset(d for f in all_found for d in f.entries),
        trustworthy=tuple(_trustworthy(f) for f in all_found if f.broken),
        signed=tuple(line for f in all_found for line in f.signed),
        unsigned=tuple(line for f in all_found for line in f.unsigned),
        looked_at=tuple(map(_looked_at, all_found)),
    )


def _looked_at(found: Findings) -> str:
    """Say of one organization how much there is, and of which time it speaks."""
    counted = f"{found.organization}: {len(found.entries)} entries and {found.runs} runs"
    times = sorted(kept.at for kept in found.entries.values())
    return f"{counted}, from {times[0]} to {times[-1]}" if times else counted


def _trustworthy(found: Findings) -> str:
    return (
        f"{found.organization}: {len(found.entries)} entries by their own digests, the first "
        f"{found.gapless} without a gap, and {len(found.whole)} of {found.runs} runs"
    )


_TRIES = 3


def _organization(store: Store, organization: str, keys: Sequence[PublicKey]) -> Findings:
    """Look at one organization; again if somebody wrote meanwhile and what was seen is no whole."""
    found = _looked(store, organization, keys)
    for _ in range(_TRIES - 1):
        if not (found.broken and found.moved_on()):
            break
        found = _looked(store, organization, keys)
    return found


def _looked(store: Store, organization: str, keys: Sequence[PublicKey]) -> Findings:
    found = Findings(store, organization)
    for name, item in list(found.listing().items()):
        wanted = "folder" if name in ("observations", "runs") else "file"
        if name not in ("observations", "runs", HEAD, INDEX, LEASE):
            found.bad(name, f"{what(item)}, not part of the evidence")
        elif item.kind != wanted:
            found.bad(name, f"{what(item)}, not checked")
            del found.listing()[name]  # never entered, so never waited for
    check_record(found)
    said = announcements(found)
    page = read_index(found)
    check_runs(found, said, page)
    _signatures(found, said, keys)
    check_index(found, page)
    return found


def _signatures(found: Findings, said: Announcements, keys: Sequence[PublicKey]) -> None:
    """Every signature is of the run that it names, and made with a key that was given."""
    runs = {run: {e: p.manifest for e, p in events.items()} for run, events in said.items()}
    told = check(found.organization, found.entries, runs, keys)
    for entry, why in told.broken:
        found.bad(f"observations/{entry}" if entry else "observations", why)
    found.notices += [f"{found.organization}: {line}" for line in told.notices]
    # What is broken has been said to be, and is not called signed beside that.
    whole = {
        f"{found.organization}/runs/{r}": by for r, by in told.runs.items() if r in found.whole
    }
    found.signed = tuple(f"{run}: {by}" for run, by in whole.items() if by)
    runs_without = [f"{r}: no signature vouches for it" for r, by in whole.items() if not by]
    loose = [f"{found.organization}: {line}" for line in told.loose]
    found.unsigned = (*runs_without, *loose)
