"""Input checked against the service model, with the Reason that AWS gives for each fault."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape

from orgkit.sim.errors import AwsError, invalid_input

_REQUIRED = "You must provide a value for the required field."
_PATTERN = "You provided a value that does not match the required pattern."
_ENUM_REASONS = {"PolicyType": "INVALID_ENUM_POLICY_TYPE"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "list": list,
    "structure": dict,
    "timestamp": (int, float, str),
}


@cache
def service_model() -> ServiceModel:
    """The Organizations model of the installed botocore."""
    return botocore.session.get_session().get_service_model("organizations")


def check(operation: str, params: dict[str, Any]) -> None:
    """Raise what AWS would for input that the model forbids; unknown fields are ignored."""
    shape = service_model().operation_model(operation).input_shape
    if shape is not None:
        _check(shape, params, ())


def _check(shape: Shape, value: Any, path: tuple[str, ...]) -> None:
    expected: Any = _TYPES.get(shape.type_name, object)
    if not isinstance(value, expected):
        raise AwsError("SerializationException", f"{'.'.join(path) or 'Body'} has the wrong type.")
    if shape.type_name == "structure":
        _check_structure(shape, value, path)
    elif shape.type_name == "list":
        for item in value:
            _check(shape.member, item, path)
    elif shape.type_name == "string":
        _check_string(shape, value, path)
    elif shape.type_name == "integer":
        _check_range(shape, value, "VALUE", path)


def _check_structure(shape: Shape, value: dict[str, Any], path: tuple[str, ...]) -> None:
    for name in shape.required_members:
        if value.get(name) is None:
            raise invalid_input(_reason("INPUT_REQUIRED", (*path, name)), _REQUIRED)
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _check(member, value[name], (*path, name))


def _check_string(shape: Shape, value: str, path: tuple[str, ...]) -> None:
    # An empty filter value is no filter, and an unknown token gets an answer of its own.
    if path[0] in ("Filter", "NextToken") and not value:
        return
    if shape.enum and value not in shape.enum:
        plain = _ENUM_REASONS.get(shape.name)
        raise invalid_input(plain or _reason("INVALID_ENUM", path))
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        raise invalid_input(_reason("INVALID_PATTERN", path), _PATTERN)
    _check_range(shape, len(value), "LENGTH", path)


def _matches(pattern: str, value: str) -> bool:
    """A few patterns use Java's classes of letters and cannot be checked here: all passes."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def _check_range(shape: Shape, size: int, what: str, path: tuple[str, ...]) -> None:
    if size > shape.metadata.get("max", size):
        raise invalid_input(_reason(f"MAX_{what}_EXCEEDED", path))
    if size < shape.metadata.get("min", size):
        raise invalid_input(_reason(f"MIN_{what}_EXCEEDED", path))


def _reason(kind: str, path: tuple[str, ...]) -> str:
    """`INPUT_REQUIRED:HANDSHAKE_ID`: the kind, and the field's path in upper case."""
    words = (re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).upper() for part in path)
    return f"{kind}:{'_'.join(words)}"
