"""Makes `pytest --nbval notebooks` one whole migration on a fresh simulator (see tools)."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tools.store_outputs import Walk

_NO_SKIPS = bool(os.environ.get("ORGKIT_NO_SKIPS"))
_WALK = pytest.StashKey[Walk]()
_REACHED = pytest.StashKey[str]()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave templates out: a file that begins with an underscore is not run."""
    return True if collection_path.match("notebooks/_*.ipynb") else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the first cell of a notebook, and before its kernel starts, make the moves to it."""
    path, stash = item.path, item.config.stash
    if path.suffix != ".ipynb" or stash.get(_REACHED, "") == path.stem:
        return
    if _WALK not in stash:
        stash[_WALK] = Walk()
    stash[_REACHED] = path.stem
    stash[_WALK].go_to(path.stem)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the walk's simulator."""
    if _WALK in config.stash:
        config.stash[_WALK].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped (the gate sets ORGKIT_NO_SKIPS), a skip is a failure."""
    report = yield
    if _NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
