"""The one error that people see: what was wrong, what to do, who does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orgkit.remedies import YOU, Remedy, find
from orgkit.terms import ExitCode

_LONG = 600  # what a proxy answers instead of AWS is a whole page


class OrgkitError(Exception):
    """Something that we understand went wrong; shows its remedy instead of a stack."""

    exit_code: ExitCode = ExitCode.BLOCKED

    def __init__(
        self, problem: str, do_this: str, actor: str = YOU, detail: str = "", more: str = ""
    ) -> None:
        super().__init__(problem, do_this, actor, detail, more)
        self.problem, self.do_this, self.actor = problem, do_this, actor
        self.detail, self.more = detail, more

    def __str__(self) -> str:
        """Up to four lines: the problem, AWS's own words, the way out, where to read more."""
        lines = [self.problem]
        if self.detail:
            lines.append(printable(self.detail))
        lines.append(f"Do this ({self.actor}): {self.do_this}")
        if self.more:
            lines.append(f"Read more: {self.more}")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """IPython's documented hook: a known error needs no stack."""
        return str(self).splitlines()


class UsageError(OrgkitError):
    """The call itself is wrong: an unknown name, a wrong type, an address that cannot be used."""

    exit_code = ExitCode.USAGE


class AwsError(OrgkitError):
    """An AWS answer that has a remedy; keeps AWS's own code, reason and operation."""

    def __init__(
        self,
        remedy: Remedy,
        operation: str,
        code: str,
        reason: str | None,
        text: str,
        *,
        answered: bool = True,
    ) -> None:
        named = code if reason is None else f"{code}, {reason}"
        said = f"The answer to {operation} was" if answered else f"{operation} got no answer:"
        detail = f"{said} {named}. {text}".rstrip()
        super().__init__(remedy.problem, remedy.do_this, remedy.actor, detail, remedy.more)
        self.operation, self.code, self.reason = operation, code, reason


def printable(text: str) -> str:
    """Text from AWS made safe for a terminal: control and direction characters become visible."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


@contextmanager
def explained(operation: str) -> Iterator[None]:
    """Turn an error of botocore into one with its remedy; let an unknown one go on, loud."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        text = str(error.response.get("Error", {}).get("Message", ""))
        reason = error.response.get("Reason")
        remedy = find(_CLOCK if text.startswith(_SKEWED) else code, str(reason or "") or None)
        if remedy is not None:
            raise AwsError(remedy, operation, code, reason and str(reason), text) from error
        raise
    except (BotoCoreError, ResponseParserError) as error:
        _unanswered(error, operation, [kind.__name__ for kind in type(error).__mro__])
        raise
    except (ValueError, NotImplementedError) as error:
        _unanswered(error, operation, [name for words, name in _PLAIN if words in str(error)])
        raise


_CLOCK = "RequestTimeTooSkewed"
_SKEWED = ("Signature expired", "Signature not yet current")  # IAM user guide, signature errors
# What the SDK lets through as an error of Python's own: its words, and the remedy that fits.
_PLAIN = (
    ("Invalid endpoint", "InvalidEndpointConfigurationError"),
    ("does not support input requests", "RefreshWithMFAUnsupportedError"),
)


def _unanswered(error: Exception, operation: str, names: list[str]) -> None:
    """Raise with the first remedy that there is for trouble before an answer of AWS."""
    for name in names:
        if remedy := find(name):
            text = str(error)[:_LONG]
            raise AwsError(remedy, operation, name, None, text, answered=False) from error
