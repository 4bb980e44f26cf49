"""What the services beside AWS Organizations answer: IAM, STS, CloudTrail, Service Quotas, Support.

Sources: error shapes of their service models.
"""

from __future__ import annotations

from orgkit.errors.remedies.remedy import CLI, IAM, MANAGEMENT, YOU, Remedy, Table

_AWS = "https://docs.aws.amazon.com"

BESIDE: Table = {
    ("PolicyEvaluation", None): Remedy(
        "IAM could not evaluate a policy of this principal.",
        "Look at its policies in the IAM console: one holds something that IAM's simulation cannot "
        "work with.",
        MANAGEMENT,
        f"{IAM}/access_policies_testing-policies.html",
    ),
    ("PackedPolicyTooLarge", None): Remedy(
        "The session carries too many tags and policies to assume this role.",
        "Sign in with a session that passes on fewer session tags.",
        YOU,
        f"{IAM}/id_session-tags.html",
    ),
    ("NoManagementAccountSLRExistsException", None): Remedy(
        "CloudTrail has no service-linked role in the management account.",
        "Look the trails up in the CloudTrail console of the management account.",
        MANAGEMENT,
        f"{_AWS}/awscloudtrail/latest/userguide/using-service-linked-roles.html",
    ),
    ("NoSuchResourceException", None): Remedy(
        "Service Quotas shows no quotas of AWS Organizations here.",
        "Look them up in the Service Quotas console of the management account, us-east-1.",
        MANAGEMENT,
        f"{_AWS}/servicequotas/latest/userguide/gs-request-quota.html",
    ),
    ("UnsupportedOperationException", None): Remedy(
        "This service does not offer the call here.",
        "Set AWS_REGION to us-east-1 (cn-northwest-1 in China) and run the notebook again.",
        YOU,
        f"{CLI}/cli-configure-envvars.html",
    ),
}

BESIDE_ALIASES = {
    "CloudTrailARNInvalidException": "InvalidInputException",
    "DryRunOperationException": "InvalidInputException",
    "IllegalArgumentException": "InvalidInputException",
    "InternalServerError": "ServiceException",
    "InvalidEventCategoryException": "InvalidInputException",
    "InvalidInput": "InvalidInputException",
    "InvalidLookupAttributesException": "InvalidInputException",
    "InvalidMaxResultsException": "InvalidInputException",
    "InvalidNextTokenException": "InvalidInputException",
    "InvalidPaginationTokenException": "InvalidInputException",
    "InvalidTimeRangeException": "InvalidInputException",
    "InvalidTrailNameException": "InvalidInputException",
    "MalformedPolicyDocument": "InvalidInputException",
    "OperationNotPermittedException": "AccessDeniedException",
    "ServiceFailure": "ServiceException",
}
