"""Sessions: who signs in where, the role assumed from there, and clients that keep evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.credentials import AssumeRoleCredentialFetcher, RefreshableCredentials
from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.session import Session

from orgkit import __version__
from orgkit.aws.credentials import follow, learn_settings, sign_in
from orgkit.aws.gateway import SIMULATOR
from orgkit.aws.simulator import find_or_start
from orgkit.aws.write_guard import allow_only
from orgkit.environment import learn_secrets
from orgkit.errors.exceptions import UsageError
from orgkit.errors.translate import explained, signing_in
from orgkit.redaction import learn

AWS = "aws"

# Evidence is never deleted, and its key has no other use.
_KEEPING = {
    "s3": frozenset({"ListObjectsV2", "GetObject", "PutObject"}),
    "kms": frozenset({"GetPublicKey", "Sign"}),
}


def decide_target(said: str | None, profile: str, role_arn: str) -> str:
    """Decide between simulator and AWS; `said` is None where nobody said a target.

    Raises `UsageError` for an unknown target, and for the simulator beside a profile or a role:
    whoever names one must never be shown the simulator's organization as if it were theirs.
    """
    if said is None:
        return AWS if profile or role_arn else SIMULATOR
    if said not in (SIMULATOR, AWS):
        raise UsageError(f'target is "{said}".', 'Use "sim" for the simulator or "aws".')
    named = f'profile "{profile}"' if profile else f'role_arn "{role_arn}"'
    if said == SIMULATOR and (profile or role_arn):
        raise UsageError(
            f'target is "sim", but {named} is named, which the simulator does not know.',
            'Write target = "aws" (--target aws, or -p target=aws) to work on AWS; for the '
            "simulator leave profile and role_arn empty.",
        )
    return said


def profiles() -> list[str]:
    """List the AWS profiles that are set up on this machine; none if the files cannot be read."""
    try:
        return list(boto3.Session().available_profiles)
    except (BotoCoreError, OSError, ValueError):
        return []


def open_session(target: str, profile: str) -> tuple[Any, str | None]:
    """Open a session for a target; gives the simulator's endpoint too, None on AWS."""
    if target != SIMULATOR:
        with signing_in():
            session = boto3.Session(profile_name=profile or None)
        learn_settings(session)
        follow(session.events)
        sign_in(session)
        return session, None
    learn_secrets()
    endpoint, management_id = find_or_start()
    # The simulator takes a 12-digit access key id as that account; nothing here is a secret.
    session = boto3.Session(
        botocore_session=_without_settings(),
        aws_access_key_id=management_id,
        aws_secret_access_key="simulator",  # noqa: S106
        region_name="us-east-1",
    )
    follow(session.events)
    return session, endpoint


def _without_settings() -> Session:
    """Make a session of the SDK that knows its defaults only, whatever is set up on this machine.

    A broken profile, proxy or endpoint of the user must not touch the simulator.
    """
    session = Session()
    known = {name: row[2] for name, row in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    known |= dict.fromkeys(("config_file", "credentials_file"), os.devnull)
    known["ignore_configured_endpoint_urls"] = True
    known["region"] = "us-east-1"  # for clients that name none, as those of KMS and S3 here
    # Setting a variable to None would not hide what the environment says of it.
    store = ConfigValueStore({name: ConstantProvider(value) for name, value in known.items()})
    session.register_component("config_store", store)
    return session


def client_config(simulated: bool) -> Any:
    """Configure clients: retries, timeouts, and no proxy on the way to the simulator."""
    return Config(
        user_agent_extra=f"orgkit/{__version__}",
        # Standard mode retries throttling, 5xx and lost connections; the default of 3 attempts is
        # too few for chains of hundreds of pages at 5 to 8 calls a second.
        retries={"mode": "standard", "total_max_attempts": 3 if simulated else 8},
        connect_timeout=10,
        read_timeout=30,
        # As many as the looks into members that run side by side.
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

    def client_creator(service: str, **kwargs: Any) -> Any:
        options = {"endpoint_url": endpoint, "config": config, **kwargs}
        return session.client(service, region_name=session.region_name or "us-east-1", **options)

    with explained("AssumeRole"):  # now, so that a refusal is not logged as a failed renewal
        own = session.get_credentials()
        if own is None:  # botocore would fail on it without a word
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(
            client_creator,
            own,
            role_arn,
            extra_args={"RoleSessionName": "orgkit"},
        )
        first = fetcher.fetch_credentials()
    renewed = RefreshableCredentials.create_from_metadata(
        first, refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    learn(first.get("secret_key"), first.get("token"))
    inner = Session()
    provider = SimpleNamespace(load_credentials=lambda: renewed)
    inner.register_component("credential_provider", provider)
    assumed = boto3.Session(botocore_session=inner, region_name=session.region_name)
    for listener in (follow, *listeners):
        listener(assumed.events)
    return assumed


def evidence_client(service: str, target: str, profile: str, region: str = "") -> Any:
    """Make a client of S3 or KMS that may do what keeping evidence needs, and nothing else.

    Signs in as `target` and `profile` say, without `role_arn`: evidence may lie in another account
    than the organization's. With the target sim it is the simulator's own.
    """
    session, endpoint = open_session(target, profile)
    allow_only(session.events, _KEEPING[service])
    config = client_config(endpoint is not None)
    if endpoint:  # a bucket has no host name of its own there
        config = config.merge(Config(s3={"addressing_style": "path"}))
    return session.client(service, region_name=region or None, endpoint_url=endpoint, config=config)
