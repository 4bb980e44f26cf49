"""The kernel's own account of its cells, from the messages that it publishes."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.notebook.transcript import Transcript

FILE = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "id": "t", "metadata": {}, "source": ["# Title\n", "x"]},
        {
            "cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]},
            "source": "a: int = 1", "outputs": [{"old": 1}], "execution_count": 7,
        },
        {"cell_type": "code", "id": "one", "metadata": {}, "source": "1", "outputs": []},
        {"cell_type": "code", "id": "two", "metadata": {}, "source": "2", "outputs": []},
    ],
}  # fmt: skip


def message(kind: str, parent: str, **content: Any) -> dict[str, Any]:
    """What a kernel publishes."""
    return {
        "header": {"msg_type": kind},
        "parent_header": {"msg_id": parent},
        "content": content,
    }


def text(parent: str, words: str, name: str = "stdout") -> dict[str, Any]:
    """What a cell printed."""
    return message("stream", parent, name=name, text=words)


def shown(parent: str, words: str, display: str = "") -> dict[str, Any]:
    """What a cell displayed."""
    transient = {"display_id": display} if display else {}
    return message("display_data", parent, data={"text/plain": words}, transient=transient)


@pytest.fixture
def made() -> Transcript:
    """Cell one is running, for the request m1."""
    found = Transcript()
    found.begin("one", "1", 1, "m1")
    return found


def cells(made: Transcript, **more: Any) -> list[dict[str, Any]]:
    """The code cells of the notebook that comes of it."""
    found = made.notebook(FILE, more.pop("parameters", {}), **more)
    return [c for c in found["cells"] if c["cell_type"] == "code"]


def outputs(made: Transcript) -> list[Any]:
    """What cell one shows, as text."""
    (one,) = [c for c in cells(made) if c["id"] == "one"]
    return [o.get("text") or o["data"]["text/plain"] for o in one["outputs"]]


def test_printed_pieces_become_one_output(made: Transcript) -> None:
    """As a front end joins them; another stream is another output."""
    for piece in (text("m1", "a"), text("m1", "b"), text("m1", "c", "stderr")):
        made.take(piece)
    assert outputs(made) == ["ab", "c"]


def test_an_update_replaces_what_was_shown_by_that_id(made: Transcript) -> None:
    """Whoever sends it: a button's update comes on a request of its own."""
    made.take(shown("m1", "old", "d"))
    update = message(
        "update_display_data", "b9", data={"text/plain": "new"}, transient={"display_id": "d"}
    )
    made.take(update)
    assert outputs(made) == ["new"]


def test_cleared_outputs_are_gone_at_once_or_with_the_next(made: Transcript) -> None:
    """As `clear_output(wait=...)` means it."""
    made.take(text("m1", "a"))
    made.take(message("clear_output", "m1", wait=True))
    assert outputs(made) == ["a"]
    made.take(text("m1", "b"))
    assert outputs(made) == ["b"]
    made.take(message("clear_output", "m1", wait=False))
    assert outputs(made) == []


def test_what_no_cell_sent_is_passed_over(made: Transcript) -> None:
    """Replies, the state of widgets, and output of a request that was none of a cell."""
    made.take(shown("b9", "of a button"))
    made.take(message("status", "m1", execution_state="busy"))
    made.take({"header": {"msg_type": "stream"}, "parent_header": None, "content": {}})
    assert outputs(made) == []


def test_a_cell_that_runs_again_shows_only_the_newest(made: Transcript) -> None:
    """Its source too."""
    made.take(text("m1", "a"))
    made.begin("one", "1 + 0", 2, "m2")
    made.take(text("m2", "b"))
    made.take(text("m1", "late"))
    assert outputs(made) == ["b"]
    assert [c["source"] for c in cells(made) if c["id"] == "one"] == ["1 + 0"]


def test_cells_without_ids_are_found_by_their_source() -> None:
    """Each place of the file once; what stands nowhere comes behind the one before it."""
    made = Transcript()
    for number, source in enumerate(("2", "own", "1"), start=1):
        made.begin(source, source, number, f"m{number}")
        made.take(text(f"m{number}", source))
    found = cells(made)
    assert [(c["id"], c["execution_count"]) for c in found] == [
        ("p", None),
        ("one", 3),
        ("two", 1),
        ("ran-2", 2),
    ]


def test_the_file_s_own_outputs_are_never_taken_for_the_run_s(made: Transcript) -> None:
    """A cell that did not run has none."""
    assert [c["outputs"] for c in cells(made)] == [[], [], []]


def test_parameters_and_what_ran_before_come_from_the_run(made: Transcript) -> None:
    """Values that are not the defaults stand behind the parameters cell; its number is known."""
    found = cells(made, parameters={"a": 2}, history=["", "a: int = 1", "1"])
    assert found[0]["execution_count"] == 1
    assert found[1]["source"] == "# Parameters\na = 2\n"
    assert found[1]["metadata"]["tags"] == ["injected-parameters"]


def test_another_run_begins_with_the_cell_that_runs(made: Transcript) -> None:
    """What earlier cells showed belongs to the run before."""
    made.begin("two", "2", 2, "m2")
    made.forget_earlier()
    made.take(text("m2", "b"))
    assert [c["execution_count"] for c in cells(made)] == [None, None, 2]
