"""Read a text file as people and spreadsheets save them: UTF-8, or UTF-16 that says so."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from orgkit.reading.refusals import Unusable

LARGEST = 8 * 2**20  # bytes: a list of owners of 50,000 accounts is half of it
_SAVE = 'Save it as text in UTF-8; in Excel: "CSV UTF-8".'
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what Excel calls Unicode text
_ARCHIVE = b"PK\x03\x04"  # how a workbook begins


def read_text(path: Path, largest: int = LARGEST) -> str:
    """Read a file in whole. Raises `Unusable` for what is no text, or is not a file."""
    try:
        content = _content(path, largest)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        words = getattr(error, "strerror", None) or str(error)
        raise Unusable([f"{words}."], "Give a file that is there and may be read.") from error
    if content.startswith(_ARCHIVE):
        raise Unusable(["It is a workbook or another archive."], _SAVE)
    text = _decoded(content)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unusable([f"Line {line} holds a zero byte: this is not text in UTF-8."], _SAVE)
    return text


def _content(path: Path, largest: int) -> bytes:
    # A pipe or device would be waited for, or never end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise Unusable(["It is a folder, pipe or device."], "Give a file.")
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise Unusable([f"It is larger than {largest / 2**20:,.0f} MiB."], "Give the right file.")
    return content


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            problem = f"It says that it is UTF-16, and is not from byte {error.start:,} on."
            raise Unusable([problem], _SAVE) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0)
        line = content[:start].count(b"\n") + 1
        byte = f"0x{content[start]:02x}"
        problem = f"Line {line} holds the byte {byte}, which is not UTF-8."
        raise Unusable([problem], _SAVE) from error
