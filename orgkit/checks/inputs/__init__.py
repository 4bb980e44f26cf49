"""What the administrator provides: answers to questions, and who owns which account."""

from __future__ import annotations

from collections.abc import Mapping

from orgkit.checks.inputs.answers import read_answers, remembered
from orgkit.checks.inputs.owners import read_owners
from orgkit.migration.inputs import Inputs

__all__ = ["read_inputs", "remembered"]


def read_inputs(
    answers: str = "", owners: str = "", kept: Mapping[str, Mapping[str, str]] | None = None
) -> Inputs:
    """Read both files, an empty name meaning that there is none.

    `kept` are the answers that the journal remembers; the file goes before them. Raises
    `UsageError` naming every line that cannot be meant.
    """
    filed = read_answers(answers) if answers else {}
    known = remembered(kept or {})
    # Taken back in the file, an answer of an earlier run holds no longer.
    holding = {name: a for name, a in {**known, **filed}.items() if a.yes_or_no}
    return Inputs(holding, read_owners(owners) if owners else None, filed, known)
