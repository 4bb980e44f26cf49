"""Pictures as static SVG: the same bytes for the same data, no script, text stays text."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "orgkit",  # element ids that do not change from run to run
    # Text stays text: it can be searched, copied and read aloud.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INK, _LINE, _DEADLINE = "#1b1f24", "#0b57a4", "#a3200d"


Band = tuple[datetime, datetime]


def approvals(
    points: pd.DataFrame, asked: int, deadline: datetime, band: Band | None = None
) -> str:
    """Draw approvals seen so far as steps, against how many were asked and the deadline.

    `points` has `day` and `approved`, as `progress.approvals_over_time` gives them; `band` is when
    the last approval may come at the earliest and at the latest, at the pace so far.
    """
    with _figure(2.8) as (axes, out):
        days = [d.to_pydatetime() for d in points["day"]]
        counts = [int(c) for c in points["approved"]]
        axes.step(days, counts, where="post", color=_LINE, linewidth=2, marker="o", markersize=4)
        axes.axhline(asked, color=_INK, linewidth=1, linestyle=":")
        axes.text(days[0], asked, f"asked: {asked}", va="bottom", color=_INK)
        end = deadline
        if band:
            _band(axes, (days[-1], counts[-1]), asked, band)
            end = max(deadline, min(band[1], deadline + timedelta(days=30)))
        axes.set_xlim(days[0] - timedelta(days=1), end + timedelta(days=1))
        axes.axvline(deadline, color=_DEADLINE, linewidth=1.5, linestyle="--")
        words = f"deadline {deadline:%Y-%m-%d}  "
        axes.text(deadline, asked * 0.45, words, ha="right", color=_DEADLINE)
        axes.set_ylim(0, asked * 1.15 + 0.5)
        axes.set_ylabel("approved")
        _whole_numbers(axes)
    return out.getvalue()


def _band(axes: Any, now: tuple[datetime, int], asked: int, band: Band) -> None:
    """Shade what lies between the quicker and the slower pace."""
    early, late = band
    corners = [now, (early, asked), (late, asked)]
    axes.fill(
        [x for x, _ in corners],
        [y for _, y in corners],
        facecolor="#dbe7f3",
        edgecolor=_LINE,
        linewidth=0.8,
        linestyle="--",
    )
    axes.text(now[0], now[1], "  forecast", va="top", color=_LINE, fontsize=8)


def timeline(marks: Iterable[tuple[datetime, str]], gaps: Iterable[Band]) -> str:
    """Draw what was done and seen, one lane a kind, one mark a moment; gaps hatched."""
    counted = Counter(marks)
    lanes = list(dict.fromkeys(lane for _, lane in sorted(counted)))
    with _figure(0.9 + 0.42 * max(len(lanes), 1)) as (axes, out):
        for after, until in gaps:
            axes.axvspan(after, until, facecolor="#f3f5f7", edgecolor="#8a929a", hatch="///")
        for (at, lane), count in sorted(counted.items()):
            size = 24 + 10 * min(count, 40)
            axes.scatter([at], [lanes.index(lane)], s=size, color=_LINE, zorder=3)
            if count > 1:
                axes.annotate(
                    str(count),
                    (at, lanes.index(lane)),
                    xytext=(0, 9),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                    color=_INK,
                )
        axes.set_yticks(range(len(lanes)), lanes)
        axes.set_ylim(-0.6, len(lanes) - 0.2)
        axes.invert_yaxis()
        _dates(axes)
    return out.getvalue()


@contextmanager
def _figure(height: float) -> Iterator[tuple[Any, io.StringIO]]:
    """Give axes to draw on; the picture is in the buffer when the block ends."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    out = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure.subplots(), out
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})


def _whole_numbers(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _dates(axes)


def _dates(axes: Any) -> None:
    from matplotlib.dates import ConciseDateFormatter

    axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))


# Each kind of answer has a shape of its own, so that nothing rests on colour.
_SHAPES = {
    "approved": ("M{x} {y}h8v8h-8z", "fill='#1a6b2f'"),
    "waiting": ("M{x} {y}h8v8h-8z", "fill='none' stroke='#57606a'"),
    "refused": ("M{x} {y}l8 8m-8 0l8 -8", "fill='none' stroke='#a3200d' stroke-width='2'"),
    "unknown": ("M{x} {y}m0 4h8", "fill='none' stroke='#8a6400' stroke-width='2'"),
    "left": ("M{x} {y}m3 3h2v2h-2z", "fill='#57606a'"),
}
_CELL, _LEGEND = 11, 22


def grid(answers: Sequence[str], columns: int = 80) -> str:
    """Draw one small mark an account, in the order given; `answers` are words of `_SHAPES`."""
    places: dict[str, list[str]] = {}
    for number, answer in enumerate(answers):
        row, column = divmod(number, columns)
        x, y = column * _CELL + 2, row * _CELL + _LEGEND + 4
        places.setdefault(answer, []).append(_SHAPES[answer][0].format(x=x, y=y))
    height = -(-len(answers) // columns) * _CELL + _LEGEND + 6
    width = columns * _CELL + 4
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}' font-family='sans-serif' font-size='12'>"
    ]
    at = 2
    for answer in [a for a in _SHAPES if a in places]:
        path, style = _SHAPES[answer]
        words = f"{answer}: {len(places[answer]):,}"
        parts.append(f"<path d='{path.format(x=at, y=4)}' {style}/>")
        parts.append(f"<text x='{at + 13}' y='13' fill='{_INK}'>{words}</text>")
        parts.append(f"<path d='{''.join(places[answer])}' {style}/>")
        at += 40 + 7 * len(words)
    return "".join([*parts, "</svg>"])
