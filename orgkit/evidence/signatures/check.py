"""What the signatures in a record vouch for. Pure: entries and public keys in, words out.

A signature names a run's manifest and the newest entries of the record at that moment; each of
these names the ones before it. So it vouches for its own run and for all that is older.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orgkit.evidence.journal.events import Signed
from orgkit.evidence.runs import MANIFEST
from orgkit.evidence.signatures.dsse import read_envelope
from orgkit.evidence.signatures.keys import PublicKey

Entries = Mapping[str, Mapping[str, Any]]
Runs = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Signatures:
    """What they say of one organization: of each run by whom it is signed, "" if by nobody.

    `broken` are entries of the record, each with why.
    """

    runs: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Signature:
    entry: str
    run: str
    envelope: Mapping[str, Any]
    manifest: str
    record: Sequence[str]

    def by(self, keys: Sequence[PublicKey]) -> str:
        """Give the id of the key that made it; empty if none of these did."""
        return next((k.id for k in keys if k.holds(self.envelope)), "")

    @property
    def says(self) -> str:
        """The id of the key that it names, which is a hint and no proof."""
        return str(self.envelope["signatures"][0]["keyid"])


def check(organization: str, entries: Entries, runs: Runs, keys: Sequence[PublicKey]) -> Signatures:
    """Hold every signature against its run, and against the keys if there are any.

    `runs` has for each run the entries that announce it, in order, with the manifest of each.
    """
    found: list[_Signature] = []
    broken: list[tuple[str, str]] = []
    for entry, event in _events(entries):
        read = _read(organization, entry, event, entries, runs)
        if isinstance(read, str):
            broken.append((entry, read))
        else:
            found.append(read)
    if not keys:
        said = f"{len(found)} signatures are here; `--public-key FILE` verifies them"
        return Signatures(broken=tuple(broken), notices=(said,) if found else ())
    makers = {s.entry: s.by(keys) for s in found}
    given = {k.id for k in keys}
    others = {s.says for s in found if not makers[s.entry]}
    broken += [
        (s.entry, "its signature was not made with the key that it names")
        for s in found
        if not makers[s.entry] and s.says in given
    ]
    good = [s for s in found if makers[s.entry]]
    under = _under(entries, good)
    own = {(s.run, s.manifest): makers[s.entry] for s in good}
    said_of = {run: _vouched(run, runs[run], own, under, makers) for run in sorted(runs)}
    loose = sum(d not in under and not isinstance(e["event"], Signed) for d, e in entries.items())
    notices = [f"signed with a key that was not given: {k}" for k in sorted(others - given)]
    notices += [f"{loose} entries of the record are under no signature"] if loose else []
    return Signatures(said_of, tuple(broken), tuple(notices))


def _events(entries: Entries) -> Iterator[tuple[str, Signed]]:
    for digest, data in sorted(entries.items(), key=lambda item: int(item[1]["sequence"])):
        if isinstance(data["event"], Signed):
            yield f"{data['sequence']:08d}-event-{digest[:16]}.json", data["event"]


def _read(
    organization: str, entry: str, event: Signed, entries: Entries, runs: Runs
) -> _Signature | str:
    """Read the signature that an event keeps, or what is wrong with it."""
    try:
        run = str(event.folder)
        path, manifest, record = read_envelope(event.envelope)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no signature of orgkit"
    named = path == f"{organization}/runs/{run}/{MANIFEST}"
    if not named or manifest not in runs.get(run, {}).values():
        return "it signs something else than its run"
    if missing := [d for d in record if d not in entries]:
        return f"the entry {missing[0][:16]} that it signs is missing"
    return _Signature(entry, run, event.envelope, manifest, record)


def _under(entries: Entries, good: Sequence[_Signature]) -> dict[str, _Signature]:
    # By the order of signatures, each entry belongs to the earliest that reaches it.
    found: dict[str, _Signature] = {}
    for signature in good:
        left = list(signature.record)
        while left:
            digest = left.pop()
            if digest in entries and digest not in found:
                # The earliest signature that reaches an entry is the one that vouches for it.
                found[digest] = signature
                left += entries[digest]["previous"]
    return found


def _vouched(
    run: str,
    announced: Mapping[str, str],
    own: Mapping[tuple[str, str], str],
    under: Mapping[str, _Signature],
    makers: Mapping[str, str],
) -> str:
    """By whom a run is signed, itself or with a later one; empty if not as it is now."""
    # An announcement under no signature came after all of them, so the files may be others now.
    if not set(announced) <= set(under):
        return ""
    last, manifest = list(announced.items())[-1]
    if key := own.get((run, manifest)):
        return f"by the key {key}"
    later = under[last]
    return f"with the later run {later.run}, by the key {makers[later.entry]}"
