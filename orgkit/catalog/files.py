"""Notebook files as they are found: whole, in a merge conflict, empty, or no notebook at all."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orgkit.errors.refused import refused
from orgkit.reading.refusals import Unusable
from orgkit.reading.text import read_text

_LARGEST = 256 * 2**20  # bytes; an executed notebook carries its tables and pictures
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")
_RESTORE = "Name a notebook (.ipynb); one of the kit comes back with `git checkout`."


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Read the cells of a notebook. Raises `UsageError` that names the file and what is wrong."""
    # Plain JSON, because importing nbformat would make `orgkit list` wait for half a second.
    cells: list[dict[str, Any]] = read_document(path)["cells"]
    return cells


def read_document(path: Path) -> dict[str, Any]:
    """Read a notebook as plain JSON. Raises `UsageError` like `read_cells`."""
    with refused("The notebook is", path):
        text = read_text(path, _LARGEST)
        with path.open("rb") as file:
            if file.read(3).startswith(_MARKS):  # neither papermill nor JupyterLab reads it
                raise Unusable(["It begins with a byte order mark."], "Save it as UTF-8 without.")
        document = _document(text)
        cells = _cells_of(document)
        return {**document, "cells": cells}


def _document(text: str) -> Any:
    if not text.strip():
        raise Unusable(["It is empty."], _RESTORE)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.startswith(_CONFLICT):
                words = f"Line {number}: a merge conflict is not resolved."
                raise Unusable([words], "Resolve it, e.g. by `git mergetool`.") from error
        words = f"Line {error.lineno}, column {error.colno}: it is not a notebook: {error.msg}."
        raise Unusable([words], _RESTORE) from error
    except (ValueError, RecursionError) as error:
        raise Unusable([f"It is not a notebook: {error}."], _RESTORE) from error


def _cells_of(document: Any) -> list[dict[str, Any]]:
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise Unusable(["It is not a notebook: it has no list of cells (version 4)."], _RESTORE)
    for number, cell in enumerate(cells, start=1):
        if not _is_cell(cell):
            raise Unusable([f"Cell {number} is not a cell of a notebook."], _RESTORE)
    return cells


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata", {}), dict):
        return False
    lines = cell.get("source")
    whole = isinstance(lines, list) and all(isinstance(line, str) for line in lines)
    return whole or isinstance(lines, str)


def source(cell: Mapping[str, Any]) -> str:
    """Join the lines of a cell."""
    return "".join(cell["source"])


def open_notebook(path: Path) -> Any:
    """Read a notebook in whole, as nbformat has it. Raises `UsageError` for what is none."""
    import nbformat

    read_cells(path)
    with refused("The notebook is", path):
        try:
            found = nbformat.read(path, as_version=4)
            nbformat.validate(found)
        # What nbformat raises for a strange file depends on where it is strange.
        except (nbformat.ValidationError, ValueError, LookupError, TypeError, AttributeError) as e:
            words = str(e).splitlines() or [type(e).__name__]
            raise Unusable([f"It is not a valid notebook: {words[0]}"], _RESTORE) from e
    return found
