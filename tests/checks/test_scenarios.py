"""What the pre-checks say on each scenario; and which check no scenario trips, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import boto3
import pytest

from orgkit import checks
from orgkit.aws import connect
from orgkit.checks import CHECKS, Finding
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.evidence.journal.projection import Projection, project
from orgkit.migration import state
from orgkit.migration.inputs import NO_INPUTS, Answer, Inputs, Owner
from orgkit.sim.client.control import Control
from orgkit.sim.scenario.shipped import available
from orgkit.sim.server.serve import Service
from orgkit.snapshot import snapshot
from orgkit.terms import ACCESS_ROLE, Verdict
from tests.support.cells import run_cells

Start = Callable[..., Service]
ALARM = {Verdict.FAIL, Verdict.WARN}

# Checks that no scenario and no walk through one can trip, and why not.
NOT_TRIPPED = {
    "caller_is_management": "connect refuses a member's credentials before any check",
    "caller_is_not_root": "the simulator's callers are users and roles",
    "partition": "the simulator has the commercial partition only",
    "sdk_is_new_enough": "the installed SDK is new enough",
    "approvers_may_accept": "IAM's own simulation is not simulated",
    "caller_has_the_rights": "IAM's own simulation is not simulated",
    "account_quota": "Service Quotas are not simulated",
    "support_plan": "AWS Support is not simulated",
    "billing_transfers": "billing transfers are not simulated",
    "other_handshakes": "billing transfers are not simulated",
    "window": "the simulator's time is believed as it is",
    "states_readable": "the simulator always sends State",
}
# What fails, and what warns, at the start of each scenario.
AT_START: dict[str, tuple[set[str], set[str]]] = {
    "acme": (set(), {"role_in_created"}),
    "big": (set(), {"approver_count", "size"}),
    "declined": (set(), set()),
    "expired": (set(), set()),
    "hostile": (set(), set()),
    "messy": (
        {"approvers_active", "approvers_not_closed"},
        {
            "approver_count",
            "approver_domains",
            "approver_mailboxes",
            "created_active",
            "role_in_created",
            "role_in_invited",
            "role_in_management",
        },
    ),
    "solo": (set(), set()),
    "stuck": ({"approvers_active"}, set()),
}
EVERYWHERE = {"audit_trail"}  # no scenario has a trail


def client(service: Service) -> Any:
    """Organizations, as the management account."""
    return boto3.client(
        "organizations",
        endpoint_url=service.endpoint,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="simulator",
    )


class Looker:
    """Looks again and again at one organization, and remembers."""

    def __init__(self, member_role: str = ACCESS_ROLE) -> None:
        self.member_role, self.projection = member_role, Projection()

    def findings(self, inputs: Inputs = NO_INPUTS) -> list[Finding]:
        """What all checks say now."""
        seen = snapshot.take(connect(), self.member_role, thorough=True)
        self.projection = project(self.projection, seen.to_json())
        return checks.run(state.assess(seen, self.projection, inputs))


def tripped(findings: Iterable[Finding]) -> set[str]:
    """Checks that warn or fail, or say INFO where they can say no more than that."""
    return {f.id for f in findings if f.verdict in ALARM or _says_all_it_can(f)}


def _says_all_it_can(finding: Finding) -> bool:
    return finding.verdict is Verdict.INFO and not ALARM & set(CHECKS[finding.id].verdicts)


def test_every_scenario_has_its_line() -> None:
    """A new scenario says here what the pre-checks find on it."""
    assert {name for name, _ in available()} == set(AT_START)


@pytest.mark.parametrize("scenario", AT_START)
def test_what_fails_and_warns_at_the_start(simulator: Start, scenario: str) -> None:
    """By check; of 5,000 accounts the members are left out, which would take a minute."""
    simulator(scenario)
    found = Looker("" if scenario == "big" else ACCESS_ROLE).findings()
    failing, warning = AT_START[scenario]
    assert {f.id for f in found if f.verdict is Verdict.FAIL} == failing
    assert {f.id for f in found if f.verdict is Verdict.WARN} == warning | EVERYWHERE


@pytest.mark.parametrize("scenario", sorted(set(AT_START) - {"big"}))
def test_a_failure_blocks_the_notebook(simulator: Start, scenario: str) -> None:
    """Exit code 20 where a check fails, 0 where none does; the findings are in the result."""
    simulator(scenario)
    result = run_cells("precheck")
    assert result["exit_code"] == (20 if AT_START[scenario][0] else 0)
    assert {f["id"] for f in result["findings"]} == set(CHECKS)
    assert any("Ready to request" in text for text in result["summary"])


def test_which_check_no_scenario_trips(simulator: Start) -> None:
    """Walks through messy, solo and big trip every check but those that are listed, with why."""
    seen = _messy(simulator("messy")) | _solo(simulator("solo"))
    simulator("big")
    seen |= tripped(Looker("").findings())
    assert set(CHECKS) - seen == set(NOT_TRIPPED)


def _messy(service: Service) -> set[str]:
    """Before, while something else happens, during the process, and after it expired."""
    looker, organizations = Looker(), client(service)
    wrong = {q.id: Answer("no" if q.good == "yes" else "yes") for q in QUESTIONS.values()}
    inputs = Inputs(answers=wrong, owners={"222222222222": Owner("Ada")})
    seen = tripped(looker.findings(inputs))
    organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": "1212" * 3})
    organizations.create_account(Email="new@messy.example.com", AccountName="New")
    seen |= tripped(looker.findings())
    organizations.enable_all_features()
    seen |= tripped(looker.findings())
    Control(service.endpoint).advance("91d")
    return seen | tripped(looker.findings())


def _solo(service: Service) -> set[str]:
    """After all features: what could not be there before."""
    organizations = client(service)
    parent = organizations.enable_all_features()["Handshake"]["Id"]
    organizations.accept_handshake(HandshakeId=parent)
    organizations.enable_aws_service_access(ServicePrincipal="access-analyzer.amazonaws.com")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    member = next(a for a in organizations.list_accounts()["Accounts"] if a["Id"] != "1" * 12)
    organizations.register_delegated_administrator(
        AccountId=member["Id"], ServicePrincipal="access-analyzer.amazonaws.com"
    )
    return tripped(Looker().findings())
