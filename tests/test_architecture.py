"""Import-linter says what it can, and these tests the rest: writes, HTML, prints, environment."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orgkit import environment

PACKAGE = Path("orgkit")
FILES = sorted(PACKAGE.rglob("*.py"))
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its contracts, for imports that must not be."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "orgkit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `make check` runs, in another folder."""
    command = [str(LINT), "--no-cache"]
    # One line a contract's name, however narrow the terminal is.
    env = {"COLUMNS": "300", "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)


@pytest.mark.parametrize(
    ("module", "forbidden", "contract"),
    [
        ("checks/people.py", "orgkit.views.board", "The floors of the kit"),
        ("snapshot/members.py", "orgkit.notebook.run", "The floors of the kit"),
        ("views/board.py", "orgkit.iam.roles", "The floors of the kit"),
        ("sim/state/ids.py", "orgkit.aws", "The simulator stands beside the kit"),
        ("checks/people.py", "orgkit.sim.state.model", "The kit reaches the simulator"),
        ("sim/organizations/paging.py", "orgkit.sim.server.engine", "The floors of the simulator"),
        ("actions/plan.py", "boto3", "AWS's SDK is used where AWS is"),
        ("views/board.py", "botocore.exceptions", "AWS's SDK is used where AWS is"),
        ("catalog/files.py", "tests.support.place", "The package does not know its tests"),
        ("iam/roles.py", "tools.docs", "The package does not know its tests"),
        ("newroom.py", "json", "The floors of the kit"),
    ],
)
def test_a_forbidden_import_fails_the_gate(
    copied: Path, module: str, forbidden: str, contract: str
) -> None:
    """`make check` says which contract an import breaks; a new room must be given its floor."""
    path = copied / "orgkit" / module
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\nimport {forbidden}\n", encoding="utf-8")
    try:
        found = lint(copied)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert found.returncode == 1
    broken = [line for line in found.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken)


def test_the_contracts_hold(copied: Path) -> None:
    """The package as it is breaks none of them."""
    found = lint(copied)
    assert found.returncode == 0, found.stdout


def test_the_environment_is_read_in_one_module() -> None:
    """Every variable is explained there, so that none is read that nobody can find."""
    ways = re.compile(r"os\.(environ|getenv)|from os import .*environ")
    users = {p.as_posix() for p in FILES if ways.search(p.read_text(encoding="utf-8"))}
    assert users == {"orgkit/environment.py"}
    with pytest.raises(KeyError, match="ORGKIT_NOSUCH"):
        environment.value("ORGKIT_NOSUCH")


def test_only_actions_open_a_write() -> None:
    """The guard is opened in one module."""
    users = {p.as_posix() for p in FILES if ".writing(" in p.read_text(encoding="utf-8")}
    assert users == {"orgkit/actions/execute.py"}


def test_html_is_made_in_one_module_and_one_template() -> None:
    """Tags stand in blocks and in the exporter, where everything is escaped.

    And in the line of the index, which verifying must be able to make again.
    """
    made = {
        p.parent.as_posix() if p.is_relative_to(PACKAGE / "views" / "blocks") else p.as_posix()
        for p in FILES
        if any(f"<{tag}" in p.read_text(encoding="utf-8") for tag in ("div", "table", "td", "span"))
    }
    exporter, line = "orgkit/report/exporter.py", "orgkit/evidence/index_page.py"
    assert made <= {"orgkit/views/blocks", exporter, line}


def test_nothing_prints() -> None:
    """Only the command line speaks, through click, and the simulator's server line."""
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n.func.id for n in ast.walk(tree) if _is_name_call(n)]
        assert "print" not in calls, path


def _is_name_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_files_stay_small() -> None:
    """A file that a reader can hold in mind: 400 lines at the most."""
    long = {p.as_posix(): n for p in FILES if (n := len(p.read_text().splitlines())) > 400}
    assert not long


@pytest.mark.parametrize(
    "heavy", ["pandas", "boto3", "moto", "matplotlib", "nbformat", "cryptography"]
)
def test_the_command_line_starts_without_heavy_imports(heavy: str) -> None:
    """`orgkit --help` answers at once because it imports nothing large."""
    code = f"import sys, orgkit.cli; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
