"""Who signed a request: the access key id chooses the account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from orgkit.sim.errors import AwsError
from orgkit.sim.organizations.timeline import administrator
from orgkit.sim.state.model import Caller, Iam, World

_CREDENTIAL = re.compile(r"Credential=([^/\s,]+)/[^/]*/([^/]*)/([^/]*)/aws4_request")
_INVALID = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired."

# The same fault has a name of its own in each protocol: (invalid, expired, HTTP status).
_JSON_CODES = ("UnrecognizedClientException", "ExpiredTokenException", 400)
_CODES = {
    "organizations": _JSON_CODES,
    "cloudtrail": _JSON_CODES,
    "kms": _JSON_CODES,
    "s3": ("InvalidAccessKeyId", "ExpiredToken", 403),
}
_QUERY_CODES = ("InvalidClientTokenId", "ExpiredToken", 403)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the Authorization header says; the signature itself is not checked."""

    access_key_id: str
    service: str
    token: str
    region: str = ""
    agent: str = ""


def read_signature(headers: Headers) -> Signature:
    """Read the access key id and the service that a request was signed for."""
    found = _CREDENTIAL.search(headers.get("Authorization", ""))
    token = headers.get("X-Amz-Security-Token", "")
    agent = headers.get("User-Agent", "")
    if found is None:
        return Signature("", "", token, agent=agent)
    return Signature(found[1], found[3].lower(), token, found[2], agent)


def identify(world: World, signature: Signature, iam: Iam | None = None) -> Caller:
    """Find the caller, or raise what this service says to unknown and expired credentials."""
    invalid, expired, status = _CODES.get(signature.service, _QUERY_CODES)
    key = signature.access_key_id
    if key.startswith("EXPIRED"):
        raise AwsError(expired, _EXPIRED, status=status)
    # No secret is asked for: whoever reaches loopback may be anybody.
    if re.fullmatch(r"\d{12}", key):
        return administrator(key)
    user = iam.user(world, key) if iam and key.startswith("AKIA") else None
    if user is not None:
        return user
    session = world.sessions.get(key)
    if session is None or session.token != signature.token:
        raise AwsError(invalid, _INVALID, status=status)
    arn = f"arn:aws:sts::{session.account_id}:assumed-role/{session.role}/{session.name}"
    user_id = f"{session.role_id}:{session.name}"
    return Caller(session.account_id, arn, user_id, f"role/{session.role}")
