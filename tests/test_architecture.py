"""Imports point down only; AWS is reached, written and turned into HTML in one place each."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path("orgkit")
FILES = sorted(PACKAGE.rglob("*.py"))
# From the ground up; a module may import what stands before it (within a line: in that order).
TOWER = (
    "terms",
    "remedies",
    "errors",
    "aws",
    "frames",
    "surroundings",
    "snapshot",
    "questions said",
    "store memory looks history folder signing signed verify",
    "progress past changes",
    "checks",
    "watch plans actions",
    "blocks charts show way readiness",
    "permissions template",
    "front parameters kit saved run story trail connection widgets report launch demo",
    "cli __main__",
)
ORDER = [name for line in TOWER for name in line.split()]
FACADE = {"__init__"}  # `import orgkit` imports lazily


def module(path: Path) -> str:
    """The part of the package that a file belongs to."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> set[str]:
    """The parts of orgkit that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "orgkit":
                names = [f"orgkit.{alias.name}" for alias in node.names]
            found |= {n.split(".")[1] for n in names if n.startswith("orgkit.")}
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            found |= {n.split(".")[1] for n in names if n.startswith("orgkit.")}
    return found - {"__version__"}


def test_every_part_has_its_place_in_the_tower() -> None:
    """A new part must be given its place here before it can be imported."""
    parts = {module(path) for path in FILES} - FACADE - {"sim", "schemas"}
    assert parts == set(ORDER)


@pytest.mark.parametrize(
    "path", [f for f in FILES if module(f) not in ("sim", "schemas", *FACADE)], ids=str
)
def test_imports_point_down(path: Path) -> None:
    """A part knows only what stands below it, and itself."""
    here = module(path)
    below = set(ORDER[: ORDER.index(here) + 1]) | {"schemas"}
    allowed_sim = {"sim"} if path.as_posix() in _KNOW_THE_SIMULATOR else set()
    assert imported(path) <= below | allowed_sim


_KNOW_THE_SIMULATOR = {"orgkit/aws/simulator.py", "orgkit/cli.py"}


@pytest.mark.parametrize("path", [f for f in FILES if module(f) == "sim"], ids=str)
def test_the_simulator_stands_beside_the_tower(path: Path) -> None:
    """It knows the words of the field and nothing else of orgkit."""
    assert imported(path) <= {"sim", "terms"}


def test_only_aws_and_the_simulator_use_the_sdk() -> None:
    """No client anywhere else, so that no call escapes the record and the guard."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        uses = "import boto3" in text or "from botocore" in text or "import botocore" in text
        assert not uses or module(path) in ("aws", "sim", "errors"), path


def test_only_actions_open_a_write() -> None:
    """The guard is opened in one module."""
    users = {p.as_posix() for p in FILES if ".writing(" in p.read_text(encoding="utf-8")}
    assert users == {"orgkit/actions.py"}


def test_html_is_made_in_one_module_and_one_template() -> None:
    """Tags stand in blocks and in the exporter, where everything is escaped."""
    made = {
        module(p) if module(p) == "blocks" else p.as_posix()
        for p in FILES
        if any(f"<{tag}" in p.read_text(encoding="utf-8") for tag in ("div", "table", "td", "span"))
    }
    assert made <= {"blocks", "orgkit/report/exporter.py"}


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
