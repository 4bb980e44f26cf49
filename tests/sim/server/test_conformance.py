"""What AWS does, row by row with its source: conformance.txt; one test for each row."""

from __future__ import annotations

import collections
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orgkit.sim.errors import AwsError
from orgkit.sim.scenario.build import build
from orgkit.terms import Kind
from tests.support.sim_walk import (
    CREATED,
    INVITED,
    MANAGEMENT,
    NOBODY,
    OTHER,
    OUTSIDE,
    SMALL,
    Walk,
    small,
)

TABLE = (Path(__file__).parent / "conformance.txt").read_text()
UNKNOWN = "h-" + "0" * 32
ACTORS = {
    "management": MANAGEMENT,
    "invited": INVITED,
    "other": OTHER,
    "created": CREATED,
    "outside": OUTSIDE,
    "nobody": NOBODY,
}
BY_ID = {"Type": "ACCOUNT", "Id": OUTSIDE}
BY_EMAIL = {"Type": "EMAIL", "Id": "out@other.example.com"}


def rows() -> list[list[str]]:
    """The table without its comments."""
    lines = [line for line in TABLE.splitlines() if line[:1] not in ("#", "")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines]


def invite(walk: Walk, target: dict[str, str]) -> None:
    """Invite the account outside."""
    walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)


def joins_in_vain(walk: Walk) -> None:
    """It is in another organization: an error, and an effect."""
    with pytest.raises(AwsError):
        walk.answer(OUTSIDE, "Accept")


def new_account(walk: Walk) -> None:
    """A created account that is one hour old."""
    walk.call(MANAGEMENT, "CreateAccount", AccountName="New", Email="new@small.example.com")
    walk.advance("1h")


def handle(walk: Walk, verb: str, kind: Kind) -> None:
    """The management account acts on the newest handshake of a kind."""
    walk.call(MANAGEMENT, f"{verb}Handshake", HandshakeId=newest(walk, kind))


def newest(walk: Walk, kind: Kind, account: str = "") -> str:
    """The newest handshake of a kind, to an account if one is named."""
    found = (h for h in walk.world.handshakes.values() if h.kind is kind)
    ids = [h.id for h in found if account in ("", h.account_id)]
    return ids[-1] if ids else UNKNOWN


STEPS: dict[str, Callable[[Walk], Any]] = {
    "begun": lambda w: w.begin(),
    "all": lambda w: w.finalize(),
    "canceled": lambda w: handle(w, "Cancel", Kind.ORGANIZATION),
    "invited-accept": lambda w: w.answer(INVITED, "Accept"),
    "invited-decline": lambda w: w.answer(INVITED, "Decline"),
    "other-accept": lambda w: w.answer(OTHER, "Accept"),
    "invited-removed": lambda w: w.call(
        MANAGEMENT, "RemoveAccountFromOrganization", AccountId=INVITED
    ),
    "inviting": lambda w: invite(w, BY_ID),
    "by-email": lambda w: invite(w, BY_EMAIL),
    "joined": lambda w: w.answer(OUTSIDE, "Accept"),
    "declined-there": lambda w: w.answer(OUTSIDE, "Decline"),
    "joins-in-vain": joins_in_vain,
    "new-account": new_account,
    "closed": lambda w: w.call(MANAGEMENT, "CloseAccount", AccountId=OTHER),
    "enabling": lambda w: w.call(
        MANAGEMENT, "EnablePolicyType", RootId="r-smal", PolicyType="TAG_POLICY"
    ),
    "trusted": lambda w: w.call(
        MANAGEMENT, "EnableAWSServiceAccess", ServicePrincipal="ec2.amazonaws.com"
    ),
}
ACCOUNTS, OUT = SMALL["accounts"], SMALL["outside"][0]
FIELDS: dict[str, dict[str, Any]] = {
    "nobody-invited": {"accounts": []},
    "role-lost": {"accounts": [*ACCOUNTS[:2], ACCOUNTS[2] | {"service_linked_role": False}]},
    "elsewhere": {"outside": [OUT | {"in_other_organization": True}]},
}


def prepare(given: str) -> Walk:
    """The small organization after the steps."""
    steps = [] if given == "-" else given.split()
    fields: dict[str, Any] = {}
    for step in steps:
        fields |= FIELDS.get(step, {})
    walk = Walk(build(small(**fields)))
    for step in steps:
        if step in STEPS:
            STEPS[step](walk)
        elif step not in FIELDS:
            walk.advance(step)
    return walk


def filled(walk: Walk, text: str) -> str:
    """The text with the ids that stand for its words."""
    parent = newest(walk, Kind.ORGANIZATION)
    made = [account.id for account in walk.world.accounts.values()][-1]
    words = {
        "$parent-without-prefix": parent.removeprefix("h-"),
        "$parent": parent,
        "$request": newest(walk, Kind.APPROVAL, INVITED),
        "$invitation": newest(walk, Kind.INVITATION),
        "$unknown": UNKNOWN,
        "$new": made,
        "$1025": "x" * 1025,
    }
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def look(answer: dict[str, Any], path: str) -> str:
    """The value at a path of an answer, or a fact about its handshake."""
    handshake = answer.get("Handshake") or (answer.get("Handshakes") or [{}])[0]
    if path == "window":
        return str(handshake["ExpirationTimestamp"] - handshake["RequestedTimestamp"])
    if path == "parties":
        return ",".join(sorted(party["Type"] for party in handshake["Parties"]))
    if path in ("sender", "segment"):
        sender, _, rest = handshake["Arn"].removeprefix("arn:aws:organizations::").partition(":")
        return str(sender if path == "sender" else rest.split("/")[2])
    value: Any = answer
    for part in path.split("."):
        if part == "#":
            return str(len(value))
        value = value[int(part)] if part.isdigit() else value[part]
    return str(value)


def outcome_of(walk: Walk, row: list[str]) -> str:
    """What came of the row's call, in the words of its last column."""
    _, _, actor, operation, params, expected = row
    try:
        answer = walk.call(ACTORS[actor], operation, **json.loads(filled(walk, params)))
    except AwsError as error:
        return f"{error.code}/{error.reason}".removesuffix("/None")
    pairs = [pair.split("=", 1)[0] for pair in expected.split() if "=" in pair]
    return " ".join(f"{path}={look(answer, path)}" for path in pairs) or "answered"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[1]}-{row[2]}-{row[3]}")
def test_row(row: list[str], record_property: Callable[[str, object], None]) -> None:
    """The call ends as AWS documents or showed it."""
    record_property("conformance", row[0])
    walk = prepare(row[1])
    assert outcome_of(walk, row) == filled(walk, row[5])


def test_every_row_has_a_source() -> None:
    """One that the head of the table explains; and no row is there twice."""
    table = rows()
    head = TABLE.partition("# given")[0]
    explained = {word.strip("#,:") for word in head.split()}
    assert {row[0] for row in table} <= explained
    assert {len(row) for row in table} == {6}
    twice = [key for key, n in collections.Counter(map(tuple, table)).items() if n > 1]
    assert twice == []


def test_a_row_can_fail() -> None:
    """A simulator that answers otherwise does not pass."""
    row = next(row for row in rows() if row[5].startswith("Handshake.Action=ENABLE"))
    walk = prepare("-")
    switches = walk.world.switches.model_copy(update={"labels": "api-reference"})
    walk.world = dataclasses.replace(walk.world, switches=switches)
    assert (
        outcome_of(walk, row) == "Handshake.Action=APPROVE_ALL_FEATURES Handshake.State=REQUESTED"
    )
