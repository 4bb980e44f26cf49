"""What keeps a run that was made by hand, or by papermill alone: as complete as a headless one.

Each time that the run is saved its kernel writes the executed notebook and the report, and adds the
line of the index. A kernel that is killed so loses what came after the last save, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from orgkit import catalog, environment
from orgkit.catalog.files import read_document
from orgkit.errors.exceptions import UsageError
from orgkit.errors.unknown import told as in_words
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import NOTEBOOK, REPORT, RunFolder
from orgkit.evidence.signatures.sign import Signer
from orgkit.notebook.completion import complete, signed, written
from orgkit.notebook.kernel import Kernel


class Keeper:
    """Completes one run in its own kernel."""

    def __init__(
        self, folder: RunFolder, journal: Journal, signs: Signer | None, kernel: Kernel
    ) -> None:
        self._folder, self._journal, self._signs, self._kernel = folder, journal, signs, kernel
        self._due = False

    def prepare(self) -> None:
        """Load what makes a report while nobody waits for it: it takes a second or two."""
        if self._is_here():
            Thread(target=import_module, args=("orgkit.report.index",), daemon=True).start()

    def save(self, files: Mapping[str, bytes], announce: Callable[..., None]) -> dict[str, Any]:
        """Write files of the run; gives what proves them, for the header of the report."""
        self._folder.keep(files, announce)
        self._due = True
        # After the files: the launcher takes a pointer to mean that run.json was saved.
        if pointer := environment.value(environment.RUN_POINTER):
            # Whoever signs the run later answers for what this process wrote, and no more.
            told = [self._folder.path, *self._journal.written]
            Path(pointer).write_text("\n".join(told), encoding="utf-8")
        proof = {
            "store": self._folder.store.address,
            "record": self._journal.heads,
            "files": self._own_files(),
        }
        return proof | ({"signature": f"with the key {self._signs.key.id}"} if self._signs else {})

    def _own_files(self) -> dict[str, str]:
        """Give the digests of the run's files without those that a report is one of."""
        files: Mapping[str, str] = self._folder.promised()["files"]
        return {n: d for n, d in files.items() if n not in (NOTEBOOK, REPORT)}

    def complete(self, notebook: str, parameters: Mapping[str, Any]) -> str:
        """Complete the run if it was saved since, and no cell still adds to its page.

        Gives what is to be said: what came in unsigned, or why it could not be done. Never raises:
        the run itself is kept.
        """
        if not self._due or self._kernel.busy:
            return ""
        self._due = False
        try:
            if not self._is_here():
                return self._sign() if not environment.value(environment.RUN_POINTER) else ""
            complete(self._folder, self._journal, *self._account(notebook, parameters))
        except Exception as error:  # a notebook must go on; what is missing is said
            return f"The run was saved, and its report could not be made. {in_words(error)}"
        return self._sign()

    def _is_here(self) -> bool:
        """Tell whether this kernel completes the run: nobody else does, and it has seen outputs."""
        alone = not environment.value(environment.RUN_POINTER)
        return alone and getattr(self._kernel.shell, "kernel", None) is not None

    def _sign(self) -> str:
        said, _ = signed(self._signs, self._folder, self._journal)
        return said

    def _account(self, notebook: str, parameters: Mapping[str, Any]) -> tuple[Any, bytes]:
        path = _file(notebook)
        usual = {n: p.default for n, p in catalog.declared_parameters(path).items()}
        own = {n: v for n, v in parameters.items() if n not in usual or v != usual[n]}
        file = read_document(path)
        return written(self._kernel.transcript.notebook(file, own, self._kernel.history()))


def _file(notebook: str) -> Path:
    """Find the file whose cells ran: what the front end names, if it is one, else the kit's."""
    opened = Path(environment.value(environment.SESSION))
    if opened.suffix == ".ipynb" and opened.stem == notebook and opened.is_file():
        try:
            catalog.declared_parameters(opened)
            return opened
        except UsageError:
            pass  # somebody is writing to it
    return catalog.find(notebook).path
