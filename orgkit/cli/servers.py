"""`orgkit lab` and `orgkit app`: the notebooks in a browser."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from orgkit import environment
from orgkit.cli import options

_JUPYTER = Path(__file__).parent / "jupyter"  # our settings and templates; a user's own go before


def _become(module: str, arguments: tuple[str, ...], paths: str, asked: dict[str, Any]) -> None:
    """Replace this process by a Jupyter server, so that Ctrl+C reaches it.

    Its kernels are told which organization to work on.
    """
    from orgkit.notebook.connection import Connection, stated

    # What this process becomes can say nothing any more if it is not there.
    if importlib.util.find_spec(module) is None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)
    where = os.pathsep.join(filter(None, (str(_JUPYTER), environment.value(paths))))
    # Anew for every server: what was chosen in one never holds in another.
    settings = {paths: where, environment.SERVER_TOKEN: secrets.token_hex(32)}
    if environment.value(environment.SERVER_TOKEN):  # typed in a terminal of another server
        settings[environment.CONNECTION] = ""  # what that one was asked for holds there alone
    if (connection := stated(**asked)) != Connection():
        settings[environment.CONNECTION] = json.dumps(asdict(connection))
    command = [sys.executable, "-m", module, *arguments]
    os.execve(sys.executable, command, environment.with_settings(settings))  # noqa: S606 - our own interpreter


@click.command(context_settings={"ignore_unknown_options": True})
@options.connection
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...], **given: str | None) -> None:
    """Open JupyterLab on the first notebook; further ARGUMENTS go to JupyterLab.

    With a profile, or target aws, the notebooks work on AWS unless their own parameters, or a
    choice in 00_start_here, say otherwise.
    """
    from orgkit import catalog
    from orgkit.terms import NotebookName

    # A notebook, not the launcher: the newcomer should see at once where to begin.
    first = catalog.find(NotebookName.START).path
    # The root is the checkout, so that the evidence can be opened beside the notebooks.
    root, start = first.parent.parent, f"/lab/tree/{first.parent.name}/{first.name}"
    where = (f"--ServerApp.root_dir={root}", f"--LabApp.default_url={start}")
    _become("jupyterlab", (*where, *arguments), environment.CONFIG_PATH, given)


@click.command(context_settings={"ignore_unknown_options": True})
@options.connection
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def app(arguments: tuple[str, ...], **given: str | None) -> None:
    """Show the notebooks as plain web pages (Voila); further ARGUMENTS go to Voila.

    The pages act with your credentials, so a token guards them; it is in the address that opens.
    """
    from orgkit import catalog

    where = ("--token", "--template=orgkit", str(catalog.folder()))
    _become("voila", (*where, *arguments), environment.DATA_PATH, given)
