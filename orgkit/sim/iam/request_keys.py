"""The condition keys that every request to AWS carries, whatever it asks.

Which keys there are, and when they are missing: IAM User Guide, "AWS global condition context
keys". A request to the simulator is a direct one, made by a principal over the network: no key of
a service that calls for somebody, of a VPC endpoint, or of tags.
"""

from __future__ import annotations

from collections.abc import Mapping

from orgkit.formats import stamp
from orgkit.sim.iam.identity import Signature
from orgkit.sim.state.model import Caller, World

# They have one Region for all the world, whatever Region a client signs for ("aws:RequestedRegion"
# in the user guide).
_GLOBAL = frozenset({"organizations", "iam"})


def request_keys(
    world: World, caller: Caller, signature: Signature, address: str
) -> Mapping[str, str]:
    """Give the keys of a request; a key that AWS would leave out is not there."""
    if not caller.principal:
        return {}  # no policy is asked for an administrator
    region = "us-east-1" if signature.service in _GLOBAL else signature.region
    kind, _, name = caller.principal.partition("/")
    account = world.accounts.get(caller.account_id)
    keys = {
        "aws:RequestedRegion": region,
        "aws:SourceIp": address,
        "aws:SecureTransport": "true",  # the simulator has no TLS, but what it plays has
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": f"arn:aws:iam::{caller.account_id}:{caller.principal}",
        "aws:PrincipalType": "User" if kind == "user" else "AssumedRole",
        "aws:PrincipalOrgID": world.organization_id if account and account.member else "",
        "aws:userid": caller.user_id,
        "aws:username": name if kind == "user" else "",
        # Only temporary credentials say whether there was a second factor.
        "aws:MultiFactorAuthPresent": "false" if kind == "role" else "",
        "aws:UserAgent": signature.agent,
        "aws:CurrentTime": stamp(world.now),
        "aws:EpochTime": str(int(world.now.timestamp())),
    }
    return {key: value for key, value in keys.items() if value}
