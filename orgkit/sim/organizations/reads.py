"""Describe and list: everything that only looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orgkit.sim.errors import AwsError, invalid_input
from orgkit.sim.organizations import shapes
from orgkit.sim.organizations.authority import require_able, require_management, require_member
from orgkit.sim.organizations.handshakes import is_recipient
from orgkit.sim.organizations.membership import member
from orgkit.sim.organizations.paging import paged, rows
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state.model import Account, Context, Creation, Handshake, World
from orgkit.terms import Kind


def describe_organization(context: Context, params: Json) -> Json:
    """Describe the organization, to every member."""
    require_able(context)
    require_member(context)
    return {"Organization": shapes.organization(context.world)}


def members(world: World) -> list[Account]:
    """List the accounts of the organization in the order in which they came."""
    return world.cached(
        "members",
        lambda: sorted((a for a in world.accounts.values() if a.member), key=lambda a: a.number),
    )


def list_accounts(context: Context, params: Json) -> Json:
    """List all accounts, the management account too."""
    require_management(context)
    world = context.world
    return paged("Accounts", members(world), "accounts", params, lambda a: shapes.account(world, a))


def describe_account(context: Context, params: Json) -> Json:
    """Describe one account."""
    require_management(context)
    record = member(context, params["AccountId"])
    return {"Account": shapes.account(context.world, record)}


def list_roots(context: Context, params: Json) -> Json:
    """List the one root."""
    require_management(context)
    return paged("Roots", rows([shapes.root(context.world)]), "roots", params)


def list_handshakes_for_account(context: Context, params: Json) -> Json:
    """List what the caller's account received; any account may ask, in an organization or not."""
    require_able(context)
    world, actor = context.world, context.actor
    account_id = context.caller.account_id

    def received() -> list[Handshake]:
        everything = world.handshakes.values()
        return [h for h in everything if h.account_id == account_id or is_recipient(actor, h)]

    return _handshakes(context, received, f"received:{account_id}", params)


def list_handshakes_for_organization(context: Context, params: Json) -> Json:
    """List what the organization sent."""
    require_management(context)
    return _handshakes(context, context.world.handshakes.values, "sent", params)


def _handshakes(
    context: Context, candidates: Callable[[], Iterable[Handshake]], scope: str, params: Json
) -> Json:
    """List those that the filter lets through; an unknown parent gives an empty success."""
    wanted = {key: value for key, value in params.get("Filter", {}).items() if value}
    if len(wanted) > 1:
        raise invalid_input("MAX_LIMIT_EXCEEDED_FILTER", "You can filter by one key only.")
    key = f"{scope}|{wanted}"
    world = context.world
    # Kept for the next page: without it each page of 5,000 would look at all of them.
    found = world.cached(
        key, lambda: [h for h in candidates() if _matches(world, h, scope, wanted)]
    )
    return paged("Handshakes", found, key, params, lambda h: shapes.handshake(context, h))


def _matches(world: World, record: Handshake, scope: str, wanted: Json) -> bool:
    if "ActionType" in wanted:
        return bool(record.action.value == wanted["ActionType"])
    if "ParentHandshakeId" in wanted:
        return bool(record.parent_id == wanted["ParentHandshakeId"])
    hidden = record.kind is Kind.APPROVAL and not world.switches.children_in_unfiltered_list
    return not (hidden and scope == "sent")


def describe_create_account_status(context: Context, params: Json) -> Json:
    """Tell how far a CreateAccount request is."""
    require_management(context)
    record = context.world.creations.get(params["CreateAccountRequestId"])
    if record is None:
        raise AwsError(
            "CreateAccountStatusNotFoundException",
            "We can't find a create account request with the id that you specified.",
        )
    return {"CreateAccountStatus": shapes.creation(record)}


def list_create_account_status(context: Context, params: Json) -> Json:
    """List all CreateAccount requests, or those in some states."""
    require_management(context)
    states = params.get("States") or []
    found: list[Creation] = [
        c for c in context.world.creations.values() if not states or c.state in states
    ]
    scope = f"creations:{sorted(states)}"
    return paged("CreateAccountStatuses", found, scope, params, shapes.creation)


def list_responsibility_transfers(context: Context, params: Json) -> Json:
    """List no billing transfers: they are not simulated."""
    require_management(context)
    return {"ResponsibilityTransfers": []}
