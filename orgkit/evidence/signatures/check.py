"""What the signatures in a record vouch for. Pure: entries and public keys in, words out.

A signature names a run's manifest and the newest entries of the journal at that moment; each of
these names the ones before it. So it vouches for its own run and for all that is older: that it
was there then. Who wrote it, it says only of the entries that it calls its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orgkit.evidence.findings import Kept
from orgkit.evidence.journal.events import Signed
from orgkit.evidence.journal.reading import MALFORMED
from orgkit.evidence.runs import MANIFEST
from orgkit.evidence.signatures.dsse import Statement, read_envelope
from orgkit.evidence.signatures.keys import PublicKey

Entries = Mapping[str, Kept]
Runs = Mapping[str, Mapping[str, str]]
_SHOWN = 5  # groups of entries that came in unsigned, each a line


@dataclass(frozen=True)
class Signatures:
    """What they say of one organization: of each run by whom it is signed, "" if by nobody.

    `broken` are entries of the journal, each with why; an empty name is the journal itself.
    """

    runs: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()  # of entries under no signature, in words


@dataclass(frozen=True)
class Signature:
    """A signature as it stands in the journal."""

    entry: str
    run: str
    event: Signed
    says: Statement

    def by(self, keys: Sequence[PublicKey]) -> str:
        """Give the id of the key that made it; empty if none of these did."""
        return next((k.id for k in keys if k.holds(self.event.envelope)), "")

    @property
    def named(self) -> str:
        """The id of the key that it names, which is a hint and no proof."""
        return str(self.event.envelope["signatures"][0]["keyid"])


def check(organization: str, entries: Entries, runs: Runs, keys: Sequence[PublicKey]) -> Signatures:
    """Hold every signature against its run, and against the keys if there are any.

    `runs` has for each run the entries that announce it, in order, with the manifest of each.
    """
    found: list[Signature] = []
    broken: list[tuple[str, str]] = []
    for entry, event in _events(entries):
        read = _read(organization, entry, event, entries, runs)
        if isinstance(read, str):
            broken.append((file_of(entry, entries[entry]), read))
        else:
            found.append(read)
    if not keys:
        said = f"{len(found)} signatures are here; `--public-key FILE` verifies them"
        return Signatures(broken=tuple(broken), notices=(said,) if found else ())
    makers = {s.entry: s.by(keys) for s in found}
    given = {k.id for k in keys}
    others = {s.named for s in found if not makers[s.entry]}
    broken += [
        (file_of(s.entry, entries[s.entry]), "its signature was not made with the key it names")
        for s in found
        if not makers[s.entry] and s.named in given
    ]
    good = _first_ones(s for s in found if makers[s.entry])
    if not good:
        broken.append(("", "no signature of the given keys is here: nothing vouches for it"))
    under = covered(entries, good)
    own = {(s.run, s.says.manifest): makers[s.entry] for s in good}
    broken += [
        (file_of(e, entries[e]), _off(entries[e], before))
        for e, before in forked_off(entries, good, under)
    ]
    said_of = {run: _vouched(run, runs[run], own, under, makers) for run in sorted(runs)}
    notices = [f"signed with a key that was not given: {k}" for k in sorted(others - given)]
    notices += _came_in(entries, good, under)
    # What belongs to a run that is said to be unsigned need not be said again.
    rest = {e: kept for e, kept in entries.items() if said_of.get(kept.run) != ""}
    return Signatures(said_of, tuple(broken), tuple(notices), _loose(rest, good, under))


def _first_ones(found: Iterable[Signature]) -> list[Signature]:
    """Leave out what says the same once more: a copy, of which nobody knows who made it."""
    first: dict[str, Signature] = {}
    for signature in found:
        # By what is signed: of one ECDSA signature anybody can make a second one that holds.
        first.setdefault(str(signature.event.envelope["payload"]), signature)
    return list(first.values())


def signatures_of(organization: str, entries: Entries) -> list[Signature]:
    """List the signatures in a record that can be read, whatever has become of their runs."""
    found = []
    for entry, event in _events(entries):
        try:
            says = read_envelope(event.envelope)
        except MALFORMED:
            continue  # verifying names it
        if says.path == f"{organization}/runs/{event.folder}/{MANIFEST}":
            found.append(Signature(entry, event.folder, event, says))
    return found


def file_of(entry: str, kept: Kept) -> str:
    """Name the file of an entry."""
    return f"{kept.sequence:08d}-{kept.kind}-{entry[:16]}.json"


def _events(entries: Entries) -> Iterator[tuple[str, Signed]]:
    for entry, kept in sorted(entries.items(), key=lambda item: item[1].sequence):
        if isinstance(kept.event, Signed):
            yield entry, kept.event


def _read(
    organization: str, entry: str, event: Signed, entries: Entries, runs: Runs
) -> Signature | str:
    """Read the signature that an event keeps, or what is wrong with it."""
    try:
        says = read_envelope(event.envelope)
    except MALFORMED:
        return "no signature of orgkit"
    run = str(event.folder)
    named = says.path == f"{organization}/runs/{run}/{MANIFEST}"
    if not named or says.manifest not in runs.get(run, {}).values():
        return "it signs something else than its run"
    if missing := [d for d in says.record if d not in entries]:
        return f"the entry {missing[0][:16]} that it signs is missing"
    return Signature(entry, run, event, says)


def covered(entries: Entries, good: Sequence[Signature]) -> dict[str, Signature]:
    """Give for each entry the earliest signature that reaches it; by the order of signatures."""
    found: dict[str, Signature] = {}
    for signature in good:
        left = list(signature.says.record)
        while left:
            digest = left.pop()
            if digest in entries and digest not in found:
                # The earliest signature that reaches an entry is the one that vouches for it.
                found[digest] = signature
                left += entries[digest].previous
    return found


def forked_off(
    entries: Entries, good: Sequence[Signature], under: Mapping[str, Signature]
) -> Iterator[tuple[str, Signature]]:
    """Find entries that hang on an older one than a signature had reached before they came in.

    Writers always hang theirs on the newest entries. Two at one moment may take the same ones, so
    an entry beside the newest that was signed is an honest race; an older place is not.
    """
    # With an entry missing nobody can tell what hangs where; that it is missing is said already.
    if any(d not in entries for kept in entries.values() for d in kept.previous):
        return
    place = {s.entry: at for at, s in enumerate(good)}
    reached = [
        min((entries[d].sequence for d in s.says.record if d in entries), default=0) for s in good
    ]
    for entry, kept in entries.items():
        at = place[under[entry].entry] if entry in under else len(good)
        signed_itself = at < len(good) and entry in (good[at].says.own or ())
        earlier = max(range(at), key=reached.__getitem__, default=-1)
        if earlier >= 0 and kept.sequence < reached[earlier] and not signed_itself:
            yield entry, good[earlier]


def _off(kept: Kept, before: Signature) -> str:
    return (
        f"it is linked to an older entry, and was not there when the run {before.run} was signed; "
        f"it claims to be of {kept.at}, by {kept.by}"
    )


def _loose(
    entries: Entries, good: Sequence[Signature], under: Mapping[str, Signature]
) -> tuple[str, ...]:
    """Say what came in after the last signature."""
    signatures = {s.entry for s in good}
    loose = [e for e in entries if e not in under and e not in signatures]
    if not loose or not good:  # without any signature that is said already
        return ()
    return (f"{len(loose)} entries of the journal are under no signature", *groups(entries, loose))


def _came_in(
    entries: Entries, good: Sequence[Signature], under: Mapping[str, Signature]
) -> list[str]:
    """Say what nobody signed as his own before a signature was made over it."""
    signatures, said = {s.entry for s in good}, list[str]()
    if old := [s for s in good if s.says.own is None]:
        said.append(
            f"{len(old)} signatures are of an older orgkit: they show that what is older was "
            "there, and do not show who wrote it"
        )
    for signature in good:
        if signature.says.own is None:
            continue
        mine = [e for e, s in under.items() if s is signature]
        strange = [e for e in mine if e not in signature.says.own and e not in signatures]
        if strange:
            said.append(
                f"{len(strange)} entries came in unsigned before the run {signature.run} was "
                "signed, which shows that they were there, and not who wrote them"
            )
            said += groups(entries, strange)
    return said


def groups(entries: Entries, some: Iterable[str]) -> list[str]:
    """Say by whom entries claim to be, of which run and since when, the most first."""
    told = [entries[e] for e in some]
    count = Counter((kept.by, kept.run) for kept in told)
    first = {key: min(k.at for k in told if (k.by, k.run) == key) for key in count}
    lines = [
        f"of these {number} claim to be by {by}, of {run or 'no run'}, from {first[by, run]} on"
        for (by, run), number in count.most_common(_SHOWN)
    ]
    return lines + ([f"and others, {len(count) - _SHOWN} groups"] if len(count) > _SHOWN else [])


def _vouched(
    run: str,
    announced: Mapping[str, str],
    own: Mapping[tuple[str, str], str],
    under: Mapping[str, Signature],
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
