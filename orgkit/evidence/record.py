"""The journal: each entry is what its name promises, at its place, and none is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.findings import Findings, Kept
from orgkit.evidence.journal.events import read_event
from orgkit.evidence.journal.journal import HEAD, HEAD_FORMAT, NAME
from orgkit.evidence.journal.reading import MALFORMED, plain_json, read_entry, replayable
from orgkit.formats import canonical, digest, moment


def check_record(found: Findings, after: int = 0) -> None:
    """Check every entry, in order, and HEAD; with `after` those behind that sequence only."""
    sound = True
    for name in found.files("observations"):
        if not NAME.fullmatch(name):
            found.bad(f"observations/{name}", "not part of the journal")
    for match, content in _contents(found, after):
        why = _entry(found, match, content) if isinstance(content, bytes) else content
        if why:
            found.bad(f"observations/{match[0]}", why)
            found.altered.add(match["digest"])
            sound = False
        elif sound:
            found.gapless += 1
    _head(found)
    _dates(found)


_AT_ONCE = 64  # files in memory at a time; many, because each may come over a network


def _contents(found: Findings, after: int) -> Iterator[tuple[re.Match[str], bytes | str]]:
    """Read the entries in order: what each holds, or why it cannot be read."""
    names = [m for n in found.files("observations") if (m := NAME.fullmatch(n))]
    # What stands before is taken for granted, also by those that name it.
    found.altered |= {m["digest"] for m in names if int(m["sequence"]) <= after}
    names = [m for m in names if int(m["sequence"]) > after]
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        paths = [f"{found.organization}/observations/{m[0]}" for m in some]
        yield from zip(some, _read(found, paths), strict=True)


def _read(found: Findings, paths: list[str]) -> list[bytes | str]:
    try:
        return list(found.store.read_all(paths))
    except (OSError, OrgkitError):  # one of them; which, and why, is asked again
        return [_read_one(found, path) for path in paths]


def _read_one(found: Findings, path: str) -> bytes | str:
    try:
        return found.store.read(path)
    except (OSError, OrgkitError) as error:
        return f"cannot be read ({getattr(error, 'problem', error)})"


def _entry(found: Findings, match: re.Match[str], content: bytes) -> str:
    """Take one entry in, or say what is wrong with it."""
    if not digest(content).startswith(match["digest"]):
        return "its content is not what its name promises"
    try:
        data = read_entry(content)
        problem = _says(found, data, match.groupdict())
        event = read_event(data) if data["kind"] == "event" else None
        replayable(data)
    except MALFORMED as error:
        return f"no entry of the journal ({type(error).__name__})"
    if not problem:
        found.entries[digest(content)] = Kept(
            sequence=data["sequence"],
            previous=tuple(data["previous"]),
            at=data["at"],
            by=data["by"],
            run=data["run"],
            kind=data["kind"],
            event=event,
        )
    return problem


def _says(found: Findings, data: Mapping[str, Any], name: Mapping[str, str]) -> str:
    """Say where an entry does not fit its name, its place or its organization."""
    if missing := found.lacks(data["previous"]):
        return f"the entry before it, {missing[0][:16]}, is missing"
    if data["kind"] != name["kind"]:
        return "its name does not say what it is"
    # An altered entry before this one has no place any more; its successor is not blamed for it.
    before = [found.entries[d].sequence for d in data["previous"] if d in found.entries]
    right = max(before, default=data["sequence"] - 1) + 1 == data["sequence"]
    if not right or int(name["sequence"]) != data["sequence"]:
        return "not at its place in the sequence"
    if not data["previous"] and data["sequence"] != 1:
        return "it names no entry before it, and is not the first"
    body = data["body"]
    if data["kind"] == "observation" and found.lacks([body["base"]]):
        return f"the entry that it builds on, {body['base'][:16]}, is missing"
    of = body.get("snapshot", body.get("facts", {})).get("organization_id", found.organization)
    return "" if of == found.organization else f"it is of {of}"


def _head(found: Findings) -> None:
    """HEAD names entries that exist; it may be behind if a writer was killed or two raced."""
    if HEAD not in found.listing() and not found.entries:
        return
    content = found.read(HEAD)
    if content is None:
        return
    try:
        data = plain_json(content)
        heads = {str(head) for head in data["heads"]}
        sound = canonical({"format": HEAD_FORMAT, "heads": sorted(heads)}) == content
    except MALFORMED:
        sound, heads = False, set()
    if not sound:
        found.bad(HEAD, "altered")
    elif missing := found.lacks(heads):
        found.bad(HEAD, f"the newest entry {missing[0][:16]} is missing")
    elif behind := _beyond(found, heads):
        _behind(found, behind)


def _beyond(found: Findings, heads: set[str]) -> list[str]:
    """List the entries that HEAD does not reach, oldest first."""
    reached, left = set[str](), list(heads)
    while left:
        if (entry := left.pop()) in found.entries and entry not in reached:
            reached.add(entry)
            left += found.entries[entry].previous
    return [entry for entry, _ in found.in_order() if entry not in reached]


def _behind(found: Findings, beyond: list[str]) -> None:
    """A writer that is killed leaves one entry that HEAD lacks; one that went on wrote HEAD."""
    runs = [found.entries[entry].run for entry in beyond]
    again = sorted({run for run in runs if run and runs.count(run) > 1})
    if again:
        found.bad(HEAD, f"put back: the run {again[0]} went on after entries that it lacks")
    else:
        found.notice(HEAD, "behind the journal: a writer was killed, or somebody put it back")


_CLOCKS_DIFFER = timedelta(hours=1)


def _dates(found: Findings) -> None:
    """Notice looks that are dated later than the look after them: some clock was wrong then."""
    looks = [kept for _, kept in found.in_order() if kept.kind != "event"]
    for one, two in pairwise(looks):
        if _apart(two.at, one.at) > _CLOCKS_DIFFER:
            found.notice(
                f"observations/{one.sequence:08d}",
                f"dated {one.at}, later than the snapshot after it: a clock was wrong when it "
                f"was written",
            )


def _apart(one: str, two: str) -> timedelta:
    """Tell how much later the second moment is; nothing where one of them is no moment."""
    try:
        return moment(two) - moment(one)
    except ValueError:
        return timedelta(0)
