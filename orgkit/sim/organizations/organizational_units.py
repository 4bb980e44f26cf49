"""The tree: root, organizational units, and where accounts hang in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orgkit.sim.errors import AwsError, constraint
from orgkit.sim.organizations import shapes
from orgkit.sim.organizations.authority import require_management
from orgkit.sim.organizations.membership import member
from orgkit.sim.organizations.paging import paged, rows
from orgkit.sim.organizations.reads import members
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Context, Unit, World

MAX_DEPTH = 5


def create_unit(context: Context, params: Json) -> Json:
    """Create an organizational unit."""
    require_management(context)
    world = context.world
    parent_id = _parent(world, params["ParentId"])
    _refuse_duplicate(world, parent_id, params["Name"])
    if len(shapes.ancestors(world, parent_id)) > MAX_DEPTH:
        raise constraint("OU_DEPTH_LIMIT_EXCEEDED", "Organizational units nest five levels deep.")
    number = world.number()
    unit = Unit(
        ids.organizational_unit_id(world.root_id, world.seed, number),
        number,
        params["Name"],
        parent_id,
    )
    world.units[unit.id] = unit
    world.touch()
    return {"OrganizationalUnit": shapes.unit(world, unit)}


def describe_unit(context: Context, params: Json) -> Json:
    """Describe one organizational unit."""
    require_management(context)
    unit = _unit(context.world, params["OrganizationalUnitId"])
    return {"OrganizationalUnit": shapes.unit(context.world, unit)}


def update_unit(context: Context, params: Json) -> Json:
    """Rename an organizational unit."""
    require_management(context)
    world = context.world
    unit = _unit(world, params["OrganizationalUnitId"])
    name = params.get("Name", unit.name)
    if name != unit.name:
        _refuse_duplicate(world, unit.parent_id, name)
        world.units[unit.id] = unit = replace(unit, name=name)
        world.touch()
    return {"OrganizationalUnit": shapes.unit(world, unit)}


def delete_unit(context: Context, params: Json) -> Json:
    """Delete an empty organizational unit."""
    require_management(context)
    world = context.world
    unit = _unit(world, params["OrganizationalUnitId"])
    # Closed accounts count too: they hang in the tree until they vanish.
    if _accounts_in(world, unit.id) or _units_in(world, unit.id):
        raise AwsError(
            "OrganizationalUnitNotEmptyException", "The organizational unit is not empty."
        )
    del world.units[unit.id]
    world.touch()
    return {}


def move_account(context: Context, params: Json) -> Json:
    """Hang an account elsewhere in the tree."""
    require_management(context)
    world = context.world
    account = member(context, params["AccountId"])
    if account.parent_id != params["SourceParentId"]:
        raise AwsError("SourceParentNotFoundException", "The account is not in that parent.")
    target = params["DestinationParentId"]
    if target != world.root_id and target not in world.units:
        raise AwsError("DestinationParentNotFoundException", "The new parent does not exist.")
    if target == account.parent_id:
        raise AwsError("DuplicateAccountException", "The account is already in that parent.")
    world.put_account(replace(account, parent_id=target))
    return {}


def list_parents(context: Context, params: Json) -> Json:
    """List the one parent of an account or an organizational unit."""
    require_management(context)
    world, child_id = context.world, params["ChildId"]
    child = world.units.get(child_id) or world.accounts.get(child_id)
    if child is None or not child.parent_id:
        raise AwsError("ChildNotFoundException", "You specified a child that doesn't exist.")
    kind = "ROOT" if child.parent_id == world.root_id else "ORGANIZATIONAL_UNIT"
    parent = {"Id": child.parent_id, "Type": kind}
    return paged("Parents", rows([parent]), f"parents:{child_id}", params)


def list_accounts_for_parent(context: Context, params: Json) -> Json:
    """List the accounts directly under a parent."""
    require_management(context)
    world = context.world
    parent_id = _parent(world, params["ParentId"])
    found, scope = _accounts_in(world, parent_id), f"accounts:{parent_id}"
    return paged("Accounts", found, scope, params, lambda a: shapes.account(world, a))


def list_units_for_parent(context: Context, params: Json) -> Json:
    """List the organizational units directly under a parent."""
    require_management(context)
    world = context.world
    parent_id = _parent(world, params["ParentId"])
    found, scope = _units_in(world, parent_id), f"units:{parent_id}"
    return paged("OrganizationalUnits", found, scope, params, lambda u: shapes.unit(world, u))


def list_children(context: Context, params: Json) -> Json:
    """List the ids of what is directly under a parent."""
    require_management(context)
    world, kind = context.world, params["ChildType"]
    parent_id = _parent(world, params["ParentId"])
    found: Sequence[Account | Unit] = (
        _accounts_in(world, parent_id) if kind == "ACCOUNT" else _units_in(world, parent_id)
    )
    scope = f"children:{parent_id}:{kind}"
    return paged("Children", found, scope, params, lambda child: {"Id": child.id, "Type": kind})


def _accounts_in(world: World, parent_id: str) -> list[Account]:
    return world.cached(
        f"accounts-in:{parent_id}", lambda: [a for a in members(world) if a.parent_id == parent_id]
    )


def _units_in(world: World, parent_id: str) -> list[Unit]:
    return [unit for unit in world.units.values() if unit.parent_id == parent_id]


def _unit(world: World, unit_id: str) -> Unit:
    if unit_id not in world.units:
        raise AwsError(
            "OrganizationalUnitNotFoundException", "You specified an OU that doesn't exist."
        )
    return world.units[unit_id]


def _parent(world: World, parent_id: str) -> str:
    if parent_id != world.root_id and parent_id not in world.units:
        raise AwsError("ParentNotFoundException", "You specified parent that doesn't exist.")
    return parent_id


def _refuse_duplicate(world: World, parent_id: str, name: str) -> None:
    if any(unit.name == name for unit in _units_in(world, parent_id)):
        raise AwsError(
            "DuplicateOrganizationalUnitException", "An OU with the same name already exists."
        )
