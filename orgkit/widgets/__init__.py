"""Widgets only set values and press what a plan allows; batch runs need none of them.

Each function gives controls in a Jupyter front end and plain blocks elsewhere.
"""

from __future__ import annotations

from orgkit.widgets.board import board
from orgkit.widgets.confirm import confirm
from orgkit.widgets.connection import connection
from orgkit.widgets.dashboard import dashboard
from orgkit.widgets.findings import findings
from orgkit.widgets.policy_types import policy_types
from orgkit.widgets.questionnaire import questionnaire
from orgkit.widgets.settings import settings
from orgkit.widgets.simulator_panel import simulator_panel
from orgkit.widgets.waivers import waivers
from orgkit.widgets.watch import watch

__all__ = [
    "board",
    "confirm",
    "connection",
    "dashboard",
    "findings",
    "policy_types",
    "questionnaire",
    "settings",
    "simulator_panel",
    "waivers",
    "watch",
]
