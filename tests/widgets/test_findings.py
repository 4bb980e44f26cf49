"""Findings are searched, filtered and sorted by hand; in batch the table has them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from orgkit.sim.server.serve import Service
from orgkit.widgets.findings import Findings
from tests.support.cells import run_names
from tests.widgets.conftest import Lab

pytestmark = pytest.mark.usefixtures("standing")


def titles(form: Findings) -> list[str]:
    """The checks in the order in which they are listed."""
    return re.findall(r"<b>([^<]*)</b> <small>", form.found.widget.value)


@pytest.fixture
def form(simulator: Callable[..., Service], front_end: None) -> Findings:
    """The form of 01_precheck on an organization with every kind of finding."""
    found = Lab(simulator("messy")).open("01_precheck").names["found"]
    assert isinstance(found, Findings)
    return found


def test_it_begins_with_what_asks_for_something(form: Findings) -> None:
    """The worst first, as in the table; all of them on demand."""
    first = form.found.widget.value
    assert "orgkit-blocked" in first
    assert first.index("orgkit-blocked") < first.index("orgkit-attention")
    asking = titles(form)
    form.show.value = "all findings"
    assert set(asking) < set(titles(form))
    form.show.value = "PASS"
    assert not set(asking) & set(titles(form))


def test_search_finds_an_account_and_says_where_nothing_matches(form: Findings) -> None:
    """Every word counts; case does not."""
    accounts = {
        f.subject for f in form._run.findings if f.subject and f.verdict in ("FAIL", "WARN")
    }
    account = sorted(accounts)[0]
    form.search.value = account
    assert account in form.found.widget.value
    others = accounts - {account}
    assert not any(other in form.found.widget.value for other in others)
    form.search.value = "no such words <script>"
    assert "No finding matches" in form.found.widget.value
    assert "<script>" not in form.found.widget.value


def test_it_sorts_by_accounts_and_by_check(form: Findings) -> None:
    """Other orders than by severity."""
    form.order.value = "check"
    assert titles(form) == sorted(titles(form))
    form.order.value = "number of accounts"
    counts = [int(n) for n in re.findall(r"<small>(\d+) account", form.found.widget.value)]
    assert counts == sorted(counts, reverse=True)
    assert counts


def test_in_batch_there_is_no_form(simulator: Callable[..., Service]) -> None:
    """The table and its file have all."""
    simulator("solo")
    assert run_names("01_precheck")["found"] is None
