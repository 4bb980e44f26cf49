"""The pre-check notebook with answers and owners, and run again after something changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orgkit import show
from orgkit.errors import UsageError
from orgkit.questions import QUESTIONS
from orgkit.sim.control import Control
from orgkit.sim.serve import Service
from tests.cells import run_cells, run_names

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
    approvers = names["run"]._tables["approvers"].set_index("account_id")
    assert approvers.loc[PAYMENTS, "owner"] == "Ada"
    run_cells("request", confirm="o-acme123456")
    monitor = run_names("monitor", owners=files["owners"])
    shown = show.board(monitor["view"])
    assert "&lt;b&gt;Bob&lt;/b&gt;" in shown.html()
    assert "<b>Bob" not in shown.html()
    assert "#ada" in shown.text()


def test_a_second_run_tells_what_is_new_and_what_is_fixed(simulator: Start) -> None:
    """Compared by the evidence of the run before."""
    service = simulator("stuck")
    first = run_names("precheck")
    assert "compared" not in first["run"]._tables
    stuck = next(f["subject"] for f in first["run"].result()["findings"] if f["verdict"] == "FAIL")
    Control(service.endpoint).reinstate(stuck)
    table = run_names("precheck")["run"]._tables["compared"]
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
