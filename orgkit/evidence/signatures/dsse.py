"""The signed bytes: an in-toto statement in a DSSE envelope."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orgkit.evidence.journal.reading import plain_json
from orgkit.evidence.runs import MANIFEST, RunFolder

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://github.com/orgkit/orgkit/docs/evidence.md#signatures"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signature says: of which run, over which manifest and entries.

    `own` are the entries that the signer itself wrote, None where an older orgkit did not say so.
    `names` is the digest of the names of all entries up to the sequence `last`.
    """

    path: str
    manifest: str
    record: tuple[str, ...]
    own: frozenset[str] | None = None
    last: int = 0
    names: str = ""


def make_statement(
    folder: RunFolder, heads: list[str], own: Iterable[str], last: int, names: str
) -> dict[str, Any]:
    """Make the statement that a run's manifest and the newest entries are what they are."""
    organization = folder.path.partition("/")[0]
    manifest = {"sha256": folder.promised()["manifest"]}
    return {
        "_type": _STATEMENT,
        "subject": [{"name": f"{folder.path}/{MANIFEST}", "digest": manifest}],
        "predicateType": _PREDICATE,
        "predicate": {
            "organization_id": organization,
            "run": folder.name,
            "record": heads,
            "own": sorted(own),
            "names": {"last": last, "sha256": names},
        },
    }


def read_envelope(envelope: Mapping[str, Any]) -> Statement:
    """Read what an envelope is about.

    Raises one of `MALFORMED` for one that orgkit did not write.
    """
    content = decoded(envelope["payload"])
    statement = plain_json(content)
    (subject,) = statement["subject"]
    kinds = (envelope["payloadType"], statement["_type"], statement["predicateType"])
    (signature,) = envelope["signatures"]
    if kinds != (PAYLOAD_TYPE, _STATEMENT, _PREDICATE) or set(signature) != {"keyid", "sig"}:
        raise ValueError("not an envelope of orgkit")
    decoded(signature["sig"])
    predicate = statement["predicate"]
    own, names = predicate.get("own"), predicate.get("names", {})
    return Statement(
        path=str(subject["name"]),
        manifest=str(subject["digest"]["sha256"]),
        record=tuple(str(entry) for entry in predicate["record"]),
        own=None if own is None else frozenset(str(entry) for entry in own),
        last=int(names.get("last", 0)),
        names=str(names.get("sha256", "")),
    )


def pre_authentication_encoding(envelope: Mapping[str, Any]) -> bytes:
    """Encode what DSSE signs: type and payload with lengths; neither can pass as other."""
    kind, body = str(envelope["payloadType"]).encode(), decoded(envelope["payload"])
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def decoded(text: str) -> bytes:
    """Decode base64. Raises ValueError for anything else, and for a second spelling of it."""
    content = base64.b64decode(text, validate=True)
    # Bits that say nothing may differ: the same signed bytes would pass for another signature.
    if base64.b64encode(content).decode() != text:
        raise ValueError("base64 is spelled in one way only")
    return content
