"""What nobody understands: told in a sentence, its traceback kept in a file without secrets."""

from __future__ import annotations

import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from orgkit.environment import home
from orgkit.errors.exceptions import OrgkitError
from orgkit.errors.translate import trouble
from orgkit.formats import digest
from orgkit.private_files import private_folder, write_private
from orgkit.redaction import redacted
from orgkit.terms import ExitCode


class UnknownError(OrgkitError):
    """An error that orgkit does not understand; names the file that keeps its traceback."""

    exit_code = ExitCode.FAILED
    where: Path | None = None
    stack = ""  # without secrets

    def keep(self, name: str, content: bytes) -> Path | None:
        """Keep another file beside the traceback; gives its place, if there was one."""
        if self.where is None:
            return None
        path = self.where.with_name(f"{self.where.stem}-{name}")
        write_private(path, content)
        return path


def told(error: BaseException) -> OrgkitError:
    """Give what a person is told of any error: its remedy, else where its traceback is kept."""
    try:
        known, text = trouble(error), str(error)
    except Exception:  # the text of an error may be made by a program that fails, too
        known, text = None, "it has no text"
    return known or unknown(type(error).__name__, text, _stack(error))


def unknown(name: str, text: str, stack: str) -> UnknownError:
    """Keep the traceback of an error that nobody understands, and say where."""
    stack = redacted(stack)
    where = _keep(stack)
    said = f"{name}: {text}" if text else name
    made = UnknownError(
        "An unexpected error occurred.",
        f"Its traceback is in {where}; no secret that orgkit knows is in it. Please read it "
        "and report it. Whether AWS was changed is not known from this: `orgkit status` shows "
        "the current state."
        if where
        else "Its traceback could not be kept. `orgkit status` shows the current state.",
        detail=said,
    )
    made.where, made.stack = where, stack
    return made


def _stack(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))  # says so where a text cannot be made


def _keep(stack: str) -> Path | None:
    """Write it where the kit keeps its own files, else where this machine keeps what passes."""
    content = stack.encode("utf-8", "backslashreplace")
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{digest(content)[:12]}.txt"
    for folder in (_folder, lambda: Path(tempfile.mkdtemp(prefix="orgkit-errors-"))):
        try:
            path = private_folder(folder()) / name
            write_private(path, content)
        except OSError:  # the disk may be what is full
            continue
        return path
    return None


def _folder() -> Path:
    return home() / ".orgkit" / "errors"
