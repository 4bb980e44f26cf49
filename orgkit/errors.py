"""The one error that people see: what was wrong, what to do, who does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orgkit.remedies import YOU, Remedy, find
from orgkit.terms import ExitCode


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
        self, remedy: Remedy, operation: str, code: str, reason: str | None, text: str
    ) -> None:
        named = code if reason is None else f"{code}, {reason}"
        detail = f"The answer to {operation} was {named}. {text}".rstrip()
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

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        text = str(error.response.get("Error", {}).get("Message", ""))
        reason = error.response.get("Reason")
        _raise_known(error, operation, code, str(reason) if reason else None, text)
        raise
    except BotoCoreError as error:
        for kind in type(error).__mro__:
            _raise_known(error, operation, kind.__name__, None, str(error))
        raise


def _raise_known(
    error: Exception, operation: str, code: str, reason: str | None, text: str
) -> None:
    remedy = find(code, reason)
    if remedy is not None:
        raise AwsError(remedy, operation, code, reason, text) from error
