"""What the administrator says and AWS cannot know: answers to questions, and who owns an account.

Answers are a YAML file, `question: yes`, or `question: {answer: no, note: why}`; `not answered`
takes back what an earlier run was told. Owners are a CSV file with the columns account_id, owner,
channel, note, or the same in YAML by account id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NOT_ANSWERED = "not answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes, no or, where it was taken back, ""; what was noted with it; when it was given, by whom.

    `at` and `by` are empty until the answer is in the journal.
    """

    yes_or_no: str
    note: str = ""
    at: str = field(default="", compare=False)
    by: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for an account, and how that person is reached."""

    name: str
    channel: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Name the owner, with the channel if there is one."""
        return f"{self.name}, {self.channel}" if self.channel else self.name


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was said; `owners` is None where no list was given.

    `answers` are those that hold; `filed` are those of the file, `kept` those of the journal.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    owners: Mapping[str, Owner] | None = None
    filed: Mapping[str, Answer] = field(default_factory=dict)
    kept: Mapping[str, Answer] = field(default_factory=dict)

    def owner(self, account_id: str) -> Owner | None:
        """Find the owner of an account, if one is known."""
        return (self.owners or {}).get(account_id)

    def origin(self, question: str) -> str:
        """Say where the answer that holds came from: the file, or whom the journal names."""
        answer = self.answers[question]
        if answer == self.filed.get(question):
            return "from the file `answers`"
        kept = self.kept.get(question)
        if answer != kept:
            return "given now"
        return f"given on {kept.at[:10]} by {kept.by}"

    def news(self) -> dict[str, Answer]:
        """Select what the journal does not say yet; an answer that was taken back is empty."""
        gone = {name: Answer("") for name in self.kept if name not in self.answers}
        return gone | {n: a for n, a in self.answers.items() if a != self.kept.get(n)}


NO_INPUTS = Inputs()
