"""What is shown escapes everything that comes from AWS, in HTML, text and CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Literal

import html5lib
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgkit.views import blocks
from orgkit.views.blocks import Banner, Block, Facts, Group, Note, Picture, Steps, Table

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|'/C calc'!A0",
    "[x](javascript:alert(1)) **bold**",
    "\u202egnp.exe\u202c",
    "\x1b[31mred\x1b[0m",
    "</td></tr></table><h1>",
    "A" * 250,
    "🏦 Ümläut",
)


def every_block(text: str) -> list[Block]:
    """One block of each kind that shows the same text."""
    table = pd.DataFrame({"name": [text]}, dtype="string")
    return [
        Note(text),
        Facts(text, {text: text}),
        Steps(text, [text]),
        Table(text, table, {"name": text}),
        Picture(text, "<svg/>", text),
        Banner(True, (text,)),
        Group((Note(text),)),
    ]


def texts(html: str) -> str:
    """All text of a fragment that a strict parser reads without an error."""
    parser = html5lib.HTMLParser(strict=True)
    tree = parser.parseFragment(html)
    assert not tree.findall(".//{http://www.w3.org/1999/xhtml}script")
    return "".join(tree.itertext())


@pytest.mark.parametrize("block", every_block("text"), ids=lambda b: type(b).__name__)
def test_what_a_notebook_stores_as_plain_text_is_the_blocks_own(block: Block) -> None:
    """Never Python's view of the object, with columns that are not shown."""
    assert repr(block) == block.text()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_text(name: str) -> None:
    """Every kind of block shows markup as characters, and control characters as visible codes."""
    for block in every_block(name):
        html, text = block.html(), block.text()
        assert "<script>alert" not in html
        assert "onerror=alert(1)>" not in html
        assert not any(ord(c) < 32 and c != "\n" for c in html + text)
        assert "\u202e" not in html + text
        shown = blocks.shown(name)
        assert shown in texts(html) or shown in html.replace("&#x27;", "'")


@given(st.text(max_size=60))
def test_any_text_survives_a_strict_parser(text: str) -> None:
    """Whatever AWS may send, the HTML of a table parses strictly and says just that text."""
    table = Table("Names", pd.DataFrame({"name": [text]}, dtype="string"))
    assert blocks.shown(text).strip() in texts(table.html())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "unknown"),
        (pd.NA, "unknown"),
        (pd.NaT, "unknown"),
        (float("nan"), "unknown"),
        (True, "yes"),
        (False, "no"),
        (datetime(2026, 1, 5, 9, tzinfo=UTC), "2026-01-05 09:00 UTC"),
        ("", ""),
        (0, "0"),
    ],
)
def test_values_are_said_in_words(value: object, expected: str) -> None:
    """What is not known is said; it is never shown as zero, empty or no."""
    assert blocks.shown(value) == expected


def test_absent_numbers_are_dashes_and_absent_text_is_unknown() -> None:
    """A moment that does not apply is a dash; a name that was not read is unknown."""
    table = pd.DataFrame(
        {
            "name": pd.array([None], dtype="string"),
            "days": pd.array([None], dtype="Int64"),
            "seen": pd.to_datetime([None], utc=True),
            "listed": pd.array([None], dtype="boolean"),
        }
    )
    assert Table("T", table).text().splitlines()[-1].split() == ["unknown", "-", "-", "unknown"]


def test_a_table_has_scoped_headers_and_can_be_scrolled_by_keyboard() -> None:
    """Screen readers are told what a cell belongs to; a wide table can be focused."""
    html = Table("Accounts", pd.DataFrame({"a": ["1"], "b": ["2"]})).html()
    assert html.count('<th scope="col">') == 2
    assert html.count('<th scope="row"') == 1
    assert 'tabindex="0" role="group" aria-label="Accounts"' in html


def test_a_row_without_a_first_cell_has_no_empty_header() -> None:
    """A header that says nothing would be announced all the same."""
    html = Table("Steps", pd.DataFrame({"a": [""], "b": ["2"]})).html()
    assert "<tr><td></td><td>2</td></tr>" in html


def test_a_long_table_is_cut_and_says_so() -> None:
    """The page stays small; the file has all rows, and the reader is told its name."""
    table = Table("Accounts", pd.DataFrame({"a": range(450)}), name="accounts")
    assert table.html().count("<tr>") == 1 + blocks.MAX_ROWS
    assert "250 more rows are not shown. The file accounts.csv has all." in table.html()
    assert "250 more rows" in table.text()
    assert len(table.tables()["accounts"]) == 450


def test_an_empty_table_says_that_it_is_empty() -> None:
    """No rows is an answer."""
    table = Table("Accounts", pd.DataFrame({"a": []}), empty="Nobody.")
    assert "Nobody." in table.html()
    assert "Nobody." in table.text()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_csv_cell_is_a_formula(name: str) -> None:
    """A spreadsheet takes no cell for a formula, and no id for a number that loses its zero."""
    table = pd.DataFrame({"account_id": ["012345678901"], "name": [name]}, dtype="string")
    rows = list(csv.reader(io.StringIO(blocks.csv(table).decode("utf-8-sig"))))
    assert rows[1][0] == "012345678901"
    assert not rows[1][1].startswith(("=", "+", "-", "@", "\t", "\r"))


FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff20")
HOSTILE_CELL = st.text(st.sampled_from("ab=+-@,;|\t\r\n\"' \uff1d\uff20\u00a0\u2028"), max_size=10)


@given(
    rows=st.lists(st.tuples(HOSTILE_CELL, HOSTILE_CELL, HOSTILE_CELL), min_size=1, max_size=3),
    separator=st.sampled_from(",;|\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONE]),
)
def test_no_spreadsheet_of_any_country_finds_a_formula(
    rows: list[tuple[str, str, str]], separator: str, quoting: Literal[0, 3]
) -> None:
    """U14: whatever divides the cells there, and whether quotes count, none begins a formula."""
    made = blocks.csv(pd.DataFrame(rows, columns=["=a", "b;+c", "d"], dtype="string"))
    text = made.decode("utf-8-sig")
    seen = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    cells = [cell.lstrip(' \u00a0"') for row in seen for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULAS)]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("=1", "'=1"),
        ("'=1", "'=1"),
        ('a, "@b', "a, \"'@b"),
        ("root+1@acme.example.com", "root+1@acme.example.com"),
        ("a - b; c", "a - b; c"),
    ],
)
def test_text_is_disarmed_where_a_cell_may_begin(text: str, safe: str) -> None:
    """U14: and nowhere else, and once."""
    assert blocks.disarmed(text) == safe
    assert blocks.disarmed(safe) == safe


def test_csv_begins_with_a_mark() -> None:
    """F12: Excel reads UTF-8 only where the file says so."""
    assert blocks.csv(pd.DataFrame({"name": ["Jörg"]})) == "\ufeffname\nJörg\n".encode()


def test_csv_writes_moments_in_utc_and_leaves_the_unknown_empty() -> None:
    """Machines read ISO 8601; an empty cell is no value."""
    moments = pd.to_datetime(["2026-01-05T09:00:00Z", None], utc=True, format="ISO8601")
    assert blocks.csv(pd.DataFrame({"at": moments})).decode("utf-8-sig").splitlines() == [
        "at",
        "2026-01-05T09:00:00Z",
        '""',
    ]


def test_the_banner_says_what_is_real() -> None:
    """Nobody can take the simulator for AWS or AWS for the simulator."""
    assert "SIMULATED" in Banner(True, ()).html()
    assert "REAL AWS" in Banner(False, ()).html()
    assert "REAL AWS" in Banner(False, ()).text()


def test_a_picture_is_inside_the_page_and_told_in_words() -> None:
    """No address outside is needed, and who cannot see it reads what it shows."""
    html = Picture("Chart", "<svg><script>alert(1)</script></svg>", "3 of 4 approved").html()
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'alt="3 of 4 approved"' in html
    assert "<script" not in html


def test_tones_are_said_in_words_too() -> None:
    """Colour alone carries no meaning."""
    words = {tone: Note("x", tone).text() for tone in ("info", "good", "warn", "bad")}
    assert words == {
        "info": "Note: x",
        "good": "OK: x",
        "warn": "Attention: x",
        "bad": "Stopped: x",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("root+1@acme.example.com", "***@acme.example.com"),
        ("<td>o&#x27;neil@a.example</td>", "<td>***@a.example</td>"),
        ("a&amp;b@a.example, c@b.example", "***@a.example, ***@b.example"),
        ("assumed-role/Admin/ada@a.example", "***@a.example"),
        ("orgkit@1.0 and @media print", "***@1.0 and @media print"),
        ("no address", "no address"),
    ],
)
def test_addresses_are_masked(text: str, shown: str) -> None:
    """Whatever stands before the @ goes, also where HTML wrote entities."""
    assert blocks.masked(text) == shown


def test_a_redacted_block_shows_no_address_and_keeps_its_table() -> None:
    """What people see is masked, the evidence is whole."""
    table = blocks.Table("T", pd.DataFrame({"email": ["root@a.example.com"]}), name="t")
    hidden = blocks.Redacted(table)
    assert "root@" not in hidden.html() + hidden.text()
    assert hidden.tables()["t"].equals(table.frame)
