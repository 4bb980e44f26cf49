"""The chart is the same bytes for the same data, keeps its text as text, and needs nobody else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from make import START, day

from orgkit import charts, frames


def points(*counts: int) -> pd.DataFrame:
    """A count a week, as `approvals_over_time` gives them."""
    rows = [{"day": day(7 * n), "approved": count} for n, count in enumerate(counts)]
    return frames.frame(rows, {"day": frames.UTC_TIME, "approved": "Int64"})


SVG = charts.approvals(points(0, 2, 5, 5), 9, day(90))


def test_the_same_data_gives_the_same_bytes() -> None:
    """Stored outputs and digests rest on it: no date, no random id."""
    assert charts.approvals(points(0, 2, 5, 5), 9, day(90)) == SVG


def test_other_data_gives_another_picture() -> None:
    """The curve is really drawn from the points."""
    assert charts.approvals(points(0, 2, 6, 6), 9, day(90)) != SVG


def test_its_words_are_text() -> None:
    """They can be read aloud, searched and copied."""
    said = "".join(ElementTree.fromstring(SVG).itertext())  # noqa: S314 - made right here
    for words in ("asked: 9", "deadline 2026-04-05", "approved"):
        assert words in said


@pytest.mark.parametrize(
    "word", ["<script", "onload", "http-equiv", "<image", "@import", "url(http"]
)
def test_it_runs_nothing_and_fetches_nothing(word: str) -> None:
    """It stands in a report that must work offline."""
    assert word not in SVG
    hrefs = re.findall(r'href="([^"]*)"', SVG)
    assert all(h.startswith("#") for h in hrefs)


def test_it_says_nothing_of_when_or_by_what_it_was_made() -> None:
    """A date of today would change the bytes every day."""
    assert "<dc:date>" not in SVG
    assert "Matplotlib v" not in SVG


@pytest.mark.parametrize("counts", [(0,), (0, 0), (0, 9, 9)])
def test_the_smallest_and_the_fullest_curve_can_be_drawn(counts: tuple[int, ...]) -> None:
    """On the first day there is one point only."""
    assert charts.approvals(points(*counts), 9, START).startswith("<?xml")
