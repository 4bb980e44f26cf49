"""The registry of checks: a decorated function becomes one, and shows up everywhere by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from orgkit.errors.remedies import MANAGEMENT, MEMBER
from orgkit.migration.state import MigrationState
from orgkit.snapshot import sources
from orgkit.terms import Verdict

# How each part that checks rest on is read.
READ_BY: Mapping[str, str] = {
    "caller": "sts:GetCallerIdentity",
    "organization": "organizations:DescribeOrganization",
    "accounts": "organizations:ListAccounts",
    "handshakes": "organizations:ListHandshakesForOrganization",
    "policy_types": "organizations:ListRoots",
    "creations": "organizations:ListCreateAccountStatus",
    "members": "sts:AssumeRole, then iam:GetRole there",
    "members_may": "sts:AssumeRole, then iam:SimulatePrincipalPolicy there",
    "sdk": "the installed SDK",
    "clock": "the Date of AWS's answers",
    "answers": "the administrator, asked",
    "owners": "the file `owners`",
    **{part: action for part, (_, action, _) in sources.PARTS.items()},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says about one subject: an account id, or "" for the whole organization."""

    verdict: Verdict
    text: str
    subject: str = ""
    do_this: str = ""
    actor: str = MANAGEMENT
    id: str = ""
    title: str = ""
    why: str = ""


Examine = Callable[[MigrationState], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One pre-check: id, title, the one sentence that says why it matters, and its source."""

    id: str
    title: str
    why: str
    source: str
    reads: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    examine: Examine

    def findings(self, state: MigrationState) -> list[Finding]:
        """What this check says, each finding naming the check; UNKNOWN if a part was not read."""
        hidden = [f for f in (unread(state, part) for part in self.reads) if f]
        found = hidden[:1] or list(self.examine(state))
        named = [replace(f, id=self.id, title=self.title, why=self.why) for f in found]
        return [_addressed(f, state) for f in named]


def _addressed(finding: Finding, state: MigrationState) -> Finding:
    """Name the person instead of "the owner", where the list of owners does."""
    owner = state.inputs.owner(finding.subject)
    return replace(finding, actor=str(owner)) if owner and finding.actor == MEMBER else finding


CHECKS: dict[str, Check] = {}


def check(title: str, source: str, *, reads: str, verdicts: str) -> Callable[[Examine], Examine]:
    """Register a function as a check: its name is the id, its docstring the why.

    `reads` names parts of `READ_BY`: where one was not read the check says UNKNOWN and no more.
    `verdicts` are all that it can come to; the tests hold it to them.
    """

    def register(examine: Examine) -> Examine:
        why = " ".join((examine.__doc__ or "").split())
        add(examine.__name__, title, why, source, reads, verdicts, examine)
        return examine

    return register


def add(
    name: str, title: str, why: str, source: str, reads: str, verdicts: str, examine: Examine
) -> None:
    """Register a check that has no function of its own."""
    each = tuple(v for v in Verdict if v in verdicts.split())
    CHECKS[name] = Check(name, title, why, source, tuple(reads.split()), each, examine)


def run(state: MigrationState) -> list[Finding]:
    """All findings of all checks, the worst first, checks in their own order within a verdict."""
    found = [f for each in CHECKS.values() for f in each.findings(state)]
    order = list(Verdict)
    return sorted(found, key=lambda f: order.index(f.verdict))


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict; PASS if there is no finding."""
    order = list(Verdict)
    return min((f.verdict for f in findings), key=order.index, default=Verdict.PASS)


def ok(text: str) -> Finding:
    """Nothing to do."""
    return Finding(Verdict.PASS, text)


def info(text: str, subject: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Verdict.INFO, text, subject)


def warn(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """May cost time or surprise someone; does not block."""
    return Finding(Verdict.WARN, text, subject, do_this, actor)


def fail(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """Must be cleared before the process begins."""
    return Finding(Verdict.FAIL, text, subject, do_this, actor)


def unknown(text: str, do_this: str, subject: str = "") -> Finding:
    """Could not be read; says what would make it readable."""
    return Finding(Verdict.UNKNOWN, text, subject, do_this)


def unread(state: MigrationState, part: str) -> Finding | None:
    """The finding for a part of the snapshot that AWS did not show, or None if it was read."""
    snapshot = state.snapshot
    if part in sources.PARTS and not snapshot.thorough:
        return unknown("This look did not ask.", "Run 01_precheck, which looks thoroughly.")
    why = snapshot.unreadable.get(part)
    if why is None:
        return None
    denied = why.endswith("was denied")
    grant = "Allow this read to the role that runs the check."
    return unknown(f"Not read: {why}.", grant if denied else "Look it up by hand.")
