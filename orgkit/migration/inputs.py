"""What the administrator says and AWS cannot know: answers to questions, and who owns an account.

Answers are a YAML file, `question: yes`, or `question: {answer: no, note: why}`; `not answered`
takes back what an earlier run was told. Owners are a CSV file with the columns account_id, owner,
channel, note, or the same in YAML by account id.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orgkit.environment import home
from orgkit.errors.exceptions import UsageError
from orgkit.questions import QUESTIONS

_ID = re.compile(r"\d{12}", re.ASCII)
_COLUMNS = ("account_id", "owner", "channel", "note")
NOT_ANSWERED = "not answered"
_WORDS = {
    True: "yes",
    False: "no",
    "yes": "yes",
    "no": "no",
    "true": "yes",
    "false": "no",
    NOT_ANSWERED: "",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes, no or, where it was taken back, ""; what was noted with it; when it was given, by whom.

    `at` and `by` are empty until the answer is in the record.
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
        """The name, and the channel if there is one."""
        return f"{self.name}, {self.channel}" if self.channel else self.name


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was said; `owners` is None where no list was given.

    `answers` are those that hold; `filed` are those of the file, `kept` those of the record.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    owners: Mapping[str, Owner] | None = None
    filed: Mapping[str, Answer] = field(default_factory=dict)
    kept: Mapping[str, Answer] = field(default_factory=dict)

    def owner(self, account_id: str) -> Owner | None:
        """The owner of an account, if one is known."""
        return (self.owners or {}).get(account_id)

    def origin(self, question: str) -> str:
        """Where the answer that holds came from: the file, or whom the record names."""
        answer = self.answers[question]
        if answer == self.filed.get(question):
            return "from the file `answers`"
        kept = self.kept.get(question)
        if answer != kept:
            return "given now"
        return f"given on {kept.at[:10]} by {kept.by}"

    def news(self) -> dict[str, Answer]:
        """What the record does not say yet; an answer that was taken back is empty."""
        gone = {name: Answer("") for name in self.kept if name not in self.answers}
        return gone | {n: a for n, a in self.answers.items() if a != self.kept.get(n)}


NO_INPUTS = Inputs()


def read(
    answers: str = "", owners: str = "", kept: Mapping[str, Mapping[str, str]] | None = None
) -> Inputs:
    """Read both files, an empty name meaning that there is none; the file goes before the record.

    `kept` are the answers that the record remembers. Raises `UsageError` naming every line that
    cannot be meant.
    """
    filed = _answers(answers) if answers else {}
    known = remembered(kept or {})
    holding = {name: a for name, a in {**known, **filed}.items() if a.yes_or_no}
    return Inputs(holding, _owners(owners) if owners else None, filed, known)


def remembered(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Answer]:
    """Answers that the record remembers; a question of an older orgkit is not asked any more."""
    return {
        name: Answer(row["answer"], row["note"], row["at"], row["by"])
        for name, row in kept.items()
        if name in QUESTIONS
    }


def _text(name: str, parameter: str) -> str:
    try:
        return (home() / Path(name)).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f'`{parameter}` names "{name}", which cannot be read.',
            "Give a text file (UTF-8), by its path from the kit's folder.",
            detail=str(error),
        ) from error


def _refuse(parameter: str, name: str, problems: Iterable[str], hint: str) -> None:
    found = list(problems)
    if found:
        raise UsageError(f"{name} cannot be used as `{parameter}`.", hint, detail=" ".join(found))


def _yaml(text: str, parameter: str, name: str) -> dict[Any, Any]:
    """A YAML mapping; a key that stands twice is refused, where YAML itself takes the last."""
    import yaml

    hint = "Write it as YAML, one `key: value` a line; account ids in quotes."
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise UsageError(f"{name} is no YAML.", hint, detail=str(error)) from error
    if not isinstance(content, dict):
        raise UsageError(f"{name} holds no `key: value` lines.", hint)
    keys = [str(key.value) for key, _ in node.value] if node is not None else []
    twice = sorted({key for key in keys if keys.count(key) > 1})
    _refuse(parameter, name, (f'"{key}" stands there twice.' for key in twice), "Keep one of each.")
    return content


def _answers(name: str) -> dict[str, Answer]:
    content = _yaml(_text(name, "answers"), "answers", name)
    hint = (
        f"Each line is `question: yes`, `no` or `{NOT_ANSWERED}`. "
        f"The questions are {', '.join(QUESTIONS)}."
    )
    _refuse("answers", name, _strange_answers(content), hint)
    return {str(key): _answer(value) for key, value in content.items() if value is not None}


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


def _owners(name: str) -> dict[str, Owner]:
    text = _text(name, "owners")
    rows = _csv_rows(text, name) if name.lower().endswith(".csv") else _yaml_rows(text, name)
    ids = [row["account_id"] for row in rows]
    strange = [f'"{i}" is no account id.' for i in ids if not _ID.fullmatch(i)]
    twice = [f"{i} stands there twice." for i in sorted({i for i in ids if ids.count(i) > 1})]
    nobody = [f"{row['account_id']} has no owner." for row in rows if not row["owner"]]
    hint = "Give each account once, by its 12 digits (in YAML in quotes), with an owner."
    _refuse("owners", name, strange + twice + nobody, hint)
    return {row["account_id"]: Owner(row["owner"], row["channel"], row["note"]) for row in rows}


def _csv_rows(text: str, name: str) -> list[dict[str, str]]:
    reader = csv.DictReader(text.splitlines())
    missing = [c for c in _COLUMNS[:2] if c not in (reader.fieldnames or ())]
    hint = f"Its first line names the columns: {', '.join(_COLUMNS)}; the last two may be left out."
    _refuse("owners", name, (f"There is no column {column}." for column in missing), hint)
    return [{c: (row.get(c) or "").strip() for c in _COLUMNS} for row in reader]


def _yaml_rows(text: str, name: str) -> list[dict[str, str]]:
    return [_yaml_row(key, value) for key, value in _yaml(text, "owners", name).items()]


def _yaml_row(key: Any, value: Any) -> dict[str, str]:
    about = value if isinstance(value, dict) else {"owner": value}
    row = {c: str(about.get(c) or "").strip() for c in _COLUMNS}
    return row | {"account_id": str(key)}
