"""Conditions of IAM policies: every operator, and what AWS makes of a key that is not there.

Operators, suffix, prefixes and missing keys as in the IAM User Guide, "IAM JSON policy elements:
Condition operators" and "Set operators for multi-valued context keys"; variables as in "IAM policy
elements: Variables and tags".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from operator import eq, ge, gt, le, lt
from typing import Any

Value = str | list[str]
Keys = Mapping[str, Value]
Test = Callable[[str, str], bool]

DENY = "Deny"


class UnresolvedError(ValueError):
    """A variable of a policy has no value in this request: then nothing matches it."""


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text.replace("\ue000", r"\*").replace("\ue001", r"\?"), re.DOTALL)


def like(pattern: str, value: str) -> bool:
    """Match IAM's wildcards: a star for any text, a question mark for one letter."""
    return _pattern(pattern).fullmatch(value) is not None


def _arn(pattern: str, value: str) -> bool:
    """Match ARNs part by part: a star does not reach over a colon, but in the last part."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) and all(map(like, wanted, found))


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Test:
    return lambda wanted, value: compare(read(value), read(wanted))


def _moment(text: str) -> datetime:
    """Read ISO 8601, or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(wanted: str, value: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)


def _same_bytes(wanted: str, value: str) -> bool:
    return base64.b64decode(wanted) == base64.b64decode(value)


def _folded(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


# The positive form of each operator; `Not` in its name turns the answer round.
_TESTS: Mapping[str, Test] = {
    "StringEquals": eq,
    "StringEqualsIgnoreCase": _folded,
    "StringLike": like,
    "ArnEquals": _arn,  # both behave alike (user guide)
    "ArnLike": _arn,
    "Bool": _folded,
    "BinaryEquals": _same_bytes,
    "IpAddress": _in_network,
    **{
        f"{kind}{name}": _ordered(read, compare)
        for kind, read in (("Numeric", Decimal), ("Date", _moment))
        for name, compare in (
            ("Equals", eq),
            ("LessThan", lt),
            ("LessThanEquals", le),
            ("GreaterThan", gt),
            ("GreaterThanEquals", ge),
        )
    },
}
_NEGATIVE = {"NotIpAddress": "IpAddress"} | {
    f"{kind}Not{name}": f"{kind}{name}"
    for kind, name in (
        ("String", "Equals"),
        ("String", "EqualsIgnoreCase"),
        ("String", "Like"),
        ("Arn", "Equals"),
        ("Arn", "Like"),
        ("Numeric", "Equals"),
        ("Date", "Equals"),
    )
}


def hold(statement: Mapping[str, Any], keys: Keys) -> bool:
    """Test all conditions of a statement; what we cannot judge never widens what is allowed."""
    folded = {name.lower(): value for name, value in keys.items()}
    return all(
        _holds(operator, key.lower(), _many(wanted), folded, statement["Effect"])
        for operator, tests in statement.get("Condition", {}).items()
        for key, wanted in tests.items()
    )


def _holds(operator: str, key: str, wanted: list[Any], keys: Keys, effect: str) -> bool:
    of_set, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name == "Null":
        return str(wanted[0]).lower() == ("false" if key in keys else "true")
    test = _TESTS.get(_NEGATIVE.get(name, name))
    if test is None or of_set not in ("", "ForAllValues", "ForAnyValue"):
        return effect == DENY  # AWS would have refused the policy
    negative = name in _NEGATIVE
    values = _many(keys.get(key, []))
    if not values:
        if of_set:
            return of_set == "ForAllValues" or name != rest
        # A missing key fails a test, unless the test is negative or says IfExists.
        return negative or name != rest
    answers = [_any(test, wanted, value, keys) is not negative for value in values]
    return all(answers) if of_set == "ForAllValues" else any(answers)


def _any(test: Test, wanted: list[Any], value: str, keys: Keys) -> bool:
    return any(_matches(test, text, value, keys) for text in wanted)


def _matches(test: Test, wanted: Any, value: str, keys: Keys) -> bool:
    try:
        return test(resolved(_spelled(wanted), keys), value)
    except (UnresolvedError, ValueError, InvalidOperation, binascii.Error):
        return False  # a value of another type matches nothing


def _spelled(value: Any) -> str:
    """Spell a JSON value as policies do: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# `${*}` means the character itself: marks that no text of a request has, until it is matched.
_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "$"}


def resolved(text: str, keys: Keys) -> str:
    """Put the request's values for `${key}` and `${key, 'default'}`.

    Raises `UnresolvedError` where there is neither.
    """
    return _VARIABLE.sub(lambda found: _value(found[1], keys), text)


def _value(inside: str, keys: Keys) -> str:
    if inside in _LITERAL:
        return _LITERAL[inside]
    name, comma, default = (part.strip() for part in inside.partition(","))
    folded = {key.lower(): value for key, value in keys.items()}
    found = folded.get(name.lower())
    if isinstance(found, str):
        return found
    if comma:
        return default.strip("'")
    raise UnresolvedError(name)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
