"""What AWS Organizations answers: error codes of the calls that orgkit makes."""

from __future__ import annotations

from orgkit.errors.remedies.remedy import (
    LIMITS,
    MEMBER,
    OVERVIEW,
    SERVICES,
    STANDARD,
    YOU,
    Remedy,
    Table,
    reference,
)

_ORGANIZATION: dict[str, Remedy] = {
    "AWSOrganizationsNotInUseException": Remedy(
        "This account is not in an organization.",
        "Use credentials of the organization's management account.",
        YOU,
    ),
    "AccountNotFoundException": Remedy(
        "AWS knows no such account in this organization.",
        "Run 03_monitor: the account may have left already.",
        more=reference("RemoveAccountFromOrganization"),
    ),
    "ConcurrentModificationException": Remedy(
        "Somebody else is changing the organization at this moment.",
        "Wait a few seconds and run the notebook again.",
    ),
    "TooManyRequestsException": Remedy(
        "AWS is throttling these calls.",
        "Wait a minute and run again; "
        "if it persists, look for other tools that poll Organizations.",
        more=LIMITS,
    ),
    "ServiceException": Remedy(
        "AWS had an internal error.", "Run again in a few minutes; nothing is done twice."
    ),
    "InvalidInputException": Remedy(
        "AWS found the input invalid.",
        "This is a fault of orgkit: please report the operation and the text.",
        YOU,
    ),
    "UnsupportedAPIEndpointException": Remedy(
        "AWS Organizations does not offer this call in this partition.",
        "Check that the profile belongs to the partition of the organization.",
    ),
    "ConstraintViolationException": Remedy(
        "AWS refused because of a limit or the state of the organization.",
        "Read the reason that AWS gave here and clear it before trying again.",
        more=reference("EnableAllFeatures"),
    ),
    "AccessDeniedForDependencyException": Remedy(
        "The service-linked role AWSServiceRoleForOrganizations could not be created.",
        "Allow iam:CreateServiceLinkedRole for organizations.amazonaws.com and accept again.",
        MEMBER,
        SERVICES,
    ),
    "MasterCannotLeaveOrganizationException": Remedy(
        "The management account of an organization cannot do this.",
        "Use the account that the handshake was sent to.",
        more=reference("AcceptHandshake"),
    ),
    "ResponsibilityTransferNotFoundException": Remedy(
        "AWS knows no such transfer of billing.",
        "Run the notebook again: the transfer may have ended meanwhile.",
        more=reference("ListInboundResponsibilityTransfers"),
    ),
}

_HANDSHAKES: dict[str, Remedy] = {
    "HandshakeNotFoundException": Remedy(
        "AWS does not list this handshake.",
        "AWS deletes handshakes 30 days after they end; run 03_monitor to see what is listed now.",
        more=LIMITS,
    ),
    "HandshakeAlreadyInStateException": Remedy(
        "The handshake is already in that state.",
        "Nothing needs doing; run 03_monitor to see it.",
        more=STANDARD,
    ),
    "InvalidHandshakeTransitionException": Remedy(
        "The handshake cannot go to that state from where it is.",
        "Run 03_monitor: the process may not be ready, or may have ended.",
        more=STANDARD,
    ),
    "HandshakeConstraintViolationException": Remedy(
        "AWS refused because of the state of the organization or of an account.",
        "Read the reason that AWS gave here and clear it before trying again.",
        more=reference("EnableAllFeatures"),
    ),
}

_POLICY_TYPES: dict[str, Remedy] = {
    "PolicyTypeAlreadyEnabledException": Remedy(
        "This policy type is already enabled.",
        "Nothing needs doing.",
        more=reference("EnablePolicyType"),
    ),
    "PolicyTypeNotAvailableForOrganizationException": Remedy(
        "This policy type is not available to the organization.",
        "Finish the process to all features first; some types are not offered in every partition.",
        more=OVERVIEW,
    ),
    "PolicyChangesInProgressException": Remedy(
        "AWS is still working on an earlier policy change.",
        "Wait a minute and run the notebook again.",
        more=reference("EnablePolicyType"),
    ),
    "RootNotFoundException": Remedy(
        "AWS does not know this root.",
        "Run the notebook again: it reads the root first.",
        more=reference("EnablePolicyType"),
    ),
}

ANSWERS: Table = {
    (code, None): remedy for code, remedy in (_ORGANIZATION | _HANDSHAKES | _POLICY_TYPES).items()
}
