"""Rules that every notebook of the kit keeps, so that a reader and a script can rely on them."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from orgkit import catalog

NOTEBOOKS = [n.path for n in catalog.notebooks()]
TEMPLATE = catalog.folder() / "_template.ipynb"
TARGET = {
    "target": ("str", "sim"),
    "profile": ("str", ""),
    "role_arn": ("str", ""),
    "organization_id": ("str", ""),
    "store": ("str", "evidence"),
}
WRITERS = {"02_request", "04_finalize", "05_policy_types"}
SIMULATED = re.compile(r"\b(o-acme123456|h-[a-z0-9]{8,32}|r-acme)\b")
each = pytest.mark.parametrize("path", [*NOTEBOOKS, TEMPLATE], ids=lambda p: p.stem)
stored = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def cells(path: Path, kind: str = "") -> list[dict[str, Any]]:
    """The cells of a notebook, or those of one kind."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [c for c in found if not kind or c["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def tags(cell: dict[str, Any]) -> set[str]:
    """The tags of a cell."""
    return set(cell["metadata"].get("tags", []))


def outputs(path: Path) -> str:
    """Everything that a notebook stores of what it showed."""
    return json.dumps([c.get("outputs", []) for c in cells(path, "code")])


def test_the_seven_notebooks_are_there() -> None:
    """The walk has its promised steps, in this order."""
    assert [p.stem for p in NOTEBOOKS] == [
        "00_start_here",
        "01_precheck",
        "02_request",
        "03_monitor",
        "04_finalize",
        "05_policy_types",
        "06_audit_report",
    ]


@each
def test_the_title_cell_says_what_matters(path: Path) -> None:
    """What is read, what is changed, whether it can be undone, before any code."""
    first = cells(path)[0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")
    for word in ("**Reads**", "**Changes**", "**Undo**", "Takes"):
        assert word in source(first)


@each
def test_one_parameters_cell_comes_first(path: Path) -> None:
    """The first code cell is the interface: plain typed lines with help, the target's first."""
    code = cells(path, "code")
    assert [tags(c) & {"parameters"} for c in code] == [{"parameters"}] + [set()] * (len(code) - 1)
    known = catalog.declared_parameters(path)
    assert len(known) == len(source(code[0]).splitlines())
    assert {n: (p.type, p.default) for n, p in list(known.items())[:5]} == TARGET
    assert list(known)[:5] == list(TARGET)
    assert all(p.help and p.type in ("str", "int", "float", "bool") for p in known.values())


@each
def test_confirm_is_asked_where_something_changes(path: Path) -> None:
    """Notebooks that write have `confirm`, empty by default; the others do not."""
    known = catalog.declared_parameters(path)
    assert ("confirm" in known) == (path.stem in WRITERS)
    assert "confirm" not in known or known["confirm"].default == ""


@each
def test_code_cells_are_sentences(path: Path) -> None:
    """At most 8 lines, no definitions, loops, error handling, installs or shell lines."""
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try)
    for cell in cells(path, "code"):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        assert "parameters" in tags(cell) or len(lines) <= 8, lines
        assert not any(line.lstrip().startswith(("%", "!")) for line in lines)
        tree = ast.parse(source(cell))
        assert not [node for node in ast.walk(tree) if isinstance(node, banned)]


@each
def test_imports_stand_in_the_setup_cell_only(path: Path) -> None:
    """One place to look for what a notebook uses, and only the package's own surface."""
    for cell in cells(path, "code"):
        tree = ast.parse(source(cell))
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert bool(imports) == ("setup" in tags(cell))
        assert all(isinstance(n, ast.ImportFrom) and n.module == "orgkit" for n in imports)


@each
def test_prose_comes_before_code(path: Path) -> None:
    """A reader knows what a cell is about before it comes; the title speaks for the set-up."""
    every = cells(path)
    alone = [
        i
        for i, cell in enumerate(every)
        if cell["cell_type"] == "code"
        and every[i - 1]["cell_type"] != "markdown"
        and not tags(cell) & {"parameters", "setup"}
        and "run.summary" not in source(cell)
    ]
    assert not alone, f"code cells without prose before them: {alone}"


@each
def test_inputs_are_collapsed(path: Path) -> None:
    """The page begins with its answer: code is one click away."""
    hidden = [c["metadata"].get("jupyter", {}).get("source_hidden") for c in cells(path, "code")]
    assert set(hidden) == {True}


@each
def test_it_ends_with_the_saved_run(path: Path) -> None:
    """The evidence is kept last; what is next is computed, so no prose says it."""
    *_, saving = cells(path)
    assert source(saving) == "run.save()"
    assert not [c for c in cells(path, "markdown") if "**Next" in source(c)]


@each
def test_the_summary_is_the_first_thing_shown(path: Path) -> None:
    """After parameters and set-up comes the snapshot with its summary."""
    code = [source(c) for c in cells(path, "code") if not tags(c) & {"parameters", "setup"}]
    first = next(text for text in code if "no-report" not in text and "widgets." not in text)
    assert "run.say(run.summary)" in first


@each
def test_the_kernel_is_the_one_that_everybody_has(path: Path) -> None:
    """A kernelspec that is not installed would stop JupyterLab with a question."""
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert "widgets" not in metadata
    assert "papermill" not in metadata


@stored
def test_outputs_are_stored_and_counted(path: Path) -> None:
    """A cell without a count is never compared; counts run 1, 2, 3 from a fresh kernel."""
    counts = [c["execution_count"] for c in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))
    silent = [c for c in cells(path, "code") if not c["outputs"]]
    assert all(tags(c) & {"parameters", "no-report"} for c in silent), "only controls are silent"


@stored
def test_only_a_cell_that_must_differ_is_not_compared(path: Path) -> None:
    """Software versions differ from machine to machine, and the mark of a sample goes.

    Nothing else may be left out.
    """
    compared = [c for c in cells(path, "code") if "widgets.settings()" not in source(c)]
    silenced = [source(c) for c in compared if "nbval-ignore-output" in tags(c)]
    assert silenced in ([], ["run.add(views.audit.software())"])
    assert not any("NBVAL" in source(c) for c in cells(path))


@stored
def test_outputs_show_the_simulator_and_nobody_else(path: Path) -> None:
    """No real organization, account or address was ever stored."""
    text = outputs(path)
    scenario = (Path("orgkit/sim/scenario/shipped") / "acme.yaml").read_text(encoding="utf-8")
    for account in set(re.findall(r"(?<![\w.-])\d{12}(?![\w.])", text)):
        assert f'"{account}"' in scenario
    for organization in set(re.findall(r"\bo-[a-z0-9]{10,32}\b", text)):
        assert organization == "o-acme123456"
    for address in set(re.findall(r"[\w.+-]+@[\w.-]+", text)):
        assert address.endswith("example.com")


@stored
def test_no_output_is_an_error_or_a_warning(path: Path) -> None:
    """Stored notebooks ran clean: no traceback, nothing on stderr."""
    kinds = {o["output_type"] for c in cells(path, "code") for o in c["outputs"]}
    assert kinds <= {"execute_result", "display_data"}


def test_the_sanitize_file_stays_empty() -> None:
    """Outputs are the same by construction; nbval is given no pattern that hides a difference."""
    assert not list(Path().rglob("*sanitize*.cfg"))
