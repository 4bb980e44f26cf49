"""IAM policy documents: what they allow. The part of the language that callers' policies use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Keys = dict[str, str]
Statement = dict[str, Any]

ALLOW, DENY, SILENT = "Allow", "Deny", ""


def statements(document: str | dict[str, Any]) -> list[Statement]:
    """Read the statements of a document; one may stand without a list."""
    content = json.loads(document) if isinstance(document, str) else document
    found: list[Statement] = _many(content.get("Statement", []))
    return found


def decide(documents: Iterable[str], action: str, resource: str, keys: Keys) -> str:
    """Decide: Allow, Deny, or silence; a Deny anywhere wins."""
    found = SILENT
    for document in documents:
        for statement in statements(document):
            if not applies(statement, action, resource, keys):
                continue
            # No Allow before or after it can outweigh a Deny.
            if statement["Effect"] == DENY:
                return DENY
            found = ALLOW
    return found


def applies(statement: Statement, action: str, resource: str, keys: Keys) -> bool:
    """Tell whether a statement speaks about this action on this resource."""
    return (
        _covers(statement, "Action", action.lower(), str.lower)
        and _covers(statement, "Resource", resource, str)
        and conditions_hold(statement, keys)
    )


def _covers(statement: Statement, name: str, value: str, fold: Callable[[str], str]) -> bool:
    if name in statement:
        return any(like(fold(pattern), value) for pattern in _many(statement[name]))
    return not any(like(fold(pattern), value) for pattern in _many(statement.get(f"Not{name}", [])))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL)


def like(pattern: str, value: str) -> bool:
    """Match IAM's wildcards: a star for any text, a question mark for one letter."""
    return _pattern(pattern).fullmatch(value) is not None


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
}


def conditions_hold(statement: Statement, keys: Keys) -> bool:
    """Test all conditions; what we cannot judge never widens what is allowed."""
    folded = {name.lower(): value for name, value in keys.items()}
    return all(
        _holds(operator, key.lower(), wanted, folded, statement["Effect"])
        for operator, tests in statement.get("Condition", {}).items()
        for key, wanted in tests.items()
    )


def _holds(operator: str, key: str, wanted: Any, keys: Keys, effect: str) -> bool:
    name = operator.removesuffix("IfExists")
    negative = "Not" in name
    test = _TESTS.get(name.replace("Not", ""))
    if test is None:  # an operator we do not know: it may deny, and never allows
        return effect == DENY
    # A missing key fails a test, unless the test is negative or says IfExists.
    if key not in keys:
        return negative or name != operator
    found = any(test(str(value), keys[key]) for value in _many(wanted))
    return found is not negative


def trusts(document: str, callers: Iterable[str], keys: Keys) -> bool:
    """Tell whether a trust policy lets one of these principals in (ARNs and account ids)."""
    names = {"*", *callers}
    effects = {
        statement["Effect"]
        for statement in statements(document)
        if names.intersection(_principals(statement))
        and _covers(statement, "Action", "sts:assumerole", str.lower)
        and conditions_hold(statement, keys)
    }
    return effects == {ALLOW}


def _principals(statement: Statement) -> list[str]:
    named = statement.get("Principal", [])
    return _many(named.get("AWS", []) if isinstance(named, dict) else named)
