"""What came back from one write that was sent once: yes, a refusal, or nothing that is certain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orgkit.aws import Call, Organization
from orgkit.errors.exceptions import AwsError

# AWS puts off what is too much for it, before it looks at it (service model, botocore).
_PUT_OFF = frozenset(
    {
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "SlowDown",
    }
)
# What the SDK calls it where no connection was made: no byte of the call has left.
_NEVER_SENT = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"})
_TIMEOUT = 408
# What AWS answers when it does not know itself how far it came, whatever the status.
_NOT_SURE = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)


@dataclass(frozen=True)
class Answer:
    """One try of a write: its error, if any, and the call as it was logged, if it was sent."""

    told: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None
    call: Call | None = None
    sent: bool = False  # whether it may have left although no call was logged

    @property
    def nothing_done(self) -> bool:
        """Whether it is certain that AWS did nothing with it: put off, or never reached."""
        if self.error is None or self.sent:
            return False
        if self.call is None:  # refused by our own guard or by the SDK, before anything left
            return True
        return bool({self.call.error, _code(self.error)} & (_PUT_OFF | _NEVER_SENT))

    @property
    def again(self) -> bool:
        """Whether it may be sent once more: AWS did nothing with it, and only for the moment."""
        return self.nothing_done and self.call is not None

    @property
    def refused(self) -> bool:
        """Whether AWS said no; after any other error nothing is certain."""
        if self.call is None or self.call.error in _NOT_SURE:
            return False
        return 400 <= self.call.status < 500 and self.call.status != _TIMEOUT


def _code(error: Exception | None) -> str:
    return error.code if isinstance(error, AwsError) else type(error).__name__


def send(organization: Organization, operation: str, parameters: dict[str, Any]) -> Answer:
    """Send a write once. Inside `Organization.writing`: with it goes who was asked for."""
    before = len(organization.calls)
    told: list[dict[str, Any]] = []
    error: Exception | None = None
    try:
        answer = organization.call(operation, **parameters)
        # AWS is eventually consistent: its lists may not show this handshake yet.
        told = [answer["Handshake"]] if isinstance(answer.get("Handshake"), dict) else []
    except Exception as caught:  # looked at after reading what really happened
        error = caught
    logged = [c for c in organization.calls[before:] if c.operation == operation]
    return Answer(told, error, logged[-1] if logged else None)
