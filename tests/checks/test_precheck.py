"""The pre-check notebook with answers and owners, and run again after something changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.errors.exceptions import UsageError
from orgkit.evidence.journal.events import Answered
from orgkit.migration.inputs import Answer
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.views import board
from tests.support.cells import run_cells, run_names

pytestmark = pytest.mark.usefixtures("standing")

Start = Callable[..., Service]
PAYMENTS, SHOP = "222222222222", "333333333333"


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    """The verdict of each check that says one thing only."""
    return {f["id"]: f["verdict"] for f in result["findings"]}


@pytest.fixture
def files(isolated: Path) -> dict[str, str]:
    """Right answers to everything, and owners of two accounts and of one that is not there."""
    right = {q.id: q.good for q in QUESTIONS.values()}
    (isolated / "answers.yaml").write_text(json.dumps(right), encoding="utf-8")
    rows = [f"{PAYMENTS},Ada,#ada,", f"{SHOP},<b>Bob</b>,,=1+1", "999988887777,Nobody,,"]
    text = "\n".join(["account_id,owner,channel,note", *rows])
    (isolated / "owners.csv").write_text(text, encoding="utf-8")
    return {"answers": "answers.yaml", "owners": "owners.csv"}


def test_what_was_answered_is_known(simulator: Start, files: dict[str, str]) -> None:
    """Every question passes with its right answer, and the list of owners is judged."""
    simulator("acme")
    result = run_cells("precheck", **files)
    assert {verdicts(result)[name] for name in QUESTIONS} == {"PASS"}
    about_owners = [f for f in result["findings"] if f["id"] == "owners_known"]
    assert "999988887777" in {f["subject"] for f in about_owners}
    assert PAYMENTS not in {f["subject"] for f in about_owners}


def questions(names: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Answer and origin of each question, as the page shows them."""
    table = names["run"].page.tables["questions"]
    return {row.id: (row.answer, row.origin) for row in table.itertuples()}


def test_answers_are_kept_for_the_notebooks_after(simulator: Start, isolated: Path) -> None:
    """Given to 01_precheck in a file, known to 02_request, which may still be told otherwise."""
    simulator("solo")
    (isolated / "a.yaml").write_text("mail_arrives: yes\nalarms_told: {answer: no, note: soon}\n")
    (isolated / "b.yaml").write_text("alarms_told: yes\nmail_arrives: not answered\n")
    first = run_names("precheck", answers="a.yaml")
    assert questions(first)["alarms_told"] == ("no", "from the file `answers`")
    second = run_names("request")
    by = f"given on 2026-01-05 by {second['org'].caller.arn}"
    assert questions(second)["alarms_told"] == ("no", by)
    assert by in next(f["text"] for f in second["run"].result()["findings"] if "alarms" in f["id"])
    third = run_names("request", answers="b.yaml")
    assert questions(third)["alarms_told"] == ("yes", "from the file `answers`")
    assert questions(third)["mail_arrives"] == ("not answered", "")
    last = questions(run_names("precheck"))
    assert (last["alarms_told"], last["mail_arrives"][0]) == (("yes", by), "not answered")
    told = [e.answers for e in third["run"].journal.events() if isinstance(e, Answered)]
    assert [sorted(answers) for answers in told] == [["alarms_told", "mail_arrives"]] * 2
    report = run_names("audit_report")["run"].page.tables["timeline"]["what"].tolist()
    assert "answered: alarms_told no, mail_arrives yes" in report
    assert "answered: alarms_told yes, mail_arrives taken back" in report


def test_what_is_chosen_in_a_field_is_kept_until_it_is_taken_back(
    simulator: Start,
) -> None:
    """Chosen in 01_precheck, known to 02_request; then another answer, then none."""
    simulator("solo")

    def choose(**chosen: str) -> tuple[str, str]:
        answers = {name: Answer(word) for name, word in chosen.items()}

        names = run_names("precheck")
        names["run"].answer(replace(names["inputs"], answers=answers))
        return questions(run_names("request"))["mail_arrives"]

    by = "given on 2026-01-05 by arn:aws:iam::111111111111:user/administrator"
    assert choose(mail_arrives="yes") == ("yes", by)
    assert choose(mail_arrives="no", alarms_told="yes") == ("no", by)
    assert choose(alarms_told="yes") == ("not answered", "")


def test_an_assisted_migration_blocks_the_request(
    simulator: Start, isolated: Path, files: dict[str, str]
) -> None:
    """The answer fails the check; the request then changes nothing unless it is waived."""
    simulator("solo")
    (isolated / "answers.yaml").write_text("assisted_migration: yes\n", encoding="utf-8")
    assert run_cells("precheck", **files)["exit_code"] == 20
    names = run_names("request", **files)
    organization = names["org"].organization_id
    refused = run_cells("request", confirm=organization, **files)
    assert (refused["exit_code"], refused["phase"]) == (20, "CONSOLIDATED_BILLING")
    waive = "assisted_migration: the account team ended it"
    done = run_cells("request", confirm=organization, waive=waive, **files)
    assert done["phase"] == "READY"
    assert "the account team ended it" in " ".join(done["summary"])


def test_owners_stand_beside_their_accounts(simulator: Start, files: dict[str, str]) -> None:
    """On the board and in the list of approvers, escaped, also in the CSV file."""
    simulator("acme")
    names = run_names("precheck", **files)
    approvers = names["run"].page.tables["approvers"].set_index("account_id")
    assert approvers.loc[PAYMENTS, "owner"] == "Ada"
    run_cells("request", confirm="o-acme123456")
    monitor = run_names("monitor", owners=files["owners"])
    shown = board.table(monitor["state"])
    assert "&lt;b&gt;Bob&lt;/b&gt;" in shown.html()
    assert "<b>Bob" not in shown.html()
    assert "#ada" in shown.text()


def test_a_second_run_tells_what_is_new_and_what_is_fixed(simulator: Start) -> None:
    """Compared by the evidence of the run before."""
    service = simulator("stuck")
    first = run_names("precheck")
    assert "compared" not in first["run"].page.tables
    stuck = next(f["subject"] for f in first["run"].result()["findings"] if f["verdict"] == "FAIL")
    Control(service.endpoint).reinstate(stuck)
    table = run_names("precheck")["run"].page.tables["compared"]
    assert ["fixed", "approvers_active", stuck] in table[
        ["change", "id", "account"]
    ].to_numpy().tolist()


@pytest.mark.parametrize("name", ["answers", "owners"])
def test_a_file_that_is_not_there_stops_before_anything_is_read(
    simulator: Start, name: str
) -> None:
    """Wrong usage, exit code 64."""
    simulator("solo")
    with pytest.raises(UsageError, match=f"`{name}` names"):
        run_cells("precheck", **{name: "nowhere.yaml"})
