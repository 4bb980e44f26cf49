"""Who calls: the access key id chooses the account, and AssumeRole gives out other keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug.datastructures import Headers

from orgkit.sim.errors import AwsError
from orgkit.sim.iam import policy_language
from orgkit.sim.organizations.authority import able
from orgkit.sim.organizations.timeline import administrator
from orgkit.sim.state import ids
from orgkit.sim.state.model import Caller, Context, Iam, Keys, Session, World

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
_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[\w+=,.@/-]*/)?([\w+=,.@-]{1,64})")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
# Far away and fixed: SDKs compare it with their own clock, and ours shows another time.
EXPIRATION = "2099-12-31T23:59:59Z"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@dataclass(frozen=True, slots=True)
class Signature:
    """What the Authorization header says; the signature itself is not checked."""

    access_key_id: str
    service: str
    token: str
    region: str = ""
    agent: str = ""
    referer: str = ""

    def sent(self) -> dict[str, str]:
        """Give what policies may ask of the request itself, by the names of condition keys."""
        return {
            "aws:RequestedRegion": self.region,
            "aws:UserAgent": self.agent,
            "aws:Referer": self.referer,
        }


def read_signature(headers: Headers) -> Signature:
    """Read the access key id and the service that a request was signed for."""
    found = _CREDENTIAL.search(headers.get("Authorization", ""))
    token = headers.get("X-Amz-Security-Token", "")
    agent = headers.get("User-Agent", "")
    if found is None:
        return Signature("", "", token, agent=agent)
    referer = headers.get("Referer", "")
    return Signature(found[1], found[3].lower(), token, found[2], agent, referer)


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
    # The token is compared although no secret is: a mix-up of two sessions must show.
    session = world.sessions.get(key)
    if session is None or session.token != signature.token:
        raise AwsError(invalid, _INVALID, status=status)
    return _of_session(session)


def _of_session(session: Session) -> Caller:
    arn = f"arn:aws:sts::{session.account_id}:assumed-role/{session.role}/{session.name}"
    user_id = f"{session.role_id}:{session.name}"
    role_arn = f"arn:aws:iam::{session.account_id}:role/{session.role}"
    return Caller(
        session.account_id,
        arn,
        user_id,
        f"role/{session.role}",
        role_arn,
        issued_at=session.issued_at,
    )


def get_caller_identity(context: Context, _: dict[str, str]) -> str:
    """Say who the caller is; everybody may ask."""
    caller = context.caller
    result = (
        f"<Arn>{escape(caller.arn)}</Arn><UserId>{escape(caller.user_id)}</UserId>"
        f"<Account>{caller.account_id}</Account>"
    )
    return _answer("GetCallerIdentity", result, context.salt)


def assume_role(context: Context, form: dict[str, str]) -> str:
    """Give credentials for a role in another account, where the scenario has one."""
    arn, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
    found = _ROLE_ARN.fullmatch(arn)
    if found is None or not _SESSION_NAME.fullmatch(name):
        field = "roleSessionName" if found else "roleArn"
        raise AwsError("ValidationError", f"1 validation error detected: value at '{field}'.")
    asked = {"sts:RoleSessionName": name, "sts:ExternalId": form.get("ExternalId", "")}
    keys = {key: value for key, value in asked.items() if value}
    role_id = _authorize(context, arn, found[1], found[2], keys)
    session = _open_session(context, role_id, found[1], found[2], name)
    assumed = _of_session(session)
    result = (
        f"<AssumedRoleUser><AssumedRoleId>{escape(assumed.user_id)}</AssumedRoleId>"
        f"<Arn>{escape(assumed.arn)}</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>{session.access_key_id}</AccessKeyId>"
        f"<SecretAccessKey>{session.secret}</SecretAccessKey>"
        f"<SessionToken>{session.token}</SessionToken>"
        f"<Expiration>{EXPIRATION}</Expiration></Credentials>"
    )
    return _answer("AssumeRole", result, context.salt)


def _authorize(context: Context, arn: str, account_id: str, role: str, keys: Keys) -> str:
    """Find the role's unique id, if the caller may assume the role."""
    world, caller = context.world, context.caller
    target = world.accounts.get(account_id)
    made = context.iam.role(world, account_id, role) if context.iam else None
    if made is None:  # nobody changed IAM there: what the scenario says counts
        managed = target is not None and target.member and target.access_role == role
        role_id = ids.make("role", world.seed, account_id, role) if managed else ""
        trusted = caller.account_id == world.management_id
    else:
        role_id, trust = made
        carried = context.iam.carried(context, "sts:AssumeRole") if context.iam else {}
        told = {**carried, **keys}
        trusted = bool(role_id) and policy_language.trusts(trust, _names(caller), told)
    if not (role_id and trusted and able(target) and context.allows("sts:AssumeRole", arn, keys)):
        raise AwsError(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            status=403,
        )
    return role_id


def _names(caller: Caller) -> list[str]:
    """List what a trust policy may call the caller: its account, its own ARN, its role's ARN."""
    account = caller.account_id
    role = f"arn:aws:iam::{account}:{caller.principal}" if caller.principal else ""
    return [account, f"arn:aws:iam::{account}:root", caller.arn, role]


def _open_session(context: Context, role_id: str, account_id: str, role: str, name: str) -> Session:
    world, salt = context.world, context.salt
    session = Session(
        access_key_id=ids.make("access-key", world.seed, salt),
        secret=ids.secret(40, world.seed, salt),
        token=ids.secret(64, world.seed, salt, "token"),
        account_id=account_id,
        role=role,
        role_id=role_id,
        name=name,
        issued_at=world.now,
    )
    world.sessions[session.access_key_id] = session
    world.touch()
    return session


def _answer(operation: str, result: str, request_id: str) -> str:
    return (
        f'<{operation}Response xmlns="{_NAMESPACE}"><{operation}Result>{result}'
        f"</{operation}Result><ResponseMetadata><RequestId>{request_id}</RequestId>"
        f"</ResponseMetadata></{operation}Response>"
    )
