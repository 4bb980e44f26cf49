"""Read the answers to questions that no API answers, from a YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from orgkit.checks.inputs.files import read_fields, read_file
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.migration.inputs import NOT_ANSWERED, Answer
from orgkit.reading.refusals import Unusable, did_you_mean, quoted
from orgkit.reading.tree import Fields, Node, Text

# As YAML reads truth values, so that whoever knows it is understood.
_WORDS = {
    "yes": "yes",
    "no": "no",
    "true": "yes",
    "false": "no",
    "on": "yes",
    "off": "no",
    NOT_ANSWERED: "",
}
_MEMBERS = ("answer", "note")
_NAMES = {name: q for q in QUESTIONS.values() for name in dict.fromkeys((q.name, q.id))}


def read_answers(name: str) -> dict[str, Answer]:
    """Read a YAML file of answers by question. Raises `UsageError` naming every line in error."""
    return read_file(name, "answers", _answers)


def _answers(text: str) -> dict[str, Answer]:
    hint = (
        f"Each line is `question: yes`, `no` or `{NOT_ANSWERED}`, or "
        "`question: {answer: yes, note: why}`. "
        f"The questions are {', '.join(q.name for q in QUESTIONS.values())}."
    )
    tree = read_fields(text, hint)
    if faults := list(_faults(tree)):
        raise Unusable(faults, hint)
    given = {name: _answer(node) for name, node in tree.fields.items() if not _open(node)}
    return {_NAMES[name].id: _kept(name, answer) for name, answer in given.items()}


def _kept(name: str, answer: Answer) -> Answer:
    """Turn an answer into the one that the journal keeps under the question's id."""
    question = _NAMES[name]
    if name == question.id:
        return answer
    return replace(answer, yes_or_no=question.turned(answer.yes_or_no))


def remembered(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Answer]:
    """Read the answers that the journal remembers; what an older orgkit asked is left out."""
    return {
        name: Answer(row["answer"], row["note"], row["at"], row["by"])
        for name, row in kept.items()
        if name in QUESTIONS
    }


def _open(node: Node) -> bool:
    """Tell whether a line leaves its question open: nothing stands behind it."""
    return isinstance(node, Text) and node.nothing


def _faults(tree: Fields) -> Iterator[str]:
    for name, node in tree.fields.items():
        line = tree.lines[name]
        if name not in _NAMES:
            near = did_you_mean(name, _NAMES)
            yield f"Line {line}: there is no question {quoted(name)}.{near}"
        elif name != _NAMES[name].id and _NAMES[name].id in tree.fields:
            yield f"Line {line}: {name} and {_NAMES[name].id} are one question; keep one of them."
        elif isinstance(node, Fields):
            yield from _strange_members(name, node)
        elif not _open(node):
            yield from _strange_word(name, node, line)


def _strange_members(question: str, node: Fields) -> Iterator[str]:
    for name, each in node.fields.items():
        if name not in _MEMBERS:
            near = did_you_mean(name, _MEMBERS)
            yield f"Line {node.lines[name]}: there is no key {quoted(name)}.{near}"
        elif name == "note" and not isinstance(each, Text):
            yield f"Line {node.lines[name]}: the note to {question} must be one text."
    yield from _strange_word(question, node.fields.get("answer"), node.line)


def _strange_word(question: str, node: Node | None, line: int) -> Iterator[str]:
    if _word(node) is None:
        said = quoted(node.value) if isinstance(node, Text) else "left out or no text"
        yield f"Line {line}: the answer to {question} is {said}, which is neither yes nor no."


def _word(node: Node | None) -> str | None:
    return _WORDS.get(node.value.strip().lower()) if isinstance(node, Text) else None


def _answer(node: Node) -> Answer:
    if not isinstance(node, Fields):
        return Answer(_word(node) or "")
    note = node.fields.get("note")
    kept = note.value.strip() if isinstance(note, Text) and not note.nothing else ""
    return Answer(_word(node.fields["answer"]) or "", kept)
