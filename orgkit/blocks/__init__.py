"""What is shown: one object for notebook, report and terminal. Escapes everything.

This is the only part that makes HTML from data. Text from AWS (names, e-mails, notes) is hostile:
markup is escaped, control and direction characters become visible, CSV formulas are disarmed.
"""

from __future__ import annotations

from orgkit.blocks.basic import (
    TWIN,
    Banner,
    Block,
    Facts,
    Group,
    Note,
    Picture,
    Redacted,
    Remedy,
    Steps,
    Twin,
    join,
)
from orgkit.blocks.rail import STEPS, Onward, Rail
from orgkit.blocks.tables import MAX_ROWS, Table, link_row, table_around
from orgkit.blocks.values import css, csv, data_uri, escaped, masked, missing, shown

__all__ = [
    "MAX_ROWS",
    "STEPS",
    "TWIN",
    "Banner",
    "Block",
    "Facts",
    "Group",
    "Note",
    "Onward",
    "Picture",
    "Rail",
    "Redacted",
    "Remedy",
    "Steps",
    "Table",
    "Twin",
    "css",
    "csv",
    "data_uri",
    "escaped",
    "join",
    "link_row",
    "masked",
    "missing",
    "shown",
    "table_around",
]
