"""How far we are and what is next, in every phase."""

from __future__ import annotations

import pytest

from orgkit.migration.state import MigrationState
from orgkit.report.exporter import output
from orgkit.views.next_step import next_link, step_bar
from tests.support.make import account, child, make_snapshot, parent, policy_type, progress_of

A = "222222222222"


def seen(*handshakes: object, enabled: bool = False, **options: object) -> MigrationState:
    """Where an organization with one invited account stands."""
    types = [policy_type("TAG_POLICY", "ENABLED" if enabled else "NOT_ENABLED")]
    made = make_snapshot([account(A)], handshakes, policy_types=types, **options)  # type: ignore[arg-type]
    return progress_of(made)


ALL = seen(parent("ACCEPTED"), feature_set="ALL")


@pytest.mark.parametrize(
    ("state", "checked", "words", "notebook"),
    [
        (seen(), False, "next, to do, to do, to do, to do", "01_precheck"),
        (seen(), True, "done, next, to do, to do, to do", "02_request"),
        (seen(parent(), child(A)), False, "done, done, now, to do, to do", "03_monitor"),
        (seen(parent(), child(A, "DECLINED")), True, "done, done, now, to do, to do", "03_monitor"),
        (
            seen(parent("OPEN"), child(A, "ACCEPTED")),
            True,
            "done, done, done, now, to do",
            "04_finalize",
        ),
        (ALL, True, "done, done, done, done, done", "05_policy_types"),
        (
            seen(parent("ACCEPTED"), feature_set="ALL", enabled=True),
            True,
            "done, done, done, done, done",
            "06_audit_report",
        ),
        (seen(parent("CANCELED")), True, "done, next, to do, to do, to do", "02_request"),
        (
            seen(unreadable={"handshakes": "denied"}),
            False,
            "next, to do, to do, to do, to do",
            "00_start_here",
        ),
    ],
)
def test_every_phase_has_its_place_and_its_next_notebook(
    state: MigrationState, checked: bool, words: str, notebook: str
) -> None:
    """Each step says in a word whether it is done, and one button leads on."""
    steps = step_bar(state, checked=checked).text().split(" → ")
    assert ", ".join(step.partition("(")[2].rstrip(")") for step in steps) == words
    assert next_link(state, checked=checked).notebook == notebook


def test_the_present_step_is_marked_for_screen_readers() -> None:
    """By more than a colour."""
    html = step_bar(seen(parent(), child(A)), checked=True).html()
    assert html.count('aria-current="step"') == 1
    assert "approvals <small>" in html
    assert "aria-current" not in step_bar(ALL, checked=True).html()


def test_in_a_report_the_button_is_words() -> None:
    """The notebook does not lie beside the report, so a link would lead nowhere."""
    block = next_link(seen(), checked=False)
    assert 'href="01_precheck.ipynb"' in block.html()
    shown = output({"text/html": block.html(), "text/plain": block.text()})
    assert "href" not in shown
    assert '<span class="orgkit-next">Next: run the pre-checks</span>' in shown
