"""Policy types and trusted access: before and after all features."""

from __future__ import annotations

import pytest

from orgkit.sim.organizations import policy_types, validation
from tests.support.sim_walk import INVITED, MANAGEMENT, Walk

ROOT = "r-smal"
TYPES = validation.service_model().shape_for("PolicyType").enum
SCP = "SERVICE_CONTROL_POLICY"
BILLING = "ConstraintViolationException/ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"


@pytest.fixture
def done(walk: Walk) -> Walk:
    """The organization with all features."""
    walk.finalize()
    return walk


def enable(walk: Walk, name: str) -> None:
    """Enable a policy type and poll until it is done, as a client does."""
    service = policy_types.NEEDS_TRUST.get(name)
    if service:
        walk.call(MANAGEMENT, "EnableAWSServiceAccess", ServicePrincipal=service)
    walk.call(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType=name)
    for _ in range(2):
        assert {"Type": name, "Status": "PENDING_ENABLE"} in types(walk)
    assert {"Type": name, "Status": "ENABLED"} in types(walk)


def types(walk: Walk) -> list[dict]:
    """The policy types that ListRoots shows."""
    return list(walk.call(MANAGEMENT, "ListRoots")["Roots"][0]["PolicyTypes"])


def test_refused_in_billing_mode(walk: Walk) -> None:
    """Every feature call is refused before all features, each with its own error."""
    enabling = walk.refused(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType=SCP)
    assert enabling == "PolicyTypeNotAvailableForOrganizationException"
    disabling = walk.refused(MANAGEMENT, "DisablePolicyType", RootId=ROOT, PolicyType=SCP)
    assert disabling == BILLING
    principal = "ram.amazonaws.com"
    for operation in ("EnableAWSServiceAccess", "DisableAWSServiceAccess"):
        assert walk.refused(MANAGEMENT, operation, ServicePrincipal=principal) == BILLING
    assert walk.refused(MANAGEMENT, "ListAWSServiceAccessForOrganization") == BILLING


@pytest.mark.parametrize("name", TYPES)
def test_every_policy_type_can_be_enabled(done: Walk, name: str) -> None:
    """All of botocore's enum, first pending, then enabled."""
    enable(done, name)


@pytest.mark.parametrize("name", policy_types.NEEDS_TRUST)
def test_trusted_access_first(done: Walk, name: str) -> None:
    """Some types need their service trusted, and keep it trusted while they are on."""
    refused = done.refused(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType=name)
    assert refused == "ConstraintViolationException/SERVICE_ACCESS_NOT_ENABLED"
    enable(done, name)
    service = policy_types.NEEDS_TRUST[name]
    refused = done.refused(MANAGEMENT, "DisableAWSServiceAccess", ServicePrincipal=service)
    assert refused.endswith("/POLICY_TYPE_ENABLED_FOR_THIS_SERVICE")


def test_one_change_at_a_time(done: Walk) -> None:
    """While one type is pending the next one is told to wait."""
    done.call(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType=SCP)
    refused = done.refused(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType="TAG_POLICY")
    assert refused == "PolicyChangesInProgressException"
    done.advance("1s")
    enable(done, "TAG_POLICY")


def test_twice_and_unknown_root(done: Walk) -> None:
    """Enabled is enabled, and there is one root only."""
    enable(done, SCP)
    refused = done.refused(MANAGEMENT, "EnablePolicyType", RootId=ROOT, PolicyType=SCP)
    assert refused == "PolicyTypeAlreadyEnabledException"
    refused = done.refused(MANAGEMENT, "EnablePolicyType", RootId="r-none", PolicyType=SCP)
    assert refused == "RootNotFoundException"
    refused = done.refused(MANAGEMENT, "DisablePolicyType", RootId=ROOT, PolicyType="TAG_POLICY")
    assert refused == "PolicyTypeNotEnabledException"


def test_disabling(done: Walk) -> None:
    """Pending first, gone from the list then."""
    enable(done, SCP)
    done.call(MANAGEMENT, "DisablePolicyType", RootId=ROOT, PolicyType=SCP)
    assert types(done) == [{"Type": SCP, "Status": "PENDING_DISABLE"}]
    done.advance("1s")
    assert types(done) == []


def test_trusted_access(done: Walk) -> None:
    """Enabling twice changes nothing; what is no service is refused."""
    done.call(MANAGEMENT, "EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com")
    before = done.world.version
    done.call(MANAGEMENT, "EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com")
    assert done.world.version == before
    listed = done.call(MANAGEMENT, "ListAWSServiceAccessForOrganization")
    assert [s["ServicePrincipal"] for s in listed["EnabledServicePrincipals"]] == [
        "ram.amazonaws.com"
    ]
    refused = done.refused(MANAGEMENT, "EnableAWSServiceAccess", ServicePrincipal="nonsense")
    assert refused == "InvalidInputException/UNRECOGNIZED_SERVICE_PRINCIPAL"
    done.call(MANAGEMENT, "DisableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com")
    listed = done.call(MANAGEMENT, "ListAWSServiceAccessForOrganization")
    assert listed["EnabledServicePrincipals"] == []


def test_members_do_not_enable(done: Walk) -> None:
    """Only the management account does."""
    refused = done.refused(INVITED, "EnablePolicyType", RootId=ROOT, PolicyType=SCP)
    assert refused == "AccessDeniedException"
