"""Failed checks that somebody goes on despite, each with a reason."""

from __future__ import annotations

from orgkit.checks import CHECKS
from orgkit.errors.exceptions import UsageError


def waivers(text: str) -> dict[str, str]:
    """Read `id: reason; id: reason`. Raises `UsageError` without a reason or for no check."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, _, reason = (p.strip() for p in part.partition(":"))
        if not reason:
            raise UsageError(
                f'`waive` has no reason for "{name}".',
                'Write each as "check id: reason"; the reason stays in the evidence.',
            )
        found[name] = reason
    strange = [name for name in found if name not in CHECKS]
    if strange:
        raise UsageError(
            f"`waive` names {', '.join(strange)}, which is no pre-check.",
            "Use the ids that 02_request names; `orgkit list` has them all.",
        )
    return found
