"""The parameters cell is a notebook's interface: read it, type what was given, refuse the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orgkit.catalog import declared_parameters, parse_parameters, read_parameters
from orgkit.errors.exceptions import UsageError

SOURCE = """target: str = "sim"  # "sim" (built-in simulator) or "aws"
account: str = "012345678901"
days: int = 14  # how many days  # and more
share: float = 0.5  # a share
loud: bool = False  # whether to be loud
plain = 3
"""


def notebook(folder: Path, *cells: tuple[str, str]) -> Path:
    """A notebook of code cells, each with one tag."""
    path = folder / "99_test.ipynb"
    made = [{"source": s.splitlines(True), "metadata": {"tags": [tag]}} for tag, s in cells]
    path.write_text(json.dumps({"cells": [{"source": ["# T"]}, *made]}))
    return path


def test_each_line_is_a_parameter_with_type_default_and_help() -> None:
    """What is no annotated line is no parameter."""
    found = parse_parameters(SOURCE)
    assert list(found) == ["target", "account", "days", "share", "loud"]
    target = found["target"]
    assert (target.type, target.default) == ("str", "sim")
    assert target.help == '"sim" (built-in simulator) or "aws"'
    assert found["days"].help == "how many days  # and more"
    assert found["account"].help == ""


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("account", "000000000001", "000000000001"),
        ("account", "", ""),
        ("account", "1e5", "1e5"),
        ("target", "True", "True"),
        ("days", "014", 14),
        ("days", "-3", -3),
        ("share", "1", 1.0),
        ("loud", "yes", True),
        ("loud", "TRUE", True),
        ("loud", "0", False),
        ("loud", "no", False),
    ],
)
def test_a_value_is_read_by_the_declared_type(name: str, text: str, value: Any) -> None:
    """A string stays as it was typed: an account id keeps its leading zero."""
    found = parse_parameters(SOURCE)[name].parse(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text"),
    [("days", "two"), ("days", "1.5"), ("days", ""), ("share", "half"), ("loud", "maybe")],
)
def test_a_value_of_the_wrong_type_is_refused(name: str, text: str) -> None:
    """Name, value and type are said, with the help of the line and its default."""
    with pytest.raises(UsageError, match=f'{name} is "{text}"') as caught:
        parse_parameters(SOURCE)[name].parse(text)
    assert caught.value.exit_code == 64
    assert "The default is" in caught.value.do_this


def test_what_is_given_is_typed(tmp_path: Path) -> None:
    """Only what was given comes back; the rest stays with the notebook."""
    path = notebook(tmp_path, ("parameters", SOURCE))
    assert read_parameters(path, {"days": "7", "account": "012"}) == {"days": 7, "account": "012"}


def test_an_unknown_name_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    """Papermill would take it in silence and run with the default."""
    path = notebook(tmp_path, ("parameters", SOURCE))
    with pytest.raises(UsageError, match=r"no parameter profil, storr\.") as caught:
        read_parameters(path, {"profil": "x", "days": "1", "storr": "y"})
    assert "target, account, days" in caught.value.do_this


def test_a_misspelled_name_is_told_the_nearest(tmp_path: Path) -> None:
    """F13: whoever misspells a name is shown the one that he meant."""
    path = notebook(tmp_path, ("parameters", SOURCE))
    with pytest.raises(UsageError, match=r"no parameter acount\. Did you mean account\?"):
        read_parameters(path, {"acount": "012"})


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999"])
def test_what_is_no_number_in_json_is_refused(text: str) -> None:
    """F18: run.json could not keep it."""
    with pytest.raises(UsageError, match="which is no float"):
        parse_parameters(SOURCE)["share"].parse(text)


@pytest.mark.parametrize("tags", [[], ["setup"], ["parameters", "parameters"]])
def test_a_notebook_needs_exactly_one_such_cell(tmp_path: Path, tags: list[str]) -> None:
    """Without it there is no interface, with two it is not known which."""
    path = notebook(tmp_path, *((tag, SOURCE) for tag in tags))
    with pytest.raises(UsageError, match="needs exactly one"):
        declared_parameters(path)
