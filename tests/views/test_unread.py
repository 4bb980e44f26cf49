"""What was not read is a note and "unknown" in every view, never zero and never an empty table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orgkit.migration.state import MigrationState
from orgkit.views import accounts, readiness, status
from orgkit.views.blocks import Block
from orgkit.views.next_step import next_link
from tests.support.make import account, make_snapshot, progress_of

WHY = "organizations:It was denied"


def without(part: str, **options: str) -> MigrationState:
    """The state of an organization whose part AWS denied."""
    return progress_of(make_snapshot([account("222222222222")], unreadable={part: WHY}, **options))


@pytest.mark.parametrize(
    ("view", "part"),
    [
        (status.where_we_are, "accounts"),
        (status.where_we_are, "policy_types"),
        (accounts.every_account, "accounts"),
        (accounts.approvers, "accounts"),
        (accounts.policy_types, "policy_types"),
    ],
)
def test_a_view_says_what_could_not_be_read(
    view: Callable[[MigrationState], Block], part: str
) -> None:
    """The note names the part and why."""
    text = view(without(part)).text()
    assert f"UNKNOWN: {part} could not be read, because {WHY}." in text


def test_accounts_that_were_not_read_are_not_counted() -> None:
    """Zero accounts and nobody to ask would be an answer."""
    lines = status.where_we_are(without("accounts")).text().splitlines()
    words = {line.split("  ")[1].strip(): line.split()[-1] for line in lines if "  " in line}
    assert (words["Accounts"], words["Must approve"]) == ("unknown", "unknown")


def test_the_way_goes_on_where_policy_types_were_not_read() -> None:
    """With all features the next notebook is the one that shows what is missing."""
    state = without("policy_types", feature_set="ALL")
    assert "05_policy_types" in next_link(state, checked=True).html()


def test_accounts_without_an_address_are_people_of_their_own() -> None:
    """Two addresses that AWS did not send are not one mailbox."""
    nameless = [account(str(n) * 12, email=None) for n in (2, 3)]
    text = readiness.summary(progress_of(make_snapshot(nameless)), []).text()
    (line,) = (line for line in text.splitlines() if "People to ask" in line)
    assert line.split()[-1] == "2"
