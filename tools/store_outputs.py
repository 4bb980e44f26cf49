"""One whole migration on a fresh simulator, in which every notebook comes at its moment.

`make notebooks` stores the outputs that the notebooks give along this walk, and
`pytest --nbval notebooks` compares them along the same walk: between two notebooks the moves below
are made through `orgkit run`, confirmations included. `python -m tools.store_outputs` does the
former.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ORGANIZATION = "o-acme123456"
_YES = {"confirm": ORGANIZATION}
_WEEK = ("monitor", {"sim_advance": "7d"})
MOVES: dict[str, list[tuple[str, dict[str, str]]]] = {
    "03_monitor": [("request", _YES), _WEEK, _WEEK, _WEEK],
    "04_finalize": [_WEEK, _WEEK, _WEEK],
    "05_policy_types": [("finalize", _YES)],
    "06_audit_report": [("policy_types", {**_YES, "policy_types": "SERVICE_CONTROL_POLICY"})],
}
_OWN = ("ORGKIT_", "AWS_", "JPY_")  # nothing of the caller's may reach the kernels


@contextmanager
def own_simulator(folder: Path, **environment: str) -> Iterator[None]:
    """Work in a folder with a simulator of its own, and in an environment of its own."""
    before = dict(os.environ)
    for name in [n for n in os.environ if n.startswith(_OWN)]:
        del os.environ[name]
    os.environ.update(environment, ORGKIT_HOME=str(folder))
    try:
        yield
    finally:
        from orgkit.sim.client import discovery

        discovery.stop(folder)
        os.environ.clear()
        os.environ.update(before)


class Walk:
    """A working folder of its own with a simulator of its own, gone when closed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="orgkit-walk-"))
        # A warning of a library would be stored as an output, and differ with its version.
        self._stack.enter_context(own_simulator(Path(folder), PYTHONWARNINGS="ignore"))

    def go_to(self, notebook: str) -> None:
        """Make the moves that lead to a notebook's moment. Raises if one ends in failure."""
        from orgkit.notebook.headless import launch

        for name, given in MOVES.get(notebook, []):
            launched = launch(name, given, progress=False)
            if launched.result is None or launched.result["error"]:
                raise RuntimeError(f"the move {name} {given} failed: {launched.message}")

    def close(self) -> None:
        """End the simulator, give the environment back, forget the folder."""
        self._stack.close()


def store_outputs(notebooks: list[Path]) -> None:
    """Run the notebooks along the walk and store what they show, and nothing that changes."""
    walk = Walk()
    try:
        for path in notebooks:
            walk.go_to(path.stem)
            _run_in_place(path)
            sys.stdout.write(f"{path.name}\n")
    finally:
        walk.close()


def _run_in_place(path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    from orgkit.notebook.headless import private_sockets
    from orgkit.views.sample import SAMPLE, mark

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    with (
        tempfile.TemporaryDirectory(prefix="orgkit-kernel-") as sockets,
        private_sockets(Path(sockets)) as config,
    ):
        NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=300,
            record_timing=False,
            config=config,
            resources={"metadata": {"path": str(path.parent)}},
        ).execute()
    notebook.metadata = _stable(notebook.metadata)
    # A reader must not take it for a real state; running the cell takes the mark away.
    marked = next(cell for cell in notebook.cells if cell.source.endswith("widgets.settings()"))
    marked.outputs = [nbformat.from_dict(mark(SAMPLE))]
    for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
        for changing in ("store", "record", "files"):  # digests depend on the simulator's address
            output.get("metadata", {}).get("orgkit", {}).pop(changing, None)
    nbformat.write(notebook, path)


def _stable(metadata: dict[str, Any]) -> dict[str, Any]:
    """Leave out the patch version of whoever stored the outputs."""
    return {"kernelspec": metadata["kernelspec"], "language_info": {"name": "python"}}


if __name__ == "__main__":
    store_outputs(sorted(Path("notebooks").glob("[0-9]*.ipynb")))
