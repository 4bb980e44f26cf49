"""From parameters to an `Organization`: sign in, see where we are, refuse what does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from orgkit.aws.guard import WriteGuard
from orgkit.aws.limits import RateLimiter
from orgkit.aws.organization import SIMULATOR, Caller, Organization
from orgkit.aws.record import CallRecord
from orgkit.aws.simulator import find_or_start
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.errors.remedies import MANAGEMENT
from orgkit.errors.translate import explained

ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")  # service model, shape OrganizationId
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)


def connect(
    target: str = SIMULATOR, *, profile: str = "", role_arn: str = "", organization_id: str = ""
) -> Organization:
    """Sign in and look at the organization; changes nothing.

    Raises `UsageError` for parameters that cannot be meant, `AwsError` for what AWS refuses, and
    `OrgkitError` for a member's credentials or another organization than the one named.
    """
    _check_parameters(target, organization_id, role_arn)
    record, guard = CallRecord(), WriteGuard()
    session, endpoint = _session(target, profile)
    listeners = (guard.watch, record.listen)
    for listener in listeners:
        listener(session.events)
    simulated = target == SIMULATOR
    config = _config(simulated)
    if role_arn:
        session = _assume(session, role_arn, endpoint, config, listeners)
    organization = Organization(
        signed_in={
            "target": target,
            "profile": profile,
            "role_arn": role_arn,
            "organization_id": organization_id,
        },
        session=session,
        endpoint=endpoint,
        record=record,
        guard=guard,
        limiter=None if simulated else RateLimiter(),
        config=config,
    )
    identity = organization.call("GetCallerIdentity", service="sts")
    organization.caller = Caller(identity["Account"], identity["Arn"])
    organization.refresh()
    _refuse_strangers(organization, organization_id)
    return organization


def profiles() -> list[str]:
    """The AWS profiles that are set up on this machine; none if the files cannot be read."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return list(boto3.Session().available_profiles)
    except BotoCoreError:
        return []


def _check_parameters(target: str, organization_id: str, role_arn: str) -> None:
    if target not in (SIMULATOR, "aws"):
        raise UsageError(f'target is "{target}".', 'Use "sim" for the simulator or "aws".')
    if organization_id and not ORGANIZATION_ID.fullmatch(organization_id):
        raise UsageError(
            f'organization_id is "{organization_id}", which is no organization id.',
            "It starts with o- and has 10 to 32 lower-case letters and digits; "
            "`aws organizations describe-organization` shows yours.",
        )
    if role_arn and not ROLE_ARN.fullmatch(role_arn):
        raise UsageError(
            f'role_arn is "{role_arn}", which is no ARN of a role.',
            "It reads arn:aws:iam::111111111111:role/NAME, with the 12 digits of the account.",
        )


def _session(target: str, profile: str) -> tuple[Any, str | None]:
    import boto3

    if target != SIMULATOR:
        with explained("sign in"):
            return boto3.Session(profile_name=profile or None), None
    endpoint, management_id = find_or_start()
    # The simulator takes a 12-digit access key id as that account; nothing here is a secret.
    session = boto3.Session(
        aws_access_key_id=management_id,
        aws_secret_access_key="simulator",  # noqa: S106
        region_name="us-east-1",
    )
    return session, endpoint


def _config(simulated: bool) -> Any:
    from botocore.config import Config

    from orgkit import __version__

    return Config(
        user_agent_extra=f"orgkit/{__version__}",
        # Standard mode retries throttling, 5xx and lost connections; the default of 3 attempts is
        # too few for chains of hundreds of pages at 5 to 8 calls a second.
        retries={"mode": "standard", "total_max_attempts": 3 if simulated else 8},
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=16,
        **({"proxies": {}} if simulated else {}),
    )


def _assume(
    session: Any,
    role_arn: str,
    endpoint: str | None,
    config: Any,
    listeners: Iterable[Callable[[Any], None]],
) -> Any:
    """A session that renews its credentials, because watching can outlive one hour."""
    import boto3
    from botocore.credentials import AssumeRoleCredentialFetcher, RefreshableCredentials
    from botocore.session import Session

    def client_creator(service: str, **kwargs: Any) -> Any:
        options = {"endpoint_url": endpoint, "config": config, **kwargs}
        return session.client(service, region_name=session.region_name or "us-east-1", **options)

    with explained("AssumeRole"):  # now, so that a refusal is not logged as a failed renewal
        fetcher = AssumeRoleCredentialFetcher(
            client_creator,
            session.get_credentials(),
            role_arn,
            extra_args={"RoleSessionName": "orgkit"},
        )
        first = fetcher.fetch_credentials()
    inner = Session()
    inner._credentials = RefreshableCredentials.create_from_metadata(
        first, refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    assumed = boto3.Session(botocore_session=inner, region_name=session.region_name)
    for listener in listeners:
        listener(assumed.events)
    return assumed


def _refuse_strangers(organization: Organization, organization_id: str) -> None:
    if organization_id and organization.organization_id != organization_id:
        raise OrgkitError(
            f"These credentials lead to {organization.organization_id}, not to {organization_id}.",
            "Use the profile of the organization that you mean, or correct `organization_id`.",
        )
    if organization.caller.account_id != organization.management_id:
        raise OrgkitError(
            f"These credentials belong to member account {organization.caller.account_id}; "
            f"the management account is {organization.management_id}.",
            "Use credentials of the management account, or name a role there in `role_arn`.",
            MANAGEMENT,
        )
