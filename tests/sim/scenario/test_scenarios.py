"""Scenario files: the shipped ones hold what their titles promise, broken ones are explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from orgkit.sim.errors import ScenarioError
from orgkit.sim.organizations import reads
from orgkit.sim.scenario import shipped as scenario_shipped
from orgkit.sim.scenario.build import build
from orgkit.sim.scenario.schema import Scenario
from orgkit.terms import ACCESS_ROLE, HandshakeState, JoinedMethod
from tests.support.sim_walk import SMALL, Walk

NAMES = [name for name, _ in scenario_shipped.available()]


def walk_of(name: str) -> Walk:
    """A walk through a shipped scenario."""
    return Walk(build(scenario_shipped.load(name)))


def test_the_promised_scenarios_are_there() -> None:
    """Every scenario has one line that says what it is."""
    assert {"acme", "solo", "declined", "expired", "stuck", "hostile"} <= set(NAMES)
    assert all(title for _, title in scenario_shipped.available())


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_starts(name: str) -> None:
    """Each loads, starts in billing mode at the same instant, under the same management account."""
    walk = walk_of(name)
    assert walk.world.started_at.isoformat() == "2026-01-05T09:00:00+00:00"
    shown = walk.call("111111111111", "DescribeOrganization")["Organization"]
    assert shown["FeatureSet"] == "CONSOLIDATED_BILLING"


def test_organization_ids_differ() -> None:
    """Evidence of two scenarios must never land in one folder."""
    ids = [walk_of(name).world.organization_id for name in NAMES]
    assert len(set(ids)) == len(ids)


def test_acme_week_by_week() -> None:
    """Each of the first six weeks brings answers, early ones vanish, day 45 is ready."""
    walk = walk_of("acme")
    members = [a for a in walk.world.accounts.values() if a.member]
    joined = [a.joined_method for a in members]
    assert (joined.count(JoinedMethod.INVITED), joined.count(JoinedMethod.CREATED)) == (10, 4)
    parent = walk.begin()
    assert len(walk.world.outstanding) == 10, "nine invited, and one without its role"
    weeks = [[event.what for event in walk.advance("7d")] for _ in range(6)]
    assert all("approved" in week for week in weeks)
    assert "purged" in [*weeks[4], *weeks[5]]
    walk.advance("3d")
    assert walk.state(parent) == "OPEN"
    listed = [h for h in walk.world.handshakes.values() if h.state is HandshakeState.ACCEPTED]
    assert len(listed) < 10, "early approvals are gone from AWS's lists"


@pytest.mark.parametrize(
    ("name", "when", "state"),
    [
        ("solo", "0d", "OPEN"),
        ("declined", "30d", "REQUESTED"),
        ("expired", "89d", "REQUESTED"),
        ("expired", "90d", "EXPIRED"),
        ("stuck", "89d", "REQUESTED"),
        ("hostile", "1d", "OPEN"),
    ],
)
def test_how_they_go(name: str, when: str, state: str) -> None:
    """Each scenario comes to the state that it is there for."""
    walk = walk_of(name)
    parent = walk.begin()
    walk.advance(when)
    assert walk.state(parent) == state


@pytest.mark.parametrize("name", ["declined", "expired"])
def test_the_second_attempt_succeeds(name: str) -> None:
    """Beginning again is a way out that can be rehearsed."""
    walk = walk_of(name)
    parent = walk.begin()
    walk.advance("90d" if name == "expired" else "10d")
    if name == "declined":
        walk.call("111111111111", "CancelHandshake", HandshakeId=parent)
    second = walk.begin()
    walk.advance("20d")
    assert walk.state(second) == "OPEN"


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., str]:
    """Load a file with one thing wrong; gives the message."""

    def load(**changes: Any) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(SMALL | changes))
        with pytest.raises(ScenarioError) as caught:
            scenario_shipped.load(str(path))
        assert "mine.yaml" in str(caught.value)
        assert caught.value.do_this
        return caught.value.problem

    return load


ONE = SMALL["accounts"][0]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (ONE | {"id": "2222"}, "accounts[0].id: String should match pattern"),
        (ONE | {"joined": "SOMEHOW"}, "accounts[0].joined: Input should be 'INVITED' or 'CREATED'"),
        (ONE | {"state": "SLEEPING"}, "accounts[0].state: Input should be"),
        (ONE | {"colour": "red"}, "accounts[0].colour: Extra inputs are not permitted"),
        (ONE | {"owner": {"answer": "maybe"}}, "accounts[0].owner[0].answer: Input should be"),
        (
            ONE | {"owner": {"answer": "approve", "after": "soon"}},
            "accounts[0].owner[0].after: 'soon' is not a duration",
        ),
        (ONE | {"unit": "Nowhere"}, "is in unit 'Nowhere', not in units"),
        (ONE | {"email": "nobody"}, "accounts[0].email: String should match pattern"),
        ({"id": "222222222222"}, "accounts[0].name: Field required"),
    ],
)
def test_broken_accounts(broken: Callable[..., str], account: dict, expected: str) -> None:
    """The message names file, field, what was expected and what was found."""
    assert expected in broken(accounts=[account])


def test_broken_organizations(broken: Callable[..., str]) -> None:
    """Duplicates, bad ids, unknown switches and units out of order are refused."""
    twice = "id '222222222222' is used twice, each must be unique (line 7)"
    assert twice in broken(accounts=[ONE, dict(ONE)])
    other = ONE | {"id": "777777777777"}
    assert "email 'one@small.example.com' is used twice" in broken(accounts=[ONE, other])
    assert "organization.id: String should match" in broken(organization={"id": "x", "root": "r-a"})
    assert "switches.labels: Input should be" in broken(switches={"labels": "other"})
    assert "switches.nonsense: Extra inputs" in broken(switches={"nonsense": True})
    assert "which comes later" in broken(units=[{"name": "A", "under": "B"}, {"name": "B"}])
    assert "title: String should have at least 1" in broken(title="")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [1", "not readable as YAML"),
        (b"- a\n- b\n", "expected a mapping"),
        (b"\xff\xfe\x00\x00", "not readable"),
        (b"", "expected a mapping"),
    ],
)
def test_files_that_are_no_scenario(tmp_path: Path, content: bytes, expected: str) -> None:
    """What is not YAML, or not a mapping, is said so."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=expected):
        scenario_shipped.load(str(path))


def test_unknown_names_list_the_known_ones() -> None:
    """A typo in a name shows what there is."""
    with pytest.raises(ScenarioError, match=r"no scenario 'acmee'.*\n.*acme, "):
        scenario_shipped.load("acmee")


def test_an_id_is_read_as_it_is_written(tmp_path: Path) -> None:
    """YAML reads 012345670123 as an octal number; that must not become another account."""
    shipped = (scenario_shipped.FOLDER / "acme.yaml").read_text()
    path = tmp_path / "mine.yaml"
    path.write_text(shipped.replace('"222222222222"', "012345670123"))
    assert "012345670123" in {account.id for account in scenario_shipped.load(str(path)).accounts}


def test_a_number_is_no_account_id() -> None:
    """A program that hands over a number has lost the zeros already."""
    with pytest.raises(ValidationError, match="12 digits in quotes"):
        Scenario.model_validate(SMALL | {"accounts": [ONE | {"id": 222222222222}]})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: x\ntitle: y\n", 'Line 2, column 1: "title" is given twice'),
        ("a: &a [x]\nb: *a\n", "Line 1, column 4"),
        ("title: x\norganization:\n\tid: o-x\n", "Line 3, column 1: it is not YAML: a tab"),
        ("title: !!python/object:os.system x\n", "gives what follows a type"),
        ("title: x\n---\ntitle: y\n", "a second document"),
        ("title: x\norganization:\n  id: nonsense\n", r"found 'nonsense' \(line 3\)"),
    ],
)
def test_the_line_of_a_fault_is_named(tmp_path: Path, text: str, words: str) -> None:
    """F11: scenarios are read by the same strict reader as owners and answers."""
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=words) as caught:
        scenario_shipped.load(str(path))
    assert str(path) in caught.value.problem
    assert caught.value.do_this


@pytest.mark.parametrize(("said", "role"), [("no", ""), ("True", ACCESS_ROLE), ("Admin", "Admin")])
def test_a_role_is_yes_no_or_its_name(said: str, role: str) -> None:
    """Text of a file is not taken for the name of a role that is called "no"."""
    account = Scenario.model_validate(SMALL | {"accounts": [ONE | {"access_role": said}]})
    assert account.accounts[0].role_name == role


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_can_be_written_down_again(tmp_path: Path, name: str) -> None:
    """Its own dump as YAML is the same scenario: so a program may change one field of it."""
    file = tmp_path / "copy.yaml"
    scenario = scenario_shipped.load(name)
    file.write_text(yaml.safe_dump(scenario.model_dump(mode="json")))
    assert scenario_shipped.load(str(file)) == scenario


def test_editions_have_ids_that_aws_allows() -> None:
    """A long id gives up letters for the number."""
    scenario = scenario_shipped.load("solo")
    long = scenario.organization.model_copy(update={"id": "o-" + "x" * 32})
    world = build(scenario.model_copy(update={"organization": long}), 12)
    assert world.organization_id == "o-" + "x" * 30 + "12"


def test_big_is_as_large_as_it_says() -> None:
    """5,000 accounts, 4,200 of them asked, who all approve within 44 days."""
    walk = walk_of("big")
    accounts = list(walk.world.accounts.values())
    assert len(accounts) == 5000
    assert len({account.email for account in accounts}) == 5000
    assert len({account.joined_at for account in accounts}) > 4000
    parent = walk.begin()
    assert len(walk.world.outstanding) == 4200
    walk.advance("44d")
    assert len(walk.world.outstanding) == 71
    walk.advance("18h")
    assert walk.state(parent) == "OPEN"


def test_a_page_is_not_a_walk_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first page after a change looks at every handshake."""
    walk = walk_of("big")
    parent = walk.begin()
    looked = []
    matches = reads._matches
    monkeypatch.setattr(reads, "_matches", lambda *a: looked.append(1) or matches(*a))
    token: dict[str, str] = {}
    for _ in range(50):
        answer = walk.call(
            "111111111111",
            "ListHandshakesForOrganization",
            Filter={"ParentHandshakeId": parent},
            **token,
        )
        token = {"NextToken": answer["NextToken"]}
    assert len(looked) == 4201


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("first_id", "222222222221", "is used twice"),
        ("email", "same@x.example.com", "is used twice"),
        ("every", "soon", "is not a duration"),
        ("count", 0, "greater than or equal to 1"),
        ("unit", "Nowhere", "not in units"),
    ],
)
def test_wrong_generators_are_explained(tmp_path: Path, field: str, value: Any, words: str) -> None:
    """Generated accounts are checked like those that are written out."""
    rule = {
        "count": 3,
        "first_id": "700000000001",
        "name": "N {n}",
        "email": "n{n}@x.example.com",
        "joined": "INVITED",
    }
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(SMALL | {"generate": [rule | {field: value}]}))
    with pytest.raises(ScenarioError, match=words):
        scenario_shipped.load(str(file))
