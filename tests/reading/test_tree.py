"""Trees: YAML as people write it, each text as it stands there, each fault with its line."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orgkit.reading.refusals import Unusable
from orgkit.reading.tree import DEEPEST, Fields, Text, line_at, lines_of, plain, read_tree

WRITTEN = [
    "012345670123",
    "1:30",
    "190:20:30",
    "2026-03-12",
    "yes",
    "No",
    "1_000",
    "1e5",
    "0x1F",
    ".nan",
    "+49",
    "<<",
    "=",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_text_is_read_as_it_is_written(text: str) -> None:
    """F11: octal, sexagesimal, dates and truth values stay what stands there, as key and value."""
    assert plain(read_tree(f"{text}: {text}\n")) == {text: text}


@pytest.mark.parametrize("text", ["", "~", "null", "NULL"])
def test_nothing_is_no_text(text: str) -> None:
    """What is left open is told from what is empty or quoted."""
    assert plain(read_tree(f"a: {text}\nb: '{text}'\n")) == {"a": None, "b": text}


class NoNames(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never name anything."""
        return True


LEAF = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Co"])))
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text("abcÖ:#-? ", min_size=1, max_size=5), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(TREE)
def test_what_a_library_writes_is_read_back(content: Any) -> None:
    """Any text, list and mapping, in the quotes and breaks that YAML needs for them."""
    written = yaml.dump(content, Dumper=NoNames, allow_unicode=True)
    assert plain(read_tree(written)) == content


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 'Line 3, column 1: "a" is given twice, first in line 1.'),
        ("x:\n  a: 1\n  'a': 2\n", 'Line 3, column 3: "a" is given twice'),
        ("a: &x [1]\nb: 2\n", 'Line 1, column 4: "&x" gives a name'),
        ("a: 1\nb: *a\n", 'Line 2, column 4: "*a" stands for'),
        ("&a a: 1\n", "gives a name"),
        ("*a : 1\n", "stands for"),
        ("a: !!int 3\n", "Line 1, column 4"),
        ("!x a: 3\n", "gives what follows a type"),
        ("a: 1\n---\nb: 2\n", "Line 2, column 1: a second document"),
        ("? [a, b]\n: 1\n", "Line 1, column 3: a key is text"),
        ("a:\n\tb: 1\n", "Line 2, column 1: it is not YAML: a tab stands"),
        ("a: b: c\n", "Line 1, column 5: it is not YAML: mapping values are not allowed"),
        ("a: [1\n", "it is not YAML"),
        ("a: 1\n b: 2\n", "Line 2"),
        ("a: 1\nb: \x07\n", "Line 2: it is not YAML"),
        ("[" * 5000, f"more than {DEEPEST} levels"),
        ("a: " + "{a: " * 50, f"more than {DEEPEST} levels"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text: str, words: str) -> None:
    """F11: nothing grows (aliases), nothing wins in silence (keys), nothing has a hidden type."""
    with pytest.raises(Unusable) as caught:
        read_tree(text)
    assert words in " ".join(caught.value.problems)
    assert caught.value.do_this


def test_a_bomb_is_refused_where_it_begins() -> None:
    """A billion laughs are not laughed: the first name is refused."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with pytest.raises(Unusable, match="Line 1"):
        read_tree(bomb)


def test_lines_are_those_of_an_editor() -> None:
    """U+2028 ends no line: faults behind it have the line that people see."""
    tree = read_tree('a: "x\u2028y"\nb: [p\u2028q, {c: r}]\n')
    assert plain(tree) == {"a": "x\u2028y", "b": ["p\u2028q", {"c": "r"}]}
    assert isinstance(tree, Fields)
    assert [line_at(tree, path) for path in ((), ("b",), ("b", 1, "c"), ("b", 9), ("z",))] == [
        1,
        2,
        2,
        2,
        1,
    ]
    assert lines_of(tree, "r") == [2]


def test_an_empty_file_is_nothing() -> None:
    """No document, or one without content."""
    for text in ("", "---\n", "# only words\n"):
        assert read_tree(text) == Text("", 1, nothing=True) or plain(read_tree(text)) is None


@given(st.text(st.sampled_from("a:-[]{}&*!|>'\"%@`#?,\n\t \u2028\x00=~"), max_size=40))
def test_no_text_is_a_traceback(text: str) -> None:
    """Whatever stands there is read or refused with a line."""
    assert faults(text).startswith("Line ")


def faults(text: str) -> str:
    """What is said of it; the line of its end if nothing is."""
    try:
        return f"Line {read_tree(text).line}"
    except Unusable as error:
        return error.problems[0]
