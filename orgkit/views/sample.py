"""The mark on a notebook that nobody has run: what it shows is a sample, or nothing yet.

The mark is an output of one of the first cells, so running the notebook takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orgkit.views.blocks import Note, bundle

_MARK = "orgkit_not_run"
_PRESS = "Choose Run > Run All Cells to work on your organization."
NOT_RUN = f"This notebook has not run yet. {_PRESS}"
SAMPLE = f"SAMPLE from a simulated organization: this notebook has not run. {_PRESS}"


def mark(text: str) -> dict[str, Any]:
    """Make the output that marks a notebook, as nbformat writes it."""
    note = Note(text, "warn" if text == SAMPLE else "info")
    data, metadata = bundle(note.html())
    return {
        "output_type": "display_data",
        "data": {"text/plain": text, **data},
        "metadata": {**metadata, _MARK: True},
    }


def is_marked(cells: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether a notebook's cells carry the mark."""
    outputs = (out for cell in cells for out in cell.get("outputs", ()))
    return any((out.get("metadata") or {}).get(_MARK) is True for out in outputs)
