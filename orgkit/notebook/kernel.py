"""What a kernel knows: the parameters that its notebook was given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orgkit.catalog import declared_parameters
from orgkit.errors.exceptions import UsageError
from orgkit.notebook.frontend import interactive


def parameters_in_kernel(notebook: Path, shell: Any) -> dict[str, Any]:
    """The parameters as a kernel holds them; `shell` is IPython's.

    Raises `UsageError` where papermill set what the notebook does not declare.
    """
    known = declared_parameters(notebook)
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
