"""Why AWS refused: the `Reason` that four of the errors carry.

A reason of the installed botocore's service model has a remedy here or stands in `impossible`; a
test names one that has neither. AWS appends the offending field to some reasons after a colon.
"""

from __future__ import annotations

from orgkit.errors.remedies.remedy import (
    ASSISTED,
    LIMITS,
    MEMBER,
    OVERVIEW,
    REMOVE,
    SERVICES,
    SUPPORT,
    TROUBLE,
    YOU,
    Remedy,
    Table,
    guide,
    reference,
)

_BILLING = "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2"

_HANDSHAKE: dict[str, Remedy] = {
    "ORGANIZATION_ALREADY_HAS_ALL_FEATURES": Remedy(
        "The organization already has all features.",
        "Nothing needs doing; run 06_audit_report.",
        more=OVERVIEW,
    ),
    "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION": Remedy(
        "The process to enable all features has already begun.",
        "Open 03_monitor to see who has not approved. If it shows no process, "
        "an assisted migration may be running: ask your AWS account team.",
        more=ASSISTED,
    ),
    "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES": Remedy(
        "AWS refuses invitations while the process runs.",
        "Invite the account after the process is finalized, or cancel the process first.",
        more=TROUBLE,
    ),
    "HANDSHAKE_RATE_LIMIT_EXCEEDED": Remedy(
        "The organization has reached AWS's limit of handshakes for today.",
        "Try again tomorrow; canceling and requesting again uses up more.",
        more=LIMITS,
    ),
    "PAYMENT_INSTRUMENT_REQUIRED": Remedy(
        "The account has no valid payment method.",
        "Add one in the Billing console of that account.",
        more=f"{_BILLING}/manage-payments.html",
    ),
    "PAST_DUE_INVOICE": Remedy(
        "The account has an unpaid invoice.",
        "Pay it in the Billing console and try again.",
        more=f"{_BILLING}/manage-payments.html",
    ),
    "UNUSED_PREPAYMENT_BALANCE": Remedy(
        "The account has a prepaid balance that must be settled first.",
        "See Advance Pay in the Billing console.",
        more=f"{_BILLING}/manage-payments.html",
    ),
    "LEGACY_PERMISSIONS_STILL_IN_USE": Remedy(
        "The organization still uses retired billing permissions.",
        "Move policies from aws-portal actions to the fine-grained billing actions, "
        "then try again.",
        more=f"{_BILLING}/migrate-granularaccess-iam-mapping-reference.html",
    ),
    "MANAGEMENT_ACCOUNT_EMAIL_NOT_VERIFIED": Remedy(
        "The e-mail address of the management account is not verified.",
        "Open the Organizations console, resend the verification mail, "
        "follow its link within 24 hours.",
        more=TROUBLE,
    ),
}

_SIGN_UP = "Complete the management account's sign-up in its Billing and Account consoles."

_CONSTRAINT: dict[str, Remedy] = {
    "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED": Remedy(
        "The organization is too large for the standard migration (AWS's limit is 5,000 accounts).",
        "Ask for the assisted migration or open a support case.",
        SUPPORT,
        ASSISTED,
    ),
    "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE": Remedy(
        "This needs all features, and the organization has only consolidated billing.",
        "Finish the process first: run 00_start_here to see the next step.",
        more=OVERVIEW,
    ),
    "SERVICE_ACCESS_NOT_ENABLED": Remedy(
        "This policy type needs trusted access for its service first.",
        "Turn trusted access on in that service's own console, then enable the type again.",
        more=SERVICES,
    ),
    "HANDSHAKE_RATE_LIMIT_EXCEEDED": _HANDSHAKE["HANDSHAKE_RATE_LIMIT_EXCEEDED"],
    "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS": Remedy(
        "A transfer of billing responsibility is under way.",
        "Settle or withdraw it in the Billing console, then try again.",
        more=reference("ListInboundResponsibilityTransfers"),
    ),
    # The management account itself is not complete.
    "ACCOUNT_CREATION_NOT_COMPLETE": Remedy(
        "The account's sign-up is not complete.",
        "Finish it in the AWS console (payment method, phone number, support plan).",
    ),
    "MASTER_ACCOUNT_MISSING_CONTACT_INFO": Remedy(
        "The management account has no complete contact address.", _SIGN_UP
    ),
    "MASTER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED": Remedy(
        "The management account has no valid payment method.", _SIGN_UP
    ),
    "MASTER_ACCOUNT_ADDRESS_DOES_NOT_MATCH_MARKETPLACE": Remedy(
        "The management account's address belongs to another seller of AWS services.",
        "Correct the contact address, or ask AWS Support which seller of record applies.",
        SUPPORT,
    ),
    "MASTER_ACCOUNT_MISSING_BUSINESS_LICENSE": Remedy(
        "In China the management account needs a business license on file.",
        "Hand it in to the operator of the Region, then try again.",
    ),
    "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED": Remedy(
        "The management account has no AWS GovCloud (US) side.",
        "Nothing of the process needs one: check that the profile is of the right partition.",
    ),
    # An account that is to be removed cannot stand alone yet.
    "ACCOUNT_CANNOT_LEAVE_ORGANIZATION": Remedy(
        "This account cannot be removed: it is the management account, or it is closed.",
        "Keep it; a closed account leaves by itself 90 days after it was closed.",
        more=REMOVE,
    ),
    "ACCOUNT_CANNOT_LEAVE_WITHOUT_EULA": Remedy(
        "The account has not accepted the AWS Customer Agreement.",
        "Sign in there as root, complete the sign-up, then remove it again.",
        MEMBER,
        REMOVE,
    ),
    "ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION": Remedy(
        "The account has no verified phone number.",
        "Sign in there as root and verify one, then remove the account again.",
        MEMBER,
        REMOVE,
    ),
    "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED": Remedy(
        "The account has no payment method of its own.",
        "Sign in there as root and add one, then remove the account again.",
        MEMBER,
        REMOVE,
    ),
    "INVALID_PAYMENT_INSTRUMENT": Remedy(
        "The account's payment method is not valid.",
        "Sign in there as root and correct it, then remove the account again.",
        MEMBER,
        REMOVE,
    ),
    "WAIT_PERIOD_ACTIVE": Remedy(
        "The account was created less than four days ago and cannot be removed yet.",
        "Wait until it is four days old, then remove it again.",
        more=REMOVE,
    ),
    "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG": Remedy(
        "The account is delegated administrator of a service.",
        "Deregister it for that service first, then remove it again.",
        more=guide("orgs_integrate_delegated_admin"),
    ),
}

_TYPED = "Correct the parameter that is named behind the colon, then run the notebook again."
_FAULT = "This is a fault of orgkit: please report the operation and the text."

_INPUT: dict[str, Remedy] = {
    "INVALID_NEXT_TOKEN": Remedy(
        "AWS no longer accepts the place in the list where reading stopped.",
        "Run the notebook again: it reads the list from its beginning.",
        YOU,
    ),
    "INVALID_ENUM_POLICY_TYPE": Remedy(
        "AWS does not know that policy type here.",
        "Choose one that 05_policy_types lists; some types are not offered in every partition.",
        YOU,
        reference("EnablePolicyType"),
    ),
    "INVALID_PATTERN": Remedy("A value does not have the form of its kind.", _TYPED, YOU),
    "INVALID_PATTERN_TARGET_ID": Remedy("An id does not have the form of its kind.", _TYPED, YOU),
    "INVALID_ENUM": Remedy("A value is none of those that AWS knows.", _TYPED, YOU),
    "MIN_LENGTH_EXCEEDED": Remedy("A value is too short.", _TYPED, YOU),
    "MAX_LENGTH_EXCEEDED": Remedy("A value is too long.", _TYPED, YOU),
    "INPUT_REQUIRED": Remedy("A value that AWS needs was not sent.", _FAULT, YOU),
    "INVALID_LIST_MEMBER": Remedy("A list holds a value that AWS refuses.", _FAULT, YOU),
    "MIN_VALUE_EXCEEDED": Remedy("A number is too small for AWS.", _FAULT, YOU),
    "MAX_VALUE_EXCEEDED": Remedy("A number is too large for AWS.", _FAULT, YOU),
    "MAX_LIMIT_EXCEEDED_FILTER": Remedy("A list was filtered in two ways at once.", _FAULT, YOU),
    "CALLER_REQUIRED_FIELD_MISSING": Remedy(
        "AWS misses something about the calling account.",
        "Complete the account's contact details in the Account console, then try again.",
    ),
}

_DEPENDENCY: dict[str, Remedy] = {
    "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE": Remedy(
        "Whoever accepts may not create AWSServiceRoleForOrganizations, which is missing there.",
        "Allow iam:CreateServiceLinkedRole for organizations.amazonaws.com in that account "
        "(`orgkit iam member-approver` prints it), then accept again: look first whether the "
        "handshake is accepted already.",
        MEMBER,
        SERVICES,
    ),
}

REASONS: Table = {
    (code, reason): remedy
    for code, table in {
        "HandshakeConstraintViolationException": _HANDSHAKE,
        "ConstraintViolationException": _CONSTRAINT,
        "InvalidInputException": _INPUT,
        "AccessDeniedForDependencyException": _DEPENDENCY,
    }.items()
    for reason, remedy in table.items()
}
