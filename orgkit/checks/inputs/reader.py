"""Read what the administrator provides, and join it with what the journal keeps."""

from __future__ import annotations

from collections.abc import Mapping

from orgkit.checks.inputs.answers import read_answers
from orgkit.checks.inputs.owners import read_owners
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.migration.inputs import Answer, Inputs


def read_inputs(
    answers: str = "", owners: str = "", kept: Mapping[str, Mapping[str, str]] | None = None
) -> Inputs:
    """Read both files, an empty name meaning that there is none; the file goes before the record.

    `kept` are the answers that the record remembers. Raises `UsageError` naming every line that
    cannot be meant.
    """
    filed = read_answers(answers) if answers else {}
    known = remembered(kept or {})
    holding = {name: a for name, a in {**known, **filed}.items() if a.yes_or_no}
    return Inputs(holding, read_owners(owners) if owners else None, filed, known)


def remembered(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Answer]:
    """Answers that the record remembers; a question of an older orgkit is not asked any more."""
    return {
        name: Answer(row["answer"], row["note"], row["at"], row["by"])
        for name, row in kept.items()
        if name in QUESTIONS
    }
