"""The notebooks of the kit: where they are and what each is for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from orgkit.environment import home
from orgkit.errors.exceptions import UsageError

START = "00_start_here"


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
    """The folder of the notebooks: the checkout's, else the working folder's."""
    checkout = Path(__file__).resolve().parent.parent / "notebooks"
    return checkout if checkout.is_dir() else home() / "notebooks"


def notebooks() -> list[Notebook]:
    """All notebooks in their order; files that start with an underscore are templates."""
    return [Notebook(p, _summary(p)) for p in sorted(folder().glob("[0-9]*_*.ipynb"))]


def find(name: str) -> Notebook:
    """A notebook by number, short name, stem or path. Raises `UsageError` naming what there is."""
    wanted = Path(name).name.removesuffix(".ipynb")
    for each in notebooks():
        if wanted in (each.name, each.stem, each.stem.partition("_")[0]):
            return each
    names = ", ".join(n.name for n in notebooks())
    raise UsageError(f'There is no notebook "{name}".', f"Choose from: {names}.")


def _summary(path: Path) -> str:
    """The first line of prose under the title."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line.strip() for line in "".join(cells[0]["source"]).splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")
