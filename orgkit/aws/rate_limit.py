"""Request rates that AWS Organizations documents, kept so that nobody else is starved."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from orgkit.facts import LOOKUP_EVENTS_RATE, THROTTLES

# What one account may ask: the kit acts as one, and leaves the organization's tokens to others.
RATES: dict[str, tuple[float, float]] = {
    **{operation: limits.account for operation, limits in THROTTLES.items()},
    "LookupEvents": LOOKUP_EVENTS_RATE,
}


class RateLimiter:
    """One token bucket an operation; `wait` returns when the next call may be sent. Thread-safe."""

    def __init__(
        self,
        rates: dict[str, tuple[float, float]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rates = RATES if rates is None else rates
        self._clock, self._sleep = clock, sleep
        self._free_at: dict[str, float] = {}
        self._lock = Lock()

    def wait(self, operation: str) -> None:
        """Block until the documented rate allows one more call of this operation."""
        if operation not in self._rates:
            return
        rate, burst = self._rates[operation]
        with self._lock:
            now = self._clock()
            # The instant at which the bucket would be full again tells how many tokens are left.
            full_at = max(self._free_at.get(operation, now), now) + 1 / rate
            self._free_at[operation] = full_at
        delay = full_at - now - burst / rate
        if delay > 0:
            self._sleep(delay)
