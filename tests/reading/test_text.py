"""Text files: as spreadsheets and editors save them, or refused with the byte and its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orgkit.reading.account_ids import no_account_id
from orgkit.reading.refusals import Unusable
from orgkit.reading.text import LARGEST, read_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_what_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    """F11: UTF-8 with and without its mark; UTF-16 where the mark says so."""
    file, text = tmp_path / "a.csv", "Jörg, 🦊\r\nx"
    mark = "" if encoding in ("utf-8", "utf-8-sig", "utf-16") else "\ufeff"
    file.write_bytes(f"{mark}{text}".encode(encoding))
    assert read_text(file) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\nJörg".encode("latin-1"), "Line 2 holds the byte 0xf6, which is not UTF-8"),
        (b"\xef\xbb\xbfa\nb\n\xff", "Line 3 holds the byte 0xff"),
        ("a\nb".encode("utf-16-le"), "Line 1 holds a zero byte"),
        (b"\xff\xfea", "it is UTF-16, and is not"),
        (b"PK\x03\x04\x14", "a workbook"),
        (b"x" * (LARGEST + 1), "larger than 8 MiB"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """F11: line and byte are named, and how to save it."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(Unusable, match=words) as caught:
        read_text(file)
    assert caught.value.do_this


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes would hang for ever; a folder and a name of nothing are told."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "nothing", "a\0b"):
        with pytest.raises(Unusable):
            read_text(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("222222222222", ""),
        ("012345670123", ""),
        (
            "12345670123",
            "it has 11 digits instead of 12. A spreadsheet drops leading zeros; was it 0",
        ),
        ("1", "was it 000000000001?"),
        ("2.22222E+11", "a spreadsheet rounded it"),
        ("2,22222e+11", "a spreadsheet rounded it"),
        ("2222-2222-2222", "write only the digits, 222222222222."),
        ("2222 2222\u00a02222", "write only the digits, 222222222222."),
        ("'012345670123", "write only the digits, 012345670123."),
        ('="012345670123"', "write only the digits, 012345670123."),
        ("222222222222.0", "which is 12 digits"),
        ("2222222222222", "which is 12 digits"),
        ("\uff12" * 12, "which is 12 digits"),
        ("Ada", "which is 12 digits"),
        ("", "There is no account id."),
    ],
)
def test_what_became_of_an_id_is_said(text: str, words: str) -> None:
    """F12: lost zeros, rounding, hyphens: in words that say what to write instead."""
    said = no_account_id(text)
    assert said == "" if words == "" else words in said
