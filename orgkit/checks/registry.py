"""What a check is: a decorated function becomes one, and shows up everywhere by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from orgkit.errors.remedies import MANAGEMENT, MEMBER
from orgkit.migration.state import STRANGE, MigrationState
from orgkit.snapshot.sources import SOURCES, NotRead
from orgkit.terms import Verdict

# How each part that checks rest on is read: the parts of a snapshot, and what is always there.
READ_BY: Mapping[str, str] = {
    "caller": "sts:GetCallerIdentity",
    "organization": "organizations:DescribeOrganization",
    "clock": "the Date of AWS's answers",
    "answers": "the administrator, asked",
    "owners": "the file `owners`",
    "members_may": "sts:AssumeRole, then iam:SimulatePrincipalPolicy there",
    **{part: source.how for part, source in SOURCES.items()},
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
    waivable: bool = True  # False where AWS itself would refuse, whatever reason is given

    def findings(self, state: MigrationState) -> list[Finding]:
        """Examine, each finding naming the check; UNKNOWN if a part that it reads was not read."""
        try:
            self._require(state)
            found = self._doubted(list(self.examine(state)), state)
        except NotRead as missing:
            found = [unknown(missing.problem, missing.do_this)]
        named = [replace(f, id=self.id, title=self.title, why=self.why) for f in found]
        return [_addressed(f, state) for f in named]

    def _doubted(self, found: list[Finding], state: MigrationState) -> list[Finding]:
        """Let no PASS stand on a part in which AWS says what orgkit does not know."""
        unknowns = state.snapshot.unknowns
        said = [words for part in self.reads for words in unknowns.get(part, ())]
        if not said:
            return found
        kept = [f for f in found if f.verdict is not Verdict.PASS]
        if any(f.verdict is Verdict.UNKNOWN for f in kept):
            return kept
        text = f"AWS returned a value that orgkit does not know: {'; '.join(said)}."
        return [*kept, unknown(text, STRANGE)]

    def _require(self, state: MigrationState) -> None:
        """Raise `NotRead` for a part that was not read, also where the check asks the phase only.

        What is read by a role is left to the check: it matters only where there are such accounts.
        """
        for part in self.reads:
            if part in SOURCES and not SOURCES[part].by_role:
                state.snapshot.part(part)


def _addressed(finding: Finding, state: MigrationState) -> Finding:
    """Name the person instead of "the owner", where the list of owners does."""
    owner = state.inputs.owner(finding.subject)
    return replace(finding, actor=str(owner)) if owner and finding.actor == MEMBER else finding


def check(
    title: str, source: str, *, reads: str, verdicts: str, waivable: bool = True
) -> Callable[[Examine], Check]:
    """Make a check of a function: its name is the id, its docstring the why.

    `reads` names parts of `READ_BY`: where one was not read the check says UNKNOWN and no more.
    `verdicts` are all that it can come to; the tests hold it to them. What is not `waivable` stands
    in the way whatever reason is given. Raises `ValueError` for a name that does not exist.
    """

    def made(examine: Examine) -> Check:
        why = " ".join((examine.__doc__ or "").split())
        return make(
            examine.__name__, title, why, source, reads, verdicts, examine, waivable=waivable
        )

    return made


def make(
    name: str,
    title: str,
    why: str,
    source: str,
    reads: str,
    verdicts: str,
    examine: Examine,
    *,
    waivable: bool = True,
) -> Check:
    """Make a check that has no function of its own."""
    parts, words = tuple(reads.split()), verdicts.split()
    # A part that is misspelled would never be missed, and the check would pass without it.
    _refuse(name, "no part that anything reads", parts or [""], READ_BY)
    _refuse(name, "no verdict", words or [""], [str(v) for v in Verdict])
    each = tuple(v for v in Verdict if v in words)
    return Check(name, title, why, source, parts, each, examine, waivable)


def _refuse(check: str, what: str, names: Iterable[str], known: Collection[str]) -> None:
    strange = [name for name in names if name not in known]
    if strange:
        raise ValueError(
            f"The check {check} names {', '.join(map(repr, strange))}, which is {what}: "
            f"choose from {', '.join(known)}."
        )


def ok(text: str) -> Finding:
    """Say that there is nothing to do."""
    return Finding(Verdict.PASS, text)


def info(text: str, subject: str = "") -> Finding:
    """Say what is worth knowing."""
    return Finding(Verdict.INFO, text, subject)


def warn(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """Say what may cost time or surprise someone; it does not block."""
    return Finding(Verdict.WARN, text, subject, do_this, actor)


def fail(text: str, do_this: str, subject: str = "", actor: str = MANAGEMENT) -> Finding:
    """Say what must be cleared before the process begins."""
    return Finding(Verdict.FAIL, text, subject, do_this, actor)


def unknown(text: str, do_this: str, subject: str = "") -> Finding:
    """Say what could not be read, and what would make it readable."""
    return Finding(Verdict.UNKNOWN, text, subject, do_this)
