"""The global condition keys that a request carries, and those that a direct request lacks.

Source: IAM User Guide, "AWS global condition context keys", the paragraph "Availability" of each
key. A key that is missing here is missing on AWS too for such a request: nobody came through a VPC
endpoint (aws:SourceVpc, aws:SourceVpce, aws:VpcSourceIp), no service speaks for itself
(aws:PrincipalServiceName, aws:SourceArn, aws:SourceAccount), nobody is federated and no MFA device
was used (aws:MultiFactorAuthAge).
"""

from __future__ import annotations

from collections.abc import Mapping

from orgkit.sim.organizations import shapes
from orgkit.sim.state.clock import iso
from orgkit.sim.state.model import Account, Caller, Context, Keys, World

# Services with one endpoint for all Regions, which is in this one.
_GLOBAL = ("organizations:", "iam:")
_HOME = "us-east-1"
_LOOPBACK = "127.0.0.1"


def carried(context: Context, caller: Caller, action: str, by: str) -> Keys:
    """Give the keys of a request of the caller, or of a service that asks in the caller's name."""
    if by:
        return _forwarded(context.world, caller, by)
    return _direct(context.world, caller, action, context.sent)


def _direct(world: World, caller: Caller, action: str, sent: Mapping[str, str]) -> Keys:
    region = _HOME if action.startswith(_GLOBAL) else sent.get("aws:RequestedRegion") or _HOME
    return {
        **_principal(world, caller),
        **_moment(world),
        **{name: value for name, value in sent.items() if value},
        "aws:RequestedRegion": region,
        "aws:SourceIp": _LOOPBACK,
        "aws:SecureTransport": "true",  # of AWS's endpoints, which this one stands for
        "aws:ViaAWSService": "false",
    }


def _forwarded(world: World, caller: Caller, service: str) -> Keys:
    # From the service's own network: the address of the caller's machine is not repeated.
    return {
        **_principal(world, caller),
        **_moment(world),
        "aws:RequestedRegion": _HOME,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "true",
        "aws:CalledVia": [service],
        "aws:CalledViaFirst": service,
        "aws:CalledViaLast": service,
    }


def owner(world: World, caller: Caller, arn: str) -> Keys:
    """Give the keys that say whose the resource is: the account in its ARN, else the caller's."""
    named = [*arn.split(":"), "", "", "", "", ""][4]
    account_id = named if named.isdigit() else caller.account_id
    return {"aws:ResourceAccount": account_id, **_membership("Resource", world, account_id)}


def _principal(world: World, caller: Caller) -> Keys:
    return {
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.principal_arn or caller.arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:userid": caller.user_id,
        **_kind(caller),
        **_membership("Principal", world, caller.account_id),
        **{f"aws:PrincipalTag/{name}": value for name, value in caller.tags.items()},
    }


def _kind(caller: Caller) -> Keys:
    """Give what only users or only sessions of roles carry."""
    if caller.principal.startswith("role/"):
        # Long-term keys carry no word of MFA at all; a session says that there was none.
        session: Keys = {"aws:PrincipalType": "AssumedRole", "aws:MultiFactorAuthPresent": "false"}
        issued = {"aws:TokenIssueTime": iso(caller.issued_at)} if caller.issued_at else {}
        return {**session, **issued}
    name = caller.arn.rpartition("/")[2]
    return {"aws:PrincipalType": "User", "aws:username": name}


def _membership(whose: str, world: World, account_id: str) -> Keys:
    account = world.accounts.get(account_id)
    if account is None or not account.member:
        return {}
    paths = [_path(world, account)]
    return {f"aws:{whose}OrgID": world.organization_id, f"aws:{whose}OrgPaths": paths}


def _path(world: World, account: Account) -> str:
    above = shapes.ancestors(world, account.parent_id)
    return "/".join([world.organization_id, *above, ""])


def _moment(world: World) -> Keys:
    now = world.now
    return {"aws:CurrentTime": iso(now), "aws:EpochTime": str(int(now.timestamp()))}
