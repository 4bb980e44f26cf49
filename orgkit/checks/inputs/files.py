"""Read a text or YAML file that a parameter names; every refusal says which line and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orgkit.environment import typed_path
from orgkit.errors.exceptions import UsageError


def read_text(name: str, parameter: str) -> str:
    """Read a UTF-8 file that a parameter names. Raises `UsageError` if it cannot be read."""
    try:
        return typed_path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f'`{parameter}` names "{typed_path(name)}", which cannot be read.',
            "Give a text file (UTF-8); a relative path begins where you are.",
            detail=str(error),
        ) from error


def refuse(parameter: str, name: str, problems: Iterable[str], hint: str) -> None:
    """Raise `UsageError` with all problems of a file, if there is any."""
    found = list(problems)
    if found:
        raise UsageError(f"{name} cannot be used as `{parameter}`.", hint, detail=" ".join(found))


def read_yaml(text: str, parameter: str, name: str) -> dict[Any, Any]:
    """Read a YAML mapping. Refuses a key that stands twice, where YAML itself takes the last."""
    import yaml

    hint = "Write it as YAML, one `key: value` a line; account ids in quotes."
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise UsageError(f"{name} is no YAML.", hint, detail=str(error)) from error
    if not isinstance(content, dict):
        raise UsageError(f"{name} holds no `key: value` lines.", hint)
    keys = [str(key.value) for key, _ in node.value] if node is not None else []
    twice = sorted({key for key in keys if keys.count(key) > 1})
    refuse(parameter, name, (f'"{key}" stands there twice.' for key in twice), "Keep one of each.")
    return content
