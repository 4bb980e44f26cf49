"""Without orgkit's own launcher: plain papermill and nbconvert do what a user expects of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.support.simulator import Place

BIN = Path(sys.executable).parent


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A working folder with nothing started in it."""
    with Place(tmp_path) as made:
        yield made


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the environment's commands from the repository's root."""
    command = [str(BIN / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def papermill(place: Place, notebook: str, *arguments: str) -> tuple[int, str]:
    """Run a notebook by the stock command; exit code and what it said."""
    target = str(place.folder / "out.ipynb")
    done = tool("papermill", f"notebooks/{notebook}.ipynb", target, "--no-progress-bar", *arguments)
    return done.returncode, done.stderr


def test_papermill_runs_a_notebook_with_nothing_started_before(place: Place) -> None:
    """The stock command starts the simulator by itself and leaves run.json and the tables."""
    code, said = papermill(place, "01_precheck")
    assert code == 0, said
    (run,) = (place.folder / "evidence" / "o-acme123456" / "runs").iterdir()
    assert {"run.json", "findings.csv", "MANIFEST.sha256"} <= {p.name for p in run.iterdir()}


def test_papermill_takes_parameters_from_a_file(place: Place) -> None:
    """`-f params.yaml` confirms and begins the process."""
    parameters = place.folder / "params.yaml"
    parameters.write_text("confirm: o-acme123456\n")
    code, said = papermill(place, "02_request", "-f", str(parameters))
    assert code == 0, said
    assert place.changes() == ["EnableAllFeatures"]


def test_papermill_inside_a_notebook_is_no_person(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kernel inherits JupyterLab's variables, but nobody sits there: `confirm` counts."""
    monkeypatch.setenv("JPY_SESSION_NAME", "caller.ipynb")
    code, said = papermill(place, "02_request", "-p", "confirm", "o-acme123456")
    assert code == 0, said
    assert place.changes() == ["EnableAllFeatures"]


def test_a_misspelled_parameter_stops_plain_papermill_too(place: Place) -> None:
    """Papermill only logs an unknown name; the notebook itself refuses it."""
    code, said = papermill(place, "01_precheck", "-p", "organisation_id", "o-acme123456")
    assert code != 0
    assert "has no parameter organisation_id" in said
    assert not (place.folder / "evidence").exists()


def test_nbconvert_makes_the_report(place: Place) -> None:
    """`jupyter nbconvert --to orgkit` writes the same report as the launcher."""
    place.run("start_here")
    executed = place.file("notebook.ipynb")
    done = tool("jupyter", "nbconvert", "--to", "orgkit", str(executed), "--output", "made")
    assert done.returncode == 0, done.stderr
    assert executed.with_name("made.html").read_text() == place.report()


def test_a_stored_difference_is_found_by_nbval(place: Place) -> None:
    """The comparison of stored outputs can fail: one changed word in one output is enough."""
    source = Path("notebooks/00_start_here.ipynb")
    notebook = nbformat.read(source, as_version=4)
    where = next(c for c in notebook.cells if "run.summary" in c.source)
    where.outputs[0].data["text/plain"] = "Phase ALL_FEATURES"
    altered = place.folder / "notebooks" / source.name
    altered.parent.mkdir()
    nbformat.write(notebook, altered)
    done = tool("pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(altered))
    assert done.returncode == 1
    assert "1 failed" in done.stdout


@pytest.mark.parametrize(
    ("notebook", "given", "words"),
    [
        ("01_precheck", ("-p", "profile", "12345678901"), "`-r profile VALUE`"),
        ("01_precheck", ("-y", "{owners: [a.csv]}"), "owners is"),
        ("06_audit_report", ("-p", "redact", "no"), "redact is"),
    ],
)
def test_a_guessed_type_stops_plain_papermill(
    place: Place, notebook: str, given: tuple[str, ...], words: str
) -> None:
    """F14: the notebook refuses it before anybody signs in, and says how to give it."""
    code, said = papermill(place, notebook, *given)
    assert code != 0
    assert words in said
    assert not (place.folder / "evidence").exists()


def test_a_copy_without_tags_is_refused_what_would_not_hold(place: Place) -> None:
    """F17: papermill writes above the defaults there; the guard would be gone, with exit code 0."""
    notebook = nbformat.read("notebooks/01_precheck.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.metadata.clear()
    copy = place.folder / "copy.ipynb"
    nbformat.write(notebook, copy)
    target = str(place.folder / "out.ipynb")
    given = ("-p", "organization_id", "o-other123456")
    done = tool("papermill", str(copy), target, "--no-progress-bar", *given)
    assert done.returncode != 0
    assert "the notebook goes on with" in done.stderr
    assert not (place.folder / "evidence").exists()


def test_a_misspelled_parameter_stops_papermill_inside_a_notebook(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F13: its kernel has JupyterLab's variables, and the guard counts all the same."""
    monkeypatch.setenv("JPY_SESSION_NAME", "caller.ipynb")
    code, said = papermill(place, "01_precheck", "-p", "organisation_id", "o-acme123456")
    assert code != 0
    assert "has no parameter organisation_id" in said
