"""What is shown: blocks made from a state, a plan, findings and the journal. Pure."""

from orgkit.views import (
    accounts,
    audit,
    board,
    cloudtrail,
    conclusion,
    findings,
    next_step,
    pictures,
    plan,
    readiness,
    status,
    summary,
)

__all__ = [
    "accounts",
    "audit",
    "board",
    "cloudtrail",
    "conclusion",
    "findings",
    "next_step",
    "pictures",
    "plan",
    "readiness",
    "status",
    "summary",
]
