"""The notebooks of the kit as files: order, summary, and the parameters cell of each."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    checkout = Path(__file__).resolve().parent.parent / "notebooks"
    return checkout if checkout.is_dir() else home() / "notebooks"


def notebooks() -> list[Notebook]:
    """List all notebooks in their order; files that start with an underscore are templates."""
    return [Notebook(p, _summary(p)) for p in sorted(folder().glob("[0-9]*_*.ipynb"))]


def find(name: str) -> Notebook:
    """Find a notebook by number, short name, stem or path.

    Raises `UsageError` naming what there is.
    """
    wanted = Path(name).name.removesuffix(".ipynb")
    for each in notebooks():
        if wanted in (each.name, each.stem, each.stem.partition("_")[0]):
            _refuse_another(name, each)
            return each
    names = ", ".join(n.name for n in notebooks())
    raise UsageError(f'There is no notebook "{name}".', f"Choose from: {names}.")


def _refuse_another(name: str, notebook: Notebook) -> None:
    """Refuse the path of a file that is not the kit's own, such as a copy that somebody changed."""
    typed = typed_path(name)
    if "/" in name and typed.exists() and not typed.samefile(notebook.path):
        raise UsageError(
            f"{typed} is not the notebook {notebook.path}.",
            f"Run a copy with papermill, or name the kit's own: {notebook.name}.",
        )


def _summary(path: Path) -> str:
    """Read the first line of prose under the title."""
    # Plain JSON, because importing nbformat would make `orgkit list` wait for half a second.
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line.strip() for line in "".join(cells[0]["source"]).splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")


PARAMETERS_TAG = "parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    type: str
    default: Any
    help: str

    def parse(self, text: str) -> Any:
        """Read a value of the command line by the declared type; a string stays as typed."""
        if self.type == "str":
            return text  # an account id keeps its leading zero
        readers: dict[str, Any] = {"int": int, "float": float, "bool": _yes_or_no}
        try:
            return readers[self.type](text)
        except (KeyError, ValueError):
            raise UsageError(
                f'{self.name} is "{text}", which is no {self.type}.',
                f"{self.help[:1].upper()}{self.help[1:]}. The default is {self.default!r}.",
            ) from None


def _yes_or_no(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return known[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters of a notebook, by name. Raises `UsageError` if it has no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    # papermill takes the first cell with this tag, whatever follows.
    tagged = [c for c in cells if PARAMETERS_TAG in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UsageError(
            f"{notebook.name} has {len(tagged)} cells tagged `{PARAMETERS_TAG}`; "
            "it needs exactly one.",
            "Use a notebook of the kit, or copy notebooks/_template.ipynb.",
        )
    return parse_parameters("".join(tagged[0]["source"]))


def parse_parameters(source: str) -> dict[str, Parameter]:
    """Read the parameters that a cell's source declares, without running it."""
    # Not papermill's own inspection: it takes over a second to import and cannot read every
    # annotation.
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            help_text = lines[node.lineno - 1].partition("#")[2].strip()
            name = node.target.id
            kind = ast.unparse(node.annotation)
            found[name] = Parameter(name, kind, ast.literal_eval(node.value), help_text)
    return found


def read_parameters(notebook: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Give typed values for what was given. Raises `UsageError` for an unknown name or type."""
    known = declared_parameters(notebook)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"{notebook.stem} has no parameter {', '.join(unknown)}.",
            f"It has: {', '.join(known)}.",
        )
    return {name: known[name].parse(text) for name, text in given.items()}
