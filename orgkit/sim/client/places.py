"""Where a working folder keeps what belongs to its simulator."""

from __future__ import annotations

from pathlib import Path


def folder(base: Path) -> Path:
    """Locate the simulator's files in a working folder."""
    return base / ".orgkit" / "sim"


def state_file(base: Path) -> Path:
    """Locate the walk so far; deleting it starts over."""
    return folder(base) / "state.json"


def announcement(base: Path) -> Path:
    """Locate the file in which a running server says how to reach it, and by which token."""
    return folder(base) / "server.json"
