"""AWS's words are spelled as the installed service model spells them; ours fit together."""

from __future__ import annotations

import json

import pytest
from botocore.session import Session

from orgkit import terms


def enum_of(shape: str) -> set[str]:
    """The values of an enumeration in botocore's model of Organizations."""
    return set(Session().get_service_model("organizations").shape_for(shape).enum)


@pytest.mark.parametrize(
    ("ours", "shape"),
    [
        (terms.FeatureSet, "OrganizationFeatureSet"),
        (terms.HandshakeState, "HandshakeState"),
        (terms.HandshakeAction, "ActionType"),
        (terms.PartyType, "HandshakePartyType"),
        (terms.AccountState, "AccountState"),
        (terms.JoinedMethod, "AccountJoinedMethod"),
    ],
)
def test_words_are_spelled_as_aws_spells_them(ours: type, shape: str) -> None:
    """A value that AWS does not know, or one of AWS's that we forgot, would be misread."""
    assert {str(word) for word in ours} == enum_of(shape)


def test_policy_type_status_adds_only_one_word() -> None:
    """NOT_ENABLED is orgkit's word for a type that AWS leaves out; the others are AWS's."""
    assert {str(s) for s in terms.PolicyTypeStatus} - enum_of("PolicyTypeStatus") == {"NOT_ENABLED"}


def test_live_states_are_the_two_that_still_wait() -> None:
    """The other four states are terminal."""
    assert {"REQUESTED", "OPEN"} == terms.LIVE_HANDSHAKE_STATES


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("done", 0),
        ("waiting", 10),
        ("blocked", 20),
        ("expired", 30),
        ("canceled", 30),
        ("failed", 1),
    ],
)
def test_exit_codes_are_the_contract(outcome: str, code: int) -> None:
    """Scripts rely on these numbers."""
    assert terms.Outcome(outcome).exit_code == code


def test_wrong_usage_has_its_own_code() -> None:
    """64 is what sysexits calls wrong usage."""
    assert terms.ExitCode.USAGE == 64


def test_every_outcome_and_phase_has_its_counterpart() -> None:
    """No phase ends without an outcome, no outcome without a code."""
    assert set(terms.OUTCOME_OF_PHASE) == set(terms.Phase)
    assert all(isinstance(o.exit_code, terms.ExitCode) for o in terms.Outcome)


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [
        ("CONSOLIDATED_BILLING", "done"),
        ("WAITING", "waiting"),
        ("BLOCKED", "blocked"),
        ("READY", "done"),
        ("ALL_FEATURES", "done"),
        ("EXPIRED", "expired"),
        ("CANCELED", "canceled"),
        ("UNKNOWN", "blocked"),
    ],
)
def test_outcome_of_each_phase(phase: str, outcome: str) -> None:
    """A look that finds this phase comes to this outcome; what is unknown is never done."""
    assert terms.OUTCOME_OF_PHASE[terms.Phase(phase)] == outcome


def test_verdicts_are_ordered_from_worst_to_best() -> None:
    """Findings are sorted by this order, and unknown is worse than a pass."""
    assert [v.value for v in terms.Verdict] == ["FAIL", "WARN", "UNKNOWN", "INFO", "PASS"]


def test_words_are_plain_text_in_json() -> None:
    """What is written to the journal is the word itself."""
    assert json.dumps(terms.Phase.READY) == '"READY"'
