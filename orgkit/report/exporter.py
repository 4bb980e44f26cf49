"""`jupyter nbconvert --to orgkit`: an executed notebook as one self-contained HTML file."""

from __future__ import annotations

import ast
import base64
import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import mistune
import nbformat
import pandas as pd
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from traitlets import List, Unicode

from orgkit import __version__
from orgkit.catalog import PARAMETERS_TAG, parse_parameters
from orgkit.errors.exceptions import UsageError
from orgkit.reading.refusals import Unusable
from orgkit.report import allow_list
from orgkit.views.blocks import (
    Banner,
    Facts,
    Note,
    Table,
    alone,
    css,
    escaped,
    link_row,
    marked,
    markup,
    table_around,
    trusted,
)
from orgkit.views.sample import SAMPLE, is_marked

# Cells for whoever runs the notebook; a report's reader has no use for them.
_HIDDEN = frozenset({PARAMETERS_TAG, "injected-parameters", "setup", "no-report"})

_WIDGET = "application/vnd.jupyter.widget-view+json"
_LINK = re.compile(r'<a( class="orgkit-next") href="\w+\.ipynb">([^<]*)</a>')
_PROSE = 200_000  # characters; a cell with more is shown as it was typed
# What the header of a saved run always says, each a text; `exit_code` is a number.
_SAID = ("organization_id", "caller_arn", "target", "ended", "phase", "outcome")
_FILE = re.compile(r"\w[\w.-]*", re.A)


class OrgkitExporter(TemplateExporter):
    """Prose and what was displayed, as far as the allow-list goes; never code or widgets."""

    export_from_notebook = "orgkit report"
    output_mimetype = "text/html"

    file_extension = Unicode(".html").tag(config=True)
    template_name = Unicode("orgkit").tag(config=True)
    # Inside the package, so that nbconvert and JupyterLab's export find it as well.
    extra_template_basedirs = List([str(Path(__file__).parent / "template")]).tag(config=True)

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> Any:
        """Export; the header comes from the run that the notebook saved."""
        page = {**(resources or {}), "orgkit": _page(nb)}
        found: Any = super().from_notebook_node(nb, page, **kwargs)
        return found


def valid(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Give a notebook that is one in every part; anything else is wrong usage."""
    try:
        nbformat.validate(notebook)
    except (nbformat.ValidationError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is not a valid notebook: {type(error).__name__}.",
            "Name the executed notebook, a file that ends in .ipynb.",
        ) from error
    return notebook


def export(notebook: NotebookNode) -> str:
    """Make the report of an executed notebook."""
    html, _ = OrgkitExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    return str(html)


def markdown(source: str) -> str:
    """Render prose of a notebook; raw HTML in it is shown as text, links lead to pages only."""
    if len(source) > _PROSE:
        return markup("<pre>{}</pre>", text(source))
    render = mistune.create_markdown(escape=True, plugins=["table"])
    return allow_list.prose(str(render(source)))


class Patience:
    """What may be spent on HTML in one report; what is beyond it is shown as plain text."""

    def __init__(self, seconds: float = allow_list.WORST) -> None:
        self._left = seconds

    def lasts(self, html: str) -> bool:
        """Tell whether this may still be parsed, and count it."""
        cost = allow_list.worst_case(html)
        if cost > self._left:
            return False
        self._left -= cost
        return True


_KNOWN = object()  # somebody who has the block itself shows it


def output(
    data: Mapping[str, Any], metadata: Any = _KNOWN, patience: Patience | None = None
) -> str:
    """Show one output: a block of orgkit, HTML of others within bounds, else plain text."""
    html = str(data.get("text/html", ""))
    if html and (patience or Patience()).lasts(html):
        shown = _block(html) if metadata is _KNOWN or marked(html, metadata) else _foreign(html)
        if shown:
            return shown
    if _WIDGET in data:  # its twin, the next output, says the same in plain words
        return ""
    return markup("<pre>{}</pre>", text(str(data.get("text/plain", ""))))


def _block(html: str) -> str:
    # Names and tags in AWS are other people's text, and nbconvert sanitises nothing.
    return allow_list.own(_LINK.sub(r"<span\1>\2</span>", alone(html)))  # links lead nowhere here


def _foreign(html: str) -> str:
    """Show HTML of others in a frame that says so; nothing, where nothing to see is left."""
    inner = allow_list.foreign(html)
    frame = '<div class="orgkit-block orgkit-foreign"><p><small>{}</small></p>{}</div>'
    return markup(frame, _OTHERS, inner) if allow_list.says_something(inner) else ""


_OTHERS = "Not made by orgkit, shown as text, lists and tables:"


def text(source: str) -> Markup:
    """Escape plain text; colour codes are dropped, other control characters become visible."""
    lines = strip_ansi(source).expandtabs().split("\n")
    return Markup("\n").join(escaped(line) for line in lines)


def _parts(nb: NotebookNode) -> list[str]:
    """Show every cell that belongs in a report."""
    parts: list[str] = []
    patience = Patience()
    for cell in nb.cells:
        if _HIDDEN & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            # The title is in the header already; what a run reads is told to who runs it.
            lines = (x for x in cell.source.splitlines() if not x.startswith(("# ", "**Reads**")))
            parts.append(markdown("\n".join(lines)))
        else:
            parts += [_output(out, patience) for out in cell.get("outputs", [])]
    return parts


def _output(out: NotebookNode, patience: Patience) -> str:
    if out.output_type == "stream":
        return markup("<pre>{}</pre>", text(out.text))
    if out.output_type == "error":
        shown = '<div class="orgkit-note orgkit-bad"><strong>Stopped:</strong><pre>{}</pre></div>'
        return markup(shown, text("\n".join(out.traceback)))
    return output(out.get("data", {}), out.get("metadata"), patience)


def _page(nb: NotebookNode) -> dict[str, Any]:
    sample = is_marked(nb.cells)
    header, heading = _header(nb), _heading(nb)
    sections = Sections()
    parts = [sections.anchor(part) for part in _parts(nb)]
    about = [_facts(header), _parameters(nb), _integrity(header)]
    about = [sections.anchor(part) for part in about if part]
    first, rest = sections.split(parts)
    return {
        "title": escaped(" - ".join(filter(None, (heading, header.get("organization_id"))))),
        "heading": escaped(heading),
        "style": (sheet := style(_running(heading, header))),
        "policy": policy(sheet),
        "banner": Note(SAMPLE, "warn").html() if sample else _banner(header),
        "parts": [*first, sections.contents(), *rest, *about],
        "version": __version__,
    }


def style(running: str = "") -> Markup:
    """Read the style sheet of a page of its own; `running` stands on top of each printed page."""
    own = resources.files("orgkit.report").joinpath("report.css").read_text("utf-8")
    sheet = css() + trusted(own.replace(_RUNNING, _css_string(running)))
    return trusted(_COMMENT.sub("", sheet))


_COMMENT = re.compile(r"(?s)/[*].*?[*]/\n?")
_RUNNING = '"RUNNING"'  # where report.css wants the running header


def _css_string(text: str) -> str:
    """Write a string of CSS: everything but plain letters and digits as its code point."""
    plain = re.sub(r"[^A-Za-z0-9 .,-]", lambda found: f"\\{ord(found[0]):06x}", text)
    return f'"{plain}"'


def _running(heading: str, header: Mapping[str, Any]) -> str:
    if not header:
        return heading
    target = "SIMULATED" if header["target"] == "sim" else "REAL AWS"
    return " \u00b7 ".join((heading, header["organization_id"], target, f"as of {header['ended']}"))


class Sections:
    """The sections of a report, which the style sheet numbers, in order, each with its address."""

    def __init__(self) -> None:
        self._titles: list[str] = []

    def anchor(self, part: str) -> str:
        """Put an address in front of each heading of a part; after the allow-list alone."""
        return _H2.sub(self._anchored, part)

    def split(self, parts: list[str]) -> tuple[list[str], list[str]]:
        """Part what stands before the contents, a conclusion, from what comes after."""
        concluded = self._titles[:1] == ["Conclusion"]
        mark = _anchor(2 if concluded else 1)
        place = next((i for i, part in enumerate(parts) if mark in part), 0)
        return parts[:place], parts[place:]

    def contents(self) -> str:
        """List the sections with links; nothing where there are so few that all are in view."""
        if len(self._titles) < _FEW:
            return ""
        items = (
            markup('<li><a href="#section-{}">{}</a></li>', n, trusted(title))
            for n, title in enumerate(self._titles, 1)
        )
        start = (
            '<nav class="orgkit-contents" aria-label="Contents"><p><strong>Contents</strong></p>'
        )
        return markup(start + "<ol>{}</ol></nav>", Markup("").join(items))

    def _anchored(self, found: re.Match[str]) -> str:
        self._titles.append(_TAGS.sub("", found[1]))
        return _anchor(len(self._titles)) + found[0]


_FEW = 5
_H2 = re.compile(r"<h2(?: [^>]*)?>(.*?)</h2>", re.S)
_TAGS = re.compile(r"<[^>]*>")


def _anchor(number: int) -> str:
    return f'<span id="section-{number}"></span>'


def policy(style: str) -> Markup:
    """Allow nothing from anywhere and no script; this one style sheet by its digest."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return trusted(
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _header(nb: NotebookNode) -> dict[str, Any]:
    """Find what the saved run said; empty when the notebook never came to its end."""
    for cell in reversed(nb.cells):
        for out in cell.get("outputs", []):
            found = out.get("metadata", {}).get("orgkit")
            if found and _complete(found):
                return dict(found)
    return {}


def _complete(header: Any) -> bool:
    """Tell whether a header says what a saved run says; a notebook may hold anything."""
    if not isinstance(header, dict):
        return False
    said = all(isinstance(header.get(name), str) for name in _SAID)
    return said and isinstance(header.get("exit_code"), int) and _complete_proof(header)


def _complete_proof(header: Mapping[str, Any]) -> bool:
    files = header.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(v, str) for v in files.values()):
        return False
    record, store = header.get("record", []), header.get("store", "")
    kept = isinstance(record, list) and isinstance(store, str)
    return kept and (not files or bool(record and store))


def _heading(nb: NotebookNode) -> str:
    prose = (line for c in nb.cells if c.cell_type == "markdown" for line in c.source.splitlines())
    return next((line for line in prose if line.startswith("# ")), "orgkit").lstrip("# ")


def _banner(header: Mapping[str, Any]) -> str:
    if not header:
        said = "This run did not finish; this is what it showed."
        return Note(said, "bad").html()
    simulated = " (simulated time)" if header["target"] == "sim" else ""
    lines = (
        f"organization {header['organization_id']}",
        f"as {header['caller_arn']}",
        f"as of {header['ended']}{simulated}",
    )
    return Banner(header["target"] == "sim", lines).strip()


def _facts(header: Mapping[str, Any]) -> str:
    if not header:
        return ""
    simulated = " (simulated time)" if header["target"] == "sim" else ""
    facts = {
        "Organization": header["organization_id"],
        "Target": header["target"],
        "As of": f"{header['ended']}{simulated}",
        "Phase": header["phase"],
        "Outcome": header["outcome"],
        "Exit code": header["exit_code"],
    }
    return Facts("About this run", facts, "h2").html()


def _integrity(header: Mapping[str, Any]) -> str:
    """Show the digests of what lies beside the report, and of the journal when it was saved."""
    files: Mapping[str, str] = header.get("files", {})
    if not files:
        return ""
    head = header["record"][0]
    facts = {
        "Newest entry of the journal": head,
        "To verify": f"orgkit verify {header['store']} --head {head}",
        "This file": "its own digest is in MANIFEST.sha256 beside it and in the journal",
    }
    if "signature" in header:
        facts["Signed"] = f"{header['signature']}; --public-key FILE verifies that too"
    start, end = table_around(("File beside this report", "SHA-256"))
    # A name that is no plain name could lead elsewhere than to the file beside this page.
    beside = [(name, value) for name, value in sorted(files.items()) if _FILE.fullmatch(name)]
    rows = Markup("").join(link_row(name, (name, value)) for name, value in beside)
    table = (
        '<section class="orgkit-block orgkit-table">'
        '<div class="orgkit-scroll" tabindex="0" role="group" aria-label="Files">'
        "{}{}{}</div></section>"
    )
    return Facts("Integrity", facts, "h2").html() + markup(table, start, rows, end)


def _parameters(nb: NotebookNode) -> str:
    cells = [c for c in nb.cells if PARAMETERS_TAG in c.metadata.get("tags", [])]
    if not cells:
        return ""
    try:
        declared = parse_parameters(cells[0].source).values()
        given = _given(nb)  # papermill writes what a batch run was given into a cell of its own
    except (Unusable, SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return Note("The parameters cell of this notebook cannot be read.", "warn").html()
    rows = [
        {"name": p.name, "value": str(given.get(p.name, p.default)), "help": p.help}
        for p in declared
    ]
    columns = {"name": "Parameter", "value": "Value", "help": "Meaning"}
    return Table("Parameters", pd.DataFrame(rows), columns, heading="h2").html()


def _given(nb: NotebookNode) -> dict[str, Any]:
    injected = [c for c in nb.cells if "injected-parameters" in c.metadata.get("tags", [])]
    found: dict[str, Any] = {}
    for node in (n for c in injected for n in ast.parse(c.source).body):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found
