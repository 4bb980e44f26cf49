"""What no API answers, so the administrator is asked. Sources: user guide."""

from __future__ import annotations

from dataclasses import dataclass

from orgkit.formats import shipped
from orgkit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """A yes-or-no question; `good` is the answer that needs nothing more."""

    id: str
    title: str
    text: str
    good: str
    why: str
    do_this: str
    source: str
    verdict: Verdict = Verdict.WARN

    def __post_init__(self) -> None:
        """Refuse words that nothing compares with: such a question could never be answered well."""
        if self.good not in ("yes", "no"):
            raise ValueError(f"The question {self.id} has good {self.good!r}; write 'yes' or 'no'.")
        object.__setattr__(self, "verdict", Verdict(self.verdict))


# A key that no field bears is a TypeError at import, so that no misspelling is passed over.
QUESTIONS: dict[str, Question] = {
    name: Question(name, **row)
    for name, row in shipped("orgkit.checks.inputs", "questions.yaml").items()
}
