"""Which operation of AWS Organizations is answered by which function."""

from __future__ import annotations

from collections.abc import Callable

from orgkit.sim.organizations import (
    handshakes,
    invitations,
    membership,
    organizational_units,
    policy_types,
    process,
    reads,
)
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state.model import Context

Operation = Callable[[Context, Json], Json]

READS: dict[str, Operation] = {
    "DescribeOrganization": reads.describe_organization,
    "DescribeAccount": reads.describe_account,
    "DescribeCreateAccountStatus": reads.describe_create_account_status,
    "DescribeHandshake": handshakes.describe_handshake,
    "DescribeOrganizationalUnit": organizational_units.describe_unit,
    "ListAccounts": reads.list_accounts,
    "ListAccountsForParent": organizational_units.list_accounts_for_parent,
    "ListAWSServiceAccessForOrganization": policy_types.list_service_access,
    "ListChildren": organizational_units.list_children,
    "ListCreateAccountStatus": reads.list_create_account_status,
    "ListHandshakesForAccount": reads.list_handshakes_for_account,
    "ListHandshakesForOrganization": reads.list_handshakes_for_organization,
    "ListInboundResponsibilityTransfers": reads.list_responsibility_transfers,
    "ListOrganizationalUnitsForParent": organizational_units.list_units_for_parent,
    "ListOutboundResponsibilityTransfers": reads.list_responsibility_transfers,
    "ListParents": organizational_units.list_parents,
    "ListRoots": reads.list_roots,
}

WRITES: dict[str, Operation] = {
    "AcceptHandshake": handshakes.accept_handshake,
    "CancelHandshake": handshakes.cancel_handshake,
    "CloseAccount": membership.close_account,
    "CreateAccount": membership.create_account,
    "CreateOrganizationalUnit": organizational_units.create_unit,
    "DeclineHandshake": handshakes.decline_handshake,
    "DeleteOrganizationalUnit": organizational_units.delete_unit,
    "DisableAWSServiceAccess": policy_types.disable_service_access,
    "DisablePolicyType": policy_types.disable_policy_type,
    "EnableAllFeatures": process.enable_all_features,
    "EnableAWSServiceAccess": policy_types.enable_service_access,
    "EnablePolicyType": policy_types.enable_policy_type,
    "InviteAccountToOrganization": invitations.invite_account,
    "LeaveOrganization": membership.leave_organization,
    "MoveAccount": organizational_units.move_account,
    "RemoveAccountFromOrganization": membership.remove_account,
    "UpdateOrganizationalUnit": organizational_units.update_unit,
}

OWNED = READS | WRITES
