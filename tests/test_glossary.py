"""The glossary explains each word once, in a line, and every word of a verdict is in it."""

from __future__ import annotations

import pytest

from orgkit.glossary import explained, terms
from orgkit.terms import Verdict


@pytest.mark.parametrize(("term", "meaning"), terms().items(), ids=list(terms()))
def test_a_term_is_explained_in_one_line(term: str, meaning: str) -> None:
    """A tooltip is short, a whole sentence, and safe in a row of Markdown."""
    assert len(meaning) <= 140
    assert "\n" not in meaning
    assert "|" not in term + meaning
    assert meaning[0].isupper()
    assert meaning.endswith(".")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_a_term(verdict: Verdict) -> None:
    """The words that stand in every table of findings are explained."""
    assert str(verdict) in terms()


def test_the_glossary_cannot_be_changed_by_its_readers() -> None:
    """All pages of one kernel share the mapping."""
    with pytest.raises(TypeError):
        terms()["root"] = "something else"  # type: ignore[index]


def test_a_label_is_explained_in_any_case_and_number() -> None:
    """Tooltips: a heading writes "Member accounts" for the term "member account"."""
    assert explained(" Member accounts ") == terms()["member account"]
    assert explained("fail") == terms()["FAIL"]
    assert explained("Something else") == ""
