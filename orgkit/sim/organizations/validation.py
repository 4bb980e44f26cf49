"""Input checked against the service model, with the Reason that AWS gives for each fault."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator, ValidationErrors

from orgkit.sim.errors import AwsError, invalid_input

_REQUIRED = "You must provide a value for the required field."
_PATTERN = "You provided a value that does not match the required pattern."
_ENUM_REASONS = {"PolicyType": "INVALID_ENUM_POLICY_TYPE"}


@cache
def service_model() -> ServiceModel:
    """Load the Organizations model of the installed botocore."""
    return botocore.session.get_session().get_service_model("organizations")


def check(operation: str, params: dict[str, Any]) -> None:
    """Raise what AWS would for input that the model forbids; unknown fields are ignored."""
    shape = service_model().operation_model(operation).input_shape
    if shape is not None:
        _Validator()._validate(params, shape, _FirstError(), name="")


class _FirstError(ValidationErrors):  # type: ignore[misc]  # botocore has no types
    """Raises AWS's error at once, where botocore would collect its own."""

    def report(self, name: str, reason: str, **more: Any) -> None:
        if reason == "missing required field":
            path = f"{name}.{more['required_name']}"
            raise invalid_input(_reason("INPUT_REQUIRED", path), _REQUIRED)
        if reason in ("invalid length", "invalid range"):
            what = "LENGTH" if reason == "invalid length" else "VALUE"
            raise invalid_input(_reason(f"MIN_{what}_EXCEEDED", name))
        where = _without_index(name).removeprefix(".") or "Body"
        raise AwsError("SerializationException", f"{where} has the wrong type.")


class _Validator(ParamValidator):  # type: ignore[misc]  # botocore has no types
    """Checks what botocore leaves to AWS as well: enumerations, patterns, upper limits."""

    VALIDATED_METADATA_ATTRS = ParamValidator.VALIDATED_METADATA_ATTRS | {"enum", "max", "pattern"}

    def _validate_structure(self, params: Any, shape: Shape, errors: Any, name: str) -> None:
        if isinstance(params, dict):  # a member that is null is a member that is not there
            given = {member: params.get(member) for member in shape.members}
            params = {member: value for member, value in given.items() if value is not None}
        super()._validate_structure(params, shape, errors, name)

    def _validate_string(self, param: Any, shape: Shape, errors: Any, name: str) -> None:
        # An empty filter value is no filter, and an unknown token gets an answer of its own.
        if param == "" and name.split(".")[1] in ("Filter", "NextToken"):
            return
        if isinstance(param, str):
            if shape.enum and param not in shape.enum:
                plain = _ENUM_REASONS.get(shape.name)
                raise invalid_input(plain or _reason("INVALID_ENUM", name))
            if not _matches(shape.metadata.get("pattern", ""), param):
                raise invalid_input(_reason("INVALID_PATTERN", name), _PATTERN)
            _check_most(shape, len(param), "LENGTH", name)
        super()._validate_string(param, shape, errors, name)

    def _validate_integer(self, param: Any, shape: Shape, errors: Any, name: str) -> None:
        if isinstance(param, int):
            _check_most(shape, param, "VALUE", name)
        super()._validate_integer(param, shape, errors, name)


def _matches(pattern: str, value: str) -> bool:
    """Tell whether a value fits; patterns with Java's classes of letters cannot be checked here."""
    try:
        return not pattern or re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def _check_most(shape: Shape, size: int, what: str, name: str) -> None:
    if size > shape.metadata.get("max", size):
        raise invalid_input(_reason(f"MAX_{what}_EXCEEDED", name))


def _reason(kind: str, name: str) -> str:
    """Write `INPUT_REQUIRED:HANDSHAKE_ID`: the kind, and the field's path in upper case."""
    path = _without_index(name).removeprefix(".").replace(".", "_")
    return f"{kind}:{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', path).upper()}"


def _without_index(name: str) -> str:
    return re.sub(r"\[\d+\]", "", name)
