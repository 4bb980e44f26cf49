"""Any value as text that is safe where it is shown: HTML, CSV, terminal."""

from __future__ import annotations

import base64
import html
import io
import re
from datetime import datetime
from importlib import resources
from typing import Any

import pandas as pd

from orgkit.formats import printable

PLAIN = "mathjax_ignore"  # JupyterLab must not draw an account's name such as $x$ as a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def shown(value: Any) -> str:
    """Any value as people read it: moments in UTC, yes and no, `unknown` for what is not known."""
    if missing(value):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return printable(str(value))


def escaped(value: Any) -> str:
    """Any value as text that is safe inside HTML, in elements and in attributes."""
    return html.escape(shown(value), quote=True)


def missing(value: Any) -> bool:
    """Whether a value is absent or not known."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def css(name: str = "orgkit.css") -> str:
    """A style sheet: the one for notebooks and reports, or what only live controls need."""
    return resources.files("orgkit.views.blocks").joinpath(name).read_text(encoding="utf-8")


def data_uri(svg: str) -> str:
    """A picture as an address that needs no network; scripts inside it never run."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


# Before the @ whatever an address may have there, also where HTML wrote & and ' as entities.
_ADDRESS = re.compile(r"(?:[\w.!#$%*+/=?^`{|}~-]|&amp;|&#x27;)+@(?=[\w-]+\.[\w.-]+)")


def masked(text: str) -> str:
    """Text or HTML without what stands before the @ of an e-mail address."""
    return _ADDRESS.sub("***@", text)


def csv(table: pd.DataFrame) -> bytes:
    """A frame as CSV that no spreadsheet takes for formulas; UTF-8, moments in ISO 8601 UTC."""
    made = pd.DataFrame({name: [_cell(v) for v in table[name]] for name in table.columns})
    out = io.StringIO()
    made.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
