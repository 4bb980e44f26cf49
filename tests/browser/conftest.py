"""A real browser for the tests of this folder; they are skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import chromium


@pytest.fixture(scope="module")
def program() -> str:
    """The Chromium of this machine."""
    found = chromium.find()
    if not found:
        pytest.skip(
            f"SKIPPED browser: no {' or '.join(chromium.NAMES)} here; install Debian's chromium, "
            "or name one in ORGKIT_CHROMIUM"
        )
    return found


@pytest.fixture(scope="module")
def browser(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One browser a module; its pages share nothing with other modules."""
    with chromium.launched(program, tmp_path_factory.mktemp("chromium")) as context:
        yield context
