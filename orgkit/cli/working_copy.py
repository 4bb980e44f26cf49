"""The user's own copy of the notebooks: kept up to date, own changes never overwritten.

JupyterLab saves what a run shows, account ids and addresses, into the notebook that it opened. The
kit's own files must stay as they are, so `orgkit lab` opens copies in a folder of the user.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from orgkit.catalog.files import read_document
from orgkit.environment import COPY, HOME_OF_COPY
from orgkit.errors.exceptions import UsageError
from orgkit.formats import canonical, digest
from orgkit.private_files import private_folder, write_private
from orgkit.views.sample import NOT_RUN, mark

_FORMAT = "orgkit.lab/1"
_COPIES = "copies"


@dataclass
class Refreshed:
    """What `refresh` did: copies that are new or newer, and newer versions put beside own ones."""

    written: list[Path] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class _Version:
    """A version of a notebook: all of it that the kit wrote, and what of it a person can change."""

    whole: str
    text: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> _Version:
        """Digest a notebook without what a run leaves in it."""
        text = [[c["cell_type"], "".join(c["source"])] for c in document["cells"]]
        kept = [{k: v for k, v in c.items() if k not in _RUN} for c in document["cells"]]
        return cls(digest(canonical({"cells": kept})), digest(canonical({"cells": text})))


_RUN = ("outputs", "execution_count")
_NONE = _Version("", "")


def refresh(kit: Path, folder: Path, home: Path) -> Refreshed:
    """Bring the copies in `folder`/notebooks up to date with the kit's notebooks.

    A copy that the user changed stays; a newer version is put beside it as NAME.new.ipynb, once.
    `home` is the folder whose evidence and simulator the copies work on. Raises `UsageError` for a
    folder that cannot be used, and OSError.
    """
    copies = private_folder(folder / "notebooks")
    if copies.resolve() == kit.resolve():
        problem = f"{folder} holds the kit's own notebooks, and their copies cannot lie there."
        raise UsageError(problem, "Name another folder: `orgkit lab --folder FOLDER`.")
    done, known = Refreshed(), _known(folder)
    for source in sorted(kit.glob("[0-9]*.ipynb")):
        document = read_document(source)
        newest = _Version.of(document)
        if target := _target(copies / source.name, known.get(source.name, _NONE), newest):
            write_private(target, _copy(document), as_it_was=True)
            (done.written if target.name == source.name else done.beside).append(target)
        known[source.name] = newest
        # After each: whatever stops this, what was written is known to be the kit's.
        _remember(folder, home, known)
    return done


def _target(copy: Path, before: _Version, newest: _Version) -> Path | None:
    """Tell where the newest version belongs; nowhere if it is there."""
    if copy.is_dir():
        raise UsageError(f"{copy} is a folder.", "Move it away: a notebook belongs there.")
    if not copy.exists():
        return copy
    there = _text_of(copy)
    if there in (before.text, newest.text):  # the user changed nothing
        return copy if before.whole != newest.whole else None
    if before == newest:
        return None
    free = next(p for p in _beside(copy) if _text_of(p) in ("", newest.text, before.text))
    return None if _text_of(free) == newest.text else free


def _beside(copy: Path) -> Iterator[Path]:
    for number in count(1):
        yield copy.with_suffix(f".new{number if number > 1 else ''}.ipynb")


def _text_of(path: Path) -> str:
    """Digest what a person can change in a notebook; "" where none is, its path for no notebook."""
    if not path.exists() and not path.is_symlink():
        return ""
    try:
        return _Version.of(read_document(path)).text
    except (UsageError, OSError):
        return str(path)


def _copy(document: Mapping[str, Any]) -> bytes:
    """Write a notebook as Jupyter does, without outputs but the mark that it has not run."""
    made = json.loads(json.dumps(document))
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        cell.update(outputs=[], execution_count=None)
    for cell in code[:1]:
        cell["outputs"] = [mark(NOT_RUN)]
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def _known(folder: Path) -> dict[str, _Version]:
    """Read which version each copy was made of; nothing where that cannot be read."""
    known: dict[str, _Version] = {}
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        for name, said in json.loads((folder / COPY).read_text("utf-8"))[_COPIES].items():
            known[name] = _Version(str(said["whole"]), str(said["text"]))
    return known


def _remember(folder: Path, home: Path, known: Mapping[str, _Version]) -> None:
    copies = {name: {"whole": v.whole, "text": v.text} for name, v in sorted(known.items())}
    said = {"format": _FORMAT, HOME_OF_COPY: str(home), _COPIES: copies}
    write_private(folder / COPY, (json.dumps(said, indent=1) + "\n").encode())


def show_evidence(folder: Path, evidence: Path) -> None:
    """Show the evidence beside the copies, by a link; where links cannot be made, do without."""
    link = folder / evidence.name
    with suppress(OSError, NotImplementedError):
        if not link.is_symlink() and not link.exists():
            private_folder(evidence)
            link.symlink_to(evidence, target_is_directory=True)
