"""Any value as text that is safe where it is shown: HTML and its rows, CSV, terminal."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from orgkit.formats import digest, printable
from orgkit.glossary import explained

PLAIN = "mathjax_ignore"  # JupyterLab must not draw an account's name such as $x$ as a formula
# What Excel and others begin to calculate when a cell starts with it (OWASP, CSV injection).
# Where a cell begins for some spreadsheet, and what begins a formula, also in wide letters.
_FORMULA = re.compile('((?:^|[,;|\t\r\n])[\\s"]*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])')
_PIECE = 30  # characters; ids, moments and most addresses are shorter


def shown(value: Any) -> str:
    """Write any value as people read it: moments in UTC, yes and no, `unknown` if not known."""
    if missing(value):
        return "unknown"
    if isinstance(value, bool):  # else it would be read as True, a word of programmers
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return printable(str(value))


class Shown:
    """A value that has a look of its own on a page, and plain words elsewhere."""

    def html(self) -> Markup:
        """Make its element."""
        raise NotImplementedError


@dataclass(frozen=True)
class Number(Shown):
    """A figure by its name, the same wherever it is shown: a test compares all of one page."""

    name: str
    value: object

    def __str__(self) -> str:
        """Write the value for a terminal."""
        return shown(self.value)

    def html(self) -> Markup:
        """Write the value with its name as a class."""
        return markup(f'<span class="orgkit-n orgkit-n-{self.name}">{{}}</span>', self.value)


def escaped(value: Any) -> Markup:
    """Escape any value for HTML, in elements and in attributes; markup stays as it is."""
    if isinstance(value, Shown):
        return value.html()
    # html.escape instead of markupsafe's own: stored notebooks and reports have its entities.
    return value if isinstance(value, Markup) else trusted(html.escape(shown(value)))


def markup(template: str, *values: Any) -> Markup:
    """Fill the `{}` of a template that we wrote; whatever is not markup yet is escaped."""
    return trusted(template).format(*map(escaped, values))


def trusted(html: str) -> Markup:
    """Take for markup what we wrote or escaped ourselves; nothing else may come through here."""
    return Markup(html)  # noqa: S704 - the one door


def section(kind: str, title: str, inner: Markup, heading: str = "h3") -> Markup:
    """Make one element under a heading."""
    start = f'<section class="orgkit-block orgkit-{kind} {PLAIN}"><{heading}>'
    return markup(start + "{}" + f"</{heading}>" + "{}</section>", title, inner)


def labelled(label: str) -> Markup:
    """Write a label; one that is a term of the glossary explains itself where it is pointed at."""
    sentence = explained(label)
    if not sentence:
        return escaped(label)
    return markup('<abbr class="orgkit-term" title="{}">{}</abbr>', sentence, label)


def header_row(labels: Iterable[str]) -> Markup:
    """Make the head of a table."""
    cells = Markup("").join(markup('<th scope="col">{}</th>', labelled(label)) for label in labels)
    return markup("<thead><tr>{}</tr></thead>", cells)


def data_row(cells: Sequence[str]) -> Markup:
    """Make a row of a table; its first cell names it."""
    first, *others = cells
    inner = (markup("<td{}>{}</td>", _long(cell), cell) for cell in others)
    # An empty header would be announced to those who hear the table.
    head = markup('<th scope="row"{}>{}</th>' if first else "<td></td>", _long(first), first)
    return markup("<tr>{}{}</tr>", head, Markup("").join(inner))


def _long(cell: str) -> Markup:
    """Let long text be broken anywhere; ids, moments and words stay in one piece."""
    length = len(cell.striptags()) if isinstance(cell, Markup) else len(cell)
    return Markup(' class="orgkit-long"') if length > _PIECE else Markup("")


def table_around(columns: Sequence[str]) -> tuple[Markup, Markup]:
    """Give what stands before and after the rows of a table that is written line by line."""
    # Plain labels: the frame of an index page must not change with the glossary.
    cells = Markup("").join(markup('<th scope="col">{}</th>', label) for label in columns)
    start = markup("<table><thead><tr>{}</tr></thead><tbody>\n", cells)
    return start, Markup("</tbody></table>")


def link_row(href: str, cells: Sequence[Any]) -> Markup:
    """Make a row whose first cell leads to a file beside the page."""
    first, *others = cells
    inner = Markup("").join(markup("<td>{}</td>", cell) for cell in others)
    row = '<tr><th scope="row"><a href="{}">{}</a></th>{}</tr>'
    return markup(row, quote(href), first, inner)


MARK = "orgkit_block"


def bundle(html: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Give what IPython shows, with the mark by which a report knows a block of ours.

    The mark is metadata of the output and names these bytes: what is shown cannot set it.
    """
    return {"text/html": str(html)}, {"text/html": {MARK: digest(str(html).encode())}}


def marked(html: str, metadata: Any) -> bool:
    """Tell whether an output's metadata marks this HTML as a block of ours."""
    of_html = metadata.get("text/html") if isinstance(metadata, dict) else None
    mark = of_html.get(MARK) if isinstance(of_html, dict) else None
    return bool(mark == digest(html.encode("utf-8", "surrogatepass")))


def missing(value: Any) -> bool:
    """Tell whether a value is absent or not known."""
    # pd.isna would answer for each item of a list; only NaN differs from itself.
    return value is None or value is pd.NA or value is pd.NaT or value != value


def css(name: str = "orgkit.css") -> Markup:
    """Read a style sheet: the one for notebooks and reports, or what only live controls need."""
    return trusted(resources.files("orgkit.views.blocks").joinpath(name).read_text("utf-8"))


def data_uri(svg: str) -> str:
    """Turn a picture into an address that needs no network; scripts inside it never run."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


# Before the @ whatever an address may have there, also where HTML wrote & and ' as entities.
_ADDRESS = re.compile(r"(?:[\w.!#$%*+/=?^`{|}~-]|&amp;|&#x27;)+@(?=[\w-]+\.[\w.-]+)")


def masked(text: str) -> str:
    """Mask what stands before the @ of each e-mail address in text or HTML."""
    return _ADDRESS.sub("***@", str(text))


def csv(table: pd.DataFrame) -> bytes:
    """Write a frame as CSV that no spreadsheet takes for formulas; moments in ISO 8601 UTC."""
    made = pd.DataFrame({disarmed(name): [_cell(v) for v in table[name]] for name in table.columns})
    # With a mark at the start, for Excel would read UTF-8 in the letters of its own country.
    return made.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def disarmed(text: str) -> str:
    """Let no spreadsheet take text for a formula, wherever it may begin a cell there.

    Spreadsheets of other countries divide at semicolons, tabs or bars, also inside a cell of ours.
    """
    return _FORMULA.sub(r"\1'", text)


def _cell(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return disarmed(printable(str(value)))
