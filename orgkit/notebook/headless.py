"""Run a notebook headless: typed parameters in; evidence, report and exit code out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgkit import catalog
from orgkit.aws.session import decide_target
from orgkit.environment import RUN_POINTER, changed
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.events import Sealed
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RunFolder
from orgkit.evidence.signatures.sign import signer
from orgkit.evidence.store.store import Store
from orgkit.report import index
from orgkit.report.exporter import export
from orgkit.terms import ExitCode

NOTEBOOK, REPORT = "notebook.ipynb", "report.html"
START_SECONDS, CELL_SECONDS = (
    120,
    4 * 3600,
)  # a large organization is read for minutes, never for ever
_KNOWN = {
    "OrgkitError": ExitCode.BLOCKED,
    "AwsError": ExitCode.BLOCKED,
    "StoreError": ExitCode.BLOCKED,
    "UsageError": ExitCode.USAGE,
}


@dataclass(frozen=True)
class Launched:
    """What came of one headless run; `folder` is None when it failed before it could open one."""

    exit_code: int
    message: str
    folder: RunFolder | None = None
    result: Mapping[str, Any] | None = None

    @property
    def report(self) -> str:
        """The address of the report, in full."""
        return f"{self.folder.store.full_path(self.folder.path)}/{REPORT}" if self.folder else ""


def launch(name: str, given: Mapping[str, str], progress: bool | None = None) -> Launched:
    """Run one notebook. Raises `UsageError` for an unknown notebook, parameter or type."""
    notebook = catalog.find(name)
    values = catalog.read_parameters(notebook.path, given)
    catalog.open_notebook(notebook.path)  # refused here with words, where papermill has none
    if values.get("profile") or values.get("role_arn"):
        # The cell's own "sim" is a default that nobody chose, so a profile or role may decide.
        named = (values.get("profile", ""), values.get("role_arn", ""))
        values["target"] = decide_target(values.get("target"), *named)
    with tempfile.TemporaryDirectory(prefix="orgkit-") as scratch:
        executed, pointer = Path(scratch) / NOTEBOOK, Path(scratch) / "pointer"
        # The kernel is a process of its own: a file tells which folder its run took.
        with changed({RUN_POINTER: str(pointer)}):
            error = _execute(notebook.path, executed, values, progress)
        # No pointer: the notebook stopped before it saved a run.
        if not pointer.exists():
            return _without_folder(error, executed, notebook.stem)
        usual = {n: p.default for n, p in catalog.declared_parameters(notebook.path).items()}
        store, target, profile = (
            str((usual | values)[name]) for name in ("store", "target", "profile")
        )
        folder = RunFolder(Store(store, target, profile), pointer.read_text())
        _complete(folder, executed)
    result = folder.result()
    message, code = _message(result, error), int(result["exit_code"])
    if unsigned := _sign(folder, target, profile):
        # The run's own code stands; a missing signature only spoils a good one.
        message, code = f"{message}\n\n{unsigned}".lstrip(), code or int(ExitCode.BLOCKED)
    return Launched(code, message, folder, result)


def _execute(source: Path, target: Path, values: Mapping[str, Any], progress: bool | None) -> Any:
    """Execute with papermill; returns the error of a failed cell instead of raising it."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            dict(values),
            kernel_name="python3",
            # The bar goes to stderr and would fill the logs of CI.
            progress_bar=sys.stderr.isatty() if progress is None else progress,
            # Autosave would rewrite the whole file again and again.
            autosave_cell_every=0,
            shutdown_kernel="immediate",  # everything is on disk when the last cell ends
            start_timeout=START_SECONDS,
            # Without this papermill waits for ever.
            execution_timeout=CELL_SECONDS,
            cwd=str(Path.cwd()),  # so that relative paths mean there what they mean here
            config=private_sockets(target.parent),
        )
    # Not raised: a run that failed still gets its evidence, report and exit code.
    except PapermillExecutionError as error:
        return error
    return None


def private_sockets(folder: Path) -> Any:
    """Let kernel and client talk through files in a folder of theirs: no port is open to others."""
    from traitlets.config import Config

    return Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "kernel")}})


def _without_folder(error: Any, executed: Path, stem: str) -> Launched:
    # papermill takes sys.exit(0) in a cell for success; without a saved run it is none.
    if error is None:
        return Launched(ExitCode.FAILED, f"{stem} ended without saving its run.")
    if error.ename in _KNOWN:
        return Launched(_KNOWN[error.ename], str(error.evalue))
    # The scratch folder goes away; a failed notebook must stay to be read.
    kept = Path(tempfile.mkdtemp(prefix="orgkit-failed-")) / f"{stem}.ipynb"
    kept.write_bytes(executed.read_bytes())
    return Launched(ExitCode.FAILED, f"{error}\nThe failed notebook is kept at {kept}.")


def _complete(folder: RunFolder, executed: Path) -> None:
    """Add what only exists after the kernel has ended: the executed notebook and its report."""
    import nbformat

    result = folder.result()
    report = export(nbformat.read(executed, as_version=4)).encode()
    journal = Journal(folder.store, result["organization_id"])
    summary = {name: result[name] for name in index.SUMMARY}

    def seal(**promise: Any) -> None:
        sealed = Sealed(**promise, **summary)
        journal.note(sealed, result["ended"], result["caller_arn"], folder.name)

    folder.keep({NOTEBOOK: executed.read_bytes(), REPORT: report}, seal)
    index.append(folder.store, result["organization_id"], journal.recent_events())


def _sign(folder: RunFolder, target: str, profile: str) -> str:
    """Sign the completed run if a key is named; gives what to say if that failed."""
    result = folder.result()
    try:
        if signs := signer(folder.store, target, profile):
            journal = Journal(folder.store, result["organization_id"])
            signs.sign(folder, journal, result["ended"], result["caller_arn"])
    except OrgkitError as error:
        return f"The run was kept and is NOT SIGNED. {error}"
    return ""


def _message(result: Mapping[str, Any], error: Any) -> str:
    if error is not None and not result["error"]:
        return str(error)
    return "\n\n".join(filter(None, [*result["summary"], result["error"]]))
