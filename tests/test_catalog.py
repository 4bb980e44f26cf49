"""The notebooks of the kit are found by number, short name, stem or path."""

from __future__ import annotations

import json
import os
import re
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


CONFLICT = """{
 "cells": [
<<<<<<< HEAD
  {"source": ["a"]}
=======
  {"source": ["b"]}
>>>>>>> other
 ]
}
"""
BROKEN = {
    "conflict": (CONFLICT.encode(), "Line 3: a merge conflict is not resolved"),
    "mark": (b"\xef\xbb\xbf" + b'{"cells": []}', "begins with a byte order mark"),
    "wide": ('{"cells": []}'.encode("utf-16"), "begins with a byte order mark"),
    "empty": (b"", "It is empty"),
    "blank": (b" \n", "It is empty"),
    "prose": (b"# A title\n", "Line 1, column 1: it is not a notebook"),
    "cut": (b'{"cells": [{"source": "a', "Line 1, column"),
    "list": (b"[]", "no list of cells"),
    "number": (b"3", "no list of cells"),
    "old": (b'{"worksheets": [], "nbformat": 3}', "no list of cells"),
    "cells": (b'{"cells": {"a": 1}}', "no list of cells"),
    "cell": (b'{"cells": [3]}', "Cell 1 is not a cell"),
    "source": (b'{"cells": [{"source": [1]}]}', "Cell 1 is not a cell"),
    "sourceless": (b'{"cells": [{}]}', "Cell 1 is not a cell"),
    "metadata": (b'{"cells": [{"source": "", "metadata": []}]}', "Cell 1 is not a cell"),
    "latin": ("J\xf6rg".encode("latin-1"), "holds the byte 0xf6"),
    "zero": (b"\x00\x00", "a zero byte"),
    "deep": (b'{"cells": ' + b"[" * 200_000, "not a notebook"),
    "digits": (b'{"cells": ' + b"9" * 5000 + b"}", "not a notebook"),
}


@pytest.fixture
def own(isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with notebooks of its own: one that is whole, and room for others."""
    monkeypatch.setattr(catalog, "__file__", str(tmp_path / "site-packages" / "orgkit" / "kit.py"))
    folder = isolated / "notebooks"
    folder.mkdir()
    cells = [{"source": ["# Title\n", "What it is for.\n"]}, parameters('target: str = "sim"')]
    (folder / "08_own.ipynb").write_text(json.dumps({"cells": cells}))
    return folder


def parameters(source: str) -> dict[str, object]:
    """A cell that is tagged as the one of parameters."""
    return {"source": source, "metadata": {"tags": ["parameters"]}}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_notebook_is_told_and_stops_no_other(own: Path, kind: str) -> None:
    """F18: whatever became of one file, the others are listed, found and read."""
    content, words = BROKEN[kind]
    broken = own / "09_broken.ipynb"
    broken.write_bytes(content)
    whole, told = catalog.notebooks()
    assert (whole.name, whole.summary) == ("own", "What it is for.")
    assert told.summary.startswith("cannot be used: ")
    assert words in told.summary
    assert list(catalog.declared_parameters(catalog.find("own").path)) == ["target"]
    with pytest.raises(UsageError) as caught:
        catalog.declared_parameters(catalog.find("broken").path)
    assert str(broken) in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.exit_code == 64
    with pytest.raises(UsageError, match=re.escape(str(broken))):
        catalog.open_notebook(broken)


@pytest.mark.parametrize("make", ["mkdir", "mkfifo", "link"])
def test_what_is_no_file_is_told_too(own: Path, make: str) -> None:
    """F18: a folder, a pipe or a link to nothing under the name of a notebook."""
    broken = own / "09_broken.ipynb"
    {"mkdir": broken.mkdir, "mkfifo": lambda: os.mkfifo(broken)}.get(
        make, lambda: broken.symlink_to("nowhere")
    )()
    assert [n.name for n in catalog.notebooks()] == ["own", "broken"]
    with pytest.raises(UsageError, match=re.escape(str(broken))):
        catalog.declared_parameters(broken)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('target: str = "a" + "b"', "Line 1 of its parameters cell: the default of target is comp"),
        ("target: str = f'{1}'", "is computed"),
        ('\nshare: float = float("nan")', "Line 2 of its parameters cell: the default of share"),
        ("share: float = 1e999", "The default of share is inf, which is no float"),
        ("share: float = -1e999", "The default of share is -inf"),
        ("days: int = '3'", "The default of days is '3', which is no int"),
        ("redact: bool = 0", "which is no bool"),
        ("target: str = None", "which is no str"),
        ("%pip install x", "Line 1 of its parameters cell is no Python"),
        ("<<<<<<< HEAD", "Line 1 of its parameters cell is no Python"),
        ("target: str = " + "(" * 500, "parameters cell"),
        ("target: str = " + "-" * 9000 + "1", "parameters cell"),
    ],
)
def test_a_default_that_is_no_plain_value_is_refused(own: Path, source: str, words: str) -> None:
    """F18: what a default comes to is read without running anything, so it must stand there."""
    path = own / "09_broken.ipynb"
    path.write_text(json.dumps({"cells": [parameters(source)]}))
    with pytest.raises(UsageError) as caught:
        catalog.declared_parameters(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_strange_tags_are_no_tags(own: Path) -> None:
    """F18: a tool may leave null or a word where a list belongs."""
    path = own / "09_broken.ipynb"
    for tags in (None, "parameters", {"parameters": 1}):
        path.write_text(json.dumps({"cells": [{"source": "", "metadata": {"tags": tags}}]}))
        with pytest.raises(UsageError, match="0 cells tagged"):
            catalog.declared_parameters(path)


def test_without_notebooks_it_says_where_they_are_looked_for(own: Path) -> None:
    """F18: an empty folder is no traceback."""
    (own / "08_own.ipynb").unlink()
    with pytest.raises(UsageError, match=r'no notebook "precheck"') as caught:
        catalog.find("precheck")
    assert str(own) in caught.value.do_this
