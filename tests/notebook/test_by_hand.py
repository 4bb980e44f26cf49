"""Runs that no launcher completes: by hand, and by papermill alone. Their evidence is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from orgkit import catalog
from orgkit.evidence.index_page import INDEX
from orgkit.evidence.index_page import opened as opened_page
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from tests.support.by_hand import opened
from tests.support.simulator import Place

FILES = {"run.json", "notebook.ipynb", "report.html", "MANIFEST.sha256"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A fresh working folder on the default scenario."""
    monkeypatch.chdir(tmp_path)
    with Place(tmp_path) as made:
        yield made


def runs(place: Place) -> list[Path]:
    """The folders of runs, oldest first."""
    return sorted((place.folder / "evidence" / place.organization_id / "runs").iterdir())


def executed(run: Path) -> list[dict[str, Any]]:
    """The code cells of the executed notebook of a run, which must be a valid one."""
    nbformat.validate(nbformat.read(run / "notebook.ipynb", as_version=4))
    content = json.loads((run / "notebook.ipynb").read_text("utf-8"))
    return [c for c in content["cells"] if c["cell_type"] == "code"]


def index_lines(place: Place) -> str:
    """The index page of the organization."""
    page = Path("evidence") / place.organization_id / INDEX
    found = opened_page(page.read_bytes())
    assert found is not None
    return found


def test_a_run_by_hand_leaves_what_a_headless_one_leaves(place: Place) -> None:
    """Report, executed notebook, line in the index; as soon as it is saved, the kernel alive."""
    with opened("start_here", place.folder) as hand:
        hand.run_all()
        assert hand.errors == []
        (run,) = runs(place)
        assert {p.name for p in run.iterdir()} >= FILES
        cells = executed(run)
        assert [c["id"] for c in cells] == [c["id"] for c in hand.cells]
        assert None not in [c["execution_count"] for c in cells]
        shown = [c["id"] for c in cells if c["outputs"]]
        headless = place.run("start_here")
        beside = executed(runs(place)[1])
        assert shown == [c["id"] for c in beside if c["outputs"]]
        assert headless["exit_code"] == 0
    report = (run / "report.html").read_text("utf-8")
    assert place.organization_id in report
    assert "This run did not finish" not in report
    assert f"runs/{run.name}/report.html" in index_lines(place)
    found = verify(Store("evidence"))
    assert (found.broken, found.notices) == ((), ())


def test_the_report_shows_the_parameters_that_were_typed(place: Place) -> None:
    """They stand in a cell of their own, as papermill writes them."""
    with opened("precheck", place.folder) as hand:
        hand.run_all(organization_id=place.organization_id)
        assert hand.errors == []
    (run,) = runs(place)
    (given,) = [c for c in executed(run) if "injected-parameters" in c["metadata"].get("tags", [])]
    assert f"organization_id = '{place.organization_id}'" in "".join(given["source"])
    assert f"<td>{place.organization_id}</td>" in (run / "report.html").read_text("utf-8")


def test_a_cell_of_ones_own_is_in_the_executed_notebook(place: Place) -> None:
    """In its place, with what it printed; a secret in it is masked."""
    secret = "aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYzz"
    with opened("start_here", place.folder) as hand:
        for cell in hand.cells[:-1]:
            hand.run("".join(cell["source"]), cell["id"])
        hand.run(f"print({secret!r}); print('mine')", "own")
        hand.run("".join(hand.cells[-1]["source"]), hand.cells[-1]["id"])
    (run,) = runs(place)
    own = executed(run)[-2]
    assert "mine" in "".join(own["outputs"][0]["text"])
    assert "wJalrXUtnFEMI" not in (run / "notebook.ipynb").read_text("utf-8")


def test_a_cell_that_fails_leaves_a_report_of_the_error(place: Place) -> None:
    """The run is saved and completed by the cell that failed; the index says failed."""
    with opened("start_here", place.folder) as hand:
        for cell in hand.cells[:4]:
            hand.run("".join(cell["source"]), cell["id"])
        hand.run("1 / 0", "wrong")
        assert hand.errors == ["ZeroDivisionError: division by zero"]
    (run,) = runs(place)
    assert "ZeroDivisionError" in (run / "report.html").read_text("utf-8")
    assert "</span> failed</span>" in index_lines(place)


def test_a_run_that_is_saved_again_has_its_newest_line(place: Place) -> None:
    """An error that was mended is none any more; the evidence verifies without a notice."""
    with opened("start_here", place.folder) as hand:
        for cell in hand.cells[:4]:
            hand.run("".join(cell["source"]), cell["id"])
        hand.run("1 / 0", "wrong")
        hand.run("1 / 1", "wrong")
        hand.run("".join(hand.cells[-1]["source"]), hand.cells[-1]["id"])
    (run,) = runs(place)
    assert "</span> failed</span>" not in index_lines(place)
    assert index_lines(place).count(run.name) == 1
    assert "ZeroDivisionError" not in (run / "report.html").read_text("utf-8")
    found = verify(Store("evidence"))
    assert (found.broken, found.notices) == ((), ())


def test_a_second_run_in_one_kernel_has_its_own_pages_only(place: Place) -> None:
    """Running the setup cell again begins another run: nothing of the first is in its notebook."""
    with opened("start_here", place.folder) as hand:
        hand.run_all()
        hand.run("print('of the first run')", "own")
        hand.run_all()
    first, second = runs(place)
    assert {p.name for p in second.iterdir()} >= FILES
    assert "of the first run" not in (second / "notebook.ipynb").read_text("utf-8")
    assert f"runs/{first.name}/" in index_lines(place)


def test_papermill_alone_leaves_the_same(place: Place) -> None:
    """No cell ids come with it, so cells are found by their source."""
    path = catalog.find("monitor").path
    given = {"organization_id": place.organization_id}
    out = str(place.folder / "out.ipynb")
    papermill.execute_notebook(str(path), out, given, progress_bar=False, kernel_name="python3")
    (run,) = runs(place)
    assert {p.name for p in run.iterdir()} >= FILES
    own = executed(run)
    other = nbformat.read(place.folder / "out.ipynb", as_version=4)
    theirs = [c for c in other.cells if c.cell_type == "code"]
    assert [len(c["outputs"]) for c in own] == [len(c.outputs) for c in theirs]
    assert f"runs/{run.name}/report.html" in index_lines(place)
    assert verify(Store("evidence")).broken == ()
