"""`orgkit lab` and `orgkit app`: the notebooks in a browser."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from orgkit import environment
from orgkit.cli import options

_JUPYTER = Path(__file__).parent / "jupyter"  # our settings and templates; a user's own go before

_FOLDER = "orgkit-lab"  # of the user's copies, in the working folder


def _settings(module: str, paths: str, asked: dict[str, Any]) -> dict[str, str]:
    """Give what the kernels of a server are told: which organization to work on, and our paths.

    Raises `UsageError` for what contradicts itself, before anything is written or started.
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
    return settings


def _become(module: str, arguments: Sequence[str], settings: Mapping[str, str]) -> None:
    """Replace this process by a Jupyter server, so that Ctrl+C reaches it."""
    command = [sys.executable, "-m", module, *arguments]
    os.execve(sys.executable, command, environment.with_settings(settings))  # noqa: S606 - our own interpreter


@click.command(context_settings={"ignore_unknown_options": True})
@options.connection
@click.option(
    "--folder",
    type=options.TypedPath(file_okay=False),
    help="Your copy of the notebooks.  [default: orgkit-lab in the working folder]",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...], folder: str | None, **given: str | None) -> None:
    """Open JupyterLab on your copy of the notebooks; further ARGUMENTS go to JupyterLab.

    The copy is kept up to date with the kit. A notebook that you changed is never overwritten: its
    newer version is put beside it. With a profile, or target aws, the notebooks work on AWS unless
    their own parameters, or a choice in 00_start_here, say otherwise.
    """
    from orgkit import catalog
    from orgkit.terms import NotebookName

    home, settings = environment.home(), _settings("jupyterlab", environment.CONFIG_PATH, given)
    root = Path(folder) if folder else home / _FOLDER
    _bring_up_to_date(catalog.folder(), root, home)
    # A notebook, not the launcher: the newcomer should see at once where to begin.
    first = catalog.find(NotebookName.START).path.name
    where = (f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/notebooks/{first}")
    settings[environment.HOME] = str(home)  # one store and one simulator for lab and commands
    _become("jupyterlab", (*where, *arguments), settings)


def _bring_up_to_date(kit: Path, root: Path, home: Path) -> None:
    """Refresh the user's copies and say what was put beside them."""
    from orgkit.cli.working_copy import refresh, show_evidence

    done = refresh(kit, root, home)
    show_evidence(root, home / options.DEFAULT_STORE)
    click.echo(f"Your notebooks: {root / 'notebooks'}", err=True)
    for path in done.beside:
        said = f"You changed {path.name.partition('.')[0]}.ipynb. Its newer version: {path}"
        click.echo(said, err=True)


@click.command(context_settings={"ignore_unknown_options": True})
@options.connection
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def app(arguments: tuple[str, ...], **given: str | None) -> None:
    """Show the notebooks as plain web pages (Voila); further ARGUMENTS go to Voila.

    The pages act with your credentials, so a token guards them; it is in the address that opens.
    """
    from orgkit import catalog

    where = ("--token", "--template=orgkit", str(catalog.folder()))
    _become("voila", (*where, *arguments), _settings("voila", environment.DATA_PATH, given))
