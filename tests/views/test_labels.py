"""No two labels of a picture overlap, and none is outside, for whatever data there may be."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pandas as pd
import pytest

from orgkit.snapshot import tables
from orgkit.views import charts
from tests.support.make import START, day

Box = tuple[float, float, float, float]
SEEDS = range(12)
SVG = "{http://www.w3.org/2000/svg}"


def size(element: ElementTree.Element, usual: float) -> float:
    """The size of an element's text in pixels."""
    style = element.get("style", "")
    found = re.search(r"font(?:-size)?:[^;]*?([0-9.]+)px", style)
    return float(found[1]) if found else float(element.get("font-size", usual))


def boxes(svg: str) -> Iterator[tuple[str, Box]]:
    """Where each text stands, in the widest font that may be taken."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - made right here
    usual = size(root, 10.0)
    for element in root.iter(f"{SVG}text"):
        words = "".join(element.itertext())
        high = size(element, usual)
        wide = charts.text_width(words, high)
        turned = "rotate(-90" in element.get("transform", "")
        moved = re.search(r"translate\(([\d.-]+)[ ,]+([\d.-]+)", element.get("transform", ""))
        x, y = (float(element.get(name, 0)) for name in ("x", "y"))
        x, y = (float(moved[1]), float(moved[2])) if moved else (x, y)
        anchor = "end" if "text-anchor: end" in element.get("style", "") else ""
        anchor = "middle" if "text-anchor: middle" in element.get("style", "") else anchor
        start = -wide * {"": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        if turned:
            yield words, (x - high, y - start - wide, x, y - start)
        else:
            yield words, (x + start, y - high * 0.8, x + start + wide, y + high * 0.15)


def assert_readable(svg: str) -> None:
    """Every pair is apart, every label inside."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - made right here
    width, height = (float(n) for n in root.get("viewBox", "").split()[2:])
    found = list(boxes(svg))
    assert found
    for words, (left, top, right, bottom) in found:
        inside = left >= -1 and top >= -1 and right <= width + 1 and bottom <= height + 1
        assert inside, f"{words!r} is cut"
    for (one, a), (two, b) in combinations(found, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{one!r} and {two!r} overlap"


def frame(rows: list[tuple[datetime, int]], name: str) -> pd.DataFrame:
    """Points of a curve."""
    made = [{"day": at, name: count} for at, count in rows]
    return tables.frame(made, {"day": tables.UTC_TIME, name: "Int64"})


@pytest.mark.parametrize("seed", SEEDS)
def test_approvals(seed: int) -> None:
    """1 to 5,000 accounts, day 0 to 90 and past it, a forecast near or far."""
    some = random.Random(seed)  # noqa: S311 - not for secrets
    asked = some.choice([1, 2, 9, 87, 640, 5000])
    days = sorted(some.sample(range(91), some.randint(0, 8)))
    counts = sorted(some.randint(0, asked) for _ in days)
    points = frame([(START, 0), *zip(map(day, days), counts, strict=True)], "approved")
    band = None
    if some.random() < 0.7:
        early = points["day"].iloc[-1].to_pydatetime() + timedelta(days=some.randint(0, 200))
        band = (early, early + timedelta(days=some.randint(0, 400)))
    assert_readable(charts.approvals(points, asked, day(90), band))


@pytest.mark.parametrize("seed", SEEDS)
def test_timeline(seed: int) -> None:
    """Snapshots an hour or a month apart, thousands of answers at one moment."""
    some = random.Random(seed)  # noqa: S311 - not for secrets
    lanes = ["changed by orgkit", "seen open", "seen accepted", "seen declined", "seen requested"]
    marks = []
    for _ in range(some.randint(1, 60)):
        at = START + timedelta(hours=some.choice([some.randint(0, 48), some.randint(0, 2160)]))
        marks += [(at, some.choice(lanes))] * some.choice([1, 1, 2, 30, 1600])
    assert_readable(charts.timeline(marks, [(day(3), day(30))]))


@pytest.mark.parametrize("seed", SEEDS)
def test_burn_down(seed: int) -> None:
    """One to twelve owners, with names of any length and script."""
    some = random.Random(seed)  # noqa: S311 - not for secrets
    names = [
        "Ops",
        "W" * 60,
        "$\\frac{1}{2}$ \\",
        "<script>x</script>",
        "Zo\u00eb & co",
        "\u202eevil",
    ]
    series, asked = {}, {}
    for number in range(some.randint(1, charts.OWNERS)):
        owner = f"{some.choice(names)}{number}"
        asked[owner] = some.choice([1, 40, 5000])
        left = sorted((some.randint(0, asked[owner]) for _ in range(4)), reverse=True)
        days = [0, *sorted(some.sample(range(1, 91), 4))]
        series[owner] = frame(
            list(zip(map(day, days), [asked[owner], *left], strict=True)), "waiting"
        )
    assert_readable(charts.burn_down(series, asked))


@pytest.mark.parametrize("seed", SEEDS)
def test_grid_and_tree(seed: int) -> None:
    """Every state at once, one account or 5,000."""
    some = random.Random(seed)  # noqa: S311 - not for secrets
    states = ["approved", "waiting", "refused", "unknown", "left"]
    number = some.choice([1, 14, 5000])
    assert_readable(charts.grid([some.choice(states) for _ in range(number)]))
    branches = [
        ("management account", [("", 1)]),
        ("invited accounts", [(state, some.randint(0, number)) for state in states]),
        ("created accounts", [("", number)]),
    ]
    assert_readable(charts.tree("o-acme123456 " * some.randint(1, 9), branches))


def test_the_test_sees_labels_that_meet() -> None:
    """Two texts in one place, and one that is cut."""
    start = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 20' font-size='12'>"
    text = "<text x='{}' y='14'>words</text>"
    for places in ((0, 20), (80,)):
        drawn = start + "".join(text.format(x) for x in places) + "</svg>"
        with pytest.raises(AssertionError, match=r"overlap|cut"):
            assert_readable(drawn)
