"""One HTML file a run: offline, without script, escaped, valid, readable by everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nbformat
import pytest
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from orgkit.report.exporter import OrgkitExporter, export, markdown, output
from orgkit.views.blocks import Facts, Note, StaticCopy, join
from tests.support.simulator import Place

HTML = "{http://www.w3.org/1999/xhtml}"
STORED = sorted(Path("notebooks").glob("[0-9]*.ipynb"))


@lru_cache(8)
def parsed(html: str) -> Element:
    """The page as a strict parser reads it; an error in the markup is an error here."""
    tree: Element = html5lib.HTMLParser(strict=True).parse(html)
    return tree


def elements(tree: Element, name: str) -> list[Element]:
    """All elements of a name."""
    return tree.findall(f".//{HTML}{name}")


def notebook(*outputs: Any, source: str = "# Title\n\nProse.") -> Any:
    """A small executed notebook that shows the outputs given."""
    cell = new_code_cell("SECRET_SOURCE", execution_count=1, outputs=list(outputs))
    return new_notebook(cells=[new_markdown_cell(source), cell])


@cache
def exported(path: Path) -> str:
    """The report of a stored notebook."""
    return export(nbformat.read(path, as_version=4))


@pytest.fixture(params=STORED, ids=lambda p: p.stem)
def page(request: pytest.FixtureRequest) -> str:
    """The report of each stored notebook."""
    return exported(request.param)


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    """No script, no address outside, and a policy that forbids both."""
    tree = parsed(page)
    for name in ("script", "iframe", "object", "embed", "link", "form", "base"):
        assert not elements(tree, name)
    for element in tree.iter():
        assert not [a for a in element.attrib if a.startswith("on")]
        for attribute in ("src", "href", "action", "data"):
            address = element.attrib.get(attribute, "")
            assert not address.startswith(("http", "//", "javascript", "file"))
    policy = elements(tree, "meta")[1].attrib["content"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_the_policy_fits_the_style_sheet(page: str) -> None:
    """The browser applies the style only if its digest is right."""
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"sha256-{digest}" in page
    assert page.count("<style>") == 1


def test_the_page_has_language_title_landmarks_and_one_heading(page: str) -> None:
    """What a screen reader needs to find its way."""
    tree = parsed(page)
    assert tree.attrib["lang"] == "en"
    assert len(elements(tree, "h1")) == 1
    for landmark in ("header", "main", "footer"):
        assert len(elements(tree, landmark)) == 1
    assert all(th.attrib.get("scope") in ("col", "row") for th in elements(tree, "th"))
    assert all(img.attrib.get("alt") for img in elements(tree, "img"))
    levels = [int(e.tag[-1]) for e in tree.iter() if re.fullmatch(HTML + "h[1-6]", str(e.tag))]
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_code_is_left_out_and_the_header_is_there(page: str) -> None:
    """An auditor reads prose, tables and pictures; where, when, phase, outcome come first."""
    assert "run.look" not in page
    assert "open_run" not in page
    for words in ("SIMULATED", "o-acme123456", "Phase", "Outcome", "simulated time"):
        assert words in page
    assert "<h2>Parameters</h2>" in page
    assert len(page) < 100_000


def test_html_of_which_nothing_is_left_is_shown_as_text() -> None:
    """Where the allow-list leaves nothing to see, the output's plain text says what it was."""
    data = {"text/html": "<div><img src=x onerror=alert(1)></div>", "text/plain": "<b>plain</b>"}
    html = export(notebook(new_output("execute_result", data)))
    assert "onerror" not in html
    assert "&lt;b&gt;plain&lt;/b&gt;" in html


def test_streams_and_errors_are_shown_escaped() -> None:
    """Text of a program and a traceback are text, without colour codes."""
    stream = new_output("stream", text="\x1b[31m<script>x</script>\x1b[0m\n")
    error = new_output("error", ename="E", evalue="v", traceback=["\x1b[1m<b>line</b>"])
    html = export(notebook(stream, error))
    assert "<script>x" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "&lt;b&gt;line&lt;/b&gt;" in html
    assert "\x1b" not in html
    parsed(html)


def test_raw_html_and_script_links_in_prose_do_nothing() -> None:
    """A notebook is somebody's file too."""
    html = markdown("<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))")
    assert "<img" not in html
    assert "javascript:" not in html


def test_a_notebook_that_never_ended_says_so() -> None:
    """Without a saved run there is no header, and the reader is told."""
    assert "This run did not finish" in export(notebook())


def test_widgets_are_left_out() -> None:
    """Stored widget state must not pull in a script."""
    made = notebook()
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    assert "widget" not in export(made)


def test_nbconvert_finds_the_exporter_by_its_name() -> None:
    """`jupyter nbconvert --to orgkit` and JupyterLab's export menu give the same report."""
    assert get_exporter("orgkit") is OrgkitExporter
    exporter = OrgkitExporter()
    assert (exporter.file_extension, exporter.output_mimetype) == (".html", "text/html")


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Place]:
    """An organization whose account names attack whoever shows them."""
    with Place(tmp_path, "hostile") as place:
        yield place


def test_hostile_names_stay_text_in_every_report_and_table(hostile: Place) -> None:
    """Board, audit and tables of a whole walk show hostile names as characters only."""
    hostile.confirmed("request")
    hostile.cells("monitor", sim_advance="2d")
    for name in ("start_here", "precheck", "monitor", "finalize", "audit_report"):
        result = hostile.run(name)
        page = hostile.report()
        assert not elements(parsed(page), "script")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page or name == "precheck"
        for line in "\n".join(result["summary"]).split("\n"):
            assert line.isprintable()
        for table in hostile.file("run.json").parent.glob("*.csv"):
            cells = re.split(r'[,;|\n]"?', table.read_text(encoding="utf-8-sig"))
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]


def test_a_name_that_looks_like_a_class_of_orgkit_stays_as_it_is() -> None:
    """The report gives class names back to static copies, and changes no text."""
    name = "orgkit-twin-prod, orgkit-twin-board"
    copy = StaticCopy(join([Note(name), Facts(name, {name: f'class="{name}"'})], "orgkit-board"))
    html = output(*copy._repr_mimebundle_())
    assert html.count("orgkit-twin-prod") == 4
    assert html.count("orgkit-twin-board") == 4
    assert 'class="orgkit-group orgkit-board"' in html
