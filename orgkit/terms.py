"""Words of the field as AWS spells them, and orgkit's own: phases, notebooks, outcomes."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class FeatureSet(StrEnum):
    """Organization.FeatureSet (service model organizations-2016-11-28)."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class HandshakeState(StrEnum):
    """Handshake.State (service model organizations-2016-11-28)."""

    REQUESTED = "REQUESTED"
    OPEN = "OPEN"
    CANCELED = "CANCELED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


LIVE_HANDSHAKE_STATES = frozenset({HandshakeState.REQUESTED, HandshakeState.OPEN})


class HandshakeAction(StrEnum):
    """Handshake.Action; what each is used for is told by structure, never by this name alone."""

    INVITE = "INVITE"
    ENABLE_ALL_FEATURES = "ENABLE_ALL_FEATURES"
    APPROVE_ALL_FEATURES = "APPROVE_ALL_FEATURES"
    ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE = "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
    TRANSFER_RESPONSIBILITY = "TRANSFER_RESPONSIBILITY"


PROCESS_ACTIONS = frozenset(
    {
        HandshakeAction.ENABLE_ALL_FEATURES,
        HandshakeAction.APPROVE_ALL_FEATURES,
        HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE,
    }
)


class PartyType(StrEnum):
    """HandshakeParty.Type."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"
    EMAIL = "EMAIL"


class ResourceType(StrEnum):
    """HandshakeResource.Type (service model organizations-2016-11-28)."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"
    ORGANIZATION_FEATURE_SET = "ORGANIZATION_FEATURE_SET"
    EMAIL = "EMAIL"
    MASTER_EMAIL = "MASTER_EMAIL"
    MASTER_NAME = "MASTER_NAME"
    NOTES = "NOTES"
    PARENT_HANDSHAKE = "PARENT_HANDSHAKE"
    RESPONSIBILITY_TRANSFER = "RESPONSIBILITY_TRANSFER"
    TRANSFER_START_TIMESTAMP = "TRANSFER_START_TIMESTAMP"
    TRANSFER_TYPE = "TRANSFER_TYPE"
    MANAGEMENT_ACCOUNT = "MANAGEMENT_ACCOUNT"
    MANAGEMENT_EMAIL = "MANAGEMENT_EMAIL"
    MANAGEMENT_NAME = "MANAGEMENT_NAME"


class AccountState(StrEnum):
    """Account.State, which replaced Account.Status on 2026-09-09."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


class JoinedMethod(StrEnum):
    """Account.JoinedMethod; the management account reads INVITED too."""

    INVITED = "INVITED"
    CREATED = "CREATED"


class PolicyTypeStatus(StrEnum):
    """PolicyTypeSummary.Status of a root; NOT_ENABLED is orgkit's: AWS leaves such a type out."""

    ENABLED = "ENABLED"
    PENDING_ENABLE = "PENDING_ENABLE"
    PENDING_DISABLE = "PENDING_DISABLE"
    NOT_ENABLED = "NOT_ENABLED"


class CreationState(StrEnum):
    """CreateAccountStatus.State."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class TransferStatus(StrEnum):
    """ResponsibilityTransfer.Status."""

    REQUESTED = "REQUESTED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"


class Decision(StrEnum):
    """EvaluationResult.EvalDecision of IAM's policy simulation."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class Kind(StrEnum):
    """What a handshake is, by its structure (ADR 0002)."""

    ORGANIZATION = "ORGANIZATION"  # the organization's own handshake; accepting it finalizes
    APPROVAL = "APPROVAL"  # one account's handshake of the process
    INVITATION = "INVITATION"
    OTHER = "OTHER"


class Phase(StrEnum):
    """Where the organization stands between consolidated billing and all features."""

    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"
    WAITING = "WAITING"
    BLOCKED = "BLOCKED"
    READY = "READY"
    ALL_FEATURES = "ALL_FEATURES"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"


class NotebookName(StrEnum):
    """The notebooks of the kit, as their files and run.json name them."""

    START = "00_start_here"
    PRECHECK = "01_precheck"
    REQUEST = "02_request"
    MONITOR = "03_monitor"
    FINALIZE = "04_finalize"
    POLICY_TYPES = "05_policy_types"
    AUDIT_REPORT = "06_audit_report"


class Verdict(StrEnum):
    """What a check found; UNKNOWN means it could not be read, and is never a pass."""

    FAIL = "FAIL"
    WARN = "WARN"
    UNKNOWN = "UNKNOWN"
    INFO = "INFO"
    PASS = "PASS"  # noqa: S105 - a verdict, not a password


ASKS = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN)  # verdicts that ask somebody for something


class ExitCode(IntEnum):
    """What `orgkit` returns to the shell and run.json says."""

    DONE = 0
    FAILED = 1
    WAITING = 10
    BLOCKED = 20
    ENDED = 30
    USAGE = 64


class Outcome(StrEnum):
    """What one run of a notebook came to."""

    DONE = "done"
    WAITING = "waiting"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def exit_code(self) -> ExitCode:
        """The code that a script sees for this outcome."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.DONE: ExitCode.DONE,
    Outcome.WAITING: ExitCode.WAITING,
    Outcome.BLOCKED: ExitCode.BLOCKED,
    Outcome.EXPIRED: ExitCode.ENDED,
    Outcome.CANCELED: ExitCode.ENDED,
    Outcome.FAILED: ExitCode.FAILED,
}

OUTCOME_OF_PHASE = {
    Phase.CONSOLIDATED_BILLING: Outcome.DONE,
    Phase.WAITING: Outcome.WAITING,
    Phase.BLOCKED: Outcome.BLOCKED,
    Phase.READY: Outcome.DONE,
    Phase.ALL_FEATURES: Outcome.DONE,
    Phase.EXPIRED: Outcome.EXPIRED,
    Phase.CANCELED: Outcome.CANCELED,
    Phase.UNKNOWN: Outcome.BLOCKED,
}

SERVICE_LINKED_ROLE = "AWSServiceRoleForOrganizations"
SERVICE_LINKED_ROLE_PATH = "/aws-service-role/organizations.amazonaws.com/"
ACCESS_ROLE = "OrganizationAccountAccessRole"
SIMULATOR_SERVER = "orgkit-simulator"  # how the simulator names itself in the Server header
