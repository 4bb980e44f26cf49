"""Widgets only set values and press what a plan allows; batch runs need none of them.

Each function gives controls in a Jupyter front end and plain blocks elsewhere.
"""

from __future__ import annotations

from orgkit.widgets.board import board
from orgkit.widgets.checklist import checklist
from orgkit.widgets.decision import decision
from orgkit.widgets.picker import picker
from orgkit.widgets.policy_types import policy_types
from orgkit.widgets.rehearsal import rehearsal
from orgkit.widgets.watching import watching

__all__ = [
    "board",
    "checklist",
    "decision",
    "picker",
    "policy_types",
    "rehearsal",
    "watching",
]
