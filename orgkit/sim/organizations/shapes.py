"""Records as AWS shows them on the wire; timestamps are epoch seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Context, Creation, Handshake, Unit, World
from orgkit.terms import AccountState, FeatureSet, Kind, PolicyTypeStatus

Json = dict[str, Any]

# Status is what clients from before State existed still read; it knows three values only.
_STATUS = {
    AccountState.PENDING_ACTIVATION: "ACTIVE",
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.PENDING_CLOSURE: "PENDING_CLOSURE",
    AccountState.CLOSED: "SUSPENDED",
}


def epoch(moment: datetime) -> float | int:
    """Count the seconds since 1970; whole where they are, as AWS writes them."""
    seconds = moment.timestamp()
    return int(seconds) if seconds == int(seconds) else seconds


def arn(world: World, kind: str, *parts: str) -> str:
    """Make an ARN of the organization; the account in it is the management account's."""
    path = "/".join((world.organization_id, *parts))
    return f"arn:aws:organizations::{world.management_id}:{kind}/{path}"


def tags(params: Json) -> dict[str, str]:
    """Read the Tags of a request as names and values."""
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}


def organization(world: World) -> Json:
    """Show the organization as DescribeOrganization does."""
    scp = {"Type": "SERVICE_CONTROL_POLICY", "Status": PolicyTypeStatus.ENABLED.value}
    return {
        "Id": world.organization_id,
        "Arn": arn(world, "organization"),
        "FeatureSet": world.feature_set.value,
        "MasterAccountArn": arn(world, "account", world.management_id),
        "MasterAccountId": world.management_id,
        "MasterAccountEmail": world.management.email,
        "AvailablePolicyTypes": [scp] if world.feature_set is FeatureSet.ALL else [],
    }


def ancestors(world: World, parent_id: str) -> list[str]:
    """List the ids from the root down to the parent."""
    path = [parent_id]
    while path[0] in world.units:
        path.insert(0, world.units[path[0]].parent_id)
    return path


def account(world: World, record: Account) -> Json:
    """Show one account as DescribeAccount and ListAccounts do."""
    path = "/".join((world.organization_id, *ancestors(world, record.parent_id), record.id, ""))
    return {
        "Id": record.id,
        "Arn": arn(world, "account", record.id),
        "Email": record.email,
        "Name": record.name,
        "Status": _STATUS[record.state],
        "State": record.state.value,
        "Paths": [path],
        "JoinedMethod": record.joined_method.value,
        "JoinedTimestamp": epoch(record.joined_at),
    }


def unit(world: World, record: Unit) -> Json:
    """Show one organizational unit."""
    path = "/".join((world.organization_id, *ancestors(world, record.id), ""))
    return {
        "Id": record.id,
        "Arn": arn(world, "ou", record.id),
        "Name": record.name,
        "Path": path,
    }


def root(world: World) -> Json:
    """Show the root with the policy types that are on or on their way."""
    types = [{"Type": name, "Status": status} for name, status in world.policy_types.items()]
    return {
        "Id": world.root_id,
        "Arn": arn(world, "root", world.root_id),
        "Name": "Root",
        "PolicyTypes": types,
    }


def creation(record: Creation) -> Json:
    """Show one CreateAccount request."""
    shown: Json = {
        "Id": record.id,
        "AccountName": record.name,
        "State": record.state,
        "RequestedTimestamp": epoch(record.requested_at),
    }
    if record.completed_at:
        shown["CompletedTimestamp"] = epoch(record.completed_at)
    if record.account_id:
        shown["AccountId"] = record.account_id
    if record.failure:
        shown["FailureReason"] = record.failure
    return shown


def handshake(context: Context, record: Handshake) -> Json:
    """Show one handshake; the order of its parties changes from call to call, as seen on AWS."""
    world = context.world
    return {
        "Id": record.id,
        "Arn": arn(world, "handshake", record.action.value.lower(), record.id),
        "Parties": _parties(context, record),
        "State": record.state.value,
        "RequestedTimestamp": epoch(record.requested_at),
        "ExpirationTimestamp": epoch(record.expires_at),
        "Action": record.action.value,
        "Resources": _resources(world, record),
    }


def _parties(context: Context, record: Handshake) -> list[Json]:
    # Without its prefix, as the worked examples show it.
    organization_party = context.world.organization_id.removeprefix("o-")
    parties = [{"Id": organization_party, "Type": "ORGANIZATION"}]
    if record.account_id:
        parties.append({"Id": record.account_id, "Type": "ACCOUNT"})
    elif record.email:
        parties.append({"Id": record.email, "Type": "EMAIL"})
    # By the salt of the call: it changes from call to call, yet is the same in every run.
    flip = ids.digest(context.world.seed, context.salt, record.id)[0] & 1
    return parties[::-1] if flip else parties


def _resources(world: World, record: Handshake) -> list[Json]:
    own: Json = {"Type": "ORGANIZATION", "Value": world.organization_id}
    if record.kind is Kind.INVITATION:
        own["Resources"] = [
            {"Type": "MASTER_EMAIL", "Value": world.management.email},
            {"Type": "MASTER_NAME", "Value": world.management.name},
            {"Type": "ORGANIZATION_FEATURE_SET", "Value": record.feature_set.value},
        ]
    resources = [own]
    if record.parent_id:
        prefix = world.switches.parent_handshake_prefix
        value = record.parent_id if prefix else record.parent_id.removeprefix("h-")
        resources.insert(0, {"Type": "PARENT_HANDSHAKE", "Value": value})
    if record.account_id:
        resources.append({"Type": "ACCOUNT", "Value": record.account_id})
    elif record.email:
        resources.append({"Type": "EMAIL", "Value": record.email})
    if record.notes:
        resources.append({"Type": "NOTES", "Value": record.notes})
    return resources
