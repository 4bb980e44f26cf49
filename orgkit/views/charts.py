"""Pictures as static SVG: the same bytes for the same data, no script, text stays text."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from orgkit.formats import printable

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "orgkit",  # element ids that do not change from run to run
    # Text stays text: it can be searched, copied and read aloud.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INK, _LINE, _DEADLINE, _MUTE = "#1b1f24", "#0b57a4", "#a3200d", "#57606a"
_LARGEST = 10  # answers at one moment, beyond which a mark grows no more
_CLOSE = 0.07  # of the time shown: what a label of a timeline takes, and some room


_FONTS = re.compile(r"'DejaVu Sans'[^;\"]*sans-serif")
Band = tuple[datetime, datetime]
_Drawing = tuple[Any, Any, io.StringIO]  # figure, axes, where the picture goes


def approvals(
    points: pd.DataFrame, asked: int, deadline: datetime, band: Band | None = None
) -> str:
    """Draw approvals seen so far as steps, against how many were asked and the deadline.

    `points` has `day` and `approved`, as `progress.approvals_over_time` gives them; the last one is
    today. `band` is when the last approval may come at the earliest and at the latest, at the pace
    so far. What lines mean stands in a legend above, where nothing meets whatever the dates are.
    """
    with _figure(3.1) as (figure, axes, out):
        days = [d.to_pydatetime() for d in points["day"]]
        counts = [int(c) for c in points["approved"]]
        axes.step(
            days, counts, where="post", color=_LINE, linewidth=2, marker="o", markersize=4,
            label=f"approved: {counts[-1]:,}",
        )  # fmt: skip
        axes.axhline(asked, color=_INK, linewidth=1, linestyle=":", label=f"asked: {asked:,}")
        axes.axvline(days[-1], color=_MUTE, linewidth=1, label=f"today {days[-1]:%Y-%m-%d}")
        end = max(deadline, days[-1])
        if band:
            end = max(end, min(band[1], end + timedelta(days=30)))
            _band(axes, (days[-1], counts[-1]), asked, band, end)
        axes.axvline(
            deadline, color=_DEADLINE, linewidth=1.5, linestyle="--",
            label=f"deadline {deadline:%Y-%m-%d}",
        )  # fmt: skip
        axes.set_xlim(days[0] - timedelta(days=1), end + timedelta(days=1))
        axes.set_ylim(0, asked * 1.15 + 0.5)
        axes.set_ylabel("approved")
        _whole_numbers(axes)
        figure.legend(loc="outside upper left", ncols=3, fontsize=8, frameon=False)
    return out.getvalue()


def _band(axes: Any, now: tuple[datetime, int], asked: int, band: Band, end: datetime) -> None:
    """Shade what lies between the quicker and the slower pace, as far as the picture goes."""
    early, late = band
    label = f"forecast {early:%Y-%m-%d} to {late:%Y-%m-%d}"
    corners = [now, (early, asked), (late, asked)]
    axes.fill(
        [x for x, _ in corners],
        [y for _, y in corners],
        facecolor="#dbe7f3",
        edgecolor=_LINE,
        linewidth=0.8,
        linestyle="--",
        label=f"{label}, beyond this picture" if late > end else label,
    )


def timeline(marks: Iterable[tuple[datetime, str]], gaps: Iterable[Band]) -> str:
    """Draw what was done and seen, one lane a kind, one mark a moment; gaps hatched.

    Moments of a lane that are too close for labels of their own share one, which counts them all.
    """
    counted = Counter(marks)
    lanes = list(dict.fromkeys(lane for _, lane in sorted(counted)))
    moments = [at for at, _ in counted]
    close = (max(moments) - min(moments)) * _CLOSE if moments else timedelta()
    with _figure(0.9 + 0.42 * max(len(lanes), 1)) as (_, axes, out):
        for after, until in gaps:
            axes.axvspan(after, until, facecolor="#f3f5f7", edgecolor="#8a929a", hatch="///")
        for (at, lane), count in sorted(counted.items()):
            size = 24 + 6 * min(count, _LARGEST)
            axes.scatter([at], [lanes.index(lane)], s=size, color=_LINE, zorder=3)
        for number, lane in enumerate(lanes):
            for at, count in _together(counted, lane, close):
                _count(axes, (at, number), count)
        axes.set_yticks(range(len(lanes)), lanes)
        axes.set_ylim(-0.6, len(lanes) - 0.2)
        axes.invert_yaxis()
        _dates(axes)
    return out.getvalue()


def _together(
    counted: Mapping[tuple[datetime, str], int], lane: str, close: timedelta
) -> Iterator[tuple[datetime, int]]:
    """Count the marks of a lane by groups of moments; a group is at most `close` long."""
    first: datetime | None = None
    last, count = first, 0
    for at in sorted(at for at, name in counted if name == lane):
        if first is not None and last is not None and at - first > close:
            yield first + (last - first) / 2, count
            # The next label keeps its distance from this one.
            first, count = max(at, last), 0
        first = at if first is None else first
        last, count = at, count + counted[at, lane]
    if first is not None and last is not None:
        yield first + (last - first) / 2, count


def _count(axes: Any, place: tuple[datetime, int], count: int) -> None:
    if count > 1:
        axes.annotate(
            f"{count:,}", place, xytext=(0, 8), textcoords="offset points", ha="center",
            fontsize=8, color=_INK,
        )  # fmt: skip


def burn_down(series: Mapping[str, pd.DataFrame], asked: Mapping[str, int]) -> str:
    """Draw how many approvals each owner still owes over time, an owner a panel.

    `series` has for each owner `day` and `waiting`. At most `OWNERS` panels fit; whoever calls sums
    up the others.
    """
    from matplotlib.ticker import MaxNLocator

    columns = 3
    rows = -(-len(series) // columns)
    with _figure(0.5 + 1.5 * rows, rows, columns) as (_, axes, out):
        panels = list(axes.flat) if hasattr(axes, "flat") else [axes]
        for panel, (owner, points) in zip(panels, series.items(), strict=False):
            days = [d.to_pydatetime() for d in points["day"]]
            waiting = [int(n) for n in points["waiting"]]
            panel.step(days, waiting, where="post", color=_LINE, linewidth=1.8)
            panel.fill_between(days, waiting, step="post", color="#dbe7f3")
            panel.set_ylim(0, asked[owner] * 1.1 + 0.5)
            title = f"{_plain(_short(owner, 130, 8))}\n{waiting[-1]:,} of {asked[owner]:,} left"
            panel.set_title(title, fontsize=8, loc="left", color=_INK)
            panel.tick_params(labelsize=7)
            panel.yaxis.set_major_locator(MaxNLocator(3, integer=True))
            ends = [days[0], days[-1]]
            panel.set_xticks(ends, [f"{at:%-d %b}" for at in ends])
            panel.margins(x=0.04)
        for panel in panels[len(series) :]:
            panel.set_axis_off()
    return out.getvalue()


OWNERS = 12  # panels of a burn-down


def _short(name: str, pixels: float, size: float) -> str:
    """Cut a name to the room that there is; the table has all of it."""
    plain = printable(name)
    if text_width(plain, size) > pixels:
        while plain and text_width(f"{plain}…", size) > pixels:
            plain = plain[:-1]
        plain += "…"
    return plain


def _plain(words: str) -> str:
    """Write text so that matplotlib takes none of it for a formula."""
    return words.replace("$", r"\$")


@contextmanager
def _figure(
    height: float, rows: int = 1, columns: int = 1
) -> Iterator[tuple[Any, Any, io.StringIO]]:
    """Give a figure and axes to draw on; the picture is in the buffer when the block ends."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    out = io.StringIO()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.subplots(rows, columns), out
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        # matplotlib lists ten fonts for every word.
        out.write(_FONTS.sub("sans-serif", drawn.getvalue()))


def _whole_numbers(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    _dates(axes)


def _dates(axes: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=2, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.margins(x=0.04)


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
    at = 2.0
    for answer in [a for a in _SHAPES if a in places]:
        style = _SHAPES[answer][1]
        words = f"{answer}: {len(places[answer]):,}"
        parts.append(_key(answer, words, at, 4))
        parts.append(f"<path d='{''.join(places[answer])}' {style}/>")
        at += 13 + text_width(words, 12) + 16
    return "".join([*parts, "</svg>"])


def _key(answer: str, words: str, x: float, y: float) -> str:
    """Draw a mark with its word beside it."""
    path, style = _SHAPES[answer]
    mark = f"<path d='{path.format(x=round(x), y=round(y))}' {style}/>"
    text = f"<text x='{x + 13:.0f}' y='{y + 9:.0f}' fill='{_INK}'>{escape(words)}</text>"
    return mark + text


def text_width(words: str, size: float) -> float:
    """Measure text in pixels, in DejaVu Sans, the widest of the fonts that a page may take."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    plain = words.replace("$", "S")  # a formula to matplotlib
    return float(TextPath((0, 0), plain, size, prop=FontProperties("DejaVu Sans")).get_extents().x1)


def tree(title: str, branches: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> str:
    """Draw an organization as a tree: a branch a kind of account, a bar a state, with its count.

    `branches` names each kind with the counts of its states, words of `_SHAPES`, or "" for a kind
    that is not asked. Bars are scaled to the longest.
    """
    lines = [(branch, state, n) for branch, states in branches for state, n in states]
    longest = max((n for _, _, n in lines), default=1)
    named = _short(title, _WIDTH - 20, 12)
    height = _ROW * (1 + len(branches) + len(lines)) + 10
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{height}' "
        f"viewBox='0 0 {_WIDTH} {height}' font-family='sans-serif' font-size='12'>",
        f"<text x='4' y='17' fill='{_INK}' font-weight='bold'>{escape(named)}</text>",
    ]
    y = _ROW
    for branch, states in branches:
        total = sum(n for _, n in states)
        parts.append(f"<path d='M10 {y - 4}v{_ROW // 2 + 4}h12' fill='none' stroke='{_MUTE}'/>")
        parts.append(f"<text x='28' y='{y + 16}' fill='{_INK}'>{escape(branch)}: {total:,}</text>")
        y += _ROW
        for state, n in states:
            width = max(round(n / max(longest, 1) * _BAR), 2)
            shown = state or "not asked"
            mark = state if state in _SHAPES else "left"
            parts.append(_key(mark, f"{shown}: {n:,}", 46, y + 6))
            parts.append(
                f"<rect x='{_WIDTH - _BAR - 8}' y='{y + 5}' width='{width}' height='11' rx='3' "
                f"fill='{_TREE.get(state, _MUTE)}'/>"
            )
            y += _ROW
    return "".join([*parts, "</svg>"])


_WIDTH, _BAR, _ROW = 640, 380, 22
_TREE = {"approved": "#1a6b2f", "waiting": "#0b57a4", "refused": "#a3200d", "unknown": "#8a6400"}
