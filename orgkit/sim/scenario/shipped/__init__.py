"""The shipped scenarios, and how any scenario file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from orgkit.environment import typed_path
from orgkit.sim.errors import ScenarioError
from orgkit.sim.scenario.schema import Scenario

FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def available() -> list[tuple[str, str]]:
    """List name and title of every shipped scenario."""
    return [
        (path.stem, str(_read(path).get("title", ""))) for path in sorted(FOLDER.glob("*.yaml"))
    ]


def load(name_or_path: str) -> Scenario:
    """Load a shipped scenario by its name, or a file by its path."""
    path = _locate(name_or_path)
    content = _read(path)
    content.setdefault("name", path.stem)
    content.setdefault("seed", path.stem)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise ScenarioError(_explain(path, error), "Correct the file and start again.") from error


def _locate(name_or_path: str) -> Path:
    # A shipped name wins over a file so called; a path with a slash is always a file.
    shipped = FOLDER / f"{name_or_path}.yaml"
    if "/" not in name_or_path and shipped.is_file():
        return shipped
    path = typed_path(name_or_path)
    if path.is_file():
        return path
    names = ", ".join(file.stem for file in sorted(FOLDER.glob("*.yaml")))
    raise ScenarioError(
        f"There is no scenario {name_or_path!r}.", f"Name a file, or one of: {names}."
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        words = " ".join(str(error).split())
        raise ScenarioError(
            f"{path}: not readable as YAML: {words}", "Correct the file."
        ) from error
    if not isinstance(content, dict):
        raise ScenarioError(f"{path}: expected a mapping of fields.", "See the shipped scenarios.")
    return content


def _explain(path: Path, error: ValidationError) -> str:
    """Write one line a fault: file, field, what was expected, what was found."""
    lines = []
    for fault in error.errors()[:10]:
        field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault["loc"])
        found = "" if isinstance(fault["input"], dict | list) else f", found {fault['input']!r}"
        if fault["type"] == "missing":
            found = ""
        message = fault["msg"].removeprefix("Value error, ")
        lines.append(f"{path}: {field.removeprefix('.') or 'scenario'}: {message}{found}")
    return "\n".join(lines)
