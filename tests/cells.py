"""The code of a notebook run in this process: as true as a kernel, and ten times as quick."""

from __future__ import annotations

import json
from typing import Any

import boto3

from orgkit import kit
from orgkit.run import Run


def run_cells(notebook: str, **parameters: str) -> dict[str, Any]:
    """Execute every code cell in order with parameters set after their cell; run.json's content.

    Raises what a cell raises, as a kernel would show it.
    """
    run = run_names(notebook, **parameters)["run"]
    assert isinstance(run, Run)
    return run.result()


def run_names(notebook: str, **parameters: str) -> dict[str, Any]:
    """Like `run_cells`, and gives what the cells named."""
    names: dict[str, Any] = {}
    for cell in json.loads(kit.find(notebook).path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102 - the kit's own notebooks
            if "parameters" in cell["metadata"].get("tags", []):
                names.update(parameters)
    return names


def bring(endpoint: str, *moves: str) -> None:
    """Make moves of the process (`request`, then `finalize`) by plain calls, for what is tested
    is what comes after them.
    """
    organizations = boto3.client(
        "organizations",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="simulator",
    )
    if "request" in moves:
        parent = organizations.enable_all_features()["Handshake"]["Id"]
        if "finalize" in moves:
            organizations.accept_handshake(HandshakeId=parent)
