"""IAM policy documents: what they allow. The part of the language that callers' policies use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from orgkit.sim.iam import conditions
from orgkit.sim.iam.conditions import like, many
from orgkit.sim.state.model import Keys

Statement = dict[str, Any]

ALLOW, DENY, SILENT = "Allow", "Deny", ""


def statements(document: str | dict[str, Any]) -> list[Statement]:
    """Read the statements of a document; one may stand without a list."""
    content = json.loads(document) if isinstance(document, str) else document
    found: list[Statement] = many(content.get("Statement", []))
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
        and _covers(statement, "Resource", resource, _with(keys))
        and conditions_hold(statement, keys)
    )


def _with(keys: Keys) -> Callable[[str], str]:
    """Fill the variables of a resource; one that has no value names nothing."""
    folded = {name.lower(): value for name, value in keys.items()}
    return lambda text: conditions.filled(text, folded) or ""


def _covers(statement: Statement, name: str, value: str, fold: Callable[[str], str]) -> bool:
    if name in statement:
        return any(like(fold(pattern), value) for pattern in many(statement[name]))
    return not any(like(fold(pattern), value) for pattern in many(statement.get(f"Not{name}", [])))


def conditions_hold(statement: Statement, keys: Keys) -> bool:
    """Test all conditions of a statement against what the request carries."""
    return conditions.hold(statement, keys)


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
    return many(named.get("AWS", []) if isinstance(named, dict) else named)
