"""What one kernel holds for orgkit: its run, which cells of it failed, and the watch that runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from orgkit.catalog import declared_parameters
from orgkit.errors.exceptions import UsageError
from orgkit.notebook.frontend import FrontEnd

_NAME = "_orgkit_kernel"  # among the kernel's own names, so that a setup cell finds it again


class Listener(Protocol):
    """Who is told of cells; a run."""

    def cell_begins(self, cell: str) -> None:
        """Take note of a cell that is about to run."""

    def cell_ended(self, cell: str, error: BaseException | None) -> None:
        """Take note of a cell that has run."""


class Stoppable(Protocol):
    """A watch."""

    def end(self) -> None:
        """Stop before the next snapshot."""


class Kernel:
    """One a kernel: cells are told to the run that was opened last, and only one watch runs."""

    def __init__(self, shell: Any = None) -> None:
        self.shell = shell
        self._listener: Listener | None = None
        self._watch: Stoppable | None = None
        self._cell = ""  # the one that runs
        self._setup = ""  # the one in which the run was opened
        if shell is not None:
            shell.events.register("pre_run_cell", self._before_cell)
            shell.events.register("post_run_cell", self._after_cell)

    @classmethod
    def here(cls) -> Kernel:
        """Find the kernel that this code runs in; a fresh one where no IPython is."""
        from IPython import get_ipython

        shell: Any = get_ipython()
        if shell is None:
            return cls()
        if _NAME not in shell.user_ns:
            shell.user_ns[_NAME] = cls(shell)
        found: Kernel = shell.user_ns[_NAME]
        return found

    def tell(self, listener: Listener) -> None:
        """Tell this listener of cells from now on, and no other."""
        self._listener, self._setup = listener, self._cell

    def watch(self, watch: Stoppable) -> None:
        """Let this watch run; one that ran before gives way."""
        if self._watch is not None and self._watch is not watch:
            self._watch.end()
        self._watch = watch

    def parameters(self, notebook: Path, front_end: FrontEnd) -> dict[str, Any]:
        """Read the parameters as the kernel holds them.

        Raises `UsageError` where papermill set what the notebook does not declare.
        """
        known = declared_parameters(notebook)
        values = dict(self.shell.user_ns)
        if not front_end.interactive:  # nobody at the keyboard: only parameters are set so far
            _refuse_undeclared(notebook.stem, values, known, self.shell)
        return {name: values[name] for name in known if name in values}

    def _before_cell(self, info: Any) -> None:
        self._cell = _name(info)
        if self._cell == self._setup:  # a run is over when its setup cell runs again, even in vain
            self._listener = None
        if self._listener is not None:
            self._listener.cell_begins(self._cell)

    def _after_cell(self, result: Any) -> None:
        if self._listener is not None:
            error = result.error_before_exec or result.error_in_exec
            self._listener.cell_ended(_name(result.info), error)


def _name(info: Any) -> str:
    """Name a cell: its id where the front end sends one, else its source."""
    return str(getattr(info, "cell_id", None) or info.raw_cell)


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
    # papermill itself only logs an unknown parameter, and exits with 0.
    if stray:
        raise UsageError(
            f"{notebook} has no parameter {', '.join(sorted(stray))}.",
            f"It has: {', '.join(known)}.",
        )
