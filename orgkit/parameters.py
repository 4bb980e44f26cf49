"""The parameters cell is a notebook's interface: `name: type = default  # help`, one a line."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgkit.errors.exceptions import UsageError
from orgkit.front import interactive

TAG = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    type: str
    default: Any
    help: str

    def parse(self, text: str) -> Any:
        """A value from the command line, by the declared type; a string stays as typed."""
        if self.type == "str":
            return text
        readers: dict[str, Any] = {"int": int, "float": float, "bool": _yes_or_no}
        try:
            return readers[self.type](text)
        except (KeyError, ValueError):
            raise UsageError(
                f'{self.name} is "{text}", which is no {self.type}.',
                f"{self.help[:1].upper()}{self.help[1:]}. The default is {self.default!r}.",
            ) from None


def _yes_or_no(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return known[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook by name. Raises `UsageError` if it has no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if TAG in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UsageError(
            f"{notebook.name} has {len(tagged)} cells tagged `{TAG}`; it needs exactly one.",
            "Use a notebook of the kit, or copy notebooks/_template.ipynb.",
        )
    return parse("".join(tagged[0]["source"]))


def parse(source: str) -> dict[str, Parameter]:
    """The parameters that a cell's source declares."""
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            help_text = lines[node.lineno - 1].partition("#")[2].strip()
            name = node.target.id
            kind = ast.unparse(node.annotation)
            found[name] = Parameter(name, kind, ast.literal_eval(node.value), help_text)
    return found


def read(notebook: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Typed values for what was given. Raises `UsageError` for an unknown name or a wrong type."""
    known = declared(notebook)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"{notebook.stem} has no parameter {', '.join(unknown)}.",
            f"It has: {', '.join(known)}.",
        )
    return {name: known[name].parse(text) for name, text in given.items()}


def in_kernel(notebook: Path, shell: Any) -> dict[str, Any]:
    """The parameters as a kernel holds them; `shell` is IPython's.

    Raises `UsageError` where papermill set what the notebook does not declare.
    """
    known = declared(notebook)
    values = dict(shell.user_ns)
    if not interactive():  # nobody at the keyboard: only parameters are set so far
        _refuse_undeclared(notebook.stem, values, known, shell)
    return {name: values[name] for name in known if name in values}


def _refuse_undeclared(
    notebook: str, values: Mapping[str, Any], known: Mapping[str, Any], shell: Any
) -> None:
    """Refuse what papermill sets unasked: a misspelled name would run with its default."""
    hidden = set(shell.user_ns_hidden)
    stray = [
        name
        for name, value in values.items()
        if isinstance(value, str | int | float | list | dict | None)
        and not name.startswith("_")
        and name not in hidden
        and name not in known
        and name not in ("In", "Out")
    ]
    if stray:
        raise UsageError(
            f"{notebook} has no parameter {', '.join(sorted(stray))}.",
            f"It has: {', '.join(known)}.",
        )
