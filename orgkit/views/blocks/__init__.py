"""What is shown: one object for notebook, report and terminal. Escapes everything.

This is the only part that makes HTML from data. Text from AWS (names, e-mails, notes) is hostile:
markup is escaped, control and direction characters become visible, CSV formulas are disarmed.
"""

from __future__ import annotations

from orgkit.views.blocks.basic import (
    Banner,
    Block,
    Facts,
    Group,
    Note,
    Picture,
    Redacted,
    Remedy,
    StaticCopy,
    Steps,
    alone,
    join,
)
from orgkit.views.blocks.next_step import STEPS, NextLink, StepBar
from orgkit.views.blocks.tables import MAX_ROWS, Table, link_row, table_around
from orgkit.views.blocks.values import (
    css,
    csv,
    data_uri,
    escaped,
    markup,
    masked,
    missing,
    shown,
    trusted,
)

__all__ = [
    "MAX_ROWS",
    "STEPS",
    "Banner",
    "Block",
    "Facts",
    "Group",
    "NextLink",
    "Note",
    "Picture",
    "Redacted",
    "Remedy",
    "StaticCopy",
    "StepBar",
    "Steps",
    "Table",
    "alone",
    "css",
    "csv",
    "data_uri",
    "escaped",
    "join",
    "link_row",
    "markup",
    "masked",
    "missing",
    "shown",
    "table_around",
    "trusted",
]
