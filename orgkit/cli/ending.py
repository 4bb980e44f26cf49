"""A command that is told to end: it cleans up behind itself, and says what happened."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.errors.exceptions import OrgkitError


@contextmanager
def ended_in_words() -> Iterator[None]:
    """Let a process that is told to end clean up behind itself, and say what happened."""

    def end(number: int, _: Any) -> None:
        raise _EndedError(number)

    here = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGTERM, signal.SIGHUP) if here else ()
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    except _EndedError as error:
        raise OrgkitError(
            f"The command was ended from outside ({signal.Signals(error.number).name}).",
            "Run the notebook again: it reads the state first, so nothing is done twice. "
            "`orgkit status` says where the organization stands now.",
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _EndedError(SystemExit):
    """Told to end; asyncio would swallow another kind of error."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
