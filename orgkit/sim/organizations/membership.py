"""Accounts come and go: create, remove, leave, close."""

from __future__ import annotations

from dataclasses import replace

from orgkit.facts import CREATED_ACCOUNT_WAIT
from orgkit.sim.errors import AwsError, SimulatorError, access_denied, constraint
from orgkit.sim.organizations.authority import (
    require_able,
    require_all_features,
    require_management,
    require_member,
)
from orgkit.sim.organizations.process import forget_account
from orgkit.sim.organizations.shapes import Json, creation, tags
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Context, Creation, World
from orgkit.terms import ACCESS_ROLE, AccountState, FeatureSet, JoinedMethod

_LEAVING = {
    "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED": "The account has no valid payment method.",
    "ACCOUNT_CANNOT_LEAVE_WITHOUT_PHONE_VERIFICATION": "The account's phone is not verified.",
    "ACCOUNT_CANNOT_LEAVE_WITHOUT_EULA": "The account has not accepted the customer agreement.",
    "INVALID_PAYMENT_INSTRUMENT": "The account's payment method is not valid.",
}


def member(context: Context, account_id: str) -> Account:
    """Find a member account by its id."""
    found = context.world.accounts.get(account_id)
    if found is None or not found.member:
        raise AwsError(
            "AccountNotFoundException",
            "You specified an account that doesn't exist in the organization.",
        )
    return found


def create_account(context: Context, params: Json) -> Json:
    """Ask for a new account; it exists only later, as on AWS."""
    require_management(context)
    world = context.world
    number = world.number()
    record = Creation(
        id=ids.make("create-account", world.seed, number),
        number=number,
        name=params["AccountName"],
        email=params["Email"],
        role_name=params.get("RoleName", ACCESS_ROLE),
        requested_at=world.now,
        tags=tags(params),
    )
    world.creations[record.id] = record
    world.touch()
    return {"CreateAccountStatus": creation(record)}


def complete_creation(world: World, record: Creation) -> None:
    """Make the account, or refuse it because its e-mail address is taken."""
    taken = any(a.email.lower() == record.email.lower() for a in world.accounts.values())
    if taken:
        done = replace(record, state="FAILED", failure="EMAIL_ALREADY_EXISTS")
    else:
        account_id = ids.make("account", world.seed, record.number)
        done = replace(record, state="SUCCEEDED", account_id=account_id)
        world.put_account(
            Account(
                id=account_id,
                number=world.number(),
                name=record.name,
                email=record.email,
                joined_method=JoinedMethod.CREATED,
                joined_at=world.now,
                parent_id=world.root_id,
                access_role=record.role_name,
                removal_refused="MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED",
                tags=record.tags,
            )
        )
    world.creations[record.id] = replace(done, completed_at=world.now)
    world.touch()


def remove_account(context: Context, params: Json) -> Json:
    """Remove a member that can stand alone, as the management account."""
    require_management(context)
    _depart(context.world, member(context, params["AccountId"]))
    return {}


def leave_organization(context: Context, params: Json) -> Json:
    """Leave the organization, as a member."""
    require_able(context)
    _depart(context.world, require_member(context))
    return {}


def _depart(world: World, account: Account) -> None:
    _refuse_departure(world, account)
    world.put_account(replace(account, parent_id=""))
    # After it left, since the process may become ready by this.
    forget_account(world, account.id)


def _refuse_departure(world: World, account: Account) -> None:
    # The order counts where several reasons hold: what never passes is told first.
    if account.id == world.management_id:
        raise AwsError(
            "MasterCannotLeaveOrganizationException",
            "You can't remove a management account from an organization.",
        )
    if account.state is AccountState.CLOSED:
        # Closed accounts stay until AWS deletes them; the code for it is not documented.
        raise constraint("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", "The account is closed.")
    created = account.joined_method is JoinedMethod.CREATED
    if created and world.now - account.joined_at < CREATED_ACCOUNT_WAIT:
        raise constraint("WAIT_PERIOD_ACTIVE", "The account was created less than 4 days ago.")
    if account.removal_refused:
        raise constraint(account.removal_refused, _LEAVING[account.removal_refused])


def close_account(context: Context, params: Json) -> Json:
    """Close a member: PENDING_CLOSURE at first, then CLOSED for 90 days, then gone."""
    require_all_features(context)
    account = member(context, params["AccountId"])
    if account.id == context.world.management_id:
        raise constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close this account.")
    if account.state is AccountState.CLOSED or account.closed_at:
        raise AwsError("AccountAlreadyClosedException", "The account is already closed.")
    pending = AccountState.PENDING_CLOSURE
    context.world.put_account(replace(account, state=pending, closed_at=context.world.now))
    return {}


def closing(world: World) -> list[Account]:
    """List the accounts whose closure was asked for and is not done."""
    pending = AccountState.PENDING_CLOSURE
    return world.cached(
        "closing",
        lambda: [a for a in world.accounts.values() if a.state is pending and a.closed_at],
    )


def complete_closure(world: World, account: Account) -> None:
    """Close the account for good: nobody can use it from now on."""
    world.put_account(replace(account, state=AccountState.CLOSED))


def suspend(world: World, account_id: str) -> None:
    """Restrict an account as AWS does: its owner can do nothing in it any more."""
    _set_state(world, account_id, AccountState.ACTIVE, AccountState.SUSPENDED)


def reinstate(world: World, account_id: str) -> None:
    """Lift the restriction, as AWS Support does."""
    _set_state(world, account_id, AccountState.SUSPENDED, AccountState.ACTIVE)


def _set_state(world: World, account_id: str, before: AccountState, after: AccountState) -> None:
    account = world.accounts.get(account_id)
    if account is None or account.state is not before or account_id == world.management_id:
        shown = account.state if account else "unknown"
        raise SimulatorError(
            f"Account {account_id} is {shown}; this needs a member that is {before}.",
            "List the accounts with `aws organizations list-accounts`.",
        )
    world.put_account(replace(account, state=after))


def vanish(world: World, account: Account) -> None:
    """Delete a closed account, whose 90 days are over."""
    forget_account(world, account.id)
    world.drop(account.id)


def delete_service_linked_role(world: World, account: Account) -> None:
    """Delete the role, which AWS allows in billing mode only."""
    if world.feature_set is FeatureSet.ALL and account.member:
        raise access_denied()
    world.put_account(replace(account, service_linked_role=False))


def create_service_linked_role(world: World, account: Account) -> None:
    """Make the role in an account before it is asked to."""
    if not account.service_linked_role:
        world.put_account(replace(account, service_linked_role=True))
