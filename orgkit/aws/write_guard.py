"""The write guard: it sits in botocore's event system, so no code path can forget it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.errors.exceptions import OrgkitError

_READS = ("Describe", "List", "Get", "Lookup", "Simulate", "Head")
_SIGN_IN = frozenset({"AssumeRole", "GetCallerIdentity"})


def is_read(operation: str) -> bool:
    """Whether an operation leaves AWS as it is; signing in counts as reading."""
    return operation.startswith(_READS) or operation in _SIGN_IN


class WriteGuard:
    """Refuses every operation that could change something unless `actions` opened it by name."""

    def __init__(self) -> None:
        self._open: str | None = None

    def watch(self, events: Any) -> None:
        """Attach to a botocore session's event system."""
        events.register("before-call", self._check, unique_id="orgkit-guard")

    @contextmanager
    def opened(self, operation: str) -> Iterator[None]:
        """Let this one operation through while the block runs."""
        self._open = operation
        try:
            yield
        finally:
            # Also after an error: no permission outlives its block.
            self._open = None

    def _check(self, model: Any, **_: Any) -> None:
        if not is_read(model.name) and model.name != self._open:
            raise OrgkitError(
                f"orgkit refused to call {model.name}: "
                "it would change AWS and nothing asked for it.",
                "Nothing was sent. If a notebook of the kit did this, please report it.",
            )


def allow_only(events: Any, operations: frozenset[str]) -> None:
    """Let the clients of a session do these operations and nothing else, not even reads."""

    def check(model: Any, **_: Any) -> None:
        if model.name not in operations:
            raise OrgkitError(
                f"orgkit refused to call {model.name}: keeping evidence never needs it.",
                "Nothing was sent. Please report it.",
            )

    events.register("before-call", check, unique_id="orgkit-keeping")
