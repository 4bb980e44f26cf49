"""AWS's published request rates as token buckets, in real time."""

from __future__ import annotations

import time
from collections.abc import Callable

from orgkit.facts import THROTTLES


class Buckets:
    """The buckets of every account and of the organization; full when a server starts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full: dict[tuple[str, str], tuple[float, float]] = {}  # tokens, and when counted

    def take(self, operation: str, account_id: str, factor: float = 1) -> bool:
        """Take a token for one call from every bucket it counts for, or from none."""
        limits = THROTTLES.get(operation)
        if limits is None:
            return True
        owners = [(account_id, limits.account)]
        if limits.organization is not None:
            owners.append(("organization", limits.organization))
        now = self._clock()
        levels = {}
        for owner, (rate, burst) in owners:
            tokens, since = self._full.get((operation, owner), (burst, now))
            levels[operation, owner] = min(burst, tokens + (now - since) * rate * factor)
        # From all or from none: a call that one bucket refuses must not drain the other.
        enough = all(level >= 1 for level in levels.values())
        self._full.update({key: (level - enough, now) for key, level in levels.items()})
        return enough
