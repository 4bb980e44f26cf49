"""Pictures as static SVG: the same bytes for the same data, no script, text stays text."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pandas as pd

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "orgkit",  # element ids that do not change from run to run
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INK, _LINE, _DEADLINE = "#1b1f24", "#0b57a4", "#a3200d"


def approvals(points: pd.DataFrame, asked: int, deadline: datetime) -> str:
    """Approvals seen so far as steps, against how many were asked and against the deadline.

    `points` has `day` and `approved`, as `progress.approvals_over_time` gives them.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.dates import ConciseDateFormatter
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        days = [d.to_pydatetime() for d in points["day"]]
        counts = [int(c) for c in points["approved"]]
        axes.step(days, counts, where="post", color=_LINE, linewidth=2, marker="o", markersize=4)
        axes.axhline(asked, color=_INK, linewidth=1, linestyle=":")
        axes.text(days[0], asked, f"asked: {asked}", va="bottom", color=_INK)
        at: Any = deadline  # matplotlib takes moments, its types do not say so
        axes.axvline(at, color=_DEADLINE, linewidth=1.5, linestyle="--")
        axes.text(at, asked * 0.45, f"deadline {deadline:%Y-%m-%d}  ", ha="right", color=_DEADLINE)
        axes.set_ylim(0, asked * 1.15 + 0.5)
        axes.set_ylabel("approved")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        formatter = ConciseDateFormatter(axes.xaxis.get_major_locator())
        axes.xaxis.set_major_formatter(formatter)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
