"""The one error that people see: what was wrong, what to do, who does it."""

from __future__ import annotations

from orgkit.errors.remedies import YOU, Remedy
from orgkit.formats import printable
from orgkit.redaction import redacted
from orgkit.terms import ExitCode


class OrgkitError(Exception):
    """Something that we understand went wrong; shows its remedy instead of a stack."""

    exit_code: ExitCode = ExitCode.BLOCKED

    def __init__(
        self, problem: str, do_this: str, actor: str = YOU, detail: str = "", more: str = ""
    ) -> None:
        # Filtered here, so that no secret is in an error whatever is done with it.
        problem, do_this, detail = redacted(problem), redacted(do_this), redacted(detail)
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


class IdentityError(OrgkitError):
    """The credentials became somebody else's: no reason to try again, whoever waits."""


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
        self.text = redacted(text)
