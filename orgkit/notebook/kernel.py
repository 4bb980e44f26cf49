"""What one kernel holds for orgkit: its run, which cells of it failed, and the watch that runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from orgkit.catalog import Parameter, declared_parameters
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.given import given, refuse_wrong_types
from orgkit.notebook.transcript import Transcript

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
        self._busy = False
        self.transcript = Transcript.of(shell)
        if shell is not None:
            self._begin_here()
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
        self.transcript.forget_earlier()

    @property
    def tells(self) -> bool:
        """Whether somebody is told of cells."""
        return self._listener is not None

    @property
    def busy(self) -> bool:
        """Whether a cell runs; what a button does comes when none does."""
        return self._busy

    def history(self) -> list[str]:
        """List the sources that the kernel was sent, by number."""
        return [str(source) for source in (self.shell.user_ns.get("In") or ())]

    def watch(self, watch: Stoppable) -> None:
        """Let this watch run; one that ran before gives way."""
        if self._watch is not None and self._watch is not watch:
            self._watch.end()
        self._watch = watch

    def parameters(self, notebook: Path, front_end: FrontEnd) -> dict[str, Any]:
        """Read the parameters as the kernel holds them.

        Raises `UsageError` for what the notebook does not declare, for a wrong type, and in batch
        for what does not hold because a later cell takes it back.
        """
        known = declared_parameters(notebook)
        values = self._checked(notebook.stem, known, front_end)
        return {name: values[name] for name in known if name in values}

    def check_parameters(self, front_end: FrontEnd) -> None:
        """Check what was given by the notebook's own parameters cell, before anything is done.

        Raises like `parameters`.
        """
        # Only a notebook declares; what a console or another notebook runs is its own affair.
        if self.shell is not None and (own := given(self.shell.user_ns.get("In")).declared):
            self._checked("This notebook", own, front_end)

    def _checked(
        self, notebook: str, known: Mapping[str, Parameter], front_end: FrontEnd
    ) -> dict[str, Any]:
        values = dict(self.shell.user_ns)
        told = given(values.get("In"))
        told.refuse_undeclared(notebook, known)
        refuse_wrong_types(known, values)
        if not front_end.interactive:  # who has a keyboard may set a name again, and means it
            told.refuse_overruled(values)
        return values

    def _begin_here(self) -> None:
        """Note the cell that runs already, in which this was made: no event tells of it."""
        asked = _asked(self.shell)
        if source := asked.get("content", {}).get("code"):
            name = str(asked.get("metadata", {}).get("cellId") or source)
            self._begin(name, source)

    def _begin(self, cell: str, source: str) -> None:
        self._cell, self._busy = cell, True
        message = str(_asked(self.shell).get("header", {}).get("msg_id", ""))
        number = int(getattr(self.shell, "execution_count", 0))
        self.transcript.begin(cell, source, number, message)

    def _before_cell(self, info: Any) -> None:
        self._begin(_name(info), str(info.raw_cell))
        if self._cell == self._setup:  # a run is over when its setup cell runs again, even in vain
            self._listener = None
        if self._listener is not None:
            self._listener.cell_begins(self._cell)

    def _after_cell(self, result: Any) -> None:
        self._busy = False
        if self._listener is not None:
            error = result.error_before_exec or result.error_in_exec
            self._listener.cell_ended(_name(result.info), error)


def _asked(shell: Any) -> Mapping[str, Any]:
    """Give the request that the kernel is working on; empty where there is no kernel."""
    kernel = getattr(shell, "kernel", None)
    found: Mapping[str, Any] = kernel.get_parent() if kernel is not None else {}
    return found


def has_run(shell: Any) -> bool:
    """Tell whether a run is open in this kernel, whose strip shows what goes wrong."""
    kernel = shell.user_ns.get(_NAME)
    return kernel is not None and kernel.tells


def _name(info: Any) -> str:
    """Name a cell: its id where the front end sends one, else its source."""
    return str(getattr(info, "cell_id", None) or info.raw_cell)
