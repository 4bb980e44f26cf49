"""Tables: whatever a spreadsheet of any country writes is read, or refused with its line."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgkit.reading.refusals import Unusable
from orgkit.reading.table import read_table

A, B = "222222222222", "333333333333"
COLUMNS = ("account_id", "owner", "channel", "note")

# Text as people type it, with all that a separator, a quote or a strange line break does.
CELL = st.text(st.sampled_from("aÖ ,;\t\"'|=\n\r\u2028\x0b\x85x"), min_size=1, max_size=12).filter(
    lambda text: text.strip() != ""
)


def cells(text: str) -> list[dict[str, str]]:
    """The cells of every row."""
    return [dict(row.cells) for row in read_table(text, COLUMNS[:2], COLUMNS[2:])]


def refused(text: str) -> str:
    """The words of the refusal."""
    with pytest.raises(Unusable) as caught:
        cells(text)
    assert caught.value.do_this
    return " ".join(caught.value.problems)


def one_line(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """What is to be read of cells: line breaks are one space, and how many spaces is no matter."""
    return [
        {name: re.sub(r"[\s]+", " ", text).strip() for name, text in row.items()} for row in rows
    ]


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=4),
    separator=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    order=st.permutations(COLUMNS),
    blank=st.booleans(),
    said=st.booleans(),
)
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[tuple[str, str, str]],
    separator: str,
    ending: str,
    order: list[str],
    blank: bool,
    said: bool,
) -> None:
    """F11: any separator, order, line ending and cell; empty rows and `sep=` are no rows."""
    file = io.StringIO(newline="")
    writer = csv.writer(
        file, csv.excel, delimiter=separator, lineterminator=ending, quoting=csv.QUOTE_ALL
    )
    if said:
        file.write(f"sep={separator}{ending}")
    writer.writerow(order)
    wanted = []
    for n, row in enumerate(rows):
        known = dict(zip(COLUMNS, (f"{n:012d}", *row), strict=True))
        writer.writerow([known[name] for name in order])
        wanted.append(known)
        if blank:
            writer.writerow([""] * len(order))
    assert one_line(cells(file.getvalue())) == one_line(wanted)


@pytest.mark.parametrize(
    "text",
    [
        f'account_id , Owner,  CHANNEL\n{A}, "Lindqvist, Ada", #pay\n',
        f"Account ID;owner;channel\r\n{A};Lindqvist, Ada;#pay\r\n;;\r\n",
        f'\n,,\naccount_id\towner\tchannel\n{A}\t"Lindqvist, Ada"\t#pay\n\n',
        f'owner,account_id,account_name,channel,,\n"Lindqvist, Ada",{A},Pay,#pay,,\n',
        f'account_id,owner,channel,note\n{A},"Lindqvist, Ada",#pay\n',
    ],
)
def test_columns_are_found_by_name(text: str) -> None:
    """F11: spaces, case, order, other columns, empty rows, and cells left out at a row's end."""
    (row,) = cells(text)
    assert row == {"account_id": A, "owner": "Lindqvist, Ada", "channel": "#pay", "note": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account_id,owner,owner\n", 'Line 1 names the column "owner" twice'),
        ("\naccount_id;Owner;owner;OWNER\n", 'Line 2 names the column "owner" 3 times'),
        ("account_id,name,account_id,name\n", 'the column "name" twice'),
        (f"account_id,owner\n{A},Lindqvist, Ada\n", "Line 2 has 3 cells, and 2 columns are named"),
        (f"account_id,owner\n{A},Lindqvist, \n", "Line 2 has 3 cells"),
        (f'account_id,owner\n{A},Bo\n{B},"Ada\n', "Line 3: a double quote opens"),
        (f'account_id,owner\n{A},"Ada\n{B},Bo\n', "The row of lines 2 to 3: a double quote opens"),
        (f'account_id,owner\n{A},"Ada" x\n', "Line 2: text stands after a closing double quote"),
        (f'account_id,owner\n{A},"a\nb"c\n', "The row of lines 2 to 3: text stands after"),
        ("", "There is no column account_id. Line 1 names nothing."),
        ("acount_id,owner\n", 'Line 1 names "acount_id", "owner". Is it meant by acount_id?'),
        ("account_id;name\n", "There is no column owner."),
        ("account_id,owner,chanel\n", 'names a column "chanel". Did you mean channel?'),
        (f"account_id,owner,\n{A},Ada,x\n", 'Line 2 has "x" under no column\'s name.'),
        (f"account_id,owner\n{A},{'x' * 200_000}\n", "Line 2: field larger than field limit"),
    ],
)
def test_a_fault_of_structure_is_refused_with_its_line(text: str, words: str) -> None:
    """F11: too many cells, doubled headers, open quotes: nothing is cut and nothing wins."""
    assert words in refused(text)


def test_all_faults_are_named_and_not_too_many() -> None:
    """A file of another kind would have one for each line."""
    text = "account_id,owner\n" + "1,2,3\n" * 25
    said = refused(text)
    assert "Line 2 has" in said
    assert "Line 11 has" in said
    assert "And 15 more." in said
    assert "Line 12" not in said


def test_the_header_alone_decides_the_separator() -> None:
    """Data full of another separator change nothing."""
    text = f"account_id;owner\n{A};a,b,c,d,e\n"
    assert cells(text)[0]["owner"] == "a,b,c,d,e"


@given(st.text(max_size=80))
def test_no_text_is_a_traceback(text: str) -> None:
    """Whatever stands there is read or refused."""
    for start in ("", "account_id,owner\n", 'account_id;"owner'):
        assert all(outcome(start + text))


def outcome(text: str) -> list[object]:
    """The lines of all rows, or what is said instead."""
    try:
        return [row.line for row in read_table(text, COLUMNS[:2], COLUMNS[2:])]
    except Unusable as error:
        return [*error.problems, error.do_this]
