"""What a remedy is, who acts on one, and where AWS writes more about it."""

from __future__ import annotations

from dataclasses import dataclass

MANAGEMENT = "management account"
MEMBER = "owner of the member account"
YOU = "you"
SUPPORT = "management account, with AWS Support"

_AWS = "https://docs.aws.amazon.com"


def guide(page: str) -> str:
    """Link a page of the AWS Organizations user guide."""
    return f"{_AWS}/organizations/latest/userguide/{page}.html"


def reference(operation: str) -> str:
    """Link an operation's page in the API reference of AWS Organizations."""
    return f"{_AWS}/organizations/latest/APIReference/API_{operation}.html"


STANDARD = guide("manage-begin-all-features-standard-migration")
ASSISTED = guide("manage-begin-all-features-assisted-migration")
OVERVIEW = guide("orgs_manage_org_support-all-features")
REMOVE = guide("orgs_manage_accounts_remove")
LIMITS = guide("orgs_reference_limits")
SERVICES = guide("orgs_integrate_services")
TROUBLE = guide("orgs_troubleshoot_general")
CLI = f"{_AWS}/cli/latest/userguide"
IAM = f"{_AWS}/IAM/latest/UserGuide"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person is told instead of a bare error."""

    problem: str
    do_this: str
    actor: str = MANAGEMENT
    more: str = TROUBLE


Table = dict[tuple[str, str | None], Remedy]
