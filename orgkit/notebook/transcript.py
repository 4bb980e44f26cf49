"""What a kernel knows of its cells: the source of each that ran and the outputs that it sent.

JupyterLab saves the page, papermill a file, and Voila nothing. The evidence of a run must not
depend on that, so the kernel keeps its own account and writes the executed notebook itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orgkit.catalog import PARAMETERS_TAG

_NAME = "_orgkit_transcript"  # on IPython's shell, one a kernel
# What a notebook file keeps of each kind of message, by the schema of nbformat 4.
_OUTPUTS: Mapping[str, Sequence[str]] = {
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
    "stream": ("name", "text"),
    "error": ("ename", "evalue", "traceback"),
}
_INJECTED = "injected-parameters"  # papermill's tag of the cell that sets parameters


@dataclass
class Ran:
    """A cell that ran, or runs: its number in the kernel, its source, its outputs in order."""

    number: int
    source: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    clear: bool = False  # by `clear_output(wait=True)`, as soon as there is another output


class Transcript:
    """The cells of one kernel since its run was opened, by cell id or, without one, by source."""

    def __init__(self) -> None:
        self._cells: dict[str, Ran] = {}
        self._by_message: dict[str, Ran] = {}
        self._by_display: dict[str, list[dict[str, Any]]] = {}
        self._running: Ran | None = None

    @classmethod
    def of(cls, shell: Any) -> Transcript:
        """Find the transcript of a shell; the first call begins it, and each does without one."""
        found = getattr(shell, _NAME, None)
        if not isinstance(found, cls):
            found = cls()
            if shell is not None:
                setattr(shell, _NAME, found)
        return found

    def begin(self, cell: str, source: str, number: int, message: str) -> None:
        """Note that a cell begins, on a request of the front end; what it sent before is gone."""
        self._cells.pop(cell, None)  # to the end: cells stand in the order in which they ran last
        self._running = self._cells[cell] = self._by_message[message] = Ran(number, source)

    def forget_earlier(self) -> None:
        """Keep only the cell that runs: what ran before belongs to another run."""
        self._cells = {name: ran for name, ran in self._cells.items() if ran is self._running}

    def take(self, message: Mapping[str, Any]) -> None:
        """Take a message that the kernel publishes; what is no output of a cell is passed over."""
        kind = str(message.get("header", {}).get("msg_type"))
        content = message.get("content") or {}
        if kind == "update_display_data":
            for output in self._by_display.get(_display(content), ()):
                output.update({n: content.get(n, {}) for n in ("data", "metadata")})
        ran = self._by_message.get(str((message.get("parent_header") or {}).get("msg_id")))
        if ran is None:
            return
        if kind == "clear_output":
            ran.clear = bool(content.get("wait"))
            if not ran.clear:
                ran.outputs.clear()
        elif kind in _OUTPUTS:
            if ran.clear:
                ran.outputs.clear()
                ran.clear = False
            self._add(ran, kind, content)

    def _add(self, ran: Ran, kind: str, content: Mapping[str, Any]) -> None:
        last = ran.outputs[-1] if ran.outputs else {}
        if kind == "stream" and last.get("output_type") == kind and last["name"] == content["name"]:
            last["text"] += content["text"]
            return
        said = {member: content.get(member, {}) for member in _OUTPUTS[kind]}
        ran.outputs.append({"output_type": kind, **said})
        if display := _display(content):
            self._by_display.setdefault(display, []).append(ran.outputs[-1])

    def notebook(
        self, file: Mapping[str, Any], parameters: Mapping[str, Any], history: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Write down what ran, in the frame of a notebook's file: its prose, its cells' places.

        A cell of the file that did not run has no output. One that ran and is not in the file
        stands behind the one that ran before it. `parameters` are those of the run that are not
        the defaults; they stand in a cell of their own, as papermill writes them. `history` has
        the sources that the kernel was sent, by number: cells up to the setup cell ran before
        this account began, and get their number from it.
        """
        cells = [_blank(cell, history) for cell in file["cells"]]
        place = -1
        for name, ran in self._cells.items():
            at = next(_matching(cells, name, ran), None)
            if at is None:
                place += 1
                cells.insert(place, _new(f"ran-{ran.number}", []))
            else:
                place = at
            shown = [dict(output) for output in ran.outputs]
            cells[place] |= {
                "source": ran.source,
                "execution_count": ran.number,
                "outputs": shown,
            }
        return {**file, "cells": list(_with(parameters, cells))}


def _display(content: Mapping[str, Any]) -> str:
    return str((content.get("transient") or {}).get("display_id") or "")


def _blank(cell: Mapping[str, Any], history: Sequence[str]) -> dict[str, Any]:
    source = "".join(cell["source"])
    if not _is_code(cell):
        return {**cell, "source": source}
    numbers = [i for i, ran in enumerate(history) if ran == source] if _is_first(cell) else []
    number = numbers[-1] if numbers else None
    return {**cell, "source": source, "outputs": [], "execution_count": number}


def _is_first(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is one of those up to the setup cell."""
    return bool({PARAMETERS_TAG, "setup"} & set(cell["metadata"].get("tags", ())))


def _is_code(cell: Mapping[str, Any]) -> bool:
    return bool(cell["cell_type"] == "code")


def _matching(cells: list[dict[str, Any]], name: str, ran: Ran) -> Iterator[int]:
    """Find where a cell stands in the file: by its id, else by its source if it is still free."""
    yield from (i for i, c in enumerate(cells) if _is_code(c) and str(c.get("id")) == name)
    free = ((i, c) for i, c in enumerate(cells) if _is_code(c) and not c["outputs"])
    yield from (i for i, c in free if c["source"].strip() == ran.source.strip())


def _new(name: str, tags: list[str]) -> dict[str, Any]:
    metadata = {"tags": tags} if tags else {}
    blank: dict[str, Any] = {"source": "", "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": name, "metadata": metadata, **blank}


def _with(parameters: Mapping[str, Any], cells: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    for cell in cells:
        if _INJECTED in cell["metadata"].get("tags", ()):
            continue
        yield cell
        if lines and PARAMETERS_TAG in cell["metadata"].get("tags", ()):
            yield _new("given", [_INJECTED]) | {"source": f"# Parameters\n{lines}\n"}
