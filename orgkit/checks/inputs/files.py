"""Read the file that a parameter names; a refusal says which lines and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from orgkit.environment import typed_path
from orgkit.errors.refused import refused
from orgkit.reading.refusals import Unusable
from orgkit.reading.text import read_text
from orgkit.reading.tree import Fields, Text, read_tree

T = TypeVar("T")
_TABLES = (".csv", ".tsv", ".txt")  # Excel's Unicode text is .txt


def read_file(name: str, parameter: str, read: Callable[[str], T]) -> T:
    """Read what a parameter names. Raises `UsageError` that names file and parameter."""
    path = typed_path(name)
    with refused(f"`{parameter}` names", path):
        return read(read_text(path))


def is_table(name: str) -> bool:
    """Tell by a file's name whether it is a table, and no YAML."""
    return name.lower().endswith(_TABLES)


def read_fields(text: str, hint: str) -> Fields:
    """Read YAML of `key: value` lines; an empty file has none. Raises `Unusable`."""
    tree = read_tree(text)
    if isinstance(tree, Text) and tree.nothing:
        return Fields({}, {}, 1)
    if not isinstance(tree, Fields):
        raise Unusable([f"Line {tree.line}: it holds no `key: value` lines."], hint)
    return tree
