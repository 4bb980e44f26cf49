"""Which operation of AWS Organizations is answered by which function."""

from __future__ import annotations

from collections.abc import Callable

from orgkit.sim import features, handshakes, invitations, membership, process, reading, units
from orgkit.sim.model import Context
from orgkit.sim.views import Json

Operation = Callable[[Context, Json], Json]

READS: dict[str, Operation] = {
    "DescribeOrganization": reading.describe_organization,
    "DescribeAccount": reading.describe_account,
    "DescribeCreateAccountStatus": reading.describe_create_account_status,
    "DescribeHandshake": handshakes.describe_handshake,
    "DescribeOrganizationalUnit": units.describe_unit,
    "ListAccounts": reading.list_accounts,
    "ListAccountsForParent": units.list_accounts_for_parent,
    "ListAWSServiceAccessForOrganization": features.list_service_access,
    "ListChildren": units.list_children,
    "ListCreateAccountStatus": reading.list_create_account_status,
    "ListHandshakesForAccount": reading.list_handshakes_for_account,
    "ListHandshakesForOrganization": reading.list_handshakes_for_organization,
    "ListInboundResponsibilityTransfers": reading.list_responsibility_transfers,
    "ListOrganizationalUnitsForParent": units.list_units_for_parent,
    "ListOutboundResponsibilityTransfers": reading.list_responsibility_transfers,
    "ListParents": units.list_parents,
    "ListRoots": reading.list_roots,
}

WRITES: dict[str, Operation] = {
    "AcceptHandshake": handshakes.accept_handshake,
    "CancelHandshake": handshakes.cancel_handshake,
    "CloseAccount": membership.close_account,
    "CreateAccount": membership.create_account,
    "CreateOrganizationalUnit": units.create_unit,
    "DeclineHandshake": handshakes.decline_handshake,
    "DeleteOrganizationalUnit": units.delete_unit,
    "DisableAWSServiceAccess": features.disable_service_access,
    "DisablePolicyType": features.disable_policy_type,
    "EnableAllFeatures": process.enable_all_features,
    "EnableAWSServiceAccess": features.enable_service_access,
    "EnablePolicyType": features.enable_policy_type,
    "InviteAccountToOrganization": invitations.invite_account,
    "LeaveOrganization": membership.leave_organization,
    "MoveAccount": units.move_account,
    "RemoveAccountFromOrganization": membership.remove_account,
    "UpdateOrganizationalUnit": units.update_unit,
}

OWNED = READS | WRITES
