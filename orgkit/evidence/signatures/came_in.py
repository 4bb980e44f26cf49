"""What came into a record since it was last signed with a key: read before it is signed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.findings import Findings, Kept
from orgkit.evidence.journal.events import Signed, read_event
from orgkit.evidence.journal.journal import NAME, Journal
from orgkit.evidence.record import check_record
from orgkit.evidence.runs import RunFolder
from orgkit.evidence.signatures.check import covered, file_of, forked_off, groups, signatures_of
from orgkit.evidence.signatures.keys import PublicKey
from orgkit.formats import digest


@dataclass(frozen=True, slots=True)
class CameIn:
    """What the signer shall say, and what it shall sign about the names of all entries."""

    said: list[str]
    last: int
    names: str


def came_in(folder: RunFolder, journal: Journal, key: PublicKey, mine: Iterable[str]) -> CameIn:
    """Read what is new in the journal since the last signature with this key.

    Where the names of all older entries are those that it signed, only the newer ones are read.
    `mine` are the entries that the signer's own run wrote. Raises `OrgkitError` for a record that
    does not hold: what was signed over would look vouched for.
    """
    organization = folder.path.partition("/")[0]
    found, names = _looked(organization, journal, key)
    if found.broken and found.moved_on():  # somebody wrote between the listing and HEAD
        found, names = _looked(organization, journal, key)
    good = [s for s in signatures_of(organization, found.entries) if s.by([key])]
    under = covered(found.entries, good)
    late = [file_of(e, found.entries[e]) for e, _ in forked_off(found.entries, good, under)]
    if found.broken or late:
        wrong = found.broken[0] if found.broken else f"{late[0]} is linked to an older entry"
        raise OrgkitError(
            f"The run was not signed, because the journal is not valid: {wrong}.",
            "Run `orgkit verify` with the public key, and find out who wrote to the store.",
        )
    known = {*mine, *under, *(s.entry for s in good)}
    strange = [e for e in found.entries if e not in known]
    last = max(map(_sequence, names), default=0)
    return CameIn(_said(found, strange, bool(good)), last, names_digest(names))


def _looked(organization: str, journal: Journal, key: PublicKey) -> tuple[Findings, list[str]]:
    found = Findings(journal.store, organization)
    names = [n for n in found.files("observations") if NAME.fullmatch(n)]
    check_record(found, _unchanged_up_to(organization, journal, key, names))
    return found, names


def _unchanged_up_to(
    organization: str, journal: Journal, key: PublicKey, names: Sequence[str]
) -> int:
    """Give the sequence up to which nothing came in or went since this key signed; 0: nobody knows.

    An entry has its digest in its name, so the same names are the same entries.
    """
    for entry in journal.newest_first():
        if not isinstance(event := read_event(entry.data), Signed):
            continue
        kept = Kept(entry.sequence, (), event.at, event.by, event.run, "event", event)
        for signature in signatures_of(organization, {entry.digest: kept}):
            if signature.by([key]):
                last = signature.says.last
                older = [n for n in names if _sequence(n) <= last]
                return last if names_digest(older) == signature.says.names else 0
    return 0


def _sequence(name: str) -> int:
    return int(name[:8])


def names_digest(names: Iterable[str]) -> str:
    """Compute the digest of the names of entries."""
    return digest("".join(f"{name}\n" for name in sorted(names)).encode())


def _said(found: Findings, strange: list[str], before: bool) -> list[str]:
    if not strange:
        return []
    since = "since the last signature with this key" if before else "before the first signature"
    first = f"{len(strange)} entries came in unsigned {since}"
    return [first, *groups(found.entries, strange)]
