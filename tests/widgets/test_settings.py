"""Parameters as fields: the same values, kept for one server, never in place of a typed one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orgkit.environment import SERVER, SERVER_TOKEN
from orgkit.notebook import settings as kept_settings
from orgkit.notebook.kernel import Kernel
from orgkit.widgets.settings import Settings, settings
from tests.notebook.test_kernel import Shell

CELL = """target: str = "sim"   # where
store: str = "evidence"   # folder for evidence
owners: str = ""   # CSV or YAML file of account owners
redact: bool = False   # mask addresses
confirm: str = ""   # type the organization id
"""


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Kernel:
    """A kernel of a server that ran the parameters cell."""
    shell = Shell(allow_stdin=True)
    shell.user_ns["In"] = ["", CELL]
    exec(CELL, shell.user_ns)  # noqa: S102 - as the kernel did
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setenv(SERVER, "123")
    monkeypatch.setenv(SERVER_TOKEN, "a" * 64)
    return Kernel.here()


def test_a_field_for_each_parameter_without_a_control_of_its_own(kernel: Kernel) -> None:
    """The connection, the confirmation and the waivers have theirs."""
    assert list(Settings(kernel).fields) == ["store", "owners", "redact"]


def test_what_is_used_holds_here_and_in_the_next_notebook(kernel: Kernel) -> None:
    """Also a folder of evidence; the connection is not touched."""
    form = Settings(kernel)
    form.fields["store"].value = " elsewhere "
    form.fields["redact"].value = True
    form.button.click()
    assert kernel.shell.user_ns["store"] == "elsewhere"
    assert "Run all cells again" in form.status.widget.value
    kernel.shell.user_ns.update(store="evidence", redact=False)  # the cell runs again
    assert kept_settings.apply(kernel) == {"store": "elsewhere", "owners": "", "redact": True}
    assert kernel.shell.user_ns["redact"] is True
    assert kernel.shell.user_ns["target"] == "sim"


def test_a_value_in_the_parameters_cell_wins(kernel: Kernel) -> None:
    """Somebody wrote it there."""
    kept_settings.keep({"store": "kept"})
    kernel.shell.user_ns["store"] = "typed"
    assert kept_settings.apply(kernel)["store"] == "typed"


def test_a_file_that_cannot_be_read_is_said_and_not_kept(kernel: Kernel) -> None:
    """At once, with the line; what was in use stays."""
    form = Settings(kernel)
    form.fields["owners"].value = "no-such.csv"
    form.button.click()
    assert "no-such.csv" in form.status.widget.value
    assert kept_settings.kept() == {}
    assert kernel.shell.user_ns["owners"] == ""


@pytest.mark.parametrize("content", ["", "[]", '{"server": 3}', '{"server": "x", "values": 1}'])
def test_what_cannot_be_read_or_is_of_another_server_is_nothing(
    kernel: Kernel, isolated: Path, content: str
) -> None:
    """A choice of yesterday must not decide today."""
    kept_settings.keep({"store": "kept"})
    path = next(isolated.rglob("settings.json"))
    path.write_text(content, "utf-8")
    assert kept_settings.kept() == {}


def test_a_value_of_a_wrong_type_is_passed_over(kernel: Kernel, isolated: Path) -> None:
    """Whoever wrote the file, the notebook gets what its cell declares."""
    kept_settings.keep({"redact": "yes"})
    assert kept_settings.apply(kernel)["redact"] is False


def test_the_file_is_for_its_owner_alone(kernel: Kernel, isolated: Path) -> None:
    """It names folders and people's files."""
    kept_settings.keep({"store": "kept"})
    path = next(isolated.rglob("settings.json"))
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["values"] == {"store": "kept"}


def test_a_server_without_a_name_keeps_nothing(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values hold in this kernel, and the form says so."""
    monkeypatch.delenv(SERVER)
    form = Settings(kernel)
    form.button.click()
    assert "until this notebook runs again" in form.status.widget.value


def test_batch_runs_have_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """There parameters are given."""
    shell: Any = Shell(allow_stdin=False)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert settings() is None
