"""The user's copy of the notebooks follows the kit and keeps what the user changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orgkit import catalog, environment
from orgkit.cli.working_copy import Refreshed, refresh, show_evidence
from orgkit.errors.exceptions import UsageError
from orgkit.views.sample import NOT_RUN, SAMPLE, is_marked, mark

NAME = "00_a.ipynb"
SHOWN = [{"output_type": "stream", "name": "stdout", "text": "shown"}]


def write(path: Path, source: str, outputs: Any = (), **metadata: Any) -> None:
    """Write a notebook of one cell."""
    cell = {"cell_type": "code", "id": "a", "source": [source], "metadata": metadata}
    cell |= {"outputs": list(outputs), "execution_count": 1 if outputs else None}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}), "utf-8")


def cell(path: Path) -> dict[str, Any]:
    """The first cell."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))["cells"][0]
    return found


def source(path: Path) -> str:
    """The source of the first cell."""
    return "".join(cell(path)["source"])


class Desk:
    """A kit with one notebook that has a stored output, and a folder for its copies."""

    def __init__(self, folder: Path) -> None:
        self.kit, self.folder, self.home = folder / "kit", folder / "mine", folder
        self.kit.mkdir()
        self.copy = self.folder / "notebooks" / NAME
        self.newer("one")

    def newer(self, text: str, **metadata: Any) -> None:
        """Write another version of the kit's notebook."""
        write(self.kit / NAME, text, SHOWN, **metadata)

    def refresh(self) -> Refreshed:
        """Bring the copies up to date."""
        return refresh(self.kit, self.folder, self.home)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A kit, and no copy yet."""
    return Desk(tmp_path)


def test_a_copy_shows_no_sample_and_says_that_it_has_not_run(desk: Desk) -> None:
    """What the kit stored cannot be taken for the state of an organization."""
    assert desk.refresh().written == [desk.copy]
    assert "shown" not in desk.copy.read_text("utf-8")
    assert cell(desk.copy)["outputs"] == [mark(NOT_RUN)]
    assert desk.refresh() == Refreshed()


def test_a_copy_that_only_ran_is_brought_up_to_date(desk: Desk) -> None:
    """Outputs are no change of the user's; without a newer version they stay."""
    desk.refresh()
    write(desk.copy, "one", SHOWN)
    assert desk.refresh() == Refreshed()
    assert cell(desk.copy)["outputs"] == SHOWN
    desk.newer("two")
    assert desk.refresh().written == [desk.copy]
    assert source(desk.copy) == "two"


def test_a_newer_setting_of_a_cell_reaches_the_copy(desk: Desk) -> None:
    """Such as an input that is collapsed from now on."""
    desk.refresh()
    desk.newer("one", jupyter={"source_hidden": True})
    assert desk.refresh().written == [desk.copy]
    assert cell(desk.copy)["metadata"]["jupyter"] == {"source_hidden": True}


def test_what_jupyter_notes_in_a_cell_is_no_change(desk: Desk) -> None:
    """JupyterLab adds metadata when it saves."""
    desk.refresh()
    write(desk.copy, "one", SHOWN, trusted=True)
    desk.newer("two")
    assert desk.refresh().beside == []
    assert source(desk.copy) == "two"


def test_a_changed_copy_is_never_overwritten(desk: Desk) -> None:
    """The newer version stands beside it, once; also where it is not known what was copied."""
    desk.refresh()
    write(desk.copy, "mine")
    beside = desk.copy.with_name("00_a.new.ipynb")
    desk.newer("two")
    assert desk.refresh().beside == [beside]
    assert desk.refresh() == Refreshed()
    (desk.folder / environment.COPY).unlink()
    desk.refresh()
    assert (source(desk.copy), source(beside)) == ("mine", "two")


def test_a_newer_version_that_was_changed_stays_as_well(desk: Desk) -> None:
    """The next one gets another name; one that nobody changed gives way."""
    desk.refresh()
    write(desk.copy, "mine")
    desk.newer("two")
    (beside,) = desk.refresh().beside
    desk.newer("three")
    assert desk.refresh().beside == [beside]
    assert source(beside) == "three"
    write(beside, "mine too")
    desk.newer("four")
    assert [p.name for p in desk.refresh().beside] == ["00_a.new2.ipynb"]
    assert (source(desk.copy), source(beside)) == ("mine", "mine too")


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_file_that_is_no_notebook_is_the_user_s(desk: Desk, content: str) -> None:
    """It may be half of something that matters."""
    desk.refresh()
    desk.copy.write_text(content, "utf-8")
    desk.newer("two")
    desk.refresh()
    assert desk.copy.read_text("utf-8") == content


@pytest.mark.parametrize("said", ["", "[]", '{"copies": 3}', '{"copies": {"00_a.ipynb": 1}}'])
def test_a_list_of_copies_that_cannot_be_read_loses_nothing(desk: Desk, said: str) -> None:
    """Then every copy that differs counts as changed."""
    desk.refresh()
    write(desk.copy, "mine")
    (desk.folder / environment.COPY).write_text(said, "utf-8")
    assert len(desk.refresh().beside) == 1
    assert source(desk.copy) == "mine"


def test_the_kit_s_own_folder_is_refused(desk: Desk) -> None:
    """The copies would be the originals."""
    (desk.folder).mkdir()
    (desk.folder / "notebooks").symlink_to(desk.kit)
    before = (desk.kit / NAME).read_bytes()
    with pytest.raises(UsageError, match="kit's own notebooks"):
        desk.refresh()
    assert (desk.kit / NAME).read_bytes() == before


def test_a_folder_in_place_of_a_notebook_is_named(desk: Desk) -> None:
    """Nothing is written into it."""
    desk.copy.mkdir(parents=True)
    with pytest.raises(UsageError, match="is a folder"):
        desk.refresh()


def test_commands_in_the_copy_work_on_the_same_evidence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal in the folder of copies finds the working folder that they belong to."""
    desk.refresh()
    monkeypatch.delenv(environment.HOME, raising=False)
    monkeypatch.chdir(desk.folder / "notebooks")
    assert environment.home() == desk.home


def test_the_evidence_is_shown_beside_the_copies(desk: Desk) -> None:
    """Once; whatever lies there already stays."""
    desk.refresh()
    for _ in range(2):
        show_evidence(desk.folder, desk.home / "evidence")
    assert (desk.folder / "evidence").resolve() == desk.home / "evidence"
    (desk.folder / "evidence").unlink()
    (desk.folder / "evidence").mkdir()
    show_evidence(desk.folder, desk.home / "evidence")
    assert not (desk.folder / "evidence").is_symlink()


def test_the_kit_s_stored_outputs_are_marked_as_a_sample() -> None:
    """Also where somebody opens the kit's own files; the mark goes when the cell runs."""
    for each in catalog.notebooks():
        cells = catalog.files.read_document(each.path)["cells"]
        assert is_marked(cells), each.stem
        (output,) = next(c for c in cells if c.get("id") == "settings")["outputs"]
        assert "".join(output["data"]["text/plain"]) == SAMPLE, each.stem
