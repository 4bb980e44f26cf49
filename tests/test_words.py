"""Every sentence that a user can see is plain: none has a word that the field does not use.

`WORDS` says for each such word what to write instead. A sentence that quotes AWS or a file, where
the word is right, stands in `FITTING`. `PENDING` counts what is still to be rewritten, exactly.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

# A word, as a pattern, and what to write instead.
WORDS = {
    r"looks?|looked|looking|looks? again": "snapshot, run again, check, see",
    r"(the|this|a) record|recorded": "journal, entry, log",
    r"told|tells?": "said, reported, given, inform",
    r"(the|in the|on the|under) way|ways out": "steps, blocks, in progress, options",
    r"as far as": "the number that could not be evaluated",
    r"still at it": "in progress",
    r"let it pass": "advance the clock",
    r"unmoved|has moved|have moved": "changed, unchanged",
    r"grounds": "pre-check results",
    r"nobody (had )?looked": "no snapshot was taken",
    r"begins? (the process|again)|the process can be begun": "request all features, start",
    r"cleared|clear (that|it|its)": "resolved, resolve",
    r"went astray|astray": "failed",
    (
        r"(?<!there )is no "
        "(list|member|account|notebook|cell|valid|pre-check|ARN|place|plain|lease|key)"
    ): "not a",
    r"stands? (there )?twice": "is given twice",
    r"whoever": "who, the person who",
    r"hangs on": "follows",
    r"meanwhile": "since then",
    r"anew": "again",
}
_FINDERS = {word: re.compile(rf"\b({word})\b", re.IGNORECASE) for word in WORDS}

# Where a word is right: quoted from AWS, or the name of something. By the text around it.
FITTING = (
    "CloudTrail recorded",  # what AWS's CloudTrail does
    "seller of record",  # AWS's term
    "Only one attribute can be looked up",  # AWS's own sentence, from the simulator
    "Look it up",
    "Look them up",
    "Look the trails up",
    "look it up",
)

# Sentences still to be rewritten, by the file; a number that is not exact fails.
PENDING: dict[str, int] = {}

MADE = ("errors.md", "glossary.md")  # their sentences are in tables
TEXTS = [
    Path("README.md"),
    Path("CONTRIBUTING.md"),
    Path("CHANGELOG.md"),
    *(p for p in sorted(Path("docs").glob("*.md")) if p.name not in MADE),
]
TABLES = [
    *sorted(Path("orgkit/errors/remedies").glob("*.yaml")),
    Path("orgkit/checks/inputs/questions.yaml"),
    Path("orgkit/glossary.yaml"),
]


class Sentence(NamedTuple):
    """Words that a user can read, and where they are written."""

    file: str
    line: int
    text: str


_SHOWN = re.compile(r"\b(check|command|group)\b")


def _decorators(node: ast.FunctionDef) -> list[str]:
    return [ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list]


def _docstrings(tree: ast.AST) -> set[int]:
    """Find the docstrings that no user sees; those of checks and commands are shown."""
    found = set()
    for node in ast.walk(tree):
        shown = isinstance(node, ast.FunctionDef) and any(map(_SHOWN.search, _decorators(node)))
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not shown
        ):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def in_code(path: Path) -> Iterator[Sentence]:
    """Find the texts of a module: strings with a space, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = _docstrings(tree)
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in hidden and " " in text.strip():
            yield Sentence(path.as_posix(), node.lineno, " ".join(node.value.split()))


def in_table(path: Path) -> Iterator[Sentence]:
    """Find the texts of a YAML file: its scalars with a space."""
    for token in yaml.scan(path.read_text(encoding="utf-8")):
        if isinstance(token, yaml.ScalarToken) and " " in token.value:
            yield Sentence(path.as_posix(), token.start_mark.line + 1, token.value)


def in_notebook(path: Path) -> Iterator[Sentence]:
    """Find the prose of a notebook, one cell after another."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "markdown":
            yield Sentence(path.as_posix(), number, "".join(cell["source"]))


def in_document(path: Path) -> Iterator[Sentence]:
    """Find the lines of a document, without blocks and spans of code."""
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fenced ^= line.startswith("```")
        if not fenced:
            yield Sentence(path.as_posix(), number, re.sub(r"`[^`]*`", "", line))


def sentences() -> Iterator[Sentence]:
    """Find every text that a user can see."""
    for path in sorted(Path("orgkit").rglob("*.py")):
        yield from in_code(path)
    for path in TABLES:
        yield from in_table(path)
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        yield from in_notebook(path)
    for path in TEXTS:
        yield from in_document(path)


def faults(sentence: Sentence) -> list[str]:
    """Say what is wrong with a sentence, a line for each word."""
    text = sentence.text
    for fitting in FITTING:
        text = text.replace(fitting, "")
    return [
        f"{sentence.file}:{sentence.line}: “{found[0]}” in “{sentence.text[:90]}”: write {say}"
        for (word, say), finder in zip(WORDS.items(), _FINDERS.values(), strict=True)
        if (found := finder.search(text))
    ]


def test_no_sentence_has_a_word_that_is_not_used() -> None:
    """Each fault is named by file, line and what to write instead."""
    found: dict[str, list[str]] = {}
    for sentence in sentences():
        if wrong := faults(sentence):
            found.setdefault(sentence.file, []).extend(wrong)
    counts = {file: len(lines) for file, lines in found.items()}
    listed = [line for file, lines in found.items() if file not in PENDING for line in lines]
    assert not listed, "\n".join(["", *listed])
    assert counts == PENDING


@pytest.mark.parametrize(
    "text",
    ["Nobody looked for 3 days.", "It is in the record.", "What stands in the way", "Let it pass"],
)
def test_a_riddle_is_found(text: str) -> None:
    """The words of the past would be found again."""
    assert faults(Sentence("x.py", 1, text))


@pytest.mark.parametrize("fitting", FITTING)
def test_every_exception_is_needed(fitting: str) -> None:
    """A text that stands nowhere any more needs no exception."""
    assert any(fitting in sentence.text for sentence in sentences())


def test_docstrings_of_commands_are_read_and_others_not(tmp_path: Path) -> None:
    """What the command line prints as help is what users read."""
    path = tmp_path / "module.py"
    path.write_text('@command\ndef run():\n    """Look at it."""\n\ndef f():\n    """Look."""\n')
    assert [sentence.text for sentence in in_code(path)] == ["Look at it."]
