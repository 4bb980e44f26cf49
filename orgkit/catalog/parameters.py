"""The parameters cell of a notebook: names, types and defaults, read without running it."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgkit.catalog.files import read_cells, source
from orgkit.errors.exceptions import UsageError
from orgkit.errors.refused import refused
from orgkit.reading.refusals import Unusable, did_you_mean, quoted

PARAMETERS_TAG = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    type: str
    default: Any
    help: str

    def parse(self, text: str) -> Any:
        """Read a value of the command line by the declared type; a string stays as typed."""
        if self.type == "str":
            return text  # an account id keeps its leading zero
        readers: dict[str, Any] = {"int": int, "float": _finite, "bool": _yes_or_no}
        try:
            return readers[self.type](text)
        except (KeyError, ValueError):
            raise UsageError(
                f'{self.name} is "{text}", which is no {self.type}.',
                f"{self.help[:1].upper()}{self.help[1:]}. The default is {self.default!r}.",
            ) from None

    def fits(self, value: Any) -> bool:
        """Tell whether a value is of the declared type; one that orgkit does not know fits."""
        if self.type not in _TYPES:
            return True
        if isinstance(value, float):
            return self.type == "float" and math.isfinite(value)
        # A truth value is an int to Python, and no number to people.
        return isinstance(value, _TYPES[self.type]) and isinstance(value, bool) == (
            self.type == "bool"
        )


_TYPES: dict[str, type] = {"str": str, "int": int, "float": int, "bool": bool}


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):  # JSON has no such number, and no notebook a use for it
        raise ValueError(text)
    return value


def _yes_or_no(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return known[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters of a notebook, by name. Raises `UsageError` if it has no such cell."""
    # papermill takes the first cell with this tag, whatever follows.
    tagged = [c for c in read_cells(notebook) if PARAMETERS_TAG in _tags(c)]
    if len(tagged) != 1:
        raise UsageError(
            f"{notebook} has {len(tagged)} cells tagged `{PARAMETERS_TAG}`; it needs exactly one.",
            "Use a notebook of the kit, or copy notebooks/_template.ipynb.",
        )
    with refused("The notebook is", notebook):
        return parse_parameters(source(tagged[0]))


def _tags(cell: Mapping[str, Any]) -> list[Any]:
    tags = cell.get("metadata", {}).get("tags")
    return tags if isinstance(tags, list) else []


def parse_parameters(source: str) -> dict[str, Parameter]:
    """Read the parameters that a cell's source declares, without running it.

    Raises `Unusable` for a default that is no plain value of its type.
    """
    # Not papermill's own inspection: it takes over a second to import and cannot read every
    # annotation.
    lines = source.splitlines()
    found = {}
    for node in statements(source):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            help_text = lines[node.lineno - 1].partition("#")[2].strip()
            name, kind = node.target.id, ast.unparse(node.annotation)
            found[name] = Parameter(name, kind, _default(node.value, name), help_text)
            if not found[name].fits(found[name].default):
                words = f"The default of {name} is {found[name].default!r}, which is no {kind}."
                raise Unusable([f"Line {node.lineno} of its parameters cell: {words}"], _PLAIN)
    return found


_PLAIN = "Write a plain value there, such as `days: int = 14`; nothing that is computed."


def statements(source: str) -> list[ast.stmt]:
    """Read the statements of a cell. Raises `Unusable` if it is no Python."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        words = f"Line {line} of its parameters cell is no Python: {error}."
        raise Unusable([words], _PLAIN) from error


def _default(value: ast.expr, name: str) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        computed = quoted(ast.unparse(value))
        words = f"the default of {name} is computed: {computed}."
        where = f"Line {value.lineno} of its parameters cell"
        raise Unusable([f"{where}: {words}"], _PLAIN) from error


def read_parameters(notebook: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Give typed values for what was given. Raises `UsageError` for an unknown name or type."""
    known = declared_parameters(notebook)
    unknown = [name for name in given if name not in known]
    if unknown:
        near = "".join(did_you_mean(name, known) for name in unknown)
        raise UsageError(
            f"{notebook.stem} has no parameter {', '.join(unknown)}.{near}",
            f"It has: {', '.join(known)}.",
        )
    return {name: known[name].parse(text) for name, text in given.items()}
