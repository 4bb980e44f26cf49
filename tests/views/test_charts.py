"""The chart is the same bytes for the same data, keeps its text as text, and needs nobody else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from orgkit.snapshot import tables
from orgkit.views import charts
from tests.support.make import START, day


def points(*counts: int) -> pd.DataFrame:
    """A count a week, as `approvals_over_time` gives them."""
    rows = [{"day": day(7 * n), "approved": count} for n, count in enumerate(counts)]
    return tables.frame(rows, {"day": tables.UTC_TIME, "approved": "Int64"})


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


# The forecast band, the timeline, the grid


def words(svg: str) -> str:
    """The text of a picture."""
    return "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - made right here


def test_a_forecast_is_drawn_as_a_band_and_said() -> None:
    """Without one the picture is another."""
    drawn = charts.approvals(points(0, 2, 5, 5), 9, day(90), (day(40), day(400)))
    assert drawn != SVG
    assert "forecast" in words(drawn)


def test_the_timeline_has_a_lane_a_kind_and_counts_what_falls_together() -> None:
    """Three answers of one look are one mark that says 3; gaps change the picture."""
    marks = [(day(0), "changed by orgkit"), *[(day(7), "seen accepted")] * 3]
    drawn = charts.timeline(marks, [])
    for said in ("changed by orgkit", "seen accepted", "3"):
        assert said in words(drawn)
    assert charts.timeline(marks, []) == drawn
    assert charts.timeline(marks, [(day(1), day(6))]) != drawn


def test_the_grid_has_a_shape_for_each_answer_and_says_how_many() -> None:
    """No meaning rests on colour: every answer has a path of its own, and a legend."""
    drawn = charts.grid(["approved"] * 3 + ["waiting", "refused", "unknown", "left"])
    assert "approved: 3" in words(drawn)
    shapes = re.findall(r"<path d='M\d+ \d+([^'M]*)' fill='(none)?", drawn)
    assert len(set(shapes)) == 5


def test_the_grid_of_thousands_is_small() -> None:
    """5,000 accounts, one mark each, in less than 150 KB."""
    drawn = charts.grid(["approved", "waiting"] * 2500)
    assert drawn.count("h8v8h-8z") == 5002
    assert len(drawn) < 150_000
