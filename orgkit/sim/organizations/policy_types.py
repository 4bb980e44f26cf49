"""Policy types and trusted access: refused before all features, slow to come afterwards."""

from __future__ import annotations

from orgkit.sim.errors import AwsError, billing_mode, constraint, invalid_input
from orgkit.sim.organizations.authority import require_all_features, require_management
from orgkit.sim.organizations.paging import paged, rows
from orgkit.sim.organizations.shapes import Json, epoch, root
from orgkit.sim.state.model import Context, World
from orgkit.terms import FeatureSet, PolicyTypeStatus

# The service that must be trusted before a policy type can be enabled (user guide, per type).
NEEDS_TRUST = {
    "DECLARATIVE_POLICY_EC2": "ec2.amazonaws.com",
    "SECURITYHUB_POLICY": "securityhub.amazonaws.com",
    "INSPECTOR_POLICY": "inspector2.amazonaws.com",
    "GUARDDUTY_POLICY": "guardduty.amazonaws.com",
    "NETWORK_SECURITY_DIRECTOR_POLICY": "network-security-director.amazonaws.com",
}
_SETTLES_TO = {
    PolicyTypeStatus.PENDING_ENABLE: PolicyTypeStatus.ENABLED,
    PolicyTypeStatus.PENDING_DISABLE: PolicyTypeStatus.NOT_ENABLED,
}


def enable_policy_type(context: Context, params: Json) -> Json:
    """Start to enable a policy type on the root; ListRoots shows when it is done."""
    require_management(context)
    world, name = context.world, params["PolicyType"]
    _check_root(world, params["RootId"])
    if world.feature_set is not FeatureSet.ALL:
        raise AwsError(
            "PolicyTypeNotAvailableForOrganizationException",
            "You can't use the policy type with the feature set of this organization.",
        )
    # AWS changes one policy type at a time, whichever it is.
    _check_no_change_in_progress(world)
    if name in world.policy_types:
        raise AwsError("PolicyTypeAlreadyEnabledException", "The policy type is already enabled.")
    service = NEEDS_TRUST.get(name)
    if service and service not in world.trusted_services:
        raise constraint("SERVICE_ACCESS_NOT_ENABLED", f"Enable trusted access for {service}.")
    world.policy_types[name] = PolicyTypeStatus.PENDING_ENABLE
    world.touch()
    return {"Root": root(world)}


def disable_policy_type(context: Context, params: Json) -> Json:
    """Start to disable a policy type; its policies are detached, not deleted."""
    require_management(context)
    world, name = context.world, params["PolicyType"]
    _check_root(world, params["RootId"])
    if world.feature_set is not FeatureSet.ALL:
        raise billing_mode()
    _check_no_change_in_progress(world)
    if name not in world.policy_types:
        raise AwsError("PolicyTypeNotEnabledException", "The policy type is not enabled.")
    world.policy_types[name] = PolicyTypeStatus.PENDING_DISABLE
    world.touch()
    return {"Root": root(world)}


def _check_root(world: World, root_id: str) -> None:
    if root_id != world.root_id:
        raise AwsError("RootNotFoundException", "You specified a root that doesn't exist.")


def _check_no_change_in_progress(world: World) -> None:
    if any(status in _SETTLES_TO for status in world.policy_types.values()):
        raise AwsError(
            "PolicyChangesInProgressException",
            "Changes to the effective policy are in progress; try again later.",
        )


def changing_policy_types(world: World) -> list[str]:
    """List the policy types on their way in or out."""
    return [name for name, status in world.policy_types.items() if status in _SETTLES_TO]


def settle_policy_type(world: World, name: str) -> None:
    """Complete a change of a policy type."""
    status = _SETTLES_TO[world.policy_types[name]]
    if status is PolicyTypeStatus.ENABLED:
        world.policy_types[name] = status
    else:
        del world.policy_types[name]
    world.touch()


def _check_principal(principal: str) -> None:
    if not principal.endswith((".amazonaws.com", ".amazonaws.com.")):
        raise invalid_input("UNRECOGNIZED_SERVICE_PRINCIPAL")


def enable_service_access(context: Context, params: Json) -> Json:
    """Trust a service; doing it twice changes nothing."""
    require_all_features(context)
    principal = params["ServicePrincipal"]
    _check_principal(principal)
    if principal not in context.world.trusted_services:
        context.world.trusted_services[principal] = context.world.now
        context.world.touch()
    return {}


def disable_service_access(context: Context, params: Json) -> Json:
    """Stop trusting a service, unless a policy type that is on needs it."""
    require_all_features(context)
    world, principal = context.world, params["ServicePrincipal"]
    _check_principal(principal)
    if any(NEEDS_TRUST.get(name) == principal for name in world.policy_types):
        raise constraint("POLICY_TYPE_ENABLED_FOR_THIS_SERVICE", "Disable the policy type first.")
    if world.trusted_services.pop(principal, None):
        world.touch()
    return {}


def list_service_access(context: Context, params: Json) -> Json:
    """List trusted services; refused before all features, which is the normal answer then."""
    require_all_features(context)
    trusted = context.world.trusted_services
    shown = [
        {"ServicePrincipal": principal, "DateEnabled": epoch(moment)}
        for principal, moment in trusted.items()
    ]
    return paged("EnabledServicePrincipals", rows(shown), "services", params)
