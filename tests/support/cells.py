"""The code of a notebook run in this process: as true as a kernel, and ten times as quick."""

from __future__ import annotations

import ast
import json
from typing import Any

import boto3

from orgkit import catalog
from orgkit.notebook.run import Run

SHOWN = "_shown"


def run_cells(notebook: str, **parameters: str) -> dict[str, Any]:
    """Execute every code cell in order with parameters set after their cell; run.json's content.

    Raises what a cell raises, as a kernel would show it.
    """
    run = run_names(notebook, **parameters)["run"]
    assert isinstance(run, Run)
    return run.result()


def run_names(notebook: str, **parameters: str) -> dict[str, Any]:
    """Like `run_cells`, and gives what the cells named; under `SHOWN` the value of each cell."""
    shown: list[Any] = []
    names: dict[str, Any] = {SHOWN: shown}
    for cell in json.loads(catalog.find(notebook).path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            shown.append(_execute("".join(cell["source"]), names))
            if "parameters" in cell["metadata"].get("tags", []):
                names.update(parameters)
    return names


def _execute(source: str, names: dict[str, Any]) -> Any:
    """Run a cell of the kit's own notebooks; the value of its last line, as IPython shows it."""
    *lines, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        lines.append(last)
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)  # noqa: S102
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    return None


def manager(endpoint: str, service: str) -> Any:
    """A client of a simulator's service, as the administrator of the management account."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="simulator",
    )


def bring(endpoint: str, *moves: str) -> None:
    """Make moves of the process (`request`, then `finalize`) by plain calls, for what is tested
    is what comes after them.
    """
    organizations = manager(endpoint, "organizations")
    if "request" in moves:
        parent = organizations.enable_all_features()["Handshake"]["Id"]
        if "finalize" in moves:
            organizations.accept_handshake(HandshakeId=parent)
