"""Who acts, and on which organization, is asked with every look and right before every write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orgkit.actions import carry_out
from orgkit.aws import Caller
from orgkit.errors.exceptions import IdentityError, OrgkitError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.terms import ExitCode, Outcome
from tests.actions.test_execute import BEGUN, World, planned, world
from tests.support.make import ADMIN, MANAGEMENT, ORGANIZATION, make_snapshot

__all__ = ["world"]

EVE = f"arn:aws:iam::{MANAGEMENT}:user/eve"


def somebody(arn: str = ADMIN, account: str = MANAGEMENT) -> dict[str, str]:
    """What sts:GetCallerIdentity says."""
    return {"Account": account, "Arn": arn, "UserId": "x"}


def elsewhere(**fields: Any) -> dict[str, Any]:
    """What DescribeOrganization says."""
    usual = {
        "Id": ORGANIZATION,
        "MasterAccountId": MANAGEMENT,
        "MasterAccountEmail": "billing@test.example.com",
        "FeatureSet": "CONSOLIDATED_BILLING",
    }
    return {"Organization": usual | fields}


OTHERS: dict[str, dict[str, Any]] = {
    "user": {"GetCallerIdentity": somebody(EVE)},
    "role": {"GetCallerIdentity": somebody(ADMIN.replace("Admin", "Other"))},
    "account": {
        "GetCallerIdentity": somebody("arn:aws:iam::222222222222:user/eve", "222222222222")
    },
    "organization": {"DescribeOrganization": elsewhere(Id="o-other123456")},
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_look_as_somebody_else_is_not_kept(world: World, tmp_path: Path, other: str) -> None:
    """U2: credentials that renew into another place stop, and the journal stays sound."""
    world.observer.observe()
    kept = len(list((tmp_path / ORGANIZATION / "observations").iterdir()))
    world.aws.answers |= OTHERS[other]
    with pytest.raises(IdentityError, match="changed after this was opened") as caught:
        world.observer.observe()
    assert caught.value.exit_code is ExitCode.BLOCKED
    assert len(list((tmp_path / ORGANIZATION / "observations").iterdir())) == kept
    assert verify(Store(str(tmp_path))).broken == ()


@pytest.mark.parametrize("other", OTHERS)
def test_a_plan_is_not_carried_out_by_somebody_else(world: World, other: str) -> None:
    """U3: between the plan and the button the credentials became another's: nothing is sent."""
    plan = planned(world)
    world.begin(BEGUN)
    world.aws.answers |= OTHERS[other]
    with pytest.raises(IdentityError):
        carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert world.sent() == []


@pytest.mark.parametrize("turn", range(1, 8))
def test_whenever_the_caller_changes_the_record_names_who_wrote(world: World, turn: int) -> None:
    """U3: at each moment at which it is asked; whoever is named sent it, or nobody did."""
    plan = planned(world)
    world.begin(BEGUN)
    asked, wrote = 0, []

    def identity(_: Any) -> dict[str, str]:
        nonlocal asked
        asked += 1
        return somebody(EVE if asked >= turn else ADMIN)

    begin = world.aws.answers["EnableAllFeatures"]
    assert callable(begin)

    def write(given: Any) -> Any:
        wrote.append(EVE if asked >= turn else ADMIN)
        return begin(given)

    world.aws.answers |= {"GetCallerIdentity": identity, "EnableAllFeatures": write}
    told = ""
    try:
        told = f"AWS WAS CHANGED: {carry_out(world.observer, plan, confirm=ORGANIZATION).changed}"
    except OrgkitError as error:
        told = str(error)
    assert bool(wrote) is ("AWS WAS CHANGED" in told)
    assert wrote in ([], [ADMIN])
    events = list(world.observer.journal.events())
    assert {e.by for e in events} <= {ADMIN}
    results = [e.changed for e in events if e.name == "result"]  # type: ignore[attr-defined]
    assert ("yes" in results) is bool(wrote)


def test_a_renewed_session_of_the_same_role_goes_on_and_is_named(world: World) -> None:
    """A session that is renewed has another name; from then on the journal names that one."""
    plan = planned(world)
    world.begin(BEGUN)
    renewed = ADMIN.replace("/ada", "/botocore-session-2")
    world.aws.answers["GetCallerIdentity"] = somebody(renewed)
    result = carry_out(world.observer, plan, confirm=ORGANIZATION)
    assert (result.outcome, result.changed) == (Outcome.WAITING, True)
    assert {e.by for e in world.observer.journal.events()} == {renewed}


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        (ADMIN, ADMIN.removesuffix("/ada")),
        (EVE, EVE),
        ("arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root"),
        *[
            (f"arn:aws:sts::1:{name}", f"arn:aws:sts::1:{name}")
            for name in ("assumed-role/AWSReservedSSO_X_1/ada@x.ex", "federated-user/ada")
        ],
    ],
)
def test_who_somebody_is(arn: str, principal: str) -> None:
    """The session's name counts only where it names the person."""
    assert Caller("1", arn).principal == principal


def test_the_record_refuses_a_look_at_another_organization(tmp_path: Path) -> None:
    """U2, the last door: whatever happened before, nothing is kept under the wrong name."""
    journal = Journal(Store(str(tmp_path)), "o-other123456")
    with pytest.raises(OrgkitError, match="the journal is that of o-other123456"):
        journal.observe(make_snapshot())
    assert not (tmp_path / "o-other123456").exists()


HOSTILE = [None, 5, [], {}, "", "../../escaped", "o-1", "O-ACME123456", "o-acme123456/..", "x" * 99]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.parametrize("name", ["Id", "MasterAccountId"])
def test_an_organization_that_names_itself_oddly_is_refused(
    world: World, name: str, value: Any
) -> None:
    """U12: what is no id is neither compared nor made a path."""
    world.aws.answers["DescribeOrganization"] = elsewhere(**{name: value})
    with pytest.raises(OrgkitError):
        world.observer.observe()


@pytest.mark.parametrize(
    "answer", [{}, {"Account": None, "Arn": None}, {"Account": "1", "Arn": ADMIN}]
)
def test_a_caller_that_is_not_told_is_refused(world: World, answer: dict[str, Any]) -> None:
    """Nobody is kept or acted for who cannot be named."""
    world.aws.answers["GetCallerIdentity"] = answer
    with pytest.raises(OrgkitError):
        world.observer.observe()


def test_a_write_goes_out_with_the_credentials_that_were_asked_about(world: World) -> None:
    """U3: what renews between the question and the call does not reach the call."""
    organization = world.aws.organization()
    with organization.writing("EnableAllFeatures"):
        asked = organization.client("sts")._request_signer._credentials
        organization._session._session.set_credentials("another", "secret")
        sent = organization.client("organizations", once=True)._request_signer._credentials
        assert sent.access_key == asked.access_key == "key"
    after = organization.client("sts")._request_signer._credentials
    assert after.access_key == "another"


def test_a_write_is_sent_once_by_the_sdk(world: World) -> None:
    """Kind 7: whatever a user's configuration says of retries, a write has one try."""
    organization = world.aws.organization()
    reads, writes = (organization.client("organizations", once=once) for once in (False, True))
    assert writes.meta.config.retries["total_max_attempts"] == 1
    assert reads is not writes
