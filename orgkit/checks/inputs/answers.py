"""Read the answers to questions that no API answers, from a YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orgkit.checks.inputs.files import read_text, read_yaml, refuse
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.migration.inputs import NOT_ANSWERED, Answer

# YAML reads a bare yes or no as a truth value.
_WORDS = {
    True: "yes",
    False: "no",
    "yes": "yes",
    "no": "no",
    "true": "yes",
    "false": "no",
    NOT_ANSWERED: "",
}


def read_answers(name: str) -> dict[str, Answer]:
    """Read a YAML file of answers by question. Raises `UsageError` naming every line in error."""
    content = read_yaml(read_text(name, "answers"), "answers", name)
    hint = (
        f"Each line is `question: yes`, `no` or `{NOT_ANSWERED}`. "
        f"The questions are {', '.join(QUESTIONS)}."
    )
    refuse("answers", name, _strange_answers(content), hint)
    return {str(key): _answer(value) for key, value in content.items() if value is not None}


def remembered(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Answer]:
    """Read the answers that the journal remembers; what an older orgkit asked is left out."""
    return {
        name: Answer(row["answer"], row["note"], row["at"], row["by"])
        for name, row in kept.items()
        if name in QUESTIONS
    }


def _strange_answers(content: Mapping[Any, Any]) -> Iterable[str]:
    for key, value in content.items():
        if key not in QUESTIONS:
            yield f'There is no question "{key}".'
        elif value is not None and _word(value) is None:
            yield f'The answer to {key} is "{value}", which is neither yes nor no.'


def _word(value: Any) -> str | None:
    plain = value.get("answer") if isinstance(value, dict) else value
    folded = plain.strip().lower() if isinstance(plain, str) else plain
    return _WORDS.get(folded) if isinstance(folded, str | bool) else None


def _answer(value: Any) -> Answer:
    note = str(value.get("note") or "") if isinstance(value, dict) else ""
    return Answer(_word(value) or "", note)
