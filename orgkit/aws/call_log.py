"""What was asked of AWS: every call with its status and request id, and the time by AWS's clock."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from orgkit.aws.clock import Clock
from orgkit.aws.write_guard import is_read
from orgkit.formats import stamp
from orgkit.redaction import redacted
from orgkit.terms import SIMULATOR_SERVER


@dataclass(frozen=True, slots=True)
class Call:
    """One call to AWS as run.json and the report show it.

    `changed` means AWS changed something; None that nobody knows.
    """

    service: str
    operation: str
    status: int
    request_id: str
    retries: int
    changed: bool | None
    at: str
    error: str = ""


class CallLog:
    """Listens to botocore's events, so that no call of any client is missed. Thread-safe."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._calls: list[Call] = []
        self._lock = Lock()
        self._clock = clock or Clock()

    def listen(self, events: Any) -> None:
        """Attach to a botocore session's or client's event system."""
        events.register("after-call", self._answered, unique_id="orgkit-record")
        events.register("after-call-error", self._failed, unique_id="orgkit-record-error")

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls so far, in the order in which they were answered."""
        with self._lock:
            return tuple(self._calls)

    @property
    def now(self) -> datetime:
        """The latest time that AWS stated and that can be believed."""
        return self._clock.now

    @property
    def doubt(self) -> str:
        """What an answer said of the time and was not believed, in a sentence; else ""."""
        return self._clock.doubt

    def took_effect(self, operation: str, *, changed: bool | None = True) -> None:
        """Note that the last call of this operation changed AWS although it answered an error."""
        with self._lock:
            # A retried operation may stand there several times: only its last call is meant.
            for i in reversed(range(len(self._calls))):
                if self._calls[i].operation == operation:
                    self._calls[i] = dataclasses.replace(self._calls[i], changed=changed)
                    return

    def _answered(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        meta: dict[str, Any] = parsed.get("ResponseMetadata", {})
        headers: dict[str, Any] = meta.get("HTTPHeaders", {})
        status = int(meta.get("HTTPStatusCode", http_response.status_code))
        simulated = headers.get("server") == SIMULATOR_SERVER
        self._clock.see(headers.get("date"), simulated=simulated)
        self._add(
            model,
            status=status,
            request_id=str(meta.get("RequestId", headers.get("x-amzn-requestid", ""))),
            retries=int(meta.get("RetryAttempts", 0)),
            changed=status < 300 and not is_read(model.name),
            error=redacted(str(parsed.get("Error", {}).get("Code", ""))),
        )

    def _failed(self, exception: Exception, event_name: str = "", **_: Any) -> None:
        service, operation = event_name.split(".")[1:3]
        with self._lock:
            self._calls.append(
                Call(service, operation, 0, "", 0, False, stamp(self.now), type(exception).__name__)
            )

    def _add(self, model: Any, **fields: Any) -> None:
        service = str(model.service_model.service_name)
        with self._lock:
            self._calls.append(Call(service, str(model.name), at=stamp(self.now), **fields))
