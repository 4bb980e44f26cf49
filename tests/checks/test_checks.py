"""Every check, every verdict that it can give; and the registry that shows them everywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orgkit.checks import CHECKS, READ_BY, Finding, run
from orgkit.checks.inputs.questions import QUESTIONS
from orgkit.checks.registry import check, ok
from orgkit.migration.inputs import Answer, Inputs, Owner
from orgkit.migration.state import MigrationState
from orgkit.snapshot.snapshot import Snapshot
from orgkit.terms import Verdict
from orgkit.views.findings import table
from tests.support.make import (
    MANAGEMENT,
    account,
    child,
    created,
    day,
    handshake,
    make_snapshot,
    parent,
    policy_type,
    progress_of,
)

A, B, C = "222222222222", "333333333333", "444444444444"
DENIED = "organizations:Something was denied"


def seen(*accounts: Any, **options: Any) -> Snapshot:
    """One look, before any process unless handshakes are given."""
    return make_snapshot(accounts, options.pop("handshakes", ()), **options)


def unread(part: str) -> Snapshot:
    """A look that AWS denied one part of."""
    return seen(account(A), unreadable={part: DENIED})


def saying(given: Inputs | None = None, /, **answers: str) -> Inputs:
    """What the administrator said."""
    told = {name: Answer(word) for name, word in answers.items()}
    return Inputs(told, given.owners if given else None)


def owned(*account_ids: str) -> Inputs:
    """A list of owners of these accounts."""
    return Inputs(owners={i: Owner("Ada", "#ada") for i in account_ids})


def many(count: int) -> Snapshot:
    """An organization of so many accounts, the management account among them."""
    return seen(*(created(f"{n:012d}") for n in range(1, count)))


def member(
    account_id: str,
    reachable: bool | None,
    role: bool | None,
    why: str = "",
    may: bool | None = None,
) -> Any:
    """What a look into one member account found."""
    return {
        "account_id": account_id,
        "reachable": reachable,
        "service_linked_role": role,
        "may_accept": may,
        "why": why,
    }


def invitation(state: str, **fields: Any) -> Any:
    """An invitation to join."""
    return handshake("h-invite0000001", "INVITATION", state, action="INVITE", **fields)


def transfer(state: str) -> Any:
    """A transfer of billing responsibility."""
    return handshake("h-transfer00001", "OTHER", state, action="TRANSFER_RESPONSIBILITY")


def setting(name: str, value: str) -> Any:
    """One fact of the surroundings."""
    return {"name": name, "value": value}


def right(action: str, decision: str = "allowed") -> Any:
    """What IAM's simulation says of one action."""
    return {"action": f"organizations:{action}", "decision": decision}


def quota(value: float) -> Any:
    """The quota of accounts."""
    return {"name": "Default maximum number of accounts in an organization", "value": value}


def trail(region: str, multi: bool) -> Any:
    """A trail of the management account."""
    return {"name": "main", "home_region": region, "multi_region": multi}


def moving(status: str) -> Any:
    """A transfer of billing, as its own list shows it."""
    return {"transfer_id": "rt-1", "direction": "inbound", "status": status}


ENDED = seen(
    account(A), account(B), handshakes=[parent("CANCELED"), child(A), child(B, "ACCEPTED")]
)
MARS = f"arn:aws-mars:sts::{MANAGEMENT}:assumed-role/Admin/ada"
GOVCLOUD = f"arn:aws-us-gov:sts::{MANAGEMENT}:assumed-role/Admin/ada"
ROOT_USER = f"arn:aws:iam::{MANAGEMENT}:root"

# check id, what was seen, verdicts in their order, words of the first finding
Case = tuple[str, Any, str, str]
CASES: list[Case] = [
    ("caller_is_management", seen(), "PASS", MANAGEMENT),
    ("caller_is_management", seen(caller=A), "FAIL", f"in account {A}"),
    ("caller_is_not_root", seen(), "PASS", "not root"),
    ("caller_is_not_root", seen(arn=ROOT_USER), "WARN", "is the root user"),
    ("partition", seen(), "PASS", "partition is aws."),
    ("partition", seen(arn=GOVCLOUD), "FAIL", "GovCloud"),
    ("partition", seen(arn=MARS), "UNKNOWN", "aws-mars"),
    ("feature_set", seen(), "PASS", "CONSOLIDATED_BILLING"),
    ("feature_set", seen(feature_set="ALL"), "INFO", "nothing to do"),
    ("feature_set", seen(feature_set="ALL_V2"), "UNKNOWN", "ALL_V2"),
    ("size", many(4499), "PASS", "4,499 accounts"),
    ("size", many(4500), "WARN", "close to the limit"),
    ("size", many(5000), "WARN", "5,000 accounts, close"),
    ("size", many(5001), "FAIL", "5,001 accounts"),
    ("size", unread("accounts"), "UNKNOWN", DENIED),
    ("root", seen(policy_types=[policy_type("TAG_POLICY")]), "PASS", "no policy type"),
    ("root", seen(policy_types=[policy_type("TAG_POLICY", "ENABLED")]), "INFO", "TAG_POLICY"),
    ("root", unread("policy_types"), "UNKNOWN", DENIED),
    ("approver_count", seen(created(A)), "INFO", "No invited account"),
    ("approver_count", seen(account(A)), "INFO", "1 accounts must approve"),
    ("approver_count", seen(*(account(f"{n:012d}") for n in range(50))), "INFO", "50 accounts"),
    ("approver_count", seen(*(account(f"{n:012d}") for n in range(51))), "WARN", "51 accounts"),
    ("approver_count", unread("accounts"), "UNKNOWN", DENIED),
    ("states_readable", seen(account(A)), "PASS", "All 2 accounts"),
    ("states_readable", seen(account(A, None), account(B)), "UNKNOWN", "no State"),
    ("states_readable", unread("accounts"), "UNKNOWN", DENIED),
    ("approvers_active", seen(account(A), created(B, state="SUSPENDED")), "PASS", "None of 1"),
    ("approvers_active", seen(account(A, "SUSPENDED")), "FAIL", "is SUSPENDED"),
    ("approvers_active", seen(account(A, "PENDING_ACTIVATION")), "FAIL", "PENDING_ACTIVATION"),
    ("approvers_active", seen(account(A, None), account(B)), "UNKNOWN", "1 of 2 approvers"),
    ("approvers_active", unread("accounts"), "UNKNOWN", DENIED),
    ("approvers_not_closed", seen(account(A), created(B, state="CLOSED")), "PASS", "No approver"),
    ("approvers_not_closed", seen(account(A, "CLOSED")), "FAIL", "is CLOSED"),
    ("approvers_not_closed", seen(account(A, "PENDING_CLOSURE")), "FAIL", "PENDING_CLOSURE"),
    ("approvers_not_closed", seen(account(A, None)), "UNKNOWN", "1 of 1 approvers"),
    ("approvers_not_closed", unread("accounts"), "UNKNOWN", DENIED),
    ("approver_mailboxes", seen(account(A), account(B)), "PASS", "2 mailboxes"),
    (
        "approver_mailboxes",
        seen(account(A, email="aws+a@x.example"), account(B, email="AWS+b@x.example")),
        "WARN WARN",
        "shares its mailbox",
    ),
    (
        "approver_mailboxes",
        seen(account(A, email="a@x.example"), created(B, email="a@x.example")),
        "PASS",
        "1 mailboxes",
    ),
    ("approver_mailboxes", unread("accounts"), "UNKNOWN", DENIED),
    ("no_running_process", seen(account(A)), "PASS", "No process"),
    ("no_running_process", ENDED, "PASS", "No process"),
    ("no_running_process", seen(account(A), handshakes=[parent(), child(A)]), "FAIL", "REQUESTED"),
    (
        "no_running_process",
        seen(account(A), handshakes=[parent(), child(A, "DECLINED")]),
        "FAIL",
        "declined",
    ),
    ("no_running_process", seen(handshakes=[parent("OPEN")]), "FAIL", "OPEN"),
    ("no_running_process", unread("handshakes"), "UNKNOWN", DENIED),
    ("earlier_attempts", seen(account(A)), "PASS", "No earlier attempt"),
    ("earlier_attempts", ENDED, "WARN WARN", "ended without all features"),
    ("earlier_attempts", seen(handshakes=[parent()], at=91), "WARN", "90 days are over"),
    ("earlier_attempts", unread("handshakes"), "UNKNOWN", DENIED),
    ("pending_invitations", seen(handshakes=[invitation("ACCEPTED")]), "PASS", "No invitation"),
    (
        "pending_invitations",
        seen(handshakes=[invitation("OPEN", email="a@b.ex")]),
        "WARN",
        "a@b.ex",
    ),
    ("pending_invitations", seen(handshakes=[invitation("OPEN", account_id=C)]), "WARN", C),
    ("pending_invitations", unread("handshakes"), "UNKNOWN", DENIED),
    ("creations", seen(creations=[{"state": "SUCCEEDED"}]), "PASS", "No account"),
    (
        "creations",
        seen(creations=[{"state": "IN_PROGRESS", "account_name": "New"}]),
        "WARN",
        "New is being created",
    ),
    ("creations", unread("creations"), "UNKNOWN", DENIED),
    ("other_handshakes", seen(handshakes=[transfer("ACCEPTED")]), "PASS", "No other handshake"),
    ("other_handshakes", seen(handshakes=[transfer("OPEN")]), "INFO", "TRANSFER_RESPONSIBILITY"),
    ("other_handshakes", unread("handshakes"), "UNKNOWN", DENIED),
    ("role_in_created", seen(account(A)), "PASS", "no such account"),
    ("role_in_created", seen(created(A)), "UNKNOWN", "1 accounts were not checked"),
    ("role_in_created", seen(created(A), members=[member(A, True, True)]), "PASS", "in 1 of 1"),
    (
        "role_in_created",
        seen(created(A), members=[member(A, True, False)]),
        "WARN",
        "will be asked",
    ),
    (
        "role_in_created",
        seen(created(A), members=[member(A, False, None, "locked")]),
        "UNKNOWN",
        "lo",
    ),
    (
        "role_in_created",
        seen(created(A), created(B), members=[member(A, True, True), member(B, False, None, "no")]),
        "UNKNOWN PASS",
        "no",
    ),
    (
        "role_in_created",
        seen(created(A), created(B, state="SUSPENDED"), members=[member(A, True, True)]),
        "UNKNOWN PASS",
        "not known to be ACTIVE",
    ),
    ("role_in_created", unread("accounts"), "UNKNOWN", DENIED),
    ("role_in_invited", seen(created(A)), "PASS", "no such account"),
    ("role_in_invited", seen(account(A)), "UNKNOWN", "not checked"),
    ("role_in_invited", seen(account(A), members=[member(A, True, True)]), "PASS", "in 1 of 1"),
    (
        "role_in_invited",
        seen(account(A), members=[member(A, True, False)]),
        "WARN",
        "iam:CreateServiceLinkedRole",
    ),
    ("role_in_invited", seen(account(A), members=[member(A, None, None, "why")]), "UNKNOWN", "why"),
    ("role_in_invited", unread("accounts"), "UNKNOWN", DENIED),
    ("approvers_reachable", seen(created(A)), "PASS", "No account must approve"),
    ("approvers_reachable", seen(account(A)), "UNKNOWN", "1 approvers were not checked"),
    (
        "approvers_reachable",
        seen(account(A), account(B), members=[member(A, True, True), member(B, False, None, "no")]),
        "INFO",
        "1 of 2 approvers can be accessed",
    ),
    ("approvers_reachable", unread("accounts"), "UNKNOWN", DENIED),
    ("created_active", seen(created(A)), "PASS", "None of 1"),
    ("created_active", seen(created(A, state="SUSPENDED")), "WARN", "is SUSPENDED"),
    ("created_active", seen(created(A, state=None)), "UNKNOWN", "1 of 1 accounts"),
    ("recently_created", seen(created(A, joined_timestamp=day(-4))), "PASS", "older than four"),
    ("recently_created", seen(created(A, joined_timestamp=day(-3.9))), "INFO", "2026-01-01"),
    ("recently_created", unread("accounts"), "UNKNOWN", DENIED),
    ("approver_domains", seen(account(A)), "PASS", "(1 domains)"),
    ("approver_domains", seen(account(A, email="eve@GMX.de")), "WARN", "eve@GMX.de"),
    ("approver_domains", seen(account(A, email=None)), "UNKNOWN", "no address"),
    ("owners_known", seen(account(A)), "UNKNOWN", "No list of owners"),
    ("owners_known", (seen(account(A)), owned(A)), "PASS", "All 1 approvers"),
    ("owners_known", (seen(account(A)), owned(A, B)), "WARN PASS", B),
    ("owners_known", (seen(account(A), created(B)), owned()), "WARN", "has no owner"),
    ("role_in_management", unread("management_role"), "UNKNOWN", DENIED),
    ("role_in_management", seen(settings=[setting("management_role", "missing")]), "WARN", "mis"),
    ("role_in_management", seen(settings=[setting("management_role", "present")]), "PASS", "pre"),
    (
        "caller_has_the_rights",
        seen(permissions=[right("EnableAllFeatures")]),
        "PASS",
        "may request",
    ),
    (
        "caller_has_the_rights",
        seen(permissions=[right("EnableAllFeatures", "implicitDeny"), right("CancelHandshake")]),
        "WARN",
        "may not organizations:EnableAllFeatures",
    ),
    ("caller_has_the_rights", seen(), "UNKNOWN", "returned nothing"),
    ("sdk_is_new_enough", seen(settings=[setting("state_modelled", "yes")]), "PASS", "knows"),
    ("sdk_is_new_enough", seen(settings=[setting("state_modelled", "no")]), "FAIL", "not know"),
    ("account_quota", seen(quotas=[quota(10)]), "PASS", "1 of 10"),
    ("account_quota", seen(account(A), quotas=[quota(2)]), "WARN", "2 of 2"),
    ("account_quota", seen(), "UNKNOWN", "No quota"),
    ("audit_trail", seen(), "WARN", "No trail"),
    ("audit_trail", seen(trails=[trail("eu-west-1", False)]), "WARN", "No trail"),
    ("audit_trail", seen(trails=[trail("us-east-1", False)]), "PASS", "Covered by main"),
    ("audit_trail", seen(trails=[trail("eu-west-1", True)]), "PASS", "Covered by main"),
    ("audit_trail", unread("trails"), "UNKNOWN", DENIED),
    ("billing_transfers", seen(transfers=[moving("WITHDRAWN")]), "PASS", "No transfer"),
    ("billing_transfers", seen(transfers=[moving("REQUESTED")]), "WARN", "rt-1"),
    ("billing_transfers", unread("transfers"), "UNKNOWN", DENIED),
    ("delegated_administrators", seen(), "PASS", "There is none"),
    ("delegated_administrators", seen(delegated=[{"account_id": A, "name": "X"}]), "INFO", "X"),
    ("delegated_administrators", unread("delegated"), "UNKNOWN", DENIED),
    ("trusted_access", seen(), "PASS", "No service"),
    ("trusted_access", seen(trusted=[{"service_principal": "x.aws"}]), "INFO", "x.aws"),
    ("trusted_access", unread("trusted"), "UNKNOWN", DENIED),
    ("support_plan", seen(settings=[setting("support", "basic")]), "INFO", "not available"),
    ("support_plan", seen(settings=[setting("support", "business")]), "INFO", "or better"),
    ("support_plan", unread("support"), "UNKNOWN", DENIED),
    ("window", seen(), "INFO", "2026-04-05"),
    ("window", replace(seen(), clock="An answer was dated 2038."), "WARN INFO", "dated 2038"),
    ("approvers_may_accept", seen(created(A)), "PASS", "No account"),
    ("approvers_may_accept", seen(account(A)), "UNKNOWN", "1 of 1"),
    (
        "approvers_may_accept",
        seen(account(A), members=[member(A, True, True, may=True)]),
        "PASS",
        "1 of 1",
    ),
    (
        "approvers_may_accept",
        seen(account(A), account(B), members=[member(A, True, True, may=False)]),
        "WARN UNKNOWN",
        "AcceptHandshake",
    ),
    *(
        case
        for question in QUESTIONS.values()
        for good, bad in (("yes", "no") if question.good == "yes" else ("no", "yes"),)
        for case in (
            (question.id, seen(), "UNKNOWN", "Not answered"),
            (question.id, (seen(), saying(**{question.id: good})), "PASS", "Answered: yes"),
            (question.id, (seen(), saying(**{question.id: bad})), str(question.verdict), "Answer"),
        )
    ),
]


def asked(case: Case) -> MigrationState:
    """The progress of a case: a look, and what the administrator said if the case says so."""
    look = case[1]
    if isinstance(look, tuple):
        return replace(progress_of(look[0]), inputs=look[1])
    return progress_of(look)


@pytest.mark.parametrize(
    ("check", "snapshot", "verdicts", "words"),
    CASES,
    ids=[f"{case[0]}-{case[2].split()[0]}-{n}" for n, case in enumerate(CASES)],
)
def test_each_verdict_of_each_check(check: str, snapshot: Any, verdicts: str, words: str) -> None:
    """What a check says about a small organization, with every verdict that it can give."""
    table = CHECKS[check].findings(asked((check, snapshot, verdicts, words)))
    assert " ".join(f.verdict for f in table) == verdicts
    assert words in table[0].text
    assert all(f.id == check and f.title and f.why for f in table)


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_has_a_case_that_is_no_pass(check: str) -> None:
    """A check that cannot say anything but yes is none."""
    inputs = {v for name, _, verdicts, _ in CASES for v in verdicts.split() if name == check}
    assert inputs & {"FAIL", "WARN", "UNKNOWN", "INFO"}
    assert "PASS" in inputs or Verdict.PASS not in CHECKS[check].verdicts


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_gives_the_verdicts_that_it_declares(check: str) -> None:
    """The table of the documentation is neither too long nor too short."""
    inputs = {v for name, _, verdicts, _ in CASES for v in verdicts.split() if name == check}
    assert inputs == {str(v) for v in CHECKS[check].verdicts}


def test_there_are_many_checks_and_each_part_is_known() -> None:
    """Everything that an API, a file or the administrator can answer; how it is read is said."""
    assert len(CHECKS) >= 28
    assert {part for check in CHECKS.values() for part in check.reads} == set(READ_BY)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_each_check_says_what_why_and_by_which_source(check: Any) -> None:
    """Id, headline, one sentence that says why, and where it is documented."""
    assert check.id in (check.examine.__name__, *QUESTIONS)
    assert check.title
    assert not check.title.endswith(".")
    assert check.source
    assert check.why.endswith(".")
    assert "\n" not in check.why


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_what_must_be_done_has_a_remedy_and_an_actor(case: Any) -> None:
    """FAIL, WARN and UNKNOWN say what to do and who does it; the others need nothing."""
    for finding in CHECKS[case[0]].findings(asked(case)):
        needy = finding.verdict in (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN)
        assert bool(finding.do_this) is needy
        assert finding.actor


@pytest.mark.parametrize(
    "part", ["accounts", "handshakes", "policy_types", "creations", "trails", "trusted"]
)
def test_what_could_not_be_read_is_never_a_pass(part: str) -> None:
    """A denied read makes unknowns, and the checks that rest on it give nothing else."""
    accounts = (account(A), created(B))
    full = {f.id: f.verdict for f in run(progress_of(seen(*accounts)))}
    hidden = seen(*accounts, unreadable={part: DENIED})
    denied = {f.id: f.verdict for f in run(progress_of(hidden))}
    changed = {i for i in full if denied[i] != full[i]}
    assert changed
    assert {denied[i] for i in changed} == {Verdict.UNKNOWN}


def test_a_finding_about_an_account_names_it() -> None:
    """The subject is the account id, with its leading zero."""
    (finding,) = CHECKS["approvers_active"].findings(
        progress_of(seen(account("012345678901", "SUSPENDED", name="Old")))
    )
    assert (finding.subject, finding.text) == (
        "012345678901",
        "Old is SUSPENDED and cannot approve.",
    )


def test_who_hindered_the_last_attempt_is_named() -> None:
    """What stopped it will stop the next one too."""
    table = CHECKS["earlier_attempts"].findings(progress_of(ENDED))
    assert [f.subject for f in table] == ["", A]
    assert "OPEN" in table[1].text


def test_all_findings_come_the_worst_first() -> None:
    """Whoever reads only the first line reads the worst."""
    snapshot = seen(account(A, "SUSPENDED"), account(B), arn=ROOT_USER)
    table = run(progress_of(snapshot))
    order = [list(Verdict).index(f.verdict) for f in table]
    assert order == sorted(order)
    assert {f.id for f in table} == set(CHECKS)
    assert table[0].verdict is Verdict.FAIL


def test_a_check_does_not_touch_what_it_looks_at() -> None:
    """Checks are pure: the same look gives the same findings."""
    state: MigrationState = progress_of(ENDED)
    before = state.snapshot.to_json()
    assert run(state) == run(state)
    assert state.snapshot.to_json() == before


def test_a_pass_needs_nobody_to_do_anything() -> None:
    """It carries its words and no remedy."""
    assert (ok("Fine.").verdict, ok("Fine.").do_this, ok("Fine.").subject) == ("PASS", "", "")


def test_the_day_of_the_look_decides_whether_an_attempt_is_over() -> None:
    """The check follows AWS's clock, given with the look."""
    before, after = (seen(handshakes=[parent()], at=at) for at in (89, 90))
    assert day(90) == parent()["expiration_timestamp"]
    check = CHECKS["no_running_process"]
    assert [check.findings(progress_of(s))[0].verdict for s in (before, after)] == ["FAIL", "PASS"]


def test_a_look_that_was_not_thorough_says_so() -> None:
    """Monitoring asks for less; what it did not ask for is no pass."""
    hasty = replace(progress_of(seen(account(A))), snapshot=replace(seen(), thorough=False))
    (finding,) = CHECKS["audit_trail"].findings(hasty)
    assert (finding.verdict, finding.text) == ("UNKNOWN", "This snapshot did not ask for it.")


def test_the_owner_is_named_where_the_list_knows_one() -> None:
    """A finding that the owner of an account must clear says who that is."""
    snapshot = seen(account(A, email="eve@gmx.de"))
    (finding,) = CHECKS["approver_domains"].findings(
        replace(progress_of(snapshot), inputs=owned(A))
    )
    assert finding.actor == "Ada, #ada"


def test_a_terminal_gets_ten_of_each_check() -> None:
    """Thousands of accounts of which the same is true would hide everything else."""
    many = [Finding(Verdict.UNKNOWN, f"number {n}.", A, "Ask.", id="a") for n in range(12)]
    text = table([*many, Finding(Verdict.UNKNOWN, "other.", "", "Ask.", id="b")]).text()
    assert "number 9." in text
    assert "number 10." not in text
    assert "2 more accounts like these: findings.csv" in text
    assert "other." in text


def test_an_approver_without_an_address_is_no_pass_and_shares_nothing() -> None:
    """Where AWS sent no address nobody knows whose mailbox it is, even if two are like that."""
    snapshot = seen(account(A, email=None), account(B, email=None), account(C))
    found = CHECKS["approver_mailboxes"].findings(progress_of(snapshot))
    assert [(f.verdict, f.subject) for f in found] == [("UNKNOWN", A), ("UNKNOWN", B)]
    assert not any("<NA>" in f.text for f in found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reads": "acounts", "verdicts": "PASS"}, "acounts"),
        ({"reads": "accounts", "verdicts": "PAS"}, "PAS"),
        ({"reads": "accounts", "verdicts": ""}, "no verdict"),
    ],
)
def test_a_check_that_names_what_does_not_exist_is_refused(
    given: dict[str, str], words: str
) -> None:
    """A slip of the pen must not make a check that never says UNKNOWN."""

    def slipped(state: MigrationState) -> Any:
        """Say nothing."""
        yield ok("Fine.")

    with pytest.raises(ValueError, match=words):
        check("A title", "A source", **given)(slipped)
    assert "slipped" not in CHECKS


def test_checks_are_shown_in_the_order_of_their_subjects() -> None:
    """First the approvers, last what surrounds the process; every module has its place."""
    shown = [c.examine.__module__.rpartition(".")[2] for c in CHECKS.values()]
    order = ["approvers", "answered", "organization", "people", "process", "roles"]
    order += ["management_account"]
    assert list(dict.fromkeys(shown)) == order
    used = {p.stem for p in Path("orgkit/checks").glob("*.py") if "@check(" in p.read_text()}
    assert used <= set(order)
