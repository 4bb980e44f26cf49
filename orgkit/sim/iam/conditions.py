"""The Condition element of IAM policies: every operator, and what it says of a missing key.

Sources, of the IAM User Guide: "IAM JSON policy elements: Condition operators" (operators,
IfExists, Null, missing keys), "Creating a condition that tests multiple key values"
(ForAllValues, ForAnyValue) and "Conditions with multiple context keys or values" (several values
are alternatives, of a negated operator none may fit).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from ipaddress import ip_address, ip_network
from typing import Any

from orgkit.sim.state.model import Keys

Test = Callable[[str, str], bool]

_VARIABLE = re.compile(r"\$\{([^}']+?)(?:,\s*'([^']*)')?\}")
_SIGNS = ("*", "?", "$")  # `${*}` is a star, and no wildcard
# How a star and a question mark that are no wildcards stand in a pattern.
_STAR, _MARK = "\0", "\1"


def many(value: Any) -> list[Any]:
    """Give a list, also where one thing stands without brackets."""
    return value if isinstance(value, list) else [value]


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    text = text.replace(re.escape(_STAR), r"\*").replace(re.escape(_MARK), r"\?")
    return re.compile(text, re.DOTALL)


def like(pattern: str, value: str) -> bool:
    """Match IAM's wildcards: a star for any text, a question mark for one letter."""
    return _pattern(pattern).fullmatch(value) is not None


def _arn(pattern: str, value: str) -> bool:
    """Match ARNs part by part: a star does not reach over a colon, but in the last of six parts."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return pattern == "*" or (len(wanted) == len(found) and all(map(like, wanted, found)))


def _number(test: Callable[[Any, Any], bool]) -> Test:
    return lambda wanted, value: test(float(value), float(wanted))


def _date(test: Callable[[Any, Any], bool]) -> Test:
    return lambda wanted, value: test(_moment(value), _moment(wanted))


def _moment(text: str) -> datetime:
    """Read a moment as policies may write it: ISO 8601, or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", text) and len(text) != 4:
        return datetime.fromtimestamp(float(text), UTC)
    found = datetime.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _ip(wanted: str, value: str) -> bool:
    network, address = ip_network(wanted, strict=False), ip_address(value)
    return network.version == address.version and address in network


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_in_any_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


# Each operator with its test, and whether it holds where the test does not.
OPERATORS: Mapping[str, tuple[Test, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_in_any_case, False),
    "StringNotEqualsIgnoreCase": (_equal_in_any_case, True),
    "StringLike": (like, False),
    "StringNotLike": (like, True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
    "IpAddress": (_ip, False),
    "NotIpAddress": (_ip, True),
    "Bool": (_equal_in_any_case, False),
    "BinaryEquals": (_equal, False),
    "NumericEquals": (_number(operator.eq), False),
    "NumericNotEquals": (_number(operator.eq), True),
    "NumericLessThan": (_number(operator.lt), False),
    "NumericLessThanEquals": (_number(operator.le), False),
    "NumericGreaterThan": (_number(operator.gt), False),
    "NumericGreaterThanEquals": (_number(operator.ge), False),
    "DateEquals": (_date(operator.eq), False),
    "DateNotEquals": (_date(operator.eq), True),
    "DateLessThan": (_date(operator.lt), False),
    "DateLessThanEquals": (_date(operator.le), False),
    "DateGreaterThan": (_date(operator.gt), False),
    "DateGreaterThanEquals": (_date(operator.ge), False),
}
_WITH_VARIABLES = ("String", "Arn")


def hold(statement: Mapping[str, Any], keys: Keys) -> bool:
    """Test all conditions of a statement; what cannot be judged never widens what is allowed."""
    folded = {name.lower(): value for name, value in keys.items()}
    return all(
        _holds(name, many(folded.get(key.lower(), [])), _texts(wanted), folded, statement["Effect"])
        for name, tests in statement.get("Condition", {}).items()
        for key, wanted in tests.items()
    )


def _texts(wanted: Any) -> list[str]:
    """Write the values of a policy as IAM compares them: JSON's true is the word."""
    return [str(w).lower() if isinstance(w, bool) else str(w) for w in many(wanted)]


def _holds(name: str, values: list[str], wanted: list[str], keys: Keys, effect: str) -> bool:
    if name == "Null":  # "true" wants the key to be missing
        return any((w.lower() == "true") is not bool(values) for w in wanted)
    quantifier, _, plain = name.rpartition(":")
    plain, if_exists = plain.removesuffix("IfExists"), plain.endswith("IfExists")
    row = OPERATORS.get(plain)
    if row is None or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        return effect == "Deny"  # an operator that IAM may get some day
    if if_exists and not values:
        return True
    if plain.startswith(_WITH_VARIABLES):
        literal = row[0] in (_equal, _equal_in_any_case)
        texts = [filled(w, keys, literal) for w in wanted]
        wanted = [text for text in texts if text is not None]
    if not all(_readable(plain, w) for w in wanted):  # IAM refuses to keep such a policy
        return effect == "Deny"
    return _quantified(quantifier, row, values, wanted)


# What a policy's values must be able to be read as, by a part of the operator's name.
_READERS: Mapping[str, Callable[[str], Any]] = {
    "Numeric": float,
    "Date": _moment,
    "IpAddress": partial(ip_network, strict=False),
}


def _readable(name: str, wanted: str) -> bool:
    try:
        return all(read(wanted) is not None for part, read in _READERS.items() if part in name)
    except (ValueError, OverflowError, OSError):
        return False


def _fits(test: Test, wanted: str, value: str) -> bool:
    try:
        return test(wanted, value)
    except (ValueError, OverflowError, OSError):  # a value of another type matches nothing
        return False


def _quantified(
    quantifier: str, row: tuple[Test, bool], values: list[str], wanted: list[str]
) -> bool:
    """Test every value that the request has; a missing key has none."""
    test, negated = row
    told = [any(_fits(test, w, value) for w in wanted) is not negated for value in values]
    if quantifier == "ForAllValues":
        return all(told)
    if quantifier == "ForAnyValue":
        return any(told)
    # Without a quantifier a missing key is no match: right for a negated operator alone.
    return all(told) if told else negated


def filled(text: str, keys: Keys, literal: bool = False) -> str | None:
    """Put the request's values into a text's variables; None where one has no value.

    What is put in stays what it is: a star in a tag is no wildcard of the pattern.
    """
    missing = False

    def shown(put: str) -> str:
        return put if literal else put.replace("*", _STAR).replace("?", _MARK)

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        if found[1] in _SIGNS:
            return shown(found[1])
        held = many(keys.get(found[1].strip().lower(), []))
        if len(held) == 1:  # a key of several values cannot be used in a variable
            return shown(str(held[0]))
        missing = missing or found[2] is None
        return shown(found[2] or "")

    written = _VARIABLE.sub(value, text)
    return None if missing else written
