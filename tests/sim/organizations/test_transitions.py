"""Who may do what to a handshake, in every state: each cell of the table is one test."""

from __future__ import annotations

from typing import Any

import pytest

from orgkit.sim.errors import AwsError
from orgkit.sim.scenario.build import build
from tests.support.sim_walk import INVITED, MANAGEMENT, NOBODY, OTHER, OUTSIDE, Walk, small

# `ok` is success, `same` HandshakeAlreadyInState, `late` InvalidHandshakeTransition, `no`
# AccessDenied. The rows of a recipient and of the sender are the live capture of INVITE; the
# organization's own handshake follows the same rules with the management account on both sides.
TABLE = """
kind    actor      action    REQUESTED OPEN ACCEPTED DECLINED CANCELED EXPIRED
parent  management Accept    late      ok   same     late     late     late
parent  management Decline   no        no   no       no       no       no
parent  management Cancel    ok        ok   late     late     same     late
parent  management Describe  ok        ok   ok       ok       ok       ok
parent  recipient  Accept    no        no   no       no       no       no
parent  recipient  Decline   no        no   no       no       no       no
parent  recipient  Cancel    no        no   no       no       no       no
parent  recipient  Describe  no        no   no       no       no       no
child   management Accept    -         no   no       no       no       no
child   management Decline   -         no   no       no       no       no
child   management Cancel    -         ok   late     late     same     late
child   management Describe  -         ok   ok       ok       ok       ok
child   recipient  Accept    -         ok   same     late     late     late
child   recipient  Decline   -         ok   late     same     late     late
child   recipient  Cancel    -         no   no       no       no       no
child   recipient  Describe  -         ok   ok       ok       ok       ok
child   other      Accept    -         no   no       no       no       no
child   other      Decline   -         no   no       no       no       no
child   other      Cancel    -         no   no       no       no       no
child   other      Describe  -         no   no       no       no       no
child   nobody     Accept    -         no   no       no       no       no
child   nobody     Decline   -         no   no       no       no       no
child   nobody     Cancel    -         no   no       no       no       no
child   nobody     Describe  -         no   no       no       no       no
invite  management Accept    -         no   no       no       no       no
invite  management Decline   -         no   no       no       no       no
invite  management Cancel    -         ok   late     late     same     late
invite  management Describe  -         ok   ok       ok       ok       ok
invite  recipient  Accept    -         ok   same     late     late     late
invite  recipient  Decline   -         ok   late     same     late     late
invite  recipient  Cancel    -         no   no       no       no       no
invite  recipient  Describe  -         ok   ok       ok       ok       ok
invite  other      Accept    -         no   no       no       no       no
invite  other      Decline   -         no   no       no       no       no
invite  other      Cancel    -         no   no       no       no       no
invite  other      Describe  -         no   no       no       no       no
"""

CODES = {
    "same": "HandshakeAlreadyInStateException",
    "late": "InvalidHandshakeTransitionException",
    "no": "AccessDeniedException",
}
RESULTS = {"Accept": "ACCEPTED", "Decline": "DECLINED", "Cancel": "CANCELED"}


def cells() -> list[Any]:
    """Every cell that can exist, named so that a failure says which one."""
    header, *rows = [line.split() for line in TABLE.strip().splitlines()]
    return [
        pytest.param(kind, actor, action, state, outcome, id=f"{kind}-{actor}-{action}-{state}")
        for kind, actor, action, *outcomes in rows
        for state, outcome in zip(header[3:], outcomes, strict=True)
        if outcome != "-"
    ]


def parent_in(state: str) -> tuple[Walk, str]:
    """A walk in which the organization's handshake is in the given state."""
    accounts = {"accounts": []} if state == "OPEN" else {}
    switches = {"decline_parent_state": "DECLINED"} if state == "DECLINED" else {}
    walk = Walk(build(small(**accounts, switches=switches)))
    parent = walk.begin()
    if state == "ACCEPTED":
        walk.answer(INVITED, "Accept")
        walk.answer(OTHER, "Accept")
        walk.call(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
    elif state == "DECLINED":
        walk.answer(INVITED, "Decline")
    elif state == "CANCELED":
        walk.call(MANAGEMENT, "CancelHandshake", HandshakeId=parent)
    elif state == "EXPIRED":
        walk.advance("90d")
    return walk, parent


def sent_in(kind: str, state: str) -> tuple[Walk, str]:
    """A walk in which a request or an invitation is in the given state."""
    walk = Walk(build(small()))
    if kind == "child":
        walk.begin()
        recipient = INVITED
    else:
        target = {"Type": "ACCOUNT", "Id": OUTSIDE}
        walk.call(MANAGEMENT, "InviteAccountToOrganization", Target=target)
        recipient = OUTSIDE
    handshake = walk.request_of(recipient)
    if state in ("ACCEPTED", "DECLINED"):
        walk.answer(recipient, {"ACCEPTED": "Accept", "DECLINED": "Decline"}[state])
    elif state == "CANCELED":
        walk.call(MANAGEMENT, "CancelHandshake", HandshakeId=handshake)
    elif state == "EXPIRED":
        walk.advance("90d" if kind == "child" else "15d")
    return walk, handshake


@pytest.mark.parametrize(("kind", "actor", "action", "state", "outcome"), cells())
def test_every_cell(kind: str, actor: str, action: str, state: str, outcome: str) -> None:
    """An action by an actor on a handshake in a state ends as the table says, and only so."""
    walk, handshake = parent_in(state) if kind == "parent" else sent_in(kind, state)
    recipient = OUTSIDE if kind == "invite" else INVITED
    who = {"management": MANAGEMENT, "recipient": recipient, "other": OTHER, "nobody": NOBODY}
    assert walk.state(handshake) == state
    before = walk.world.version
    if outcome == "ok":
        answer = walk.call(who[actor], f"{action}Handshake", HandshakeId=handshake)
        assert answer["Handshake"]["State"] == RESULTS.get(action, state)
        assert answer["Handshake"]["State"] == walk.state(handshake)
    else:
        with pytest.raises(AwsError) as caught:
            walk.call(who[actor], f"{action}Handshake", HandshakeId=handshake)
        assert caught.value.code == CODES[outcome]
        assert walk.world.version == before, "a refusal must change nothing"


@pytest.mark.parametrize("action", ["Accept", "Decline", "Cancel", "Describe"])
def test_unknown_id(walk: Walk, action: str) -> None:
    """A well-formed id that nobody has is not found, whoever asks."""
    unknown = "h-" + "0" * 32
    for account in (MANAGEMENT, INVITED, NOBODY):
        refused = walk.refused(account, f"{action}Handshake", HandshakeId=unknown)
        assert refused == "HandshakeNotFoundException"


def test_switches_for_undocumented_errors() -> None:
    """The two errors that AWS does not document follow their switches."""
    walk = Walk(build(small(switches={"early_finalize_error": "AccessDeniedException"})))
    parent = walk.begin()
    early = walk.refused(MANAGEMENT, "AcceptHandshake", HandshakeId=parent)
    assert early == "AccessDeniedException"
    walk = Walk(build(small(switches={"expired_error": "HandshakeNotFoundException"})))
    walk.begin()
    request = walk.request_of(INVITED)
    walk.advance("90d")
    late = walk.refused(INVITED, "AcceptHandshake", HandshakeId=request)
    assert late == "HandshakeNotFoundException"
