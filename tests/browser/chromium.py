"""A real Chromium that can reach nothing but this machine, and an eye on what its pages do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, sync_playwright

NAMED = os.environ.get("ORGKIT_CHROMIUM")  # read before any test shuts the environment out
NAMES = [NAMED] if NAMED else ["chromium", "chromium-browser", "google-chrome"]
ARTIFACTS = Path(__file__).parent / "artifacts"
FLAGS = [
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
PATIENCE = 60_000  # milliseconds that anything may take before it counts as never
_HERE = {"127.0.0.1", "localhost", None}  # data:, blob: and file: have no host

# What a hostile name sets when the browser takes it for markup; see worlds.py.
FLAG = "orgkitHit"


def find() -> str:
    """The path of a Chromium; empty if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


@contextmanager
def launched(program: str, profile: Path) -> Iterator[BrowserContext]:
    """A browser with a throw-away profile; gone when the block ends."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=FLAGS,
            viewport={"width": 1280, "height": 900},
            timezone_id="UTC",
            locale="en-US",
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            context.close()


class Watched:
    """A page and all that it did: requests, errors, questions it asked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(f"{dialog.type}: {dialog.message}")
        dialog.accept()

    def outside(self) -> list[str]:
        """Requests to anything but this machine."""
        return [url for url in self.requests if urlsplit(url).hostname not in _HERE]

    def hits(self) -> list[str]:
        """What hostile text managed to run: flags that it set, dialogs that it opened."""
        flags = self.page.evaluate(f"Object.keys(window).filter(k => k.startsWith('{FLAG}'))")
        return [*flags, *self.dialogs]

    def violations(self, within: str = "", impacts: tuple[str, ...] = ()) -> list[str]:
        """What axe-core finds, in the whole page or within a selector; of some impacts or of all.

        Each is one line: rule, impact, and the elements.
        """
        found = Axe().run(self.page, within or None).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {[node['html'][:200] for node in each['nodes'][:3]]}"
            for each in found
            if not impacts or each["impact"] in impacts
        ]

    def screenshot(self, name: str) -> Path:
        """Keep a picture of what is seen now as `artifacts/NAME.png`."""
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path
