"""What a run came to: computed from what stands now, never remembered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orgkit.actions import Result
from orgkit.actions.plan import RUNNING
from orgkit.checks import Finding
from orgkit.errors.translate import trouble
from orgkit.terms import OUTCOME_OF_PHASE, ExitCode, Outcome, Phase, Verdict

# A notebook that is opened in these phases is too early; in others it has had its time.
_TOO_EARLY = frozenset({Phase.CONSOLIDATED_BILLING, Phase.READY})


@dataclass(frozen=True)
class RunResult:
    """What stands at one moment: the newest phase, findings, action, and errors of cells.

    `right` are the phases that the notebook is meant for, empty if it is for all. `errors` are
    those of cells that failed and were not run again with success, the oldest first.
    """

    phase: Phase = Phase.UNKNOWN
    findings: Sequence[Finding] = ()
    action: Result | None = None
    right: frozenset[str] = frozenset()
    errors: Sequence[BaseException] = ()

    @property
    def outcome(self) -> Outcome:
        """What this comes to, in a word."""
        if self.errors:
            known = trouble(self.errors[-1])
            blocked = known is not None and known.exit_code is ExitCode.BLOCKED
            return Outcome.BLOCKED if blocked else Outcome.FAILED
        return Outcome.BLOCKED if self._blocked() else OUTCOME_OF_PHASE[self.phase]

    @property
    def exit_code(self) -> int:
        """The code that a script sees: the last error's own, else the outcome's."""
        if self.errors and (known := trouble(self.errors[-1])):
            return int(known.exit_code)
        return int(ExitCode.FAILED if self.errors else self.outcome.exit_code)

    @property
    def error(self) -> str:
        """The last error that stands: with its remedy, or by its kind if nobody knows it."""
        if not self.errors:
            return ""
        known = trouble(self.errors[-1])
        return str(known) if known is not None else _unknown(self.errors[-1])

    def to_json(self) -> dict[str, Any]:
        """Make the members of run.json that say what the run came to."""
        return {
            "phase": str(self.phase),
            "outcome": str(self.outcome),
            "exit_code": self.exit_code,
            "error": self.error,
            "findings": [
                {"id": f.id, "verdict": str(f.verdict), "subject": f.subject, "text": f.text}
                for f in self.findings
            ],
        }

    def _blocked(self) -> bool:
        if self.action is not None and self._stands(self.action):
            return self.action.outcome is Outcome.BLOCKED
        failed = any(f.verdict is Verdict.FAIL for f in self.findings)
        if failed and self.phase not in (*RUNNING, Phase.ALL_FEATURES):
            return True
        return bool(self.right) and self.phase not in self.right and self.phase in _TOO_EARLY

    def _stands(self, action: Result) -> bool:
        """Tell whether an action still decides; it was planned in the knowledge of the findings.

        A refusal that changed nothing says nothing more once the organization has moved on.
        """
        return action.changed is not False or action.state.phase is self.phase


def _unknown(error: BaseException) -> str:
    """Name the kind alone: its text may hold anything, and its traceback is shown elsewhere."""
    return f"An unexpected error stopped a cell: {type(error).__name__}."


def passed(result: dict[str, Any]) -> bool:
    """Tell from run.json whether pre-checks ran to their end and none of them failed."""
    verdicts = [finding["verdict"] for finding in result["findings"]]
    sound = not result["error"] and result["outcome"] != Outcome.FAILED
    return sound and bool(verdicts) and Verdict.FAIL not in verdicts
