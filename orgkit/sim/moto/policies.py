"""moto's Organizations backend, which keeps policies and tags, kept equal to our organization."""

from __future__ import annotations

from typing import Any

from orgkit.sim.errors import AwsError, billing_mode
from orgkit.sim.organizations import validation
from orgkit.sim.organizations.reads import members
from orgkit.sim.state.model import Account, Unit, World
from orgkit.terms import FeatureSet, PolicyTypeStatus

# What needs all features; the others (tags, looking at policies) work in billing mode too.
_REFUSED = frozenset(
    {
        "DeregisterDelegatedAdministrator",
        "DescribeResourcePolicy",
        "DeleteResourcePolicy",
        "ListDelegatedAdministrators",
        "ListDelegatedServicesForAccount",
        "PutResourcePolicy",
        "RegisterDelegatedAdministrator",
    }
)
_NOT_AVAILABLE = frozenset({"AttachPolicy", "CreatePolicy", "DetachPolicy", "UpdatePolicy"})
_DEFAULTS = {
    "SERVICE_CONTROL_POLICY": "p-FullAWSAccess",
    "RESOURCE_CONTROL_POLICY": "p-RCPFullAWSAccess",
}


def refuse_in_billing_mode(world: World, operation: str) -> None:
    """Refuse what needs all features; moto stores the feature set and never looks at it."""
    if world.feature_set is FeatureSet.ALL:
        return
    if operation in _REFUSED:
        raise billing_mode()
    if operation in _NOT_AVAILABLE:
        raise AwsError(
            "PolicyTypeNotAvailableForOrganizationException",
            "You can't use the policy type with the feature set of this organization.",
        )


def show(world: World) -> None:
    """Make moto's organization look like ours: ids, accounts, units, policy types."""
    backend = _backend(world)
    backend.org.feature_set = world.feature_set.value
    targets = {target.id: target for target in (*backend.ou, *backend.accounts)}
    for unit in world.units.values():
        _show_unit(backend, targets, unit)
    for account in members(world):
        _show_account(backend, targets, account)
    gone = {a.id for a in backend.accounts} - {a.id for a in members(world)}
    backend.accounts = [a for a in backend.accounts if a.id not in gone]
    backend.ou = [u for u in backend.ou if u.id == world.root_id or u.id in world.units]
    _show_policy_types(world, backend)


def _backend(world: World) -> Any:
    from moto.organizations import models, utils

    # Otherwise moto calls the newer types invalid, even in a list that is simply empty.
    names = validation.service_model().shape_for("PolicyType").enum
    models.FakePolicy.SUPPORTED_POLICY_TYPES = list(names)
    backend: Any = models.organizations_backends[world.management_id]["aws"]
    if backend.org is None:
        # moto takes no ids as arguments, so its dice are loaded while it makes the organization.
        draw = utils.make_random_org_id, utils.make_random_root_id
        utils.make_random_org_id = lambda: world.organization_id
        utils.make_random_root_id = lambda: world.root_id
        try:
            backend.create_organization(region="us-east-1", FeatureSet=world.feature_set.value)
        finally:
            utils.make_random_org_id, utils.make_random_root_id = draw
        _detach_everything(backend)
    return backend


def _detach_everything(backend: Any) -> None:
    """Detach all: a migrated organization has no policy type, so nothing is attached."""
    for target in (*backend.ou, *backend.accounts):
        target.attached_policies.clear()
    for policy in backend.policies:
        policy.attachments.clear()


def _show_unit(backend: Any, targets: dict[str, Any], unit: Unit) -> None:
    from moto.organizations.models import FakeOrganizationalUnit

    shown = targets.get(unit.id)
    if shown is None:
        shown = FakeOrganizationalUnit(backend.org, Name=unit.name, ParentId=unit.parent_id)
        shown.id = unit.id
        backend.ou.append(shown)
    shown.name, shown.parent_id = unit.name, unit.parent_id


def _show_account(backend: Any, targets: dict[str, Any], account: Account) -> None:
    shown = targets.get(account.id)
    if shown is None:
        shown = _new_account(backend, account)
        backend.accounts.append(shown)
    shown.name, shown.email, shown.parent_id = account.name, account.email, account.parent_id
    shown.state, shown.status = account.state.value, "ACTIVE"
    shown.joined_method = account.joined_method.value
    shown.create_time = account.joined_at.replace(tzinfo=None)


def _new_account(backend: Any, account: Account) -> Any:
    """Make an account without its constructor, which draws an id and makes a role in IAM."""
    from moto.organizations.models import FakeAccount

    shown: Any = FakeAccount.__new__(FakeAccount)
    shown.type, shown.id, shown.region = "ACCOUNT", account.id, backend.org.region
    shown.organization_id = backend.org.id
    shown.master_account_id = backend.org.master_account_id
    shown.create_account_status_id = ""
    shown.attached_policies, shown.tags = [], dict(account.tags)
    return shown


def _show_policy_types(world: World, backend: Any) -> None:
    """Attach default policies where SCPs or RCPs were enabled; detach all where disabled."""
    enabled = [t for t, s in world.policy_types.items() if s is PolicyTypeStatus.ENABLED]
    root = next(unit for unit in backend.ou if unit.id == world.root_id)
    before = {entry["Type"] for entry in root.policy_types}
    root.policy_types = [{"Type": name, "Status": "ENABLED"} for name in enabled]
    for target in (*backend.ou, *backend.accounts):
        kept = [p for p in target.attached_policies if p.type in enabled]
        for policy in [p for p in target.attached_policies if p.type not in enabled]:
            policy.attachments.remove(target)
        target.attached_policies = kept
        # A mark on moto's own object: it lives exactly as long as moto remembers the target.
        fresh = not hasattr(target, "orgkit_shown")
        target.orgkit_shown = True
        for name in enabled:
            if name in _DEFAULTS and (fresh or name not in before):
                backend.attach_policy(PolicyId=_DEFAULTS[name], TargetId=target.id)
