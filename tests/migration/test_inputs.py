"""What was said outside of AWS: where an answer came from, and what the journal lacks."""

from __future__ import annotations

from dataclasses import replace

from orgkit.migration.inputs import Answer, Inputs

SAID = Answer("yes", "by mail")
KEPT = replace(SAID, at="2026-01-05T09:00:00Z", by="ada")


def test_an_answer_that_says_the_same_is_the_kept_one() -> None:
    """Read anew it is another object, and still the answer of that day."""
    inputs = Inputs(answers={"q": SAID}, kept={"q": KEPT})
    assert inputs.origin("q") == "given on 2026-01-05 by ada"
    assert inputs.news() == {}


def test_another_answer_is_new_and_a_missing_one_is_taken_back() -> None:
    """The note counts as well."""
    inputs = Inputs(answers={"q": replace(SAID, note="")}, kept={"q": KEPT, "gone": KEPT})
    assert inputs.origin("q") == "given now"
    assert inputs.news() == {"gone": Answer(""), "q": Answer("yes")}


def test_the_file_goes_before_the_record() -> None:
    """What stands in both is said to be of the file."""
    inputs = Inputs(answers={"q": SAID}, filed={"q": replace(SAID)}, kept={"q": KEPT})
    assert inputs.origin("q") == "from the file `answers`"
