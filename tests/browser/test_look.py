"""The page of all parts: legible in both themes, and as it was when it was last seen."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import Watched
from tests.browser.contrast import CONTRAST

LOOK = Path("docs/look.html")
KEPT = Path(__file__).parent / "pictures"
THEMES = ("light", "dark")
# Share of the brightest possible difference: fonts of another machine are drawn a little apart.
TOLERANCE = 0.02

themes = pytest.mark.parametrize("theme", THEMES)


def picture(page: Page, theme: str) -> bytes:
    """A picture of the parts in a theme."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(LOOK.resolve().as_uri())
    return page.locator(f"#{theme}").screenshot()


def difference(one: Image.Image, two: Image.Image) -> float:
    """How far two pictures are apart, from 0 to 1; 1 for another size beyond a few pixels."""
    if any(abs(a - b) > 40 for a, b in zip(one.size, two.size, strict=True)):
        return 1.0
    size = (min(one.width, two.width), min(one.height, two.height))
    box = (0, 0, *size)
    apart = ImageChops.difference(one.crop(box).convert("L"), two.crop(box).convert("L"))
    return float(ImageStat.Stat(apart).mean[0]) / 255


@themes
def test_every_part_is_legible(browser: BrowserContext, theme: str) -> None:
    """No text under 4.5:1, measured on what is painted."""
    watched = Watched(browser.new_page())
    watched.page.goto(LOOK.resolve().as_uri())
    measured = watched.page.evaluate(CONTRAST, f"#{theme}")
    watched.page.close()
    assert measured["count"] > 100
    assert measured["found"] == []


@themes
def test_every_part_looks_as_it_did(browser: BrowserContext, theme: str) -> None:
    """Compared with the stored picture; `make pictures` stores it anew."""
    page = browser.new_page()
    now = Image.open(io.BytesIO(picture(page, theme)))
    page.close()
    assert difference(now, Image.open(KEPT / f"look-{theme}.png")) < TOLERANCE


def test_another_theme_is_a_difference() -> None:
    """The comparison can fail."""
    light, dark = (Image.open(KEPT / f"look-{theme}.png") for theme in THEMES)
    assert difference(light, dark) > TOLERANCE
