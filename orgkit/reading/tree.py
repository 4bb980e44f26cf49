"""Read YAML as a tree that keeps lines, and text as it was written: an id, a date, yes or no.

Of YAML only what people write by hand: mappings, lists and text. No anchors, aliases, tags, second
documents, or keys that stand twice; so nothing grows, and nothing wins in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from orgkit.reading.refusals import Unusable, quoted

DEEPEST = 16
_HINT = "Write plain YAML: `key: value` lines, lists with -, spaces before what belongs to a key."
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# The parser in C is ten times as fast, and not built into every PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1 ends lines at these, no editor does: while it is parsed, letters of nobody stand there.
_AS_TEXT = {0x85: 0xF885, 0x2028: 0xF828, 0x2029: 0xF829}
_BACK = {stands: meant for meant, stands in _AS_TEXT.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """Text as written; `nothing` where no value stands, or null."""

    value: str
    line: int
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, with the line of each key."""

    fields: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Text | Items | Fields


def read_tree(text: str) -> Node:
    """Read one document; an empty one is nothing. Raises `Unusable` with the line of a fault."""
    try:
        return _document(yaml.parse(text.translate(_AS_TEXT), Loader=_LOADER))
    except yaml.YAMLError as error:
        raise Unusable([_words(error, text)], _HINT) from error


def plain(node: Node) -> Any:
    """Give plain values: text, None, lists and dicts."""
    if isinstance(node, Fields):
        return {name: plain(each) for name, each in node.fields.items()}
    if isinstance(node, Items):
        return [plain(each) for each in node.items]
    return None if node.nothing else node.value


def line_at(node: Node, path: Sequence[str | int]) -> int:
    """Find the line of what lies at a path, or of the last part of it that is there."""
    line = node.line
    for step in path:
        if isinstance(node, Fields) and step in node.fields:
            line, node = node.lines[str(step)], node.fields[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
    return line


def lines_of(node: Node, value: str) -> list[int]:
    """List the lines in which a text stands as a value."""
    if isinstance(node, Text):
        return [node.line] if node.value == value and not node.nothing else []
    inner = node.items if isinstance(node, Items) else node.fields.values()
    return [line for each in inner for line in lines_of(each, value)]


def _document(events: Iterator[Any]) -> Node:
    found: Node = Text("", 1, nothing=True)
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                _refuse(event, "a second document begins; one is read.")
        elif isinstance(event, yaml.NodeEvent):
            found = _node(event, events, 1)
    return found


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    _plain_only(event)
    line = _line(event)
    if depth > DEEPEST:
        _refuse(event, f"more than {DEEPEST} levels lie in each other.")
    if isinstance(event, yaml.MappingStartEvent):
        return _fields(line, events, depth)
    if isinstance(event, yaml.SequenceStartEvent):
        inner = _until(events, yaml.SequenceEndEvent)
        return Items(tuple(_node(each, events, depth + 1) for each in inner), line)
    return Text(_text(event), line, nothing=not event.style and event.value in _NOTHING)


def _fields(line: int, events: Iterator[Any], depth: int) -> Fields:
    fields: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for event in _until(events, yaml.MappingEndEvent):
        key = _key(event)
        if key in fields:
            _refuse(event, f"{quoted(key)} is given twice, first in line {lines[key]}.")
        lines[key] = _line(event)
        fields[key] = _node(next(events), events, depth + 1)
    return Fields(fields, lines, line)


def _until(events: Iterator[Any], ended: type) -> Iterator[Any]:
    for event in events:
        if isinstance(event, ended):
            return
        yield event


def _key(event: Any) -> str:
    _plain_only(event)
    if not isinstance(event, yaml.ScalarEvent):
        _refuse(event, "a key is text, and here a list or mapping stands for one.")
    return _text(event)


def _text(event: Any) -> str:
    text: str = event.value.translate(_BACK)
    return text


def _plain_only(event: Any) -> None:
    if isinstance(event, yaml.AliasEvent):
        _refuse(
            event,
            f"{quoted(f'*{event.anchor}')} stands for what is written elsewhere; write it out.",
        )
    if event.anchor is not None:
        _refuse(event, f"{quoted(f'&{event.anchor}')} gives a name to what follows; leave it out.")
    if event.tag is not None:
        _refuse(event, f"{quoted(event.tag)} gives what follows a type; leave it out.")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _refuse(event: Any, words: str) -> NoReturn:
    column = int(event.start_mark.column) + 1
    raise Unusable([f"Line {_line(event)}, column {column}: {words}"], _HINT)


def _words(error: yaml.YAMLError, text: str) -> str:
    """Say where the parser stopped, and what it says."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, column = error.problem_mark.line, error.problem_mark.column
        tab = _character(text, line, column) == "\t"
        said = "a tab stands where YAML takes only spaces" if tab else error.problem
        return f"Line {line + 1}, column {column + 1}: it is not YAML: {said}."
    position = getattr(error, "position", 0) or 0
    line = text[:position].count("\n") + 1
    return f"Line {line}: it is not YAML: {getattr(error, 'reason', error)}."


def _character(text: str, line: int, column: int) -> str:
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[line][column : column + 1] if line < len(lines) else ""
