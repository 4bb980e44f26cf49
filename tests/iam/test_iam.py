"""Least privilege, proved: each notebook runs with just its policy, and misses what is taken away.

The simulator enforces policies on Organizations calls and on assuming roles. What it does not
enforce (IAM, trails, Service Quotas, Support) is denied one by one in tests/snapshot/test_sources.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from orgkit import catalog
from orgkit.cli import main
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.iam import roles
from orgkit.iam.roles import NOTEBOOKS, ROLES
from orgkit.sim.server.serve import Service
from tests.snapshot.test_sources import DENIALS
from tests.support.cells import bring, manager, run_names
from tools.docs import POLICIES

MANAGEMENT = "111111111111"
ROLE = f"arn:aws:iam::{MANAGEMENT}:role/least"
# What happens before a notebook's moment, and what it is given there.
MOMENTS: dict[str, tuple[str, ...]] = {
    "monitor": ("request",),
    "finalize": ("request",),
    "policy_types": ("request", "finalize"),
    "audit_report": ("request", "finalize"),
}
GIVEN = {"policy_types": {"policy_types": "TAG_POLICY"}}
WRITES = ("request", "finalize", "policy_types")
PREFIXES = {"service-quotas": "servicequotas"}

Run = Callable[..., dict[str, Any]]


def enforced(action: str) -> bool:
    """Whether the simulator refuses an action that no policy allows.

    ListDelegatedAdministrators is refused for billing mode before anybody's policy is looked at.
    """
    if action == "organizations:ListDelegatedAdministrators":
        return False
    return action.startswith("organizations:") or action in (
        "sts:AssumeRole",
        "cloudtrail:LookupEvents",
    )


def without(name: str, action: str) -> dict[str, Any]:
    """A notebook's policy with one action taken away."""
    document = roles.policy(name)
    kept = []
    for statement in document["Statement"]:
        actions = statement["Action"]
        left = [a for a in ([actions] if isinstance(actions, str) else actions) if a != action]
        kept += [{**statement, "Action": left}] if left else []
    return {**document, "Statement": kept}


@pytest.fixture
def at(simulator: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Run]:
    """Bring a fresh organization to a notebook's moment; then run it with a policy or as admin.

    With a policy the session is a role's, because `role_arn` is for AWS and not for the simulator.
    """

    def prepare(notebook: str, scenario: str = "solo") -> Run:
        service = simulator(scenario)
        organization = service.engine.world.organization_id
        bring(service.endpoint, *MOMENTS.get(notebook, ()))

        def run(document: dict[str, Any] | None = None) -> dict[str, Any]:
            given = dict(GIVEN.get(notebook, {}))
            given |= {"confirm": organization} if notebook in WRITES else {}
            if document:
                session = _session_of_role(service, document)
                opened = (session, service.endpoint)
                module = import_module("orgkit.aws.connect")  # its name leads to the function
                monkeypatch.setattr(module, "open_session", lambda *_: opened)
            return run_names(notebook, **given)

        return run

    return prepare


def _session_of_role(service: Service, document: dict[str, Any]) -> boto3.Session:
    """A session of a role of the management account with one policy."""
    iam = manager(service.endpoint, "iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="least", AssumeRolePolicyDocument=text)
    iam.put_role_policy(RoleName="least", PolicyName="p", PolicyDocument=json.dumps(document))
    sts = manager(service.endpoint, "sts")
    given = sts.assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    return boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1"
    )


def called(names: dict[str, Any]) -> set[str]:
    """The IAM actions behind the calls of a run; asking who one is needs none."""
    made = {(c["service"], c["operation"]) for c in names["run"].result()["calls"]}
    actions = {f"{PREFIXES.get(service, service)}:{operation}" for service, operation in made}
    return actions - {"sts:GetCallerIdentity"}


def told(names: dict[str, Any]) -> str:
    """Everything that a run says: its summary, its findings, what it could not read."""
    result = names["run"].result()
    unread = names["run"].state.snapshot.unreadable.values()
    seen = names["state"].snapshot.unreadable.values() if "state" in names else ()
    gaps = names["cloudtrail"].gaps if "cloudtrail" in names else ()
    found = (finding["text"] for finding in result["findings"])
    return " ".join([*result["summary"], *found, *unread, *seen, *gaps])


def test_every_notebook_declares_what_it_calls() -> None:
    """None is left out of the table."""
    assert list(NOTEBOOKS) == [notebook.name for notebook in catalog.notebooks()]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_calls_of_a_notebook_are_those_that_it_declares(
    at: Callable[..., Run], notebook: str
) -> None:
    """Recorded at its moment, confirmed: not one more, and not one less."""
    scenario = "solo" if notebook in ("finalize", "policy_types") else "acme"
    if notebook == "audit_report":
        scenario = "solo"
    assert called(at(notebook, scenario)()) == roles.actions(notebook)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_runs_with_just_its_policy(at: Callable[..., Run], notebook: str) -> None:
    """It comes to its end, with nothing that Organizations denied."""
    names = at(notebook)(roles.policy(notebook))
    result = names["run"].result()
    assert result["exit_code"] in (0, 10)
    assert result["caller_arn"].startswith(f"arn:aws:sts::{MANAGEMENT}:assumed-role/least/")
    denied = [c["operation"] for c in result["calls"] if c["error"] == "AccessDeniedException"]
    assert denied == []


@pytest.mark.parametrize(
    ("notebook", "action"),
    [(n, a) for n in NOTEBOOKS for a in sorted(roles.actions(n)) if enforced(a)],
)
def test_without_one_action_it_stops_or_says_unknown(
    at: Callable[..., Run], notebook: str, action: str
) -> None:
    """The action is named, by the remedy that stops it or beside what is not known."""
    scenario = "acme" if action == "sts:AssumeRole" else "solo"
    run = at(notebook, scenario)
    try:
        said = told(run(without(notebook, action)))
    except OrgkitError as error:
        said = str(error)
    assert action.partition(":")[2] in said


def test_what_the_simulator_does_not_enforce_is_denied_elsewhere() -> None:
    """Every declared action is either enforced here or denied one by one over there."""
    declared = {a for name in NOTEBOOKS for a in roles.actions(name)}
    rest = {action for action in declared if not enforced(action)}
    assert rest <= {action for _, _, action in DENIALS}


@pytest.mark.parametrize("role", [r for r in ROLES if not ROLES[r].member])
def test_a_role_covers_the_notebooks_of_its_part(role: str) -> None:
    """Who has the role can run the notebook."""
    notebooks = {
        "observer": ("start_here", "precheck", "monitor", "audit_report"),
        "requester": ("request",),
        "canceler": (),
        "finalizer": ("finalize",),
        "policy-enabler": ("policy_types",),
    }[role]
    for notebook in notebooks:
        assert roles.actions(notebook) <= roles.actions(role)


def test_no_role_can_do_the_part_of_another() -> None:
    """Separation of duties: each change belongs to one role of the management account."""
    for action in ("EnableAllFeatures", "AcceptHandshake", "CancelHandshake", "EnablePolicyType"):
        able = [
            r
            for r in ROLES
            if not ROLES[r].member and f"organizations:{action}" in roles.actions(r)
        ]
        assert len(able) == 1, action


@pytest.mark.parametrize("segment", ["enable_all_features", "approve_all_features"])
@pytest.mark.parametrize("role", ["finalizer", "canceler", "member-approver"])
def test_both_readings_of_the_documents_are_covered(role: str, segment: str) -> None:
    """Whichever of the two names AWS uses, the policy fits (ADR 0002)."""
    arn = f"handshake/o-acme123456/{segment}/h-*"
    document = roles.policy(role, organization="o-acme123456", account=MANAGEMENT)
    resources = [r for s in document["Statement"] for r in s["Resource"]]
    assert f"arn:aws:organizations::{MANAGEMENT}:{arn}" in resources


def test_the_member_approver_can_make_the_role_that_is_missing(
    simulator: Callable[..., Service],
) -> None:
    """On acme one created account lacks it: with just the policy, its request is accepted."""
    service = simulator("acme")
    run_names("request", confirm="o-acme123456")
    account = "404040404040"

    def client(name: str, **keys: str) -> Any:
        signed = {"aws_access_key_id": account, "aws_secret_access_key": "simulator"} | keys
        options: dict[str, Any] = {"endpoint_url": service.endpoint, "region_name": "us-east-1"}
        return boto3.client(name, **options, **signed)

    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = client("iam").create_role(RoleName="approver", AssumeRolePolicyDocument=text)
    document = roles.policy("member-approver", organization="o-acme123456")
    client("iam").put_role_policy(
        RoleName="approver", PolicyName="p", PolicyDocument=json.dumps(document)
    )
    given = client("sts").assume_role(RoleArn=arn["Role"]["Arn"], RoleSessionName="test")[
        "Credentials"
    ]
    member = client(
        "organizations",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    (request,) = member.list_handshakes_for_account()["Handshakes"]
    accepted = member.accept_handshake(HandshakeId=request["Id"])["Handshake"]
    assert accepted["State"] == "ACCEPTED"


def lint(*files: Path) -> str:
    """What cfn-lint finds, its informational rules on resources of actions included."""
    command = [Path(sys.executable).with_name("cfn-lint"), "--include-checks", "I", "--", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def wrapped(document: dict[str, Any], path: Path) -> Path:
    """A policy in a template of its own, so that cfn-lint looks at it."""
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    path.write_text(json.dumps({"Resources": {"P": policy}}), encoding="utf-8")
    return path


def test_the_linter_accepts_every_policy_and_the_template(tmp_path: Path) -> None:
    """cfn-lint knows AWS's actions and which resources each takes."""
    files = [
        wrapped(json.loads((POLICIES / f"{role}.json").read_text()), tmp_path / f"{role}.json")
        for role in ROLES
    ]
    files += [wrapped(roles.policy(n), tmp_path / f"n-{n}.json") for n in NOTEBOOKS]
    assert lint(*files, POLICIES / "roles.yaml") == ""


def test_the_linter_would_notice(tmp_path: Path) -> None:
    """A misspelled action, and a resource that the action does not take."""
    document = roles.policy("finalizer")
    document["Statement"][0]["Action"][0] = "organizations:DescribeOrganisation"
    assert "W3037" in lint(wrapped(document, tmp_path / "bad.json"))
    document = roles.policy("finalizer")
    document["Statement"][1]["Resource"] = "arn:aws:organizations::111111111111:root/o-x/r-x"
    assert "I3510" in lint(wrapped(document, tmp_path / "worse.json"))


def test_the_command_prints_the_policy_narrowed() -> None:
    """JSON on the terminal, ready to be pasted; what is given replaces the stars."""
    given = ["--account", MANAGEMENT, "--organization-id", "o-acme123456"]
    answer = CliRunner().invoke(main, ["iam", "finalize", *given])
    assert answer.exit_code == 0
    document = json.loads(answer.output)
    assert document == roles.policy("finalize", account=MANAGEMENT, organization="o-acme123456")
    assert f"organizations::{MANAGEMENT}:handshake/o-acme123456/" in answer.output


def test_the_partition_is_the_callers() -> None:
    """China spells ARNs with its own."""
    text = json.dumps(roles.policy("request", partition="aws-cn"))
    assert "arn:aws-cn:" in text
    assert "arn:aws:" not in text


def test_an_unknown_name_is_wrong_usage() -> None:
    """It names what there is."""
    with pytest.raises(UsageError, match="member-approver"):
        roles.grants("nonsense")
