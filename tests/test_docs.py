"""What the documentation promises is there, and what is there is documented."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from orgkit import catalog
from orgkit.cli import main
from orgkit.terms import ExitCode
from tools import architecture
from tools.docs import PARTS, README, WHOLE, fresh

TEXT = README.read_text(encoding="utf-8")
DOCS = [README, Path("CHANGELOG.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md"))]
MAKEFILE = Path("Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PARTS, ids=str)
def test_generated_tables_are_current(path: Path) -> None:
    """`make docs` would change nothing."""
    assert fresh(path) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WHOLE, ids=str)
def test_generated_files_are_current(path: Path) -> None:
    """`make docs` would write the same file."""
    assert path.read_text(encoding="utf-8") == WHOLE[path]()


@pytest.mark.parametrize("notebook", catalog.notebooks(), ids=lambda n: n.stem)
def test_every_notebook_is_in_the_readme(notebook: catalog.Notebook) -> None:
    """A notebook that nobody hears of is not used; a changing one is marked as such."""
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{notebook.stem}`"))
    changes = "confirm" in catalog.declared_parameters(notebook.path)
    assert row.endswith("| when confirmed |" if changes else "| no |")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented_and_has_help(name: str) -> None:
    """Commands stand in the README's table and explain themselves."""
    assert re.search(rf"^\| `orgkit {name}\b", TEXT, re.M)
    assert main.commands[name].help


def test_commands_in_the_documentation_exist() -> None:
    """No document names a command of orgkit that is not there."""
    group = main.commands["sim"]
    assert isinstance(group, click.Group)
    for path in DOCS:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"(?<![\w/-])orgkit ([a-z]+)(?= [a-z-]|`|$)", text):
            if f"`orgkit {name}" in text:
                assert name in main.commands, (path, name)
        for name in re.findall(r"`orgkit sim ([a-z]+)", text):
            assert name in group.commands, (path, name)


def test_make_targets_in_the_documentation_exist() -> None:
    """No document names a target that make does not know."""
    known = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    for path in DOCS:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.M):
            assert name in known, (path, name)
    assert {"demo", "test", "lab", "check", "notebooks"} <= known


def test_exit_codes_are_documented() -> None:
    """The table of the README has every code, and no other."""
    listed = {int(n) for n in re.findall(r"^\| (\d+) \|", TEXT, re.M)}
    assert listed == {int(code) for code in ExitCode}


def test_the_newcomer_finds_the_two_commands_first() -> None:
    """The first block of commands is make demo and make test."""
    first = re.search(r"```sh\n(.*?)```", TEXT, re.S)
    assert first
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == [
        "make demo",
        "make test",
    ]


def test_no_arrow_of_the_picture_points_up() -> None:
    """Every import leads to a lower floor, and at most 25 rooms are seen at the top."""
    arrows = architecture.arrows()
    assert architecture.upward(arrows) == []
    assert {room for arrow in arrows for room in arrow} == set(architecture.rooms())
    assert len(architecture.rooms()) <= 25


def test_the_picture_draws_what_is_imported() -> None:
    """A new import is a new arrow, unless a longer way says it already; each goes down."""
    drawn = architecture.without_detours({("a", "b"), ("b", "c"), ("a", "c")})
    assert drawn == [("a", "b"), ("b", "c")]
    ends = re.findall(r'<path d="M\d+ (\d+)[^"]* (\d+)" fill="none"', architecture.picture())
    assert len(ends) == len(architecture.without_detours(architecture.arrows()))
    assert all(int(start) < int(end) for start, end in ends)


def test_paths_in_the_documentation_exist() -> None:
    """What a document says of a file or folder of the project is true after a move, too."""
    made_by_users = ("notebooks/NN_name.ipynb", "tests/browser/artifacts/")
    for path in DOCS:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:orgkit|tests|tools|notebooks|benchmarks)/[^`<…*]*)`", text):
            assert Path(name).exists() or name in made_by_users, (path, name)
        for module in re.findall(r"\borgkit(?:\.[a-z_]+)+(?![\w/])", text):
            parts = module.split(".")
            found = any(Path(*parts[:n]).with_suffix(".py").exists() for n in (len(parts), 2, 3, 4))
            assert found or Path(*parts).is_dir(), (path, module)


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link points to a file of the project."""
    for path in DOCS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), (path, target)


def test_decisions_are_short_and_complete() -> None:
    """An ADR has context, decision and consequences, on a page."""
    for path in sorted(Path("docs/adr").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for part in ("Context", "Decision", "Consequences"):
            assert part in text, (path, part)
        assert len(text.splitlines()) <= 60


def test_the_gate_runs_what_the_readme_says() -> None:
    """Continuous integration and people run the same command."""
    assert "make test" in Path(".ci/run").read_text(encoding="utf-8")


def test_every_dependency_is_pinned_and_has_its_reason() -> None:
    """The project file gives each a reason; requirements.txt pins each and installs the kit."""
    project = Path("pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.S | re.M)
    assert block
    lines = [line for line in block[1].splitlines() if line.strip()]
    pinned = Path("requirements.txt").read_text(encoding="utf-8")
    assert re.search(r"^-e \.", pinned, re.M)
    for line in lines:
        name = re.match(r'\s*"([\w-]+)', line)
        assert name
        assert " # " in line, f"{name[1]} has no reason"
        assert re.search(rf"^{name[1].lower()}==", pinned, re.M | re.I), name[1]
    loose = [line for line in pinned.splitlines() if re.match(r"[a-z]", line) and "==" not in line]
    assert not loose


def test_every_command_of_the_simulator_is_named() -> None:
    """The README's line on the simulator names all it can do."""
    group = main.commands["sim"]
    assert isinstance(group, click.Group)
    line = next(line for line in TEXT.splitlines() if line.startswith("| `orgkit sim …`"))
    assert set(re.findall(r"`([a-z]+)`", line)) == set(group.commands)


def test_every_threat_names_tests_that_are_there() -> None:
    """A row of docs/security.md without a test is a promise that nobody keeps."""
    source = "\n".join(p.read_text(encoding="utf-8") for p in Path("tests").rglob("test_*.py"))
    files = {p.name for p in Path("tests").rglob("test_*.py")}
    lines = Path("docs/security.md").read_text(encoding="utf-8").splitlines()
    rows = [r for r in lines if r.startswith("| ") and not r.startswith(("| threat", "|---"))]
    assert len(rows) > 20
    for row in rows:
        threat, holds, tests, limit = (cell.strip() for cell in row.strip("|").split(" | "))
        names = re.findall(r"`(test_\w+(?:\.py)?)`", tests)
        assert names, threat
        assert holds, threat
        assert limit, threat
        for name in names:
            assert name in files or f"def {name}(" in source, (threat, name)
