"""Trouble on this side: credentials, profile, Region, clock, network; before AWS has decided."""

from __future__ import annotations

from orgkit.errors.remedies.remedy import CLI, IAM, MANAGEMENT, YOU, Remedy, Table

_SSO = f"{CLI}/cli-configure-sso.html"
_FILES = f"{CLI}/cli-configure-files.html"
_HELP = f"{CLI}/cli-chap-troubleshooting.html"
_PROXY = f"{CLI}/cli-configure-proxy.html"
_REGION = f"{CLI}/cli-configure-envvars.html"
_ROLE = f"{IAM}/troubleshoot_roles.html"
_DENIED = f"{IAM}/troubleshoot_access-denied.html"


def _you(problem: str, do_this: str, more: str) -> Remedy:
    return Remedy(problem, do_this, YOU, more)


_CREDENTIALS: dict[str, Remedy] = {
    "NoCredentialsError": _you(
        "No AWS credentials were found.",
        "Sign in (for example `aws sso login`) and name the profile in `profile`, "
        "or set AWS_PROFILE.",
        _SSO,
    ),
    "PartialCredentialsError": _you(
        "The AWS credentials are incomplete.",
        "Complete the profile: it needs an access key id and a secret access key, "
        "or an SSO session.",
        _FILES,
    ),
    "CredentialRetrievalError": _you(
        "The credentials could not be fetched from where the profile says they are.",
        "Run `aws sts get-caller-identity` with this profile: it fails the same way and says why.",
        _FILES,
    ),
    "RefreshWithMFAUnsupportedError": _you(
        "The profile assumes a role with MFA, and this run cannot ask for the code.",
        "Get a session with the code first (`aws sts get-session-token`, or `aws sso login`), name "
        "a profile that holds it, and run the notebook once more.",
        _FILES,
    ),
    "ProfileNotFound": _you(
        "That AWS profile does not exist on this machine.",
        "Check `profile` against `aws configure list-profiles`.",
        _FILES,
    ),
    "ConfigParseError": _you(
        "The AWS configuration file cannot be read.",
        "Correct the file that is named here (usually ~/.aws/config), then try again.",
        _FILES,
    ),
    "InvalidConfigError": _you(
        "The profile contains settings that do not fit together.",
        "Correct the profile in ~/.aws/config; `aws configure list` shows where each value is "
        "from.",
        _FILES,
    ),
    "ExpiredToken": _you(
        "The AWS session has expired.", "Sign in again and run the notebook once more.", _SSO
    ),
    "SSOTokenLoadError": _you(
        "There is no valid SSO session for this profile.",
        "Run `aws sso login` for this profile and try again.",
        _SSO,
    ),
    "LoginError": _you(
        "The console sign-in of this profile is not valid any more.",
        "Run `aws login` for this profile and try again.",
        _SSO,
    ),
    "MissingDependencyException": _you(
        "This way to sign in needs a part of the AWS SDK that is not installed.",
        'Run `pip install "botocore[crt]"` in the kit\'s environment, or use another profile.',
        _HELP,
    ),
    "InvalidClientTokenId": _you(
        "AWS does not know this access key.",
        "Check the profile; the key may be deleted, inactive, or of another partition (GovCloud "
        "and China have accounts and keys of their own).",
        _HELP,
    ),
    "SignatureDoesNotMatch": _you(
        "AWS rejected the signature: the secret key is wrong or this machine's clock is off.",
        "Check the secret access key of the profile and the clock of this machine.",
        _HELP,
    ),
    "RequestTimeTooSkewed": _you(
        "This machine's clock differs too much from AWS's.",
        "Set the clock (turn network time on; in a virtual machine after sleep, too) and try "
        "again.",
        _HELP,
    ),
    "OptInRequired": _you(
        "This account may not use the service: its sign-up is not finished, or it is suspended.",
        "Finish the sign-up in the AWS console, or use the management account's credentials.",
        _HELP,
    ),
}

_PERMISSIONS: dict[str, Remedy] = {
    "AccessDeniedException": Remedy(
        "AWS denied this call.",
        "Use a role of the management account that may make the call; the operation named here is "
        "the IAM action that is missing or denied. `orgkit iam` prints what each notebook needs.",
        MANAGEMENT,
        _DENIED,
    ),
    "AccessDenied": Remedy(
        "AWS denied this call.",
        "Check that the role exists, that its trust policy names you, and that you may make the "
        "call that is named here.",
        MANAGEMENT,
        _ROLE,
    ),
    "NoSuchEntity": Remedy(
        "That role does not exist.", "Create it, or name another role.", MANAGEMENT, _ROLE
    ),
    "ValidationError": _you(
        "AWS could not read a value that it was given, such as a role's ARN.",
        "Check `role_arn`: it reads arn:aws:iam::111111111111:role/NAME, with 12 digits.",
        _ROLE,
    ),
    "ParamValidationError": _you(
        "The AWS SDK refused a value before anything was sent.",
        "Check the parameter that is named here, for example `role_arn`: it reads "
        "arn:aws:iam::111111111111:role/NAME.",
        _ROLE,
    ),
    "RegionDisabledException": _you(
        "This account may not sign in to that Region.",
        "Set AWS_REGION to us-east-1: Organizations is global and needs no other.",
        _REGION,
    ),
}

_NETWORK: dict[str, Remedy] = {
    "EndpointConnectionError": _you(
        "The endpoint cannot be reached.",
        "Check the network, the proxy, AWS_ENDPOINT_URL and the Region, whose name is part of the "
        "address; on the simulator see `orgkit sim status`.",
        _HELP,
    ),
    "ConnectionClosedError": _you(
        "The connection was closed before an answer arrived.",
        "Run the notebook again: it reads the state first, so nothing is done twice.",
        _HELP,
    ),
    "ConnectTimeoutError": _you(
        "The endpoint did not answer in time.",
        "Check the network and the proxy, then try again.",
        _PROXY,
    ),
    "ReadTimeoutError": _you(
        "The endpoint accepted the call but did not answer in time.",
        "Run the notebook again: it reads the state first, so nothing is done twice.",
        _HELP,
    ),
    "ProxyConnectionError": _you(
        "The proxy cannot be reached, or it refused.",
        "Check HTTPS_PROXY, and NO_PROXY for what must not go through it.",
        _PROXY,
    ),
    "InvalidProxiesConfigError": _you(
        "The proxy settings cannot be understood.",
        "Write HTTPS_PROXY as http://host:port, without quotes.",
        _PROXY,
    ),
    "SSLError": _you(
        "The TLS connection could not be verified.",
        "If a proxy inspects TLS, set AWS_CA_BUNDLE to the file of its certificate; if "
        "AWS_ENDPOINT_URL names a server without TLS, begin it with http://.",
        _PROXY,
    ),
    "ResponseParserError": _you(
        "What answered is not AWS: a proxy, a sign-in page of the network, or another server.",
        "Check HTTPS_PROXY, HTTP_PROXY and AWS_ENDPOINT_URL, and whether this network wants a "
        "sign-in first.",
        _PROXY,
    ),
    "PaginationError": _you(
        "The endpoint gave the same page of a list twice, so the list is not known.",
        "Check AWS_ENDPOINT_URL and the proxy, and run the notebook again; if AWS itself did it, "
        "tell AWS Support.",
        _PROXY,
    ),
    "NoRegionError": _you(
        "No AWS Region is set and one is needed.",
        "Set AWS_REGION, for example us-east-1; Organizations itself is global.",
        _REGION,
    ),
    "InvalidRegionError": _you(
        "That is no AWS Region.",
        "Correct AWS_REGION or the profile's `region`, for example us-east-1.",
        _REGION,
    ),
    "InvalidEndpointConfigurationError": _you(
        "The endpoint settings cannot be used.",
        "Check AWS_ENDPOINT_URL and the profile's endpoint settings; for AWS itself leave them "
        "empty.",
        _REGION,
    ),
    "EndpointResolutionError": _you(
        "The AWS SDK knows no endpoint of this service for that Region.",
        "Set AWS_REGION to us-east-1 (cn-northwest-1 in China). In GovCloud there is nothing to "
        "do: organizations there always have all features.",
        _REGION,
    ),
    "NotImplemented": _you(
        "This endpoint does not offer the call.",
        "On the simulator that is a limit of the simulator. Otherwise check AWS_ENDPOINT_URL.",
        _HELP,
    ),
}

SIGNING_IN: Table = {
    (code, None): remedy for code, remedy in (_CREDENTIALS | _PERMISSIONS | _NETWORK).items()
}

SIGNING_IN_ALIASES = {
    # The HTTP status, where the body says nothing that botocore reads.
    "403": "ResponseParserError",
    "404": "ResponseParserError",
    "405": "ResponseParserError",
    "407": "ResponseParserError",
    "429": "TooManyRequestsException",
    "500": "ServiceException",
    "501": "NotImplemented",
    "502": "ServiceException",
    "503": "ServiceException",
    "504": "ServiceException",
    "511": "ResponseParserError",
    "ConfigNotFound": "ConfigParseError",
    "ConnectionError": "EndpointConnectionError",
    "EndpointProviderError": "EndpointResolutionError",
    "EndpointVariantError": "EndpointResolutionError",
    "ExpiredTokenException": "ExpiredToken",
    "HTTPClientError": "EndpointConnectionError",
    "IncompleteReadError": "ConnectionClosedError",
    "InfiniteLoopConfigError": "InvalidConfigError",
    "InternalFailure": "ServiceException",
    "InvalidDefaultsMode": "InvalidConfigError",
    "InvalidIMDSEndpointError": "InvalidConfigError",
    "InvalidMaxRetryAttemptsError": "InvalidConfigError",
    "InvalidRetryConfigurationError": "InvalidConfigError",
    "InvalidRetryModeError": "InvalidConfigError",
    "InvalidSTSRegionalEndpointsConfigError": "InvalidConfigError",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MetadataRetrievalError": "CredentialRetrievalError",
    "NoAuthTokenError": "SSOTokenLoadError",
    "NoSuchEntityException": "NoSuchEntity",
    "RequestExpired": "RequestTimeTooSkewed",
    "SSOError": "SSOTokenLoadError",
    "ServiceNotInRegionError": "EndpointResolutionError",
    "ServiceUnavailable": "ServiceException",
    "SubscriptionRequiredException": "OptInRequired",
    "ThrottlingException": "TooManyRequestsException",
    "TokenRetrievalError": "SSOTokenLoadError",
    "UnauthorizedSSOTokenError": "SSOTokenLoadError",
    "UnknownCredentialError": "InvalidConfigError",
    "UnknownEndpointError": "EndpointResolutionError",
    "UnknownFIPSEndpointError": "EndpointResolutionError",
    "UnknownOperationException": "NotImplemented",
    "UnknownRegionError": "InvalidRegionError",
    "UnknownTokenProviderError": "InvalidConfigError",
    "UnrecognizedClientException": "InvalidClientTokenId",
}
