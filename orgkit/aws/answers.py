"""What AWS may answer: every answer is held against the service's own model before it is believed.

A proxy, a sign-in page or a newer AWS may answer anything at all. What has another shape than the
model says, and what lacks its list or its id, is `StrangeAnswer`: nothing follows from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from traceback import walk_tb
from typing import Any

from orgkit.errors.exceptions import OrgkitError
from orgkit.formats import printable

_LONG = 60


class StrangeAnswer(OrgkitError):  # noqa: N818 - a thing, as NotRead is
    """An answer that is none of AWS's, as far as this version of orgkit knows AWS."""

    def __init__(self, operation: str, what: str) -> None:
        self.operation, self.what = operation, printable(what)
        super().__init__(
            f"The answer does not match AWS as this version of orgkit knows it: {self.what}.",
            "Check HTTPS_PROXY, HTTP_PROXY and AWS_ENDPOINT_URL, and whether this network wants a "
            "sign-in first. If AWS answered, update orgkit and boto3.",
            detail=f"The answer to {operation}.",
        )


def quoted(value: Any) -> str:
    """Quote what was answered, short and without anything that a terminal would obey."""
    text = value if isinstance(value, str) else repr(value)
    short = text if len(text) <= _LONG else text[:_LONG] + "…"
    return f'"{printable(short)}"'


@contextmanager
def understood(operation: str) -> Iterator[None]:
    """Say so where the SDK's parser stumbles over an answer, whatever it stumbles with."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except (OrgkitError, BotoCoreError, ClientError, ResponseParserError):
        raise  # these say already what they are
    except Exception as error:
        if not _while_parsing(error):
            raise
        what = f"it cannot be parsed ({type(error).__name__}: {str(error)[:_LONG]})"
        raise StrangeAnswer(operation, what) from error


def _while_parsing(error: BaseException) -> bool:
    """Tell whether an error arose in botocore's parser, which meets whatever was sent."""
    modules = [f.f_globals.get("__name__") for f, _ in walk_tb(error.__traceback__)]
    # The endpoint takes an answer that is a bare null from the parser, and stumbles itself.
    stumbled = isinstance(error, AttributeError) and modules[-1] == "botocore.endpoint"
    return "botocore.parsers" in modules or stumbled


def hold_to_model(events: Any) -> None:
    """Attach to a session's events, so that no answer of any client is believed unseen."""
    events.register("before-parse", _look_at_lists, unique_id="orgkit-lists")
    # Last: the call log must know of the call whatever was answered.
    events.register_last("after-call", _check, unique_id="orgkit-answers")


_STRANGE = "orgkit-strange"


def _look_at_lists(
    operation_model: Any, response_dict: Any, customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Note a list that is none before botocore's parser takes {} and "" for an empty one."""
    try:
        told = json.loads(response_dict["body"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return  # XML, or what the parser will stumble over
    if where := _no_list("", told, operation_model.output_shape):
        customized_response_dict[_STRANGE] = f"{where} is not a list"


def _no_list(path: str, value: Any, shape: Any) -> str:
    """Find the first place of a JSON answer where the model wants a list and there is another."""
    if shape is None or value is None:
        return ""
    if shape.type_name == "list":
        if not isinstance(value, list):
            return path
        return next(filter(None, (_no_list(path, v, shape.member) for v in value)), "")
    if shape.type_name != "structure" or not isinstance(value, dict):
        return ""
    members = ((f"{path}.{n}".lstrip("."), value.get(n), m) for n, m in shape.members.items())
    return next(filter(None, (_no_list(*each) for each in members)), "")


def _check(parsed: Any, model: Any, **_: Any) -> None:
    if not isinstance(parsed, dict) or "Error" in parsed:
        return  # botocore makes an error of it
    if what := parsed.pop(_STRANGE, ""):
        raise StrangeAnswer(model.name, what)
    shape = model.output_shape
    if shape is not None:
        _structure(model.name, "", {k: v for k, v in parsed.items() if k in shape.members}, shape)


def _structure(operation: str, path: str, value: Mapping[str, Any], shape: Any) -> None:
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _member(operation, f"{path}.{name}".lstrip("."), value[name], member)


def _member(operation: str, path: str, value: Any, shape: Any) -> None:
    if shape.name == "policyDocumentType":
        return  # botocore has made an object of the text, and nobody here reads it
    kind = _PYTHON.get(shape.type_name)
    # Python's True is a number too; AWS's is not.
    if kind and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))):
        raise StrangeAnswer(operation, f"{path} is {quoted(value)}, no {shape.type_name}")
    if shape.type_name == "structure":
        _structure(operation, path, value, shape)
    elif shape.type_name == "list":
        for item in value:
            _member(operation, path, item, shape.member)


# Moments are judged where rows are made, together with what is absurd about them.
_PYTHON: Mapping[str, Any] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}


def listed(operation: str, key: str, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take the list of a page. Raises `StrangeAnswer` where there is none: that is not empty."""
    items = page.get(key)
    if not isinstance(items, list):
        raise StrangeAnswer(operation, f"{key} is missing")
    if strange := [i for i in items if not isinstance(i, dict)]:
        raise StrangeAnswer(operation, f"{key} holds {quoted(strange[0])}")
    return items


def part(operation: str, key: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the one thing that was asked for. Raises `StrangeAnswer` where it is missing."""
    found = answer.get(key)
    if not isinstance(found, dict):
        raise StrangeAnswer(operation, f"{key} is missing")
    return found
