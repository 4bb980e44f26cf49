"""What earlier runs have done, as the next step needs it."""

from __future__ import annotations

from typing import Any

from orgkit.checks.results import MUST_BE_KNOWN
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import UNFINISHED, newest
from orgkit.migration.next_step import Progress
from orgkit.notebook.result import passed
from orgkit.terms import NotebookName, Outcome, Phase, Verdict


def progress(journal: Journal, phase: Phase, current: dict[str, Any] | None = None) -> Progress:
    """Read what was done so far; `current` is run.json of the run at work as far as it is known."""
    if phase is not Phase.ALL_FEATURES:
        return _checked(journal, current)
    chosen = _newest(journal, NotebookName.POLICY_TYPES, current)
    reported = _newest(journal, NotebookName.AUDIT_REPORT, current)
    late = bool(reported) and (not chosen or reported["started"] >= chosen["started"])
    return Progress(checked=True, chosen=bool(chosen), reported=late)


def _checked(journal: Journal, current: dict[str, Any] | None) -> Progress:
    if not (current and current["findings"]):
        runs = newest(journal, NotebookName.PRECHECK)
        current = next((r for r in runs if r["error"] != UNFINISHED), None)
    if current is None:
        return Progress()
    found = current["findings"]
    lacking = {f["id"] for f in found if f["verdict"] == Verdict.UNKNOWN} & set(MUST_BE_KNOWN)
    return Progress(checked=passed(current), open=len(lacking))


def _newest(
    journal: Journal, notebook: NotebookName, current: dict[str, Any] | None
) -> dict[str, Any]:
    """Give the newest run of a notebook that ended well with all features enabled; {} if none."""
    if current and current["notebook"] == notebook and notebook is NotebookName.AUDIT_REPORT:
        return current
    own = current["started"] if current and current["notebook"] == notebook else ""
    found = (r for r in newest(journal, notebook) if r["started"] != own)
    return next((r for r in found if _ended_well(r)), {})


def _ended_well(result: dict[str, Any]) -> bool:
    well = not result["error"] and result["outcome"] != Outcome.FAILED
    return well and result["phase"] == Phase.ALL_FEATURES
