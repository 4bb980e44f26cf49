"""The door of the command line: whatever happens inside becomes a sentence and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import click
import nbformat
import pytest
from botocore.exceptions import ConfigParseError
from click.testing import CliRunner, Result

from orgkit import redaction
from orgkit.cli import main
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.notebook.headless import Launched
from orgkit.redaction import learn
from orgkit.sim.server.serve import Service
from tests.errors.test_trouble import UNKNOWN, of_others, of_the_sdk

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"
# click ends without a word where the reader of a pipe is gone, as every program of a shell does.
_OTHERS = [error for error in of_others() if getattr(error, "errno", None) != errno.EPIPE]
ERRORS = [*of_the_sdk(), *_OTHERS, *UNKNOWN, OrgkitError("P.", "D."), UsageError("P.", "D.")]


class SilentError(Exception):
    """An error whose text is a program that fails."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.fixture
def throw(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], Result]:
    """Run a command that does nothing but raise."""

    def run(error: BaseException) -> Result:
        @click.command("throw")
        def command() -> None:
            raise error

        monkeypatch.setitem(main.commands, "throw", command)
        return CliRunner().invoke(main, ["throw"])

    return run


def kept(folder: Path) -> list[Path]:
    """The tracebacks that were kept."""
    return sorted((folder / ".orgkit" / "errors").glob("*"))


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{type(e).__name__} {e}"[:60])
def test_whatever_a_command_raises_is_told_with_its_exit_code(
    error: Exception, throw: Callable[[BaseException], Result], isolated: Path
) -> None:
    """Kind 10: 20 or 64 with a remedy; 1 only for what nobody understands, kept in a file."""
    result = throw(error)
    assert "Do this (" in result.output
    assert "Traceback" not in result.output
    if result.exit_code == 1:
        (file,) = kept(isolated)
        assert str(file) in result.output
        assert "Traceback" in file.read_text(encoding="utf-8")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    else:
        assert not any(error is one for one in UNKNOWN)
        assert result.exit_code == (64 if isinstance(error, UsageError) else 20)
        assert kept(isolated) == []


def test_an_error_without_a_text_is_told(
    throw: Callable[[BaseException], Result], isolated: Path
) -> None:
    """Telling of trouble makes none."""
    result = throw(SilentError())
    assert result.exit_code == 1
    assert "SilentError" in result.output
    assert len(kept(isolated)) == 1


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 1), (EOFError(), 1)])
def test_an_end_by_hand_is_told_in_a_sentence(
    error: BaseException, code: int, throw: Callable[[BaseException], Result]
) -> None:
    """Nobody is left without a word."""
    result = throw(error)
    assert result.exit_code == code
    assert len(result.output.split()) > 3


def test_no_secret_is_in_what_is_said_nor_in_the_file(
    throw: Callable[[BaseException], Result], isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kind 11: the text of an error, its cause and a line of a program may hold one."""
    monkeypatch.setattr(redaction, "_known", type(redaction._known)())
    monkeypatch.setattr(redaction, "_index", {})
    monkeypatch.setattr(redaction, "_short", {})
    learn(SECRET)
    error = RuntimeError(f"refused {SECRET} at http://ada:p#ss@proxy:1")
    error.__cause__ = ValueError(f"x-amz-security-token:{SECRET[:20]}")
    result = throw(error)
    (file,) = kept(isolated)
    for text in (result.output, file.read_text(encoding="utf-8")):
        assert SECRET[:12] not in text
        assert "p#ss" not in text
    assert "refused [secret]" in file.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_does_not_hide_the_error(
    throw: Callable[[BaseException], Result],
    isolated: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F24: with a full disk the traceback goes elsewhere, or nowhere, and that is said."""
    (isolated / ".orgkit").write_text("in the way", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    result = throw(RuntimeError("surprise"))
    assert str(elsewhere) in result.output
    monkeypatch.setattr("tempfile.tempdir", str(isolated / "gone"))
    assert "could not be kept" in throw(RuntimeError("surprise")).output


def test_what_libraries_log_passes_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK logs a failed renewal of credentials with its traceback."""

    @click.command("logs")
    def command() -> None:
        logging.getLogger("botocore.credentials").warning("failed: password=hunter2")
        print("password=hunter2")  # noqa: T201
        sys.stdout.writelines(["password=hunter2\n"])
        sys.stdout.flush()

    monkeypatch.setitem(main.commands, "logs", command)
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler(None))
    result = CliRunner().invoke(main, ["logs"])
    assert "hunter2" not in result.output
    assert result.output.count("password=[secret]") >= 2


@pytest.mark.parametrize(
    ("where", "error", "code", "words"),
    [
        ("orgkit.aws.session.boto3.Session", ConfigParseError(path="x"), 20, "cannot be read"),
        ("orgkit.aws.session.boto3.Session", RuntimeError("odd"), 20, "could not be fetched"),
        ("orgkit.snapshot.snapshot.take", RecursionError(), 1, "unexpected error"),
        ("orgkit.snapshot.snapshot.take", OSError(errno.EMFILE, "x"), 20, "Too many files"),
        ("os.fsync", OSError(errno.ENOSPC, "No space left"), 20, "ENOSPC"),
        ("os.fsync", OSError(errno.EIO, "Input/output error"), 20, "EIO"),
        ("orgkit.evidence.journal.journal.Journal._write", MemoryError(), 20, "no memory"),
        ("orgkit.evidence.journal.journal.digest", KeyError("x"), 1, "unexpected error"),
    ],
)
def test_trouble_at_every_boundary_of_a_look(
    where: str,
    error: Exception,
    code: int,
    words: str,
    simulator: Callable[..., Service],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Signing in, reading, the disk, the journal: each ends in words and in the right code."""
    service = simulator("solo")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setenv("AWS_ENDPOINT_URL", service.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setattr(where, fail)
    result = CliRunner().invoke(main, ["status", "--target", "aws"])
    assert (result.exit_code, words in result.output) == (code, True), result.output
    assert "Traceback" not in result.output


def test_lab_without_jupyter_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kind 10: a server that is not installed is told before this process becomes it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["lab"])
    assert result.exit_code == 20
    assert "requirements.txt" in result.output


@pytest.mark.parametrize("command", ["lab", "app"])
def test_a_server_that_cannot_be_started(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may refuse a new program."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(os, "execve", refuse)
    result = CliRunner().invoke(main, [command])
    assert result.exit_code == 20
    assert "no memory left" in result.output


def test_a_sign_in_with_mfa_in_a_pipe(tmp_path: Path) -> None:
    """F7: no prompt, no code taken from what is piped in, the remedy, exit code 20."""
    config = tmp_path / "config"
    config.write_text(
        "[profile payer]\nregion = us-east-1\nrole_arn = arn:aws:iam::111111111111:role/A\n"
        "source_profile = base\nmfa_serial = arn:aws:iam::111111111111:mfa/ada\n"
        f"[profile base]\naws_access_key_id = A\naws_secret_access_key = {SECRET}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "orgkit", "status", "--profile", "payer"],
        env={**os.environ, "AWS_CONFIG_FILE": str(config)},
        input="123456\n",
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # no terminal to ask at
    )
    assert done.returncode == 20
    assert "MFA" in done.stderr
    assert "Enter MFA code" not in done.stderr + done.stdout
    assert SECRET[:12] not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("code", "words", "absent"),
    [(20, "start again", "report"), (1, "Please report", "start again")],
)
def test_the_demo_asks_to_report_only_what_nobody_understands(
    code: int, words: str, absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F5: a full disk or a broken machine is no fault of the kit."""
    launched = Launched(code, "The disk is full.")
    monkeypatch.setattr("orgkit.notebook.headless.launch", lambda *_: launched)
    monkeypatch.setattr("orgkit.aws.simulator.fresh", lambda *_: nullcontext("http://127.0.0.1:9"))
    result = CliRunner().invoke(main, ["demo"])
    assert result.exit_code == 20
    assert "The disk is full." in result.output
    assert words in result.output
    assert absent not in result.output


def test_a_report_of_a_notebook_of_others_holds_no_secret(tmp_path: Path) -> None:
    """Kind 11: it was executed without the kit, and shows its environment."""
    notebook = nbformat.v4.new_notebook()
    shown = nbformat.v4.new_output("stream", text="AWS_SESSION_TOKEN=FwoGINVENTED\n")
    notebook.cells = [nbformat.v4.new_code_cell("1", outputs=[shown], execution_count=1)]
    nbformat.write(notebook, tmp_path / "x.ipynb")
    assert CliRunner().invoke(main, ["report", str(tmp_path / "x.ipynb")]).exit_code == 0
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "[secret]" in text
    assert "INVENTED" not in text
