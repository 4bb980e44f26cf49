"""What no API answers, so the administrator is asked. Sources: user guide."""

from __future__ import annotations

from dataclasses import dataclass

from orgkit.formats import shipped
from orgkit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """A question to which yes is the good answer.

    `good` is the answer under `id`, as files and journals hold it. Where that is no, the question
    is asked under the name `asked_as`, and `turned` leads from one to the other.
    """

    id: str
    title: str
    text: str
    good: str
    why: str
    do_this: str
    source: str
    verdict: Verdict = Verdict.WARN
    asked_as: str = ""

    def __post_init__(self) -> None:
        """Refuse words that nothing compares with: such a question could never be answered well."""
        if self.good not in ("yes", "no"):
            raise ValueError(f"The question {self.id} has good {self.good!r}; write 'yes' or 'no'.")
        if (self.good == "no") != bool(self.asked_as):
            raise ValueError(f"The question {self.id} needs `asked_as` if its good answer is no.")
        object.__setattr__(self, "verdict", Verdict(self.verdict))

    @property
    def name(self) -> str:
        """The name under which yes is the good answer."""
        return self.asked_as or self.id

    def turned(self, yes_or_no: str) -> str:
        """Turn what is kept into what is shown, and back; what is not answered stays so."""
        if self.good == "yes" or not yes_or_no:
            return yes_or_no
        return "no" if yes_or_no == "yes" else "yes"


# A key that no field bears is a TypeError at import, so that no misspelling is passed over.
QUESTIONS: dict[str, Question] = {
    name: Question(name, **row)
    for name, row in shipped("orgkit.checks.inputs", "questions.yaml").items()
}
