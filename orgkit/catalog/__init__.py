"""The notebooks of the kit as files: order, summary, and the parameters cell of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# `as` marks what other packages take from here.
from orgkit.catalog.files import open_notebook as open_notebook
from orgkit.catalog.files import read_cells, source
from orgkit.catalog.parameters import PARAMETERS_TAG as PARAMETERS_TAG
from orgkit.catalog.parameters import Parameter as Parameter
from orgkit.catalog.parameters import declared_parameters as declared_parameters
from orgkit.catalog.parameters import parse_parameters as parse_parameters
from orgkit.catalog.parameters import read_parameters as read_parameters
from orgkit.environment import home, typed_path
from orgkit.errors.exceptions import UsageError


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook of the kit."""

    path: Path
    summary: str

    @property
    def stem(self) -> str:
        """The file's name without ending, as in run.json."""
        return self.path.stem

    @property
    def name(self) -> str:
        """The short name, as in `orgkit run`."""
        return self.stem.partition("_")[2]


def folder() -> Path:
    """Find the folder of the notebooks: the checkout's, else the working folder's."""
    # An installed package brings no notebooks; then they are the working folder's own.
    checkout = Path(__file__).resolve().parent.parent.parent / "notebooks"
    return checkout if checkout.is_dir() else home() / "notebooks"


def notebooks() -> list[Notebook]:
    """List all notebooks in their order; files that start with an underscore are templates."""
    return [Notebook(p, _summary(p)) for p in sorted(folder().glob("[0-9]*_*.ipynb"))]


def find(name: str) -> Notebook:
    """Find a notebook by number, short name, stem or path.

    Raises `UsageError` naming what there is, and for a file that is not the kit's own.
    """
    wanted = Path(name).name.removesuffix(".ipynb")
    for each in notebooks():
        if wanted in (each.name, each.stem, each.stem.partition("_")[0]):
            _refuse_copy(name, each)
            return each
    names = ", ".join(n.name for n in notebooks()) or f"none is in {folder()}"
    raise UsageError(f'There is no notebook "{name}".', f"Choose from: {names}.")


def _refuse_copy(name: str, own: Notebook) -> None:
    """Refuse another file of the same name: the kit's own would run in its place."""
    typed = typed_path(name)
    if typed.is_file() and not typed.samefile(own.path):
        raise UsageError(
            f'"{typed}" is not the notebook of the kit, {own.path}.',
            f"Write {own.name} for that one; run a copy by papermill.",
        )


def _summary(path: Path) -> str:
    """Read the first line of prose under the title; why, where the file cannot be used."""
    try:
        cells = read_cells(path)
    except UsageError as error:
        return f"cannot be used: {error.detail}"
    lines = [line.strip() for line in source(cells[0]).splitlines()] if cells else []
    return next((line for line in lines if line and not line.startswith("#")), "")
