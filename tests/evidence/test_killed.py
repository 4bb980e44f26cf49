"""Killed at every write, and several at once: what was acknowledged is there, nothing is forked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.killing import LOOKS, WRITERS


def run(what: str, folder: Path) -> dict[str, Any]:
    """What came of it."""
    command = [sys.executable, "-m", "tests.support.killing", what, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_killed_at_every_write_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """The store opens again, holds, says what was interrupted, and goes on; torn files are left."""
    found = run("kill", tmp_path)
    assert found["killed"] > 80
    assert (found["lost"], found["broken"], found["after"]) == ([], [], [])
    assert found["noticed"] > 20


def test_killed_where_there_are_no_hard_links_nothing_is_lost_either(tmp_path: Path) -> None:
    """F21: a file appears whole or not at all on such a mount too."""
    found = run("kill-without-links", tmp_path)
    assert found["killed"] > 80
    assert (found["lost"], found["broken"], found["after"]) == ([], [], [])


def test_several_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each look of each writer is remembered, forks are joined by the next entry."""
    found = run("race", tmp_path)
    assert found["ends"] == [0] * WRITERS
    assert found["remembered"] == WRITERS * LOOKS
    assert found["joined"][1] == 1
    assert found["broken"] == []
