"""The world as JSON and back, exactly."""

from __future__ import annotations

from pydantic import TypeAdapter

from orgkit.sim.state.model import World

_WORLD: TypeAdapter[World] = TypeAdapter(World)


def dump(world: World) -> bytes:
    """Write everything that the simulator must remember."""
    return _WORLD.dump_json(world)


def load(data: bytes) -> World:
    """Read the world that `dump` wrote."""
    return _WORLD.validate_json(data)
