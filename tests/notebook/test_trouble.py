"""Trouble of kernels and in cells: told by the launcher, cleaned up, and without a secret."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from orgkit import catalog, redaction
from orgkit.errors.exceptions import OrgkitError
from orgkit.notebook import headless
from orgkit.notebook.headless import launch, private_sockets
from orgkit.notebook.outputs import _filter, _show
from orgkit.notebook.transcript import Transcript
from orgkit.redaction import learn
from tests.support.simulator import Place

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A working folder with the default simulated organization."""
    with Place(tmp_path) as made:
        yield made


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, whose path has 86 characters."""
    folder = tmp_path / "t"
    folder = folder.with_name("t" * max(1, 86 - len(str(tmp_path)) - 1))
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def first_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a line of a program into a copy of 01_precheck, as its first cell or after its run."""

    def put(code: str, *, after: str = "parameters") -> None:
        found = catalog.find("precheck")
        notebook = nbformat.read(found.path, as_version=4)
        tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
        place = [i for i, tag in enumerate(tags) if after in tag][-1] + 1
        notebook.cells.insert(place, nbformat.v4.new_code_cell(code))
        copy = tmp_path / found.path.name
        nbformat.write(notebook, copy)
        changed = SimpleNamespace(name=found.name, path=copy, stem=found.stem)
        monkeypatch.setattr(headless.catalog, "find", lambda name: changed)

    return put


def test_a_long_path_for_temporary_files_is_no_matter(place: Place, temporary: Path) -> None:
    """F16: a socket's path has 107 characters at most; the run finds a short folder, and cleans."""
    assert launch("precheck", {}, progress=False).exit_code == 0
    # The simulator's token stays for those who use it next.
    assert [f for f in temporary.iterdir() if f.name != f"orgkit-{os.getuid()}"] == []


def test_where_no_short_folder_can_be_had_a_port_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F16: a container may let nobody write but to one long path."""
    short = tmp_path / "s"
    long = tmp_path / ("l" * 100)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with private_sockets(Path("/x")) as config:
        assert config.KernelManager.transport == "ipc"
        assert config.KernelManager.ip == "/x/kernel"
    with private_sockets(long) as config:
        folder = Path(config.KernelManager.ip).parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()

    def refuse(**_: Any) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
    with private_sockets(long) as config:
        assert "transport" not in config.KernelManager
    assert not short.exists()


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_a_kernel_that_dies_is_told_in_a_sentence(
    number: str, place: Place, temporary: Path, first_cell: Callable[..., None]
) -> None:
    """F16: out of memory or ended by somebody; nothing is left behind, and it blocks: 20."""
    first_cell(f"import os, signal\nos.kill(os.getpid(), signal.{number})")
    launched = launch("precheck", {}, progress=False)
    assert launched.exit_code == 20
    assert "kernel that ran the notebook died" in launched.message
    assert "Do this" in launched.message
    assert list(temporary.iterdir()) == []


def test_a_run_that_is_told_to_end_cleans_up(place: Place, temporary: Path) -> None:
    """F16: SIGTERM of a scheduler: one sentence, the exit code, no kernel and no file is left."""
    marker = place.folder / "started"
    code = (
        "import sys\nfrom orgkit.notebook import headless\nfrom orgkit.cli import main\n"
        f"def wait(*_):\n    import pathlib, time\n    pathlib.Path({str(marker)!r}).touch()\n"
        "    time.sleep(60)\n"
        "headless._execute = wait\nmain(['run', 'precheck'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, cwd=place.folder
    )
    while not marker.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 20
    assert "ended from outside (SIGTERM)" in said
    assert "Traceback" not in said
    assert list(temporary.iterdir()) == []


def test_a_kernel_ends_with_the_run_that_is_told_to_end(place: Place, temporary: Path) -> None:
    """F16: the kernel is a process of its own, and would go on with the credentials."""
    marker = place.folder / "kernel"
    notebook = nbformat.read(catalog.find("precheck").path, as_version=4)
    cell = f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    notebook.cells.insert(2, nbformat.v4.new_code_cell(cell))
    nbformat.write(notebook, place.folder / "01_precheck.ipynb")
    code = (
        "from pathlib import Path\nfrom types import SimpleNamespace\n"
        "from orgkit.notebook import headless\nfrom orgkit.cli import main\n"
        "path = Path('01_precheck.ipynb').absolute()\n"
        "found = SimpleNamespace(name='precheck', path=path, stem='01_precheck')\n"
        "headless.catalog.find = lambda name: found\nmain(['run', 'precheck'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, cwd=place.folder
    )
    while not (marker.exists() and marker.read_text()):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 20
    assert "ended from outside (SIGTERM)" in said
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    assert list(temporary.iterdir()) == []


def test_what_nobody_understands_keeps_its_traceback_and_no_secret(
    place: Place, temporary: Path, first_cell: Callable[..., None]
) -> None:
    """Kinds 10 and 11: exit code 1, a file that is named, in which the secret is masked."""
    first_cell(
        "from orgkit.notebook.outputs import guard; guard()\n"
        "from orgkit.redaction import learn\n"
        f"secret = {SECRET[::-1]!r}[::-1]; learn(secret)\n"
        "print(secret)\nraise KeyError(f'x {secret} y')"
    )
    launched = launch("precheck", {}, progress=False)
    assert launched.exit_code == 1
    assert "KeyError" in launched.message
    assert "Traceback" not in launched.message
    files = sorted((place.folder / ".orgkit" / "errors").iterdir())
    assert [f.suffix for f in files] == [".ipynb", ".txt"]
    for file in files:
        assert str(file) in launched.message
        assert file.stat().st_mode & 0o777 == 0o600
        text = file.read_text(encoding="utf-8")
        assert "[secret]" in text
        assert SECRET[:12] not in text
    assert list(temporary.iterdir()) == []


def test_trouble_of_files_in_a_cell_is_told_with_its_remedy(
    place: Place, first_cell: Callable[..., None]
) -> None:
    """Kind 10: in a notebook, too, a full disk is no traceback; exit code 20, run.json says so."""
    code = "raise OSError(28, 'No space left on device', '/store/HEAD')"
    first_cell(code, after="setup")
    launched = launch("precheck", {}, progress=False)
    assert launched.exit_code == 20
    assert "disk is full" in launched.message
    assert launched.result is not None
    assert (launched.result["exit_code"], launched.result["outcome"]) == (20, "blocked")
    assert "Traceback" not in (place.folder / launched.report).read_text(encoding="utf-8")


class Session:
    """A session that keeps what it is given to send."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, stream: Any, message: Any, content: Any = None, *rest: Any, **more: Any) -> Any:
        """Keep it."""
        self.sent.append((message, content, rest, more))
        return message


def test_every_message_of_a_kernel_is_filtered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind 11: outputs, tracebacks, prints and widgets are all messages of one session."""
    monkeypatch.setattr(redaction, "_known", type(redaction._known)())
    monkeypatch.setattr(redaction, "_index", {})
    monkeypatch.setattr(redaction, "_short", {})
    learn(SECRET)
    session = Session()
    _filter(session, Transcript())
    session.send(None, "stream", {"text": f"a {SECRET}"}, {"id": 1}, ident=b"x")
    session.send(
        None, {"header": {}, "content": {"traceback": [SECRET], "n": 1}, "buffers": [b"x"]}
    )
    session.send(None, "comm_msg", {"data": {"state": {"value": f"<b>{SECRET}</b>"}}})
    assert SECRET[:12] not in json.dumps(session.sent, default=str)
    assert session.sent[0] == ("stream", {"text": "a [secret]"}, ({"id": 1},), {"ident": b"x"})
    assert session.sent[1][0]["buffers"] == [b"x"]


def test_the_program_of_a_widget_stays_a_program() -> None:
    """The board is drawn by a script in which `token:` is no secret; a known one is masked."""
    learn(SECRET)
    session = Session()
    _filter(session, Transcript())
    script = "let a = {token: parse(secret), password: eu(x)}; function secret() {}"
    state = {"_esm": f"{script} // {SECRET}", "_css": "a {}", "value": f"token={SECRET}"}
    session.send(None, "comm_open", {"data": {"state": state}, "comm_id": "1"})
    session.send(None, "comm_msg", {"data": {"states": {"1": {"state": state}}}})  # Voila's way
    for sent in (
        session.sent[0][1]["data"]["state"],
        session.sent[1][1]["data"]["states"]["1"]["state"],
    ):
        assert sent["_esm"].startswith(script)
        assert SECRET not in json.dumps(sent)
        assert sent["_css"] == "a {}"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (OSError(errno.ENOSPC, "full"), "The disk is full"),
        (OrgkitError("Broken.", "Mend it."), "traceback"),
        (KeyError("x"), "traceback"),
    ],
)
def test_a_cell_shows_a_known_error_as_it_says_itself(error: Exception, shown: str) -> None:
    """Kind 10: what nobody understands stays loud, with its traceback; ours has its own way."""
    said: list[str] = []
    shell = SimpleNamespace(
        showtraceback=lambda *_, **__: said.append("traceback"),
        _showtraceback=lambda kind, value, lines: said.append("\n".join(lines)),
    )
    _show(shell, type(error), error, None)
    assert len(said) == 1
    assert said[0].startswith(shown)
