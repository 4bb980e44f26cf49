"""One table: an AWS error code and its Reason, what happened, what to do, and who does it.

Sources: error shapes of the service model organizations-2016-11-28, the user guide's pages on
all features and on troubleshooting, and captured answers. AWS appends the offending field to some
reasons after a colon, so only the part before it is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

MANAGEMENT = "management account"
MEMBER = "owner of the member account"
YOU = "you"
SUPPORT = "management account, with AWS Support"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person is told instead of a bare error."""

    problem: str
    do_this: str
    actor: str = MANAGEMENT


_HANDSHAKE = "HandshakeConstraintViolationException"
_CONSTRAINT = "ConstraintViolationException"

REMEDIES: dict[tuple[str, str | None], Remedy] = {
    # Credentials and permissions.
    ("NoCredentialsError", None): Remedy(
        "No AWS credentials were found.",
        "Sign in (for example `aws sso login`) and name the profile in `profile`, "
        "or set AWS_PROFILE.",
        YOU,
    ),
    ("PartialCredentialsError", None): Remedy(
        "The AWS credentials are incomplete.",
        "Complete the profile: it needs an access key id and a secret access key, "
        "or an SSO session.",
        YOU,
    ),
    ("ProfileNotFound", None): Remedy(
        "That AWS profile does not exist on this machine.",
        "Check `profile` against `aws configure list-profiles`.",
        YOU,
    ),
    ("ExpiredToken", None): Remedy(
        "The AWS session has expired.", "Sign in again and run the notebook once more.", YOU
    ),
    ("SSOTokenLoadError", None): Remedy(
        "There is no valid SSO session for this profile.",
        "Run `aws sso login` for this profile and try again.",
        YOU,
    ),
    ("InvalidClientTokenId", None): Remedy(
        "AWS does not know this access key.",
        "Check the profile; the key may be deleted, inactive, or of another partition.",
        YOU,
    ),
    ("SignatureDoesNotMatch", None): Remedy(
        "AWS rejected the signature: the secret key is wrong or this machine's clock is off.",
        "Check the secret access key of the profile and the clock of this machine.",
        YOU,
    ),
    ("AccessDeniedException", None): Remedy(
        "AWS denied this call.",
        "Use a role of the management account that may make the call; the operation named here is "
        "the IAM action that is missing or denied.",
    ),
    ("AccessDenied", None): Remedy(
        "AWS denied this call.",
        "Check that the role exists, that its trust policy names you, and that you may assume it.",
    ),
    ("AccessDeniedForDependencyException", None): Remedy(
        "The service-linked role AWSServiceRoleForOrganizations could not be created.",
        "Allow iam:CreateServiceLinkedRole for organizations.amazonaws.com and accept again.",
        MEMBER,
    ),
    # The way to AWS.
    ("EndpointConnectionError", None): Remedy(
        "The endpoint cannot be reached.",
        "Check the network, the proxy and AWS_ENDPOINT_URL; "
        "on the simulator see `orgkit sim status`.",
        YOU,
    ),
    ("ConnectionClosedError", None): Remedy(
        "The connection was closed before an answer arrived.",
        "Run the notebook again: it reads the state first, so nothing is done twice.",
        YOU,
    ),
    ("ConnectTimeoutError", None): Remedy(
        "The endpoint did not answer in time.",
        "Check the network and the proxy, then try again.",
        YOU,
    ),
    ("ReadTimeoutError", None): Remedy(
        "The endpoint accepted the call but did not answer in time.",
        "Run the notebook again: it reads the state first, so nothing is done twice.",
        YOU,
    ),
    ("SSLError", None): Remedy(
        "The TLS connection could not be verified.",
        "If a proxy inspects TLS, set AWS_CA_BUNDLE to its certificate.",
        YOU,
    ),
    ("NoRegionError", None): Remedy(
        "No AWS Region is set and one is needed.",
        "Set AWS_REGION, for example us-east-1; Organizations itself is global.",
        YOU,
    ),
    # The organization.
    ("AWSOrganizationsNotInUseException", None): Remedy(
        "This account is not in an organization.",
        "Use credentials of the organization's management account.",
        YOU,
    ),
    ("AccountNotFoundException", None): Remedy(
        "AWS knows no such account in this organization.",
        "Run 03_monitor: the account may have left already.",
    ),
    ("ConcurrentModificationException", None): Remedy(
        "Somebody else is changing the organization at this moment.",
        "Wait a few seconds and run the notebook again.",
    ),
    ("TooManyRequestsException", None): Remedy(
        "AWS is throttling these calls.",
        "Wait a minute and run again; "
        "if it persists, look for other tools that poll Organizations.",
    ),
    ("ServiceException", None): Remedy(
        "AWS had an internal error.", "Run again in a few minutes; nothing is done twice."
    ),
    ("InvalidInputException", None): Remedy(
        "AWS found the input invalid.",
        "This is a fault of orgkit: please report the operation and the text.",
        YOU,
    ),
    ("UnsupportedAPIEndpointException", None): Remedy(
        "AWS Organizations does not offer this call in this partition.",
        "Check that the profile belongs to the partition of the organization.",
    ),
    # Handshakes.
    ("HandshakeNotFoundException", None): Remedy(
        "AWS does not list this handshake.",
        "AWS deletes handshakes 30 days after they end; run 03_monitor to see what is listed now.",
    ),
    ("HandshakeAlreadyInStateException", None): Remedy(
        "The handshake is already in that state.", "Nothing needs doing; run 03_monitor to see it."
    ),
    ("InvalidHandshakeTransitionException", None): Remedy(
        "The handshake cannot go to that state from where it is.",
        "Run 03_monitor: the process may not be ready, or may have ended.",
    ),
    (_HANDSHAKE, "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"): Remedy(
        "The organization already has all features.", "Nothing needs doing; run 06_audit_report."
    ),
    (_HANDSHAKE, "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"): Remedy(
        "The process to enable all features has already begun.",
        "Open 03_monitor to see who has not approved. If it shows no process, "
        "an assisted migration may be running: ask your AWS account team.",
    ),
    (_HANDSHAKE, "HANDSHAKE_RATE_LIMIT_EXCEEDED"): Remedy(
        "The organization has reached AWS's limit of handshakes for today.",
        "Try again tomorrow; canceling and requesting again uses up more.",
    ),
    (_HANDSHAKE, "PAYMENT_INSTRUMENT_REQUIRED"): Remedy(
        "The account has no valid payment method.",
        "Add one in the Billing console of that account.",
    ),
    (_HANDSHAKE, "PAST_DUE_INVOICE"): Remedy(
        "The account has an unpaid invoice.", "Pay it in the Billing console and try again."
    ),
    (_HANDSHAKE, "UNUSED_PREPAYMENT_BALANCE"): Remedy(
        "The account has a prepaid balance that must be settled first.",
        "See Advance Pay in the Billing console.",
    ),
    (_HANDSHAKE, "LEGACY_PERMISSIONS_STILL_IN_USE"): Remedy(
        "The organization still uses retired billing permissions.",
        "Move policies from aws-portal actions to the fine-grained billing actions, "
        "then try again.",
    ),
    (_HANDSHAKE, "MANAGEMENT_ACCOUNT_EMAIL_NOT_VERIFIED"): Remedy(
        "The e-mail address of the management account is not verified.",
        "Open the Organizations console, resend the verification mail, "
        "follow its link within 24 hours.",
    ),
    (_HANDSHAKE, None): Remedy(
        "AWS refused because of the state of the organization or of an account.",
        "Read the reason that AWS gave here and clear it before trying again.",
    ),
    (_CONSTRAINT, "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED"): Remedy(
        "The organization is too large for the standard migration (AWS's limit is 5,000 accounts).",
        "Ask for the assisted migration or open a support case.",
        SUPPORT,
    ),
    (_CONSTRAINT, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"): Remedy(
        "This needs all features, and the organization has only consolidated billing.",
        "Finish the process first: run 00_start_here to see the next step.",
    ),
    (_CONSTRAINT, "SERVICE_ACCESS_NOT_ENABLED"): Remedy(
        "This policy type needs trusted access for its service first.",
        "Turn trusted access on in that service's own console, then enable the type again.",
    ),
    (_CONSTRAINT, None): Remedy(
        "AWS refused because of a limit or the state of the organization.",
        "Read the reason that AWS gave here and clear it before trying again.",
    ),
    ("MasterCannotLeaveOrganizationException", None): Remedy(
        "The management account of an organization cannot do this.",
        "Use the account that the handshake was sent to.",
    ),
    # Policy types.
    ("PolicyTypeAlreadyEnabledException", None): Remedy(
        "This policy type is already enabled.", "Nothing needs doing."
    ),
    ("PolicyTypeNotAvailableForOrganizationException", None): Remedy(
        "This policy type is not available to the organization.",
        "Finish the process to all features first; some types are not offered in every partition.",
    ),
    ("PolicyChangesInProgressException", None): Remedy(
        "AWS is still working on an earlier policy change.",
        "Wait a minute and run the notebook again.",
    ),
    ("RootNotFoundException", None): Remedy(
        "AWS does not know this root.", "Run the notebook again: it reads the root first."
    ),
    ("NoSuchEntity", None): Remedy("That role does not exist.", "Create it, or name another role."),
}

# The same trouble under the names that other services and botocore give it.
ALIASES = {
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "TokenRetrievalError": "SSOTokenLoadError",
    "UnauthorizedSSOTokenError": "SSOTokenLoadError",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "CredentialRetrievalError": "NoCredentialsError",
    "ProxyConnectionError": "EndpointConnectionError",
    "HTTPClientError": "EndpointConnectionError",
    "NoSuchEntityException": "NoSuchEntity",
    "InternalFailure": "ServiceException",
    "ServiceUnavailable": "ServiceException",
    "ThrottlingException": "TooManyRequestsException",
}


def find(code: str, reason: str | None = None) -> Remedy | None:
    """The remedy for an AWS error code and its Reason, else the code's general one, else None."""
    code = ALIASES.get(code, code)
    known = reason.partition(":")[0] if reason else None
    return REMEDIES.get((code, known)) or REMEDIES.get((code, None))
