"""Clients that keep evidence, in S3 and KMS: apart from the work on the organization.

They sign in as `target` and `profile` say, without `role_arn`: evidence may lie in another account
than the organization's. Each may do what keeping needs and nothing else.
"""

from __future__ import annotations

from typing import Any

from orgkit.aws.simulator import find_or_start
from orgkit.aws.write_guard import allow_only

# Never a delete, no other use of a key.
_ALLOWED = {
    "s3": frozenset({"ListObjectsV2", "GetObject", "PutObject"}),
    "kms": frozenset({"GetPublicKey", "Sign"}),
}


def client(service: str, target: str, profile: str, region: str = "") -> Any:
    """Make a client of S3 or KMS; of the simulator's own if `target` is sim."""
    import boto3
    from botocore.config import Config

    if target != "sim":
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
        options: dict[str, Any] = {
            "config": Config(retries={"mode": "standard", "total_max_attempts": 8})
        }
    else:
        endpoint, management_id = find_or_start()
        # The simulator takes a 12-digit access key id as that account; nothing here is a secret.
        session = boto3.Session(
            aws_access_key_id=management_id,
            aws_secret_access_key="simulator",  # noqa: S106
            region_name="us-east-1",
        )
        config = Config(s3={"addressing_style": "path"}, proxies={})
        options = {"endpoint_url": endpoint, "config": config}
    allow_only(session.events, _ALLOWED[service])
    return session.client(service, **options)
