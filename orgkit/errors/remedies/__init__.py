"""One table: an AWS error code and its Reason, what happened, what to do, who does it, and where
to read more.

Sources: error shapes of the service model organizations-2016-11-28, the user guide's pages on
all features and on troubleshooting, and captured answers.
"""

from orgkit.errors.remedies.credentials import SIGNING_IN, SIGNING_IN_ALIASES
from orgkit.errors.remedies.impossible import CANNOT_OCCUR
from orgkit.errors.remedies.organizations import ANSWERS
from orgkit.errors.remedies.other_services import BESIDE, BESIDE_ALIASES
from orgkit.errors.remedies.reasons import REASONS
from orgkit.errors.remedies.remedy import MANAGEMENT, MEMBER, SUPPORT, YOU, Remedy, Table

__all__ = [
    "ALIASES",
    "CANNOT_OCCUR",
    "MANAGEMENT",
    "MEMBER",
    "REMEDIES",
    "SUPPORT",
    "YOU",
    "Remedy",
    "find",
]

REMEDIES: Table = {**SIGNING_IN, **ANSWERS, **BESIDE, **REASONS}
# The same trouble under the names that other services and botocore give it.
ALIASES = SIGNING_IN_ALIASES | BESIDE_ALIASES


def find(code: str, reason: str | None = None) -> Remedy | None:
    """Find the remedy for an AWS error code and its Reason, else the code's general one, else None.

    AWS appends the offending field to some reasons after a colon: only what stands before it is
    compared. A reason that is newer than this table gets the code's remedy.
    """
    code = ALIASES.get(code, code)
    known = reason.partition(":")[0] if reason else None
    return REMEDIES.get((code, known)) or REMEDIES.get((code, None))
