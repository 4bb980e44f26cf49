"""From a scenario to the world at its first instant."""

from __future__ import annotations

from datetime import datetime

from orgkit.sim.faults import catalog
from orgkit.sim.scenario.schema import AccountSpec, OwnerAnswer, Scenario
from orgkit.sim.state import ids
from orgkit.sim.state.clock import duration
from orgkit.sim.state.model import Account, Answer, Unit, World
from orgkit.terms import AccountState, FeatureSet, JoinedMethod, PolicyTypeStatus


def build(scenario: Scenario, edition: int = 1) -> World:
    """Build the organization as the scenario draws it; nothing has happened yet.

    Editions after the first are organizations of their own: evidence stores remember by id.
    """
    world = World(
        seed=scenario.seed if edition == 1 else f"{scenario.seed}#{edition}",
        scenario=scenario.model_dump(mode="json"),
        switches=scenario.switches,
        started_at=scenario.starts_at,
        now=scenario.starts_at,
        organization_id=_organization_id(scenario.organization.id, edition),
        root_id=scenario.organization.root,
        management_id=scenario.management.id,
        feature_set=scenario.organization.feature_set,
    )
    if world.feature_set is FeatureSet.ALL:
        # An organization born with all features has SCPs on; a migrated one does not.
        world.policy_types["SERVICE_CONTROL_POLICY"] = PolicyTypeStatus.ENABLED
    _add_management(world, scenario)
    units = _add_units(world, scenario)
    # The index makes the instants of joining distinct; 0 is the management account's.
    for index, spec in enumerate(scenario.all_accounts(), start=1):
        joined_at = scenario.joined_at(index, spec.joined_at)
        _add_account(world, spec, joined_at, units[spec.unit], scenario.owners)
    for spec in scenario.outside:
        _add_account(world, spec, scenario.joined_at(0, None), "", scenario.owners)
    _arm(world, scenario)
    return world


def _organization_id(first: str, edition: int) -> str:
    """Append the edition to the scenario's id, from the second on; 34 letters at most."""
    number = "" if edition == 1 else str(edition)
    return first[: 34 - len(number)] + number


def _arm(world: World, scenario: Scenario) -> None:
    if scenario.throttle == "documented":
        catalog.arm(world, "throttle-documented", factor=scenario.throttle_factor)
    for spec in scenario.faults:
        catalog.arm(world, **spec.model_dump())


def _add_management(world: World, scenario: Scenario) -> None:
    management = scenario.management
    world.put_account(
        Account(
            id=management.id,
            number=world.number(),
            name=management.name,
            email=management.email,
            joined_method=JoinedMethod.INVITED,  # so AWS shows it in every example
            joined_at=scenario.joined_at(0, None),
            parent_id=world.root_id,
            access_role=management.access_role,
            service_linked_role=management.service_linked_role,
        )
    )


def _add_units(world: World, scenario: Scenario) -> dict[str, str]:
    """Add the units, and give the id for each name; no name is the root."""
    by_name = {"": world.root_id}
    for spec in scenario.units:
        number = world.number()
        unit_id = ids.organizational_unit_id(world.root_id, world.seed, number)
        world.units[unit_id] = Unit(unit_id, number, spec.name, by_name[spec.under])
        by_name[spec.name] = unit_id
    return by_name


def _add_account(
    world: World,
    spec: AccountSpec,
    joined_at: datetime,
    parent_id: str,
    owners: list[OwnerAnswer],
) -> None:
    closed = spec.state is AccountState.CLOSED
    world.put_account(
        Account(
            id=spec.id,
            number=world.number(),
            name=spec.name,
            email=spec.email,
            joined_method=spec.joined,
            joined_at=joined_at,
            state=spec.state,
            parent_id=parent_id,
            access_role=spec.role_name,
            service_linked_role=spec.service_linked_role and bool(parent_id),
            removal_refused=spec.removal_refused,
            in_other_organization=spec.in_other_organization,
            closed_at=(spec.closed_at or world.now) if closed else None,
        )
    )
    plan = spec.owner if spec.owner is not None else owners
    # Seconds, so that the state file needs no parser of durations.
    world.owners[spec.id] = [
        Answer(line.answer, duration(line.after).total_seconds()) for line in plan
    ]
