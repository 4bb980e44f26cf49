"""run.json: its bytes, its schema, and the versions of the software that made it."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import Any

RESULT = "run.json"
UNFINISHED = "This run has not come to its end."  # the error of a run until its notebook saves


def encoded(result: Mapping[str, Any]) -> bytes:
    """Write run.json, checked against the schema that is shipped."""
    _validator()(result)
    return json.dumps(result, indent=2, ensure_ascii=False).encode() + b"\n"


@cache
def _validator() -> Callable[[Mapping[str, Any]], Any]:
    """Compile the schema to a function, once: every run checks its result several times."""
    import fastjsonschema

    made: Callable[[Mapping[str, Any]], Any] = fastjsonschema.compile(schema())
    return made


def schema() -> dict[str, Any]:
    """Read the JSON Schema of run.json."""
    source = resources.files("orgkit.evidence.runs").joinpath("run.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


_VERSIONS = ("orgkit", "boto3", "botocore", "pandas", "papermill", "nbconvert", "ipykernel")


def versions() -> dict[str, str]:
    """Tell what software is at work, for the evidence."""
    return {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()}
