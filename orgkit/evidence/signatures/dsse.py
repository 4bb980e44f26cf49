"""The signed bytes: an in-toto statement in a DSSE envelope."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from orgkit.evidence.runs import MANIFEST, RunFolder

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://github.com/orgkit/orgkit/docs/evidence.md#signatures"


def make_statement(folder: RunFolder, heads: list[str]) -> dict[str, Any]:
    """Make the statement that a run's manifest and the newest entries are what they are."""
    organization = folder.path.partition("/")[0]
    manifest = {"sha256": folder.promised()["manifest"]}
    return {
        "_type": _STATEMENT,
        "subject": [{"name": f"{folder.path}/{MANIFEST}", "digest": manifest}],
        "predicateType": _PREDICATE,
        "predicate": {"organization_id": organization, "run": folder.name, "record": heads},
    }


def read_envelope(envelope: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """Read what an envelope is about: the manifest's path and digest, and the newest entries.

    Raises ValueError, KeyError or TypeError for one that orgkit did not write.
    """
    content = decoded(envelope["payload"])
    statement = json.loads(content)
    (subject,) = statement["subject"]
    kinds = (envelope["payloadType"], statement["_type"], statement["predicateType"])
    (signature,) = envelope["signatures"]
    if kinds != (PAYLOAD_TYPE, _STATEMENT, _PREDICATE) or set(signature) != {"keyid", "sig"}:
        raise ValueError("not an envelope of orgkit")
    decoded(signature["sig"])
    record = [str(entry) for entry in statement["predicate"]["record"]]
    return str(subject["name"]), str(subject["digest"]["sha256"]), record


def pre_authentication_encoding(envelope: Mapping[str, Any]) -> bytes:
    """Encode what DSSE signs: type and payload with lengths; neither can pass as other."""
    kind, body = str(envelope["payloadType"]).encode(), decoded(envelope["payload"])
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def decoded(text: str) -> bytes:
    """Decode base64. Raises ValueError for anything else."""
    return base64.b64decode(text, validate=True)
