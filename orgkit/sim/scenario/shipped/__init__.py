"""The shipped scenarios, and how any scenario file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orgkit.environment import typed_path
from orgkit.formats import printable
from orgkit.reading.refusals import Unusable
from orgkit.reading.text import read_text
from orgkit.reading.tree import Fields, line_at, lines_of, plain, read_tree
from orgkit.sim.errors import ScenarioError
from orgkit.sim.scenario.schema import Scenario

FOLDER = Path(__file__).parent
_SHOWN = 10  # faults of one file


def available() -> list[tuple[str, str]]:
    """List name and title of every shipped scenario."""
    found = ((path.stem, plain(_read(path))) for path in sorted(FOLDER.glob("*.yaml")))
    return [(name, str(content.get("title", ""))) for name, content in found]


def load(name_or_path: str) -> Scenario:
    """Load a shipped scenario by its name, or a file by its path."""
    path = _locate(name_or_path)
    tree = _read(path)
    content: dict[str, Any] = {"name": path.stem, "seed": path.stem, **plain(tree)}
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        words = _explain(path, tree, error)
        raise ScenarioError(words, "Correct the file and start again.") from error


def _locate(name_or_path: str) -> Path:
    # A shipped name wins over a file so called; a path with a slash is always a file.
    shipped = FOLDER / f"{name_or_path}.yaml"
    if "/" not in name_or_path and shipped.is_file():
        return shipped
    path = typed_path(name_or_path)
    if path.is_file():
        return path
    names = ", ".join(file.stem for file in sorted(FOLDER.glob("*.yaml")))
    raise ScenarioError(
        f"There is no scenario {name_or_path!r}.", f"Name a file, or one of: {names}."
    )


def _read(path: Path) -> Fields:
    try:
        tree = read_tree(read_text(path))
    except Unusable as error:
        raise ScenarioError(f"{path}: not readable as YAML: {error}", error.do_this) from error
    if not isinstance(tree, Fields):
        raise ScenarioError(f"{path}: expected a mapping of fields.", "See the shipped scenarios.")
    return tree


def _explain(path: Path, tree: Fields, error: ValidationError) -> str:
    """Write one line a fault: file, line, field, what was expected, what was found."""
    return "\n".join(_fault(path, tree, fault) for fault in error.errors()[:_SHOWN])


def _fault(path: Path, tree: Fields, fault: Any) -> str:
    where = fault["loc"]
    field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in where)
    silent = isinstance(fault["input"], dict | list) or fault["type"] == "missing"
    found = "" if silent else f", found {fault['input']!r}"
    message = fault["msg"].removeprefix("Value error, ")
    # What stands in the file goes to a terminal.
    return printable(
        f"{path}: {field.removeprefix('.') or 'scenario'}: {message}{found}{_line(tree, fault)}"
    )


def _line(tree: Fields, fault: Any) -> str:
    """Say in which line a fault is; one between fields shows where a text stands last."""
    if fault["loc"]:
        return f" (line {line_at(tree, fault['loc'])})"
    text = getattr(fault.get("ctx", {}).get("error"), "text", "")
    lines = lines_of(tree, text) if text else []
    return f" (line {lines[-1]})" if lines else ""
