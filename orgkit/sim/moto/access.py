"""What calls to KMS and S3 need in IAM: the action and the resource that a policy must name."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.wrappers import Request

from orgkit.sim.errors import AwsError
from orgkit.sim.state.model import Context

_REGION = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/")
_OBJECTS = {
    "GET": "s3:GetObject",
    "HEAD": "s3:GetObject",
    "PUT": "s3:PutObject",
    "DELETE": "s3:DeleteObject",
}
_BUCKETS = {"GET": "s3:ListBucket", "HEAD": "s3:ListBucket"}
_LISTING = {"list-type", "prefix", "delimiter", "encoding-type", "continuation-token", "max-keys"}
_PLAIN = {"x-id", "versionId", "partNumber"}
_OTHER = "s3:Other"  # what no narrow policy names: only a star fits


def require(context: Context, service: str, operation: str, request: Request) -> None:
    """Refuse callers whose own policies do not allow a call to KMS or S3."""
    if not context.caller.principal:
        return
    if service == "kms":
        arn = _key(context.caller.account_id, request)
        if not context.allows(f"kms:{operation}", arn, {}):
            raise _denied("AccessDeniedException", context, f"kms:{operation}", arn, 400)
    if service == "s3":
        action, arn = _on_s3(request)
        if not context.allows(action, arn, {}):
            raise _denied("AccessDenied", context, action, arn, 403)


def _denied(code: str, context: Context, action: str, arn: str, status: int) -> AwsError:
    who = context.caller.arn
    text = f"User: {who} is not authorized to perform: {action} on resource: {arn}"
    return AwsError(code, text, status=status)


def _key(account_id: str, request: Request) -> str:
    """Find the key's own ARN, also where an alias names it; a star if there is no such key."""
    from moto.kms.models import kms_backends

    region = _REGION.search(request.headers.get("Authorization", ""))
    backend: Any = kms_backends[account_id][region[1] if region else "us-east-1"]
    try:
        name = str(json.loads(request.get_data() or b"{}").get("KeyId", ""))
    except ValueError:
        return "*"
    found = backend.keys.get(backend.any_id_to_key_id(name) if name else "")
    return str(found.arn) if found else "*"


def _on_s3(request: Request) -> tuple[str, str]:
    method, asked = request.method, request.args
    bucket, _, key = request.path.lstrip("/").partition("/")
    # What is not plain listing, reading, writing or deleting asks for more than narrow policies.
    if key:
        action = _OBJECTS.get(method, _OTHER) if set(asked) <= _PLAIN else _OTHER
        if method == "DELETE" and "versionId" in asked:
            action = "s3:DeleteObjectVersion"
        return action, f"arn:aws:s3:::{bucket}/{key}"
    action = _BUCKETS.get(method, _OTHER) if set(asked) <= _LISTING else _OTHER
    return action, f"arn:aws:s3:::{bucket}" if bucket else "*"
