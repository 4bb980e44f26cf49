"""Read a table (CSV) with named columns, as spreadsheets of every country write it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orgkit.reading.refusals import Unusable, did_you_mean, quoted

_SEPARATORS = (",", ";", "\t")
_SAID = re.compile(r"sep=.[ \t]*(?=[\r\n]|$)", re.IGNORECASE)  # Excel's own first line
_BREAK = re.compile(r"\s*[\r\n]+\s*")
_QUOTES = (
    "Each cell in double quotes ends with one, right before the next separator; a double quote "
    "inside is written twice."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line that it begins in, and its cells by the name of the column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that are meant, and those that the header names, with its line."""

    required: Sequence[str]
    optional: Sequence[str]
    line: int
    named: Sequence[str]

    @property
    def meant(self) -> list[str]:
        return [*self.required, *self.optional]


def read_table(text: str, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Read the rows under a header; other columns are left out, empty rows passed over.

    Raises `Unusable` with every fault of structure. A line break inside a cell becomes a space.
    """
    text = _SAID.sub("", text, count=1) if _SAID.match(text) else text
    records = _records(text, _separator(text, [*required, *optional]))
    line, cells = next(((n, c) for n, c in records if not _empty(c)), (1, []))
    columns = _Columns(required, optional, line, [_name(cell) for cell in cells])
    hint = _hint(columns)
    _refuse(_header_faults(columns), hint)
    rows = [(line, cells) for line, cells in records if not _empty(cells)]
    _refuse((fault for row in rows for fault in _row_faults(columns, *row)), f"{hint} {_QUOTES}")
    return [Row(line, _meant(columns, cells)) for line, cells in rows]


def _refuse(faults: Iterator[str], hint: str) -> None:
    if found := list(faults):
        raise Unusable(found, hint)


def _hint(columns: _Columns) -> str:
    left = f"; {', '.join(columns.optional)} may be left out" if columns.optional else ""
    return (
        f"Its first line names the columns {', '.join(columns.meant)}{left}. Commas, semicolons or "
        "tabs stand between cells; text that holds one is put in double quotes."
    )


def _name(cell: str) -> str:
    """Compare columns without regard to case, and `Account ID` with `account_id`."""
    return re.sub(r"[\s-]+", "_", cell.casefold())


def _separator(text: str, meant: Sequence[str]) -> str:
    """Choose what divides the header into the most of the columns that are meant."""
    return max(_SEPARATORS, key=lambda separator: _divided(text, separator, meant))


def _divided(text: str, separator: str, meant: Sequence[str]) -> tuple[int, int]:
    try:
        cells = next((c for _, c in _records(text, separator) if not _empty(c)), [])
    except Unusable:  # quotes that do not fit this separator
        return (-1, 0)
    return (len({_name(cell) for cell in cells} & set(meant)), len(cells))


def _empty(cells: Sequence[str]) -> bool:
    """Tell whether a row is empty, also to who takes another separator for the right one."""
    return not any(cell.strip(" ,;\t") for cell in cells)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line that it begins in."""
    # newline="": only CR and LF end a line; U+2028 and its like are text.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unusable([_fault(line, reader.line_num, str(error))], _QUOTES) from error
        yield line, [_BREAK.sub(" ", cell).strip() for cell in cells]


def _fault(first: int, last: int, words: str) -> str:
    where = f"Line {first}" if first == last else f"The row of lines {first} to {last}"
    if "end of data" in words:
        return f"{where}: a double quote opens, and nothing closes it."
    if "expected after" in words:
        return f"{where}: text stands after a closing double quote."
    return f"{where}: {words}."


def _header_faults(columns: _Columns) -> Iterator[str]:
    line, named = columns.line, columns.named
    for name, times in Counter(filter(None, named)).items():
        if times > 1:
            yield f"Line {line} names the column {quoted(name)} {_times(times)}; keep one."
    for name in columns.required:
        if name not in named:
            stands = ", ".join(quoted(each) for each in named if each) or "nothing"
            near = did_you_mean(name, named).replace("Did you mean", "Is it meant by")
            yield f"There is no column {name}. Line {line} names {stands}.{near}"
    absent = [name for name in columns.optional if name not in named]
    for name in named:
        if name not in columns.meant and (near := did_you_mean(name, absent)):
            yield f"Line {line} names a column {quoted(name)}.{near}"


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"


def _row_faults(columns: _Columns, line: int, cells: Sequence[str]) -> Iterator[str]:
    named = columns.named
    if len(cells) > len(named):
        stands = ", ".join(quoted(cell) for cell in cells)
        yield f"Line {line} has {len(cells)} cells, and {len(named)} columns are named: {stands}."
        return
    for name, cell in zip(named, cells, strict=False):
        if cell and not name:
            yield f"Line {line} has {quoted(cell)} under no column's name."


def _meant(columns: _Columns, cells: Sequence[str]) -> dict[str, str]:
    # Spreadsheets may leave out empty cells at the end of a row.
    found = dict(zip(columns.named, cells, strict=False))
    return {name: found.get(name, "") for name in columns.meant}
