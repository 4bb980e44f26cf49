"""Whole notebooks, headless, on every scenario: what run.json says, what AWS was asked to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import fastjsonschema
import pytest

from orgkit import catalog, connect, open_run
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.evidence.runs import schema
from orgkit.notebook.headless import launch
from orgkit.sim.server.serve import Service
from tests.support.cells import run_cells
from tests.support.simulator import Place

ALL = [n.name for n in catalog.notebooks()]
READ_ONLY_EXIT = {"start_here", "precheck", "monitor", "audit_report"}


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A fresh working folder on the scenario that the test names, or on the default one."""
    with Place(tmp_path, getattr(request, "param", "acme")) as made:
        yield made


validate = fastjsonschema.compile(schema())


def run_all(place: Place) -> dict[str, tuple[str, int]]:
    """Run every notebook with its defaults; phase and exit code of each."""
    found = {}
    for name in ALL:
        result = place.cells(name)
        validate(result)
        found[name] = (result["phase"], result["exit_code"])
    return found


def expected(phase: str, **codes: int) -> dict[str, tuple[str, int]]:
    """The same phase everywhere, with one code for all but the notebooks that are named."""
    every = codes.pop("every")
    return {name: (phase, codes.get(name, every)) for name in ALL}


def test_every_notebook_can_be_run_alone_at_any_phase(place: Place) -> None:
    """Defaults change nothing at any phase; each run says by phase and exit code where it is."""
    assert run_all(place) == expected(
        "CONSOLIDATED_BILLING", every=0, request=20, monitor=20, finalize=20, policy_types=20
    )
    assert place.changes() == []
    place.confirmed("request")
    assert run_all(place) == expected("WAITING", every=10)
    place.control.advance("45d")
    assert run_all(place) == expected("READY", every=0, finalize=20, policy_types=20)
    before = place.changes()
    place.confirmed("finalize")
    assert run_all(place) == expected("ALL_FEATURES", every=0)
    assert place.changes() == [*before, "AcceptHandshake"]


@pytest.mark.parametrize("place", ["declined"], indirect=True)
def test_a_decline_blocks_everything_that_waits(place: Place) -> None:
    """After an owner declined, every notebook says BLOCKED and who it was; nothing is written."""
    place.confirmed("request")
    place.control.advance("5d")
    assert run_all(place) == expected("BLOCKED", every=20)
    assert "DECLINED" in place.cells("monitor")["summary"][-1]


@pytest.mark.parametrize("place", ["expired"], indirect=True)
def test_an_expired_process_can_be_begun_again(place: Place) -> None:
    """On day 90 AWS ends the process; the kit says so with 30, and begins anew when told to."""
    place.confirmed("request")
    for _ in range(3):
        place.cells("monitor", sim_advance="29d")
    assert place.cells("monitor", sim_advance="3d")["phase"] == "EXPIRED"
    codes = {name: code for name, (_, code) in run_all(place).items()}
    assert codes == {
        **dict.fromkeys(ALL, 30),
        "request": 20,
    }
    assert place.confirmed("request")["phase"] == "WAITING"
    assert place.changes().count("EnableAllFeatures") == 2


@pytest.mark.parametrize("place", ["expired"], indirect=True)
def test_expiry_is_remembered_when_aws_has_forgotten_it(place: Place) -> None:
    """130 days later AWS lists nothing any more; the journal still tells that it expired."""
    place.confirmed("request")
    place.control.advance("130d")
    assert place.cells("monitor")["phase"] == "EXPIRED"


@pytest.mark.parametrize("place", ["stuck"], indirect=True)
def test_a_suspended_approver_fails_the_precheck_and_blocks(place: Place) -> None:
    """The pre-check fails, the request refuses; waived with a reason, the reason is kept."""
    assert place.cells("precheck")["exit_code"] == 20
    refused = place.confirmed("request")
    assert (refused["exit_code"], refused["phase"]) == (20, "CONSOLIDATED_BILLING")
    assert place.changes() == []
    given = {"waive": "approvers_active: Support has been asked"}
    waived = place.run("request", confirm=place.organization_id, **given)
    assert (waived["exit_code"], waived["phase"]) == (20, "BLOCKED")
    assert "Support has been asked" in place.report()
    noted = [e["body"] for e in place.journal() if e["body"].get("name") == "intention"]
    assert noted[0]["waived"] == {"approvers_active": "Support has been asked"}


@pytest.mark.parametrize("place", ["solo"], indirect=True)
def test_without_invited_accounts_it_can_be_finalized_at_once(place: Place) -> None:
    """Nobody has to approve: READY right after the request, ALL after finalizing."""
    assert place.confirmed("request")["phase"] == "READY"
    done = place.run("finalize", confirm=place.organization_id)
    assert done["phase"] == "ALL_FEATURES"
    assert "FeatureSet</dt><dd>ALL" in place.report()


def test_a_request_needs_the_right_id_and_happens_once(place: Place) -> None:
    """No id, a wrong id: the plan and exit 20, nothing sent. The right id: once, however often."""
    for given in ({}, {"confirm": "o-wrong00000"}, {"confirm": "yes"}):
        result = place.cells("request", **given)
        assert result["exit_code"] == 20
        assert "Plan: Request all features" in result["summary"][1]
        assert "Nothing was changed" in result["summary"][-1]
    assert place.changes() == []
    assert place.confirmed("request")["exit_code"] == 10
    assert place.confirmed("request")["exit_code"] == 10
    assert place.changes() == ["EnableAllFeatures"]
    changed = [c for c in place.confirmed("request")["calls"] if c["changed"]]
    assert changed == []


def test_unobserved_until_day_45_the_phase_is_still_right(place: Place) -> None:
    """Early answers are gone from AWS's lists by then: READY is certain, their days are unknown."""
    place.confirmed("request")
    place.control.advance("45d")
    result = place.cells("monitor")
    assert (result["phase"], result["exit_code"]) == ("READY", 0)
    place.run("audit_report")
    report = place.report()
    assert "approved, day unknown" in report
    assert "The phase is certain all the same" in report


def test_observed_weekly_every_approval_has_its_day(place: Place) -> None:
    """With a look every week the report names the day of each approval, vanished ones too."""
    place.confirmed("request")
    for _ in range(6):
        place.cells("monitor", sim_advance="7d")
    place.confirmed("finalize")
    place.run("audit_report")
    consent = place.file("consent.csv").read_text().splitlines()
    days = {row.split(",")[0]: row.split(",")[4] for row in consent[1:]}
    assert len(days) == 10
    assert set(days.values()) == {"7", "14", "21", "28", "35", "42"}
    assert "012345678901" in days
    gone = [row for row in consent if row.endswith(",False")]
    assert gone, "some of them AWS no longer lists"
    assert "day unknown" not in place.report()


def test_policy_types_are_enabled_in_order_and_only_once(place: Place) -> None:
    """Named types are enabled one after another once all features are there; others stay off."""
    place.confirmed("request")
    place.control.advance("45d")
    place.confirmed("finalize")
    wanted = {"policy_types": "TAG_POLICY,SERVICE_CONTROL_POLICY"}
    assert place.cells("policy_types", **wanted)["exit_code"] == 20
    assert "EnablePolicyType" not in place.changes()
    assert place.confirmed("policy_types", **wanted)["exit_code"] == 0
    sent = [c for c in place.control.calls() if c["operation"] == "EnablePolicyType"]
    assert len(sent) == 2
    table = place.file("policy_types.csv").read_text()
    assert table.count(",ENABLED") == 2
    assert table.count("NOT_ENABLED") == 13
    assert place.confirmed("policy_types", **wanted)["exit_code"] == 0
    assert place.changes().count("EnablePolicyType") == 2


def test_an_unknown_policy_type_is_wrong_usage_and_is_kept(place: Place) -> None:
    """A cell that fails leaves a run with the error, exit code 64 and a report that shows it."""
    result = place.run("policy_types", policy_types="NO_SUCH_POLICY")
    assert result["exit_code"] == 64
    assert "NO_SUCH_POLICY" in result["error"]
    assert "SERVICE_CONTROL_POLICY" in result["error"]
    assert "Stopped:" in place.report()


def test_a_run_folder_is_complete(place: Place) -> None:
    """run.json, the executed notebook, the report, tables, and a manifest that fits them."""
    validate(place.run("start_here"))
    names = {p.name for p in place.file("run.json").parent.iterdir()}
    assert names == {"run.json", "notebook.ipynb", "report.html", "accounts.csv", "MANIFEST.sha256"}
    executed = json.loads(place.file("notebook.ipynb").read_text())
    counts = [c["execution_count"] for c in executed["cells"] if c["cell_type"] == "code"]
    assert None not in counts
    listed = place.file("MANIFEST.sha256").read_text()
    assert all(name in listed for name in names - {"MANIFEST.sha256"})


def test_an_account_id_keeps_its_leading_zero(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A string parameter stays as typed, even if it looks like a number."""
    monkeypatch.chdir(place.folder)
    result = place.run("start_here", store="012345")
    assert result["parameters"]["store"] == "012345"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"target": "azure"}, 'target is "azure"'),
        ({"organization_id": "o-short"}, "not an organization id"),
        ({"store": "/dev/null/evidence"}, "cannot be written"),
        ({"store": "nosuch://bucket"}, "cannot be opened"),
    ],
)
def test_wrong_usage_is_64_and_leaves_nothing(
    simulator: Callable[..., Service], isolated: Path, given: dict[str, str], says: str
) -> None:
    """What cannot be meant is refused before anything is kept."""
    simulator("solo")
    with pytest.raises(UsageError, match=says) as caught:
        run_cells("precheck", **given)
    assert caught.value.exit_code == 64
    assert "Do this" in str(caught.value)
    assert not (isolated / "evidence").exists()


def test_an_unknown_parameter_is_64_before_anything_starts(place: Place) -> None:
    """The launcher knows the names that a notebook declares."""
    with pytest.raises(UsageError, match="has no parameter profil"):
        launch("precheck", {"profil": "x"}, progress=False)
    assert not (place.folder / "evidence").exists()


def test_what_stops_a_kernel_reaches_whoever_started_it(place: Place) -> None:
    """The first cell fails: its code, its words and its remedy, and nothing kept."""
    launched = launch("precheck", {"target": "azure"}, progress=False)
    assert launched.exit_code == 64
    assert 'target is "azure"' in launched.message
    assert "Do this" in launched.message
    assert not (place.folder / "evidence").exists()


@pytest.mark.parametrize(
    ("given", "key", "says"),
    [
        ({"organization_id": "o-aaaaaaaaaa"}, "", "not to o-aaaaaaaaaa"),
        ({"target": "aws"}, "222222222222", "belong to member account 222222222222"),
        ({"target": "aws"}, "EXPIRED00000", "The AWS session has expired"),
        ({"target": "aws"}, "AKIAUNKNOWN0", "AWS does not know this access key"),
        ({"target": "aws"}, "", "No AWS credentials were found"),
        ({"target": "aws", "profile": "nosuch"}, "", "profile does not exist"),
    ],
)
def test_what_reality_refuses_is_20_with_a_remedy(
    simulator: Callable[..., Service],
    isolated: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    key: str,
    says: str,
) -> None:
    """Wrong credentials or the wrong organization: the problem, what to do, nothing kept."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", simulator("acme").endpoint)
    if key:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-this-test")
    with pytest.raises(OrgkitError, match=says) as caught:
        run_cells("precheck", **given)
    assert caught.value.exit_code == 20
    assert "Do this" in str(caught.value)
    assert "secret-of-this-test" not in str(caught.value)
    assert not (isolated / "evidence").exists()


def test_a_refused_sign_in_reaches_whoever_started_the_kernel(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same through the launcher: exit code 20, no secret in what it says, nothing kept."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", place.control.status()["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-this-test")
    launched = launch("precheck", {"target": "aws"}, progress=False)
    assert launched.exit_code == 20
    assert "AWS does not know this access key" in launched.message
    assert "secret-of-this-test" not in launched.message
    assert not (place.folder / "evidence").exists()


def test_real_aws_is_one_parameter_away(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With target aws everything goes through the caller's own credentials and endpoint."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", place.control.status()["endpoint"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    result = place.run("start_here", target="aws")
    assert (result["target"], result["exit_code"]) == ("aws", 0)
    report = place.report()
    assert "REAL AWS" in report
    assert "SIMULATED" not in report
    role = "arn:aws:iam::111111111111:role/OrganizationAdministrator"
    assumed = place.run("start_here", target="aws", role_arn=role)
    assert ":assumed-role/OrganizationAdministrator/orgkit" in assumed["caller_arn"]


def test_a_run_that_is_killed_says_that_it_never_ended(place: Place) -> None:
    """The folder is taken when a run begins, so a dead kernel leaves a result all the same."""
    place.control.status()
    opened = open_run("00_start_here", connect("sim"), given={})
    result = json.loads((place.folder / opened.folder.shown / "run.json").read_text())
    assert (result["outcome"], result["exit_code"]) == ("failed", 1)
    assert "not come to its end" in result["error"]
    other = open_run("00_start_here", connect("sim"), given={})
    assert other.folder.name == f"{opened.folder.name}-2"


def test_observed_on_day_1_20_and_45_every_approval_is_listed(place: Place) -> None:
    """With the look that first saw it, also those that AWS no longer lists by then."""
    place.confirmed("request")
    for span in ("1d", "19d", "25d"):
        place.cells("monitor", sim_advance=span)
    place.run("audit_report")
    consent = place.file("consent.csv").read_text(encoding="utf-8").splitlines()
    assert len(consent) == 11
    assert not [line for line in consent if "day unknown" in line]
    assert [line for line in consent if line.endswith(",False")]
    report = place.report()
    assert "no snapshot was taken for 19 days" in report
    assert "no snapshot was taken for 25 days" in report
    place.cells("audit_report", as_of="2026-01-10")
    then = place.file("before.csv").read_text(encoding="utf-8")
    assert "REQUESTED" in then or "OPEN" in then


def test_redacted_reports_show_no_address_and_the_tables_have_all(place: Place) -> None:
    """E-mail addresses are masked where people look; the evidence is whole and still holds."""
    place.run("request", confirm=place.organization_id)
    place.run("audit_report", redact="true")
    report = place.report() + place.file("notebook.ipynb").read_text(encoding="utf-8")
    assert "payments@" not in report
    assert "***@acme.example.com" in report
    assert "payments@acme.example.com" in place.file("consent.csv").read_text(encoding="utf-8")
    index = (place.folder / "evidence" / place.organization_id / "index.html").read_text()
    assert index.count("report.html") == 2
    report = place.report()
    assert "<h2>Integrity</h2>" in report
    assert 'href="consent.csv"' in report
