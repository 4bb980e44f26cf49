"""What can go wrong: for the person at the keyboard, and on the wire (AwsError)."""

from __future__ import annotations


class SimulatorError(Exception):
    """Something that the user can put right; `do_this` says how."""

    def __init__(self, problem: str, do_this: str = "") -> None:
        super().__init__(f"{problem}\nDo this: {do_this}" if do_this else problem)
        self.problem = problem
        self.do_this = do_this


class ScenarioError(SimulatorError):
    """A scenario file that cannot be used: it names the file, the field and what was expected."""


class AwsError(Exception):
    """One AWS error answer: the code, AWS's words, and where AWS gives one, the Reason."""

    def __init__(
        self, code: str, message: str = "", reason: str | None = None, status: int = 400
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.status = status


class ConnectionDropped(Exception):  # noqa: N818 - it is what happens, and nobody's mistake
    """A fault: the connection ends without an answer."""


def access_denied() -> AwsError:
    """Refuse in AWS's words, which never say what was missing."""
    return AwsError("AccessDeniedException", "You don't have permissions to access this resource.")


def not_in_use() -> AwsError:
    """Refuse because the caller's account is in no organization."""
    return AwsError(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
    )


def invalid_input(reason: str, message: str = "You specified an invalid value.") -> AwsError:
    """Refuse bad input; the reason carries the field after a colon."""
    return AwsError("InvalidInputException", message, reason)


def constraint(reason: str, message: str) -> AwsError:
    """Refuse because of a limit or condition of the organization."""
    return AwsError("ConstraintViolationException", message, reason)


def handshake_constraint(reason: str, message: str) -> AwsError:
    """Refuse because of a condition on handshakes."""
    return AwsError("HandshakeConstraintViolationException", message, reason)


def billing_mode() -> AwsError:
    """Refuse as every feature call is refused before all features are enabled."""
    return constraint(
        "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
        "You can't perform this operation until the organization has all features enabled.",
    )
