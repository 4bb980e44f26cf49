"""The notebooks of the kit are found by number, short name, stem or path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import orgkit
from orgkit import catalog
from orgkit.errors.exceptions import UsageError
from orgkit.terms import NotebookName


@pytest.mark.parametrize(
    "name", ["01", "precheck", "01_precheck", "01_precheck.ipynb", "notebooks/01_precheck.ipynb"]
)
def test_a_notebook_has_several_names(name: str) -> None:
    """People type what they see."""
    found = catalog.find(name)
    assert (found.stem, found.name) == ("01_precheck", "precheck")
    assert found.path.is_file()


def test_a_copy_of_a_notebook_is_not_taken_for_the_kit_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person types as a path is that file, and no other of the same name."""
    own = catalog.find("precheck").path
    (tmp_path / "01_precheck.ipynb").write_text(own.read_text().replace("Pre-check", "Mine"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="is not the notebook") as caught:
        catalog.find("./01_precheck.ipynb")
    assert str(tmp_path / "01_precheck.ipynb") in caught.value.problem
    assert catalog.find(str(own)).path == own


@pytest.mark.parametrize("name", ["", "1", "prechec", "07_nothing", "_template"])
def test_an_unknown_notebook_is_wrong_usage_and_says_what_there_is(name: str) -> None:
    """A typing error is no traceback."""
    with pytest.raises(UsageError, match="no notebook") as caught:
        catalog.find(name)
    assert "precheck, request" in caught.value.do_this
    assert caught.value.exit_code == 64


def test_all_notebooks_are_listed_in_order_with_one_line_each() -> None:
    """The template is none of them."""
    found = catalog.notebooks()
    assert [n.stem[:2] for n in found] == [f"{i:02d}" for i in range(len(found))]
    assert len(found) >= 7
    assert all(n.summary and "\n" not in n.summary for n in found)


def test_without_a_checkout_the_working_folder_has_the_notebooks(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installed package finds the notebooks where the user put them."""
    monkeypatch.setattr(catalog, "__file__", str(tmp_path / "site-packages" / "orgkit" / "kit.py"))
    cells = [{"source": ["# Title\n", "\n", "What it is for.\n", "More.\n"]}]
    (isolated / "notebooks").mkdir()
    (isolated / "notebooks" / "08_own.ipynb").write_text(json.dumps({"cells": cells}))
    assert [(n.name, n.summary) for n in catalog.notebooks()] == [("own", "What it is for.")]


@pytest.mark.parametrize("name", orgkit.__all__)
def test_every_name_that_the_package_promises_is_there(name: str) -> None:
    """They are imported on first use, so a wrong one would show late."""
    assert getattr(orgkit, name) is not None


def test_a_name_that_it_does_not_promise_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = orgkit.nothing


def test_every_notebook_has_its_name_in_terms() -> None:
    """The names that logic uses are the files of the kit, in their order."""
    assert [n.stem for n in catalog.notebooks()] == list(NotebookName)
