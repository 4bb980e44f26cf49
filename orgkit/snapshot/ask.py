"""Whom a snapshot asks, and the plain rows that an answer becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orgkit.aws import Organization

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Ask:
    """Whom to ask, and what a snapshot was told beforehand."""

    organization: Organization
    member_role: str = ""
    told: tuple[Row, ...] = ()  # handshakes that a write answered, which lists may not show yet
    members: tuple[str, ...] = ()  # the accounts to look into, once they are known
