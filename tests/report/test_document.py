"""A report as a document: numbered sections, contents, a running header; and its PDF."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode
from pypdf import PdfReader

from orgkit.cli import main
from orgkit.errors.exceptions import UsageError
from orgkit.report.exporter import export, style
from orgkit.report.pdf import pdf
from orgkit.views.blocks import Table
from orgkit.views.sample import SAMPLE, mark
from tests.support.make import ORGANIZATION

HOSTILE = '<h2 id="section-1" onclick="x()">evil</h2><script>1</script>'
HEADER = {
    "notebook": "06_audit_report",
    "organization_id": ORGANIZATION,
    "target": "sim",
    "caller_arn": "arn:aws:iam::111111111111:user/administrator",
    "started": "2026-01-05T09:00:00Z",
    "ended": "2026-02-16T09:00:00Z",
    "phase": "ALL_FEATURES",
    "outcome": "done",
    "exit_code": 0,
}


def notebook(*prose: str, **header: Any) -> NotebookNode:
    """An executed notebook of prose, which saved its run."""
    new = nbformat.v4
    cells = [
        new.new_markdown_cell("# Audit report\nWhat it says.\n**Reads** much. Takes a minute.")
    ]
    cells += [new.new_markdown_cell(text) for text in prose]
    saved = new.new_output(
        "display_data", {"text/plain": "saved"}, metadata={"orgkit": HEADER | header}
    )
    cells.append(new.new_code_cell("run.save()", outputs=[saved]))
    return new.new_notebook(cells=cells)


FIVE = ("## Conclusion\nAll is well.", *(f"## Part {n}\nText {n}." for n in range(2, 6)))


def headings(html: str) -> list[tuple[str, str]]:
    """Address and text of each section."""
    found = re.findall(r'<span id="([^"]*)"></span><h2>(.*?)</h2>', html)
    return [(where, re.sub("<[^>]*>", "", title)) for where, title in found]


def test_sections_are_numbered_and_listed_with_links() -> None:
    """The contents stand behind the conclusion, and lead to every section once."""
    html = export(notebook(*FIVE))
    found = headings(html)
    assert [where for where, _ in found] == [f"section-{n}" for n in range(1, len(found) + 1)]
    assert found[0] == ("section-1", "Conclusion")
    assert found[-1][1] == "About this run"
    links = re.findall(r'<a href="#(section-\d+)">', html)
    assert links == [where for where, _ in found]
    contents = html.index('<nav class="orgkit-contents"')
    assert html.index("All is well.") < contents < html.index("Text 2.")


def test_few_sections_have_no_contents() -> None:
    """All of them are in view."""
    assert "<nav" not in export(notebook("## One\nText."))


def test_a_heading_of_others_gets_our_address_and_nothing_else() -> None:
    """Raw HTML in prose is text; what an output brings has no headings of sections."""
    html = export(notebook(*FIVE, f"## {HOSTILE}\nText."))
    assert "<script" not in html
    assert "onclick=" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert len(set(re.findall(r'id="(section-\d+)"', html))) == len(headings(html))


def test_a_report_tells_nobody_what_to_press() -> None:
    """What a notebook says to whoever runs it is not for readers."""
    assert "Takes a minute" not in export(notebook(*FIVE))
    assert "What it says." in export(notebook(*FIVE))


def test_the_running_header_is_a_string_whatever_it_says() -> None:
    """It cannot end the style sheet, nor load anything."""
    sheet = style('x" } </style> @import url(//evil) \\')
    assert "</style" not in sheet
    assert "@import" not in sheet
    assert "//evil" not in sheet


def test_a_report_of_stored_outputs_says_sample() -> None:
    """Whoever exports a notebook that nobody ran must not take it for evidence."""
    made = notebook(*FIVE)
    assert "SAMPLE from" not in export(made)
    cell = nbformat.v4.new_code_cell("a: int = 1")
    cell.outputs = [nbformat.from_dict(mark(SAMPLE))]
    made.cells.insert(1, cell)
    assert "SAMPLE from" in export(made)


def read(html: str) -> PdfReader:
    """The PDF of a report."""
    return PdfReader(io.BytesIO(pdf(html)))


def test_a_pdf_is_tagged_titled_and_has_an_outline() -> None:
    """As PDF/UA-1 asks: structure, language, title, and a claim of it in the metadata."""
    made = read(export(notebook(*FIVE)))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert made.metadata is not None
    assert made.metadata.title == f"Audit report - {ORGANIZATION}"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    flat = str(made.outline)
    assert "1 Conclusion" in flat
    assert "Part 5" in flat


def test_each_printed_page_says_whose_report_it_is_and_its_number() -> None:
    """But the first, whose header says it anyway."""
    pages = [p.extract_text() for p in read(export(notebook(*FIVE, *["Line.\n\n"] * 120))).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages[1:], start=2):
        assert ORGANIZATION in text
        assert "SIMULATED" in text
        assert f"{number} / {len(pages)}" in text


def test_a_pdf_fetches_nothing() -> None:
    """Not even a file of this machine."""
    html = export(notebook(*FIVE)).replace(
        "</main>", '<img src="file:///etc/passwd" alt=""></main>'
    )
    assert b"root:" not in pdf(html)


def test_a_pdf_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: not everybody wants it."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match="needs WeasyPrint") as caught:
        pdf("<p>")
    assert "orgkit[pdf]" in str(caught.value)


def test_the_command_makes_a_pdf_beside_the_notebook(tmp_path: Path) -> None:
    """`orgkit report NOTEBOOK --pdf`."""
    path = tmp_path / "executed.ipynb"
    nbformat.write(notebook(*FIVE), path)
    answer = CliRunner().invoke(main, ["report", str(path), "--pdf"])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "executed.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert answer.output.strip() == str(tmp_path / "executed.pdf")


def test_a_table_for_paper_says_where_the_rest_is() -> None:
    """The file has all."""
    import pandas as pd

    frame = pd.DataFrame({"a": range(100)})
    table = Table("T", frame, {"a": "A"}, "whole", limit=40)
    assert table.html().count("<tr>") == 41
    assert "60 more rows are not shown. The file whole.csv has all." in table.html()
    assert len(table.tables()["whole"]) == 100
