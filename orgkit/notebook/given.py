"""What a notebook was given, as the cells tell that its kernel has run; checked by name and type.

papermill checks nothing: it writes what it was given into a cell of its own, after the cell that
is tagged `parameters`; on top, where no cell is. It only logs a name that nobody declared.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orgkit.catalog import Parameter, parse_parameters
from orgkit.catalog.parameters import statements
from orgkit.errors.exceptions import UsageError
from orgkit.reading.refusals import Unusable, did_you_mean, quoted

_INJECTED = re.compile(r"#.*\bparameters\b", re.IGNORECASE)  # papermill's first line of its cell
_EVERY = "target"  # the first parameter of every notebook


class _Computed(str):
    """What is written where no plain value stands, such as float('nan'); equals no value."""

    __slots__ = ()


@dataclass(frozen=True)
class Given:
    """What the parameters cell declares, and what was put in after it by somebody's command."""

    declared: Mapping[str, Parameter]
    injected: Mapping[str, Any]

    def refuse_undeclared(self, notebook: str, declared: Mapping[str, Parameter]) -> None:
        """Raise `UsageError` for a name that nobody declared: it would run with the default."""
        known = {**declared, **self.declared}
        if stray := sorted(set(self.injected) - set(known)):
            near = "".join(did_you_mean(name, known) for name in stray)
            raise UsageError(
                f"{notebook} has no parameter {', '.join(stray)}.{near}",
                f"It has: {', '.join(known)}.",
            )

    def refuse_overruled(self, values: Mapping[str, Any]) -> None:
        """Raise `UsageError` where a later cell took back what was given: defaults would win."""
        for name, wanted in self.injected.items():
            if name in values and not _same(values[name], wanted):
                raise UsageError(
                    f"{name} was given as {quoted(str(wanted))}, and the notebook goes on with "
                    f"{quoted(str(values[name]))}: a cell sets it again after that.",
                    "Tag the parameters cell `parameters` (tools that strip metadata take the tag "
                    "away), or run the notebook of the kit.",
                )


def given(cells: Any) -> Given:
    """Read the sources of the cells that a kernel has run, in their order."""
    declared: Mapping[str, Parameter] = {}
    injected: Mapping[str, Any] = {}
    for cell in cells if isinstance(cells, list) else ():
        declared = _declared(str(cell)) or declared
        injected = _injected(str(cell)) or injected
    return Given(declared, injected)


def refuse_wrong_types(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> None:
    """Raise `UsageError` for a value that is not of the declared type."""
    for name, parameter in declared.items():
        if name in values and not parameter.fits(values[name]):
            value = values[name]
            raise UsageError(
                f"{name} is {quoted(repr(value))} ({type(value).__name__}), and must be "
                f"{_KINDS[parameter.type]}.",
                _HOW.get(parameter.type, "Give a number: `-p {0} 14`.").format(name),
            )


_KINDS = {"str": "text (str)", "int": "a whole number (int)", "float": "a number (float)"} | {
    "bool": "True or False (bool)"
}
_HOW = {
    "str": "Give text: papermill's -p makes numbers of digits, so write `-r {0} VALUE` instead; in "
    "a cell or a YAML file put it in quotes.",
    "bool": "Give `-p {0} True` or `-p {0} False`; in a YAML file true or false, without quotes.",
}


def _same(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and bool(value == wanted)


def _declared(cell: str) -> Mapping[str, Parameter]:
    if f"{_EVERY}:" not in cell:
        return {}
    try:
        found = parse_parameters(cell)
    except Unusable:  # another cell, with code of its own
        return {}
    return found if _EVERY in found else {}


def _injected(cell: str) -> dict[str, Any]:
    """Read a cell that only sets names under a comment of parameters; else nothing."""
    if not _INJECTED.match(cell.lstrip()):
        return {}
    try:
        lines = statements(cell)
    except Unusable:
        return {}
    found = {name: value for line in lines for name, value in _assigned(line)}
    return found if len(found) == len(lines) else {}


def _assigned(line: ast.stmt) -> Sequence[tuple[str, Any]]:
    if not (isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)):
        return ()
    try:
        return ((line.targets[0].id, ast.literal_eval(line.value)),)
    except (ValueError, TypeError, RecursionError, MemoryError):  # float('nan')
        return ((line.targets[0].id, _Computed(ast.unparse(line.value))),)
