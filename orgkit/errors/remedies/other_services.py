"""What the services beside AWS Organizations answer: IAM, STS, CloudTrail, Support, S3, KMS, ….

Sources: error shapes of their service models; for S3 the API reference, "Error responses".
"""

from __future__ import annotations

from orgkit.errors.remedies.remedy import CLI, IAM, MANAGEMENT, YOU, Remedy, Table

_AWS = "https://docs.aws.amazon.com"


def _s3(problem: str, do_this: str) -> Remedy:
    return Remedy(problem, do_this, YOU, f"{_AWS}/AmazonS3/latest/API/ErrorResponses.html")


def _kms(problem: str, do_this: str) -> Remedy:
    return Remedy(
        problem, do_this, YOU, f"{_AWS}/kms/latest/developerguide/asymmetric-key-specs.html"
    )


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
    ("NoSuchBucket", None): _s3(
        "There is no such bucket.", "Correct the address in `store`, or make the bucket first."
    ),
    ("PermanentRedirect", None): _s3(
        "The bucket is in another Region.", "Set AWS_REGION or the profile's `region` to its own."
    ),
    ("ConditionalRequestConflict", None): _s3(
        "Somebody else is writing the same object, again and again.",
        "Run the notebook again when the other run has ended.",
    ),
    ("InvalidRequest", None): _s3(
        "The bucket does not take what orgkit writes: a new object with a SHA-256 checksum.",
        "Look at the bucket's settings, above all its encryption, Object Lock and policy.",
    ),
    ("InvalidObjectState", None): _s3(
        "The object was moved to an archive and cannot be read at once.",
        "Restore it, and let no lifecycle rule archive the evidence.",
    ),
    ("NotFoundException", None): _kms(
        "KMS knows no such key here.",
        "Correct its id, ARN or alias, and the Region; a key of another account needs its ARN.",
    ),
    ("DisabledException", None): _kms(
        "The key is disabled.", "Enable it, or name another key that signs."
    ),
    ("KMSInvalidStateException", None): _kms(
        "The key is in a state in which it cannot be used, such as waiting for its deletion.",
        "Cancel the deletion, or name another key that signs.",
    ),
    ("InvalidKeyUsageException", None): _kms(
        "The key is not one that signs.",
        "Make one with the key spec ECC_NIST_P256 and the key usage SIGN_VERIFY.",
    ),
}


BESIDE_ALIASES = {
    "AuthorizationHeaderMalformed": "PermanentRedirect",
    "DependencyTimeoutException": "ServiceException",
    "EncryptionTypeMismatch": "InvalidRequest",
    "IllegalLocationConstraintException": "PermanentRedirect",
    "InvalidArnException": "NotFoundException",
    "InvalidBucketName": "NoSuchBucket",
    "InvalidGrantTokenException": "AccessDeniedException",
    "InvalidWriteOffset": "InvalidRequest",
    "KMSInternalException": "ServiceException",
    "KeyUnavailableException": "ServiceException",
    "OperationAborted": "ConditionalRequestConflict",
    "SlowDown": "TooManyRequestsException",
    "TooManyParts": "InvalidRequest",
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
