"""Run a notebook headless: typed parameters in; evidence, report and exit code out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgkit import catalog
from orgkit.aws.session import decide_target
from orgkit.environment import RUN_POINTER, RUNTIME, changed, value
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import trouble
from orgkit.errors.unknown import told, unknown
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import NOTEBOOK, REPORT, RunFolder
from orgkit.evidence.signatures.sign import signer
from orgkit.evidence.store.store import Store
from orgkit.notebook.completion import complete, readable, signed
from orgkit.redaction import redacted
from orgkit.terms import ExitCode

START_SECONDS, CELL_SECONDS = (
    120,
    4 * 3600,
)  # a large organization is read for minutes, never for ever
_SOCKET_PATH = 100  # bytes; the system takes 107, on some 103, and a name is appended


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
        path, *own = pointer.read_text().split("\n")
        folder = RunFolder(Store(store, target, profile), path)
        journal = Journal(folder.store, folder.result()["organization_id"])
        complete(folder, journal, *readable(executed))
    result = folder.result()
    message, code = _message(result, error, folder), int(result["exit_code"])
    if isinstance(error, OrgkitError):  # the kernel died after it had saved the run
        code = int(error.exit_code)
    said, good = _sign(folder, target, profile, [*own, *journal.written])
    message = f"{message}\n\n{said}".strip()
    if not good:  # the run's own code stands; a missing signature only spoils a good one
        code = code or int(ExitCode.BLOCKED)
    return Launched(code, message, folder, result)


def _execute(source: Path, target: Path, values: Mapping[str, Any], progress: bool | None) -> Any:
    """Execute with papermill; returns the error of a failed cell instead of raising it."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        with private_sockets(target.parent) as config:
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
                config=config,
            )
    # Not raised: a run that failed still gets its evidence, report and exit code.
    except PapermillExecutionError as error:
        return error
    except Exception as error:
        if known := trouble(error):  # a kernel that died, a disk that is full
            return known
        raise
    return None


@contextmanager
def private_sockets(folder: Path) -> Iterator[Any]:
    """Let kernel and client talk through files in a folder of theirs: no port is open to others.

    A socket's path must be short. Where no short folder can be had, they talk over loopback, with
    messages that are signed.
    """
    from traitlets.config import Config

    with ExitStack() as stack:
        short = next((f for f in _folders(folder, stack) if _is_short(f)), None)
        ipc = {"transport": "ipc", "ip": str(short and short / "kernel")}
        yield Config({"KernelManager": ipc if short else {}})


def _folders(folder: Path, stack: ExitStack) -> Iterator[Path]:
    """Give a folder, and then others of this user alone that are gone with the stack."""
    yield folder
    for base in filter(None, (value(RUNTIME), "/tmp", "/var/tmp")):  # noqa: S108 - made private
        with suppress(OSError):
            made = tempfile.TemporaryDirectory(prefix="orgkit-", dir=base)
            yield Path(stack.enter_context(made))


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder / "kernel-65535")) <= _SOCKET_PATH


def _without_folder(error: Any, executed: Path, stem: str) -> Launched:
    # papermill takes sys.exit(0) in a cell for success; without a saved run it is none.
    if error is None:
        return Launched(ExitCode.FAILED, f"{stem} ended without saving its run.")
    if isinstance(error, OrgkitError):
        return Launched(error.exit_code, str(error))
    if (code := _exit_codes().get(error.ename)) is not None:
        return Launched(code, redacted(str(error.evalue)))
    # The scratch folder goes away; a failed notebook must stay to be read.
    said = unknown(error.ename, str(error.evalue), "\n".join(error.traceback))
    kept = said.keep(f"{stem}.ipynb", readable(executed)[1])
    return Launched(ExitCode.FAILED, f"{said}\nThe failed notebook is kept at {kept}.")


def _exit_codes() -> dict[str, ExitCode]:
    """List what a kernel may name as its error, with the exit code of each."""
    kinds: list[type[OrgkitError]] = [OrgkitError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {kind.__name__: kind.exit_code for kind in kinds}


def _sign(folder: RunFolder, target: str, profile: str, own: Iterable[str]) -> tuple[str, bool]:
    """Sign the completed run if a key is named; gives what to say, and False if that failed."""
    try:
        signs = signer(folder.store, target, profile)
    except Exception as error:  # whatever it is, the run is there and must be shown
        return f"The run was saved but is NOT SIGNED. {told(error)}", False
    return signed(signs, folder, Journal(folder.store, folder.result()["organization_id"]), own)


def _message(result: Mapping[str, Any], error: Any, folder: RunFolder) -> str:
    if error is not None and not result["error"]:
        return redacted(str(error))
    parts = [*result["summary"], result["error"]]
    if error is not None and getattr(error, "ename", "OrgkitError") not in _exit_codes():
        parts.append(f"Its traceback is in {folder.shown}/{NOTEBOOK}.")
    return "\n\n".join(filter(None, parts))
