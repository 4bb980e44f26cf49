"""The audit report's content, from small records: who consented when, what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orgkit.evidence.journal.events import Event, Intention, Result
from orgkit.evidence.journal.projection import Projection, project
from orgkit.migration import state
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables
from orgkit.views import audit, board
from orgkit.views.blocks import Block, Table
from tests.support.make import (
    ADMIN,
    account,
    child,
    created,
    handshake,
    make_snapshot,
    parent,
    progress_of,
)

A, B, C = "222222222222", "333333333333", "444444444444"
ACCOUNTS = [account(A, name="Pay"), account(B, name="Shop")]


def look(*handshakes: Any, at: float, accounts: Any = ACCOUNTS, **options: Any) -> Any:
    """One look at an organization with two invited accounts."""
    return make_snapshot(accounts, handshakes, at=at, **options)


def observed() -> MigrationState:
    """Looked at often: A approved in week one and vanished, B in week six, then finalized."""
    waiting = child(B)
    return progress_of(
        look(at=-1),
        look(parent(), child(A), waiting, at=0),
        look(parent(), child(A, "ACCEPTED"), waiting, at=7),
        look(parent(), waiting, at=38),
        look(parent("OPEN"), child(B, "ACCEPTED"), at=42),
        look(parent("ACCEPTED"), child(B, "ACCEPTED"), at=43, feature_set="ALL"),
    )


def unobserved() -> MigrationState:
    """Requested, and not checked again until everybody had approved."""
    return progress_of(
        look(parent(), child(A), child(B), at=0),
        look(parent("OPEN"), child(B, "ACCEPTED"), at=45),
    )


def consent(state: MigrationState) -> dict[str, dict[str, Any]]:
    """The consent table by account."""
    return {row["account_id"]: row for row in tables.rows(audit.consent_table(state))}


EVENTS: list[Event] = [
    Intention(
        at="2026-01-05T09:00:00Z",
        by=ADMIN,
        run="r1",
        sequence=5,
    ),
    Result(
        sequence=7,
        at="2026-01-05T09:00:01Z",
        by=ADMIN,
        run="r1",
        operation="EnableAllFeatures",
        parameters={},
        changed="yes",
        request_id="req-1",
        error="",
    ),
    Result(
        sequence=9,
        at="2026-02-17T09:00:00Z",
        by=ADMIN,
        run="r2",
        operation="AcceptHandshake",
        parameters={"HandshakeId": "h-1"},
        changed="no",
        request_id="req-2",
        error="AWS denied this call.",
    ),
]


def rows(block: Block) -> list[dict[str, Any]]:
    """The rows that a table keeps as CSV."""
    assert isinstance(block, Table)
    return tables.rows(block.frame)


def test_an_answer_lies_between_the_look_that_showed_it_and_the_one_before() -> None:
    """First seen on day 7, given after day 0."""
    row = consent(observed())[A]
    assert row["answer"] == "approved"
    assert (row["seen"], row["after"]) == ("2026-01-12T09:00:00Z", "2026-01-05T09:00:00Z")
    assert (row["day"], row["observed_by"]) == (7, ADMIN)


def test_an_answer_that_aws_lists_no_longer_keeps_its_day() -> None:
    """The journal answers what AWS has deleted, and says that it has."""
    table = consent(observed())
    assert (table[A]["listed"], table[B]["listed"]) == (False, True)
    assert table[B]["day"] == 42


def test_an_approval_that_no_look_showed_has_no_day() -> None:
    """That it was given is certain, when is not, and neither is made up."""
    row = consent(unobserved())[A]
    assert row["answer"] == "approved, day unknown"
    assert [row[k] for k in ("day", "seen", "after")] == [None, None, None]


def test_an_answer_in_the_first_look_has_nothing_before_it() -> None:
    """Nobody looked earlier."""
    row = consent(progress_of(look(parent(), child(A, "ACCEPTED"), child(B), at=3)))[A]
    assert (row["seen"], row["after"], row["day"]) == ("2026-01-08T09:00:00Z", None, 3)


def test_who_has_not_answered_or_declined_or_is_unknown_is_named_as_such() -> None:
    """Open, declined, vanished unanswered: three different words."""
    state = progress_of(
        look(
            parent(), child(A), child(B), child(C, of=None), at=0, accounts=[*ACCOUNTS, created(C)]
        ),
        look(parent(), child(A, "DECLINED"), child(B), at=8, accounts=[*ACCOUNTS, created(C)]),
    )
    table = consent(state)
    assert [table[i]["answer"] for i in (A, B, C)] == ["declined", "open", "unknown"]
    assert table[A]["seen"] == "2026-01-13T09:00:00Z"


def test_without_a_process_nobody_was_asked() -> None:
    """The table is empty and has its columns."""
    table = audit.consent_table(progress_of(look(at=0)))
    assert table.empty
    assert "answer" in table.columns
    assert "No account was asked." in audit.consent(progress_of(look(at=0))).html()


def test_the_consent_table_is_shown_and_kept() -> None:
    """One row an account, also as CSV."""
    block = audit.consent(observed())
    assert [row["account_id"] for row in rows(block)] == [A, B]
    assert list(block.tables()) == ["consent"]


def test_every_call_that_was_meant_to_change_something_is_listed() -> None:
    """Intentions are not results; a refused call stands there with its error."""
    found = rows(audit.changes(EVENTS))
    assert [(r["operation"], r["changed"], r["request_id"]) for r in found] == [
        ("EnableAllFeatures", "yes", "req-1"),
        ("AcceptHandshake", "no", "req-2"),
    ]
    assert (found[1]["subject"], found[1]["error"]) == ("h-1", "AWS denied this call.")


def test_without_events_no_call_is_recorded() -> None:
    """An empty table is a statement too."""
    assert rows(audit.changes([])) == []
    assert "The journal has none." in audit.changes([]).html()


def test_the_timeline_has_calls_and_sightings_in_order_of_time() -> None:
    """What was done and what was seen, by whom."""
    found = rows(audit.timeline(observed(), EVENTS))
    assert [r["at"] for r in found] == sorted(r["at"] for r in found)
    told = [r["what"] for r in found]
    assert "EnableAllFeatures called" in told
    assert f"request of {A} Pay seen ACCEPTED" in told
    assert "the organization's handshake seen OPEN" in told
    assert told.index(f"request of {A} Pay seen ACCEPTED") < told.index(
        "the organization's handshake seen OPEN"
    )


def test_within_one_second_the_record_decides_what_came_first() -> None:
    """A look before the intention, the call, the look that read it back."""
    projection = Projection()
    taken = (look(at=-1), look(parent("OPEN"), at=0), look(parent("ACCEPTED"), at=0))
    for snapshot, sequence in zip(taken, (1, 2, 4), strict=True):
        projection = project(projection, snapshot.to_json(), sequence)
    accept = replace(EVENTS[2], at="2026-01-05T09:00:00Z", sequence=5)
    intended = replace(EVENTS[0], sequence=3)
    told = rows(audit.timeline(state.assess(taken[-1], projection), [intended, accept]))
    assert [r["what"] for r in told] == [
        "the organization's handshake seen OPEN",
        "AcceptHandshake called",
        "the organization's handshake seen ACCEPTED",
    ]


def test_a_call_of_another_tool_is_in_the_timeline_as_such() -> None:
    """What CloudTrail had and orgkit did not do."""
    other = {"at": "2026-01-06T09:00:00Z", "by": ADMIN, "operation": "EnablePolicyType"}
    found = rows(audit.timeline(observed(), EVENTS, [other]))
    assert "EnablePolicyType called, not by orgkit" in [r["what"] for r in found]


def test_an_invitation_by_address_is_in_the_timeline_without_an_account() -> None:
    """Nobody knows the account behind it."""
    invited = handshake("h-i", "INVITATION", "OPEN", action="INVITE", email="a@b.example")
    found = rows(audit.timeline(progress_of(look(invited, at=0)), []))
    assert [r["what"] for r in found] == ["invitation of an address seen OPEN"]


def test_the_answer_names_who_began_and_who_finalized() -> None:
    """Only a call that changed AWS counts; a refused finalize is none."""
    text = audit.summary(observed(), EVENTS).text()
    assert f"2026-01-05T09:00:01Z by {ADMIN}" in text
    assert "not in the journal of this store" in text


def test_a_day_that_nobody_saw_is_said_to_be_unknown() -> None:
    """The report names what it does not know, and why the phase is certain all the same."""
    text = audit.unknown(unobserved()).text()
    assert A in text
    assert "The phase is certain all the same." in text


def test_what_could_not_be_read_is_said_to_be_unknown() -> None:
    """With the call that AWS denied."""
    snapshot = look(at=0, unreadable={"creations": "organizations:List was denied"})
    assert "organizations:List was denied" in audit.unknown(progress_of(snapshot)).text()


def test_when_nothing_is_unknown_the_report_says_so() -> None:
    """An empty section would leave a doubt."""
    assert "no unknown facts" in audit.unknown(progress_of(look(at=0))).text()


def test_hostile_names_are_text_in_every_part() -> None:
    """Names come from AWS, and anybody may have chosen them."""
    evil = [account(A, name="<script>alert(1)</script>"), account(B, name="\x1b[2J")]
    state = progress_of(
        look(parent(), child(A), child(B), at=0, accounts=evil),
        look(parent("OPEN"), child(B, "ACCEPTED"), at=45, accounts=evil),
    )
    blocks = [audit.consent(state), audit.timeline(state, []), audit.unknown(state)]
    for block in blocks:
        assert "<script" not in block.html()
        assert "\x1b" not in block.text()


def test_grounds_are_the_checks_of_the_run_that_began_the_process() -> None:
    """Not those of a run that only showed the plan."""
    calls = {True: [{"changed": True}], False: [{"changed": False}]}
    finding = {"id": "size", "verdict": "PASS", "subject": "", "text": "Fine."}
    results = [
        {
            "notebook": "02_request",
            "ended": f"2026-01-0{n}T09:00:00Z",
            "findings": [finding | {"text": f"run {n}"}],
            "calls": calls[changed],
        }
        for n, changed in ((1, False), (2, True), (3, False))
    ]
    assert [row["text"] for row in rows(audit.grounds(results))] == ["run 2"]
    assert "no run of 02_request" in audit.grounds(results[:1]).text()


def test_an_answer_of_an_earlier_attempt_dates_nothing_in_this_one() -> None:
    """Approved, canceled, asked again: the old day must not stand beside the new request."""
    again = "h-second00000001"
    second = parent(handshake_id=again, requested=parent()["expiration_timestamp"].replace(month=2))
    asked = child(A, of=again, handshake_id="h-a2", requested=second["requested_timestamp"])
    state = progress_of(
        look(parent(), child(A, "ACCEPTED"), child(B), at=3),
        look(parent("CANCELED"), child(A, "ACCEPTED"), child(B, "CANCELED"), at=4),
        look(second, asked, at=40),
    )
    row = consent(state)[A]
    assert row["answer"] == "open"
    assert (row["seen"], row["day"]) == (None, None)


# Sections, pictures, gaps, thousands of accounts


def test_each_approver_has_a_section_those_in_question_first() -> None:
    """Every state of its request in order, with the look before each."""
    state = progress_of(
        look(parent(), child(A), child(B), at=0),
        look(parent(), child(A, "ACCEPTED"), child(B, "DECLINED"), at=7),
    )
    text = audit.approvers(state).text()
    assert text.index(f"{B} Shop: declined") < text.index(f"{A} Pay: approved")
    assert text.count("2026-01-12 09:00 UTC") == 2


def test_gaps_in_observation_are_stated_as_gaps() -> None:
    """Between which looks, for how many days; weekly looks leave none."""
    assert "no snapshot was taken for 45 days" in audit.unknown(unobserved()).text()
    assert "no snapshot was taken for 31 days" in audit.unknown(observed()).text()


def test_the_timeline_picture_says_in_words_what_it_shows() -> None:
    """For those who cannot see it: kinds, counts, gaps."""
    text = audit.timeline_picture(observed(), EVENTS).text()
    for words in ("1 changed by orgkit", "3 seen accepted", "1 gap in observation"):
        assert words in text


def test_with_thousands_of_accounts_the_blocks_stay_small() -> None:
    """Tables are cut and sections are few; all rows go to the CSV beside the report."""
    ids = [f"{200000000000 + n}" for n in range(5000)]
    accounts = [account(i) for i in ids]
    state = progress_of(
        look(parent(), *[child(i) for i in ids], at=0, accounts=accounts),
        look(parent(), *[child(i, "ACCEPTED") for i in ids], at=7, accounts=accounts),
    )
    made = [
        audit.consent(state),
        audit.approvers(state),
        audit.timeline(state, EVENTS),
        audit.timeline_picture(state, EVENTS),
        board.board_picture(state),
        audit.unknown(state),
    ]
    assert sum(len(block.html()) for block in made) < 700_000
    assert len(made[0].tables()["consent"]) == 5000
