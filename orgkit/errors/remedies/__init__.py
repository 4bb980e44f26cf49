"""What a person is told instead of a bare error: what happened, what to do, who, where to read.

The tables are YAML files beside this module, read when the first error is looked up. Sources: error
shapes of the service model organizations-2016-11-28, the user guide's pages on all features and on
troubleshooting, and captured answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from orgkit.formats import shipped

MANAGEMENT = "management account"
MEMBER = "owner of the member account"
YOU = "you"
SUPPORT = "management account, with AWS Support"

_AWS = "https://docs.aws.amazon.com/"
_FILES = ("credentials", "organizations", "other_services", "reasons", "machine")


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person is told instead of a bare error."""

    problem: str
    do_this: str
    actor: str = MANAGEMENT
    more: str = f"{_AWS}organizations/latest/userguide/orgs_troubleshoot_general.html"
    also: tuple[str, ...] = ()  # the same trouble under the names of other services and botocore


Table = dict[tuple[str, str | None], Remedy]


@cache
def remedies(*files: str) -> Table:
    """Read the remedies of some files, or of all, by error code and its Reason.

    Raises `TypeError` for a key that a remedy does not have.
    """
    table: Table = {}
    for file in files or _FILES:
        for code, entry in shipped(__name__, f"{file}.yaml").items():
            # An entry is a remedy, or holds one for each reason of its code.
            by_reason = {None: entry} if "problem" in entry else entry
            table |= {(code, reason): _remedy(**row) for reason, row in by_reason.items()}
    return table


def _remedy(more: str | None = None, also: tuple[str, ...] = (), **row: Any) -> Remedy:
    page = {} if more is None else {"more": more and _AWS + more}  # empty: no page of AWS has it
    return Remedy(**row, **page, also=tuple(also))


@cache
def aliases() -> dict[str, str]:
    """Map other names of the same trouble to the code that has the remedy."""
    return {name: code for (code, _), remedy in remedies().items() for name in remedy.also}


@cache
def cannot_occur() -> dict[tuple[str, str], str]:
    """Say why a reason cannot be the answer to a call of this process, by error code and reason."""
    table = shipped(__name__, "impossible.yaml")
    return {(code, reason): why for code, row in table.items() for reason, why in row.items()}


def find(code: str, reason: str | None = None) -> Remedy | None:
    """Find the remedy for an AWS error code and its Reason, else the code's general one, else None.

    A reason that is newer than these tables gets the code's remedy.
    """
    code = aliases().get(code, code)
    # AWS appends the offending field to some reasons after a colon.
    known = reason.partition(":")[0] if reason else None
    return remedies().get((code, known)) or remedies().get((code, None))
