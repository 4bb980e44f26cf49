"""`python -m tests.browser.pictures`: store the pictures that the visual tests compare with."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser import chromium
from tests.browser.screens import key_screens
from tests.browser.test_look import KEPT, THEMES, picture


def main() -> None:
    """Take each picture and say where it is."""
    KEPT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="orgkit-chromium-") as profile,
        chromium.launched(chromium.find(), Path(profile)) as context,
    ):
        page = context.new_page()
        for theme in THEMES:
            path = KEPT / f"look-{theme}.png"
            path.write_bytes(picture(page, theme))
            sys.stdout.write(f"{path}\n")
        for notebook, content in key_screens(context):
            path = KEPT / f"screen-{notebook}.png"
            path.write_bytes(content)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
