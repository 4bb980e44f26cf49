"""The one way to write a moment, canonical JSON and terminal text, and to read shipped tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from orgkit.redaction import redacted


def stamp(moment: datetime) -> str:
    """Write a moment as text: UTC, ISO 8601, whole seconds, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text)


def printable(text: str) -> str:
    """Make foreign text safe to show: no secret, and control characters become visible."""
    text = redacted(text)
    if text.isprintable():
        return text
    # Such as U+202E, which writes the rest of a line from right to left.
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def canonical(data: Mapping[str, Any]) -> bytes:
    """Write values in one way: sorted keys, no spaces, UTF-8, a newline at the end."""
    # Digests of evidence are taken over these bytes: any change here breaks what was kept before.
    text = json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode() + b"\n"


def digest(content: bytes) -> str:
    """Compute SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def shipped(package: str, name: str) -> dict[str, Any]:
    """Read a YAML table that lies beside the code of a package."""
    import yaml

    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    # The parser in C is ten times as fast, and not built into every PyYAML.
    table: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return table
