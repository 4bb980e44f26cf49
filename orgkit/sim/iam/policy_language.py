"""IAM policy documents: what they allow. The part of the language that callers' policies use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from orgkit.sim.iam.conditions import Keys, UnresolvedError, hold, like, resolved

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
        and _covers(statement, "Resource", resource, lambda text: _named(text, keys))
        and hold(statement, keys)
    )


def _covers(statement: Statement, name: str, value: str, fold: Callable[[str], str]) -> bool:
    if name in statement:
        return any(like(fold(pattern), value) for pattern in _many(statement[name]))
    return not any(like(fold(pattern), value) for pattern in _many(statement.get(f"Not{name}", [])))


def _named(pattern: str, keys: Keys) -> str:
    """Put values for variables; a variable without one names nothing."""
    try:
        return resolved(pattern, keys)
    except UnresolvedError:
        return ""


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def trusts(document: str, callers: Iterable[str], keys: Keys) -> bool:
    """Tell whether a trust policy lets one of these principals in (ARNs and account ids)."""
    names = {"*", *callers}
    effects = {
        statement["Effect"]
        for statement in statements(document)
        if _speaks_of(statement, names)
        and _covers(statement, "Action", "sts:assumerole", str.lower)
        and hold(statement, keys)
    }
    return effects == {ALLOW}


def _speaks_of(statement: Statement, names: set[str]) -> bool:
    if "NotPrincipal" in statement:
        return not names.intersection(_principals(statement["NotPrincipal"]))
    return bool(names.intersection(_principals(statement.get("Principal", []))))


def _principals(named: Any) -> list[str]:
    return _many(named.get("AWS", []) if isinstance(named, dict) else named)
