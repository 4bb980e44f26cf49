"""Sessions: the simulator's or a profile's credentials, and the role that is assumed from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from orgkit.aws.gateway import SIMULATOR
from orgkit.aws.simulator import find_or_start
from orgkit.errors.translate import explained


def profiles() -> list[str]:
    """List the AWS profiles that are set up on this machine; none if the files cannot be read."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return list(boto3.Session().available_profiles)
    except BotoCoreError:
        return []


def open_session(target: str, profile: str) -> tuple[Any, str | None]:
    """Open a session for a target; gives the simulator's endpoint too, None on AWS."""
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


def client_config(simulated: bool) -> Any:
    """Configure clients: retries, timeouts, and no proxy on the way to the simulator."""
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


def assume_role(
    session: Any,
    role_arn: str,
    endpoint: str | None,
    config: Any,
    listeners: Iterable[Callable[[Any], None]],
) -> Any:
    """Assume a role; the session renews its credentials, for watching can outlive one hour."""
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
    renewed = RefreshableCredentials.create_from_metadata(
        first, refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    inner = Session()
    provider = SimpleNamespace(load_credentials=lambda: renewed)
    inner.register_component("credential_provider", provider)
    assumed = boto3.Session(botocore_session=inner, region_name=session.region_name)
    for listener in listeners:
        listener(assumed.events)
    return assumed
