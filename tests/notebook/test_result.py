"""The outcome of a run is computed from what stands; nothing latches."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from orgkit.actions import Result
from orgkit.checks import Finding
from orgkit.errors import OrgkitError, UsageError
from orgkit.notebook.result import RunResult, passed
from orgkit.notebook.run import Run
from orgkit.sim.server.serve import Service
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, Verdict
from tests.support.cells import bring, run_names

FAIL, WARN = Finding(Verdict.FAIL, "no"), Finding(Verdict.WARN, "hm")
KNOWN = OrgkitError("It broke.", "Mend it.")
WRONG = UsageError("Wrong.", "Write it right.")
HIDDEN = RuntimeError("AKIAVERYSECRET")


def acted(outcome: Outcome, phase: Phase, changed: bool | None = False) -> Result:
    """What an action came to, as far as the outcome of the run is concerned."""
    made: Any = SimpleNamespace(
        outcome=outcome, changed=changed, state=SimpleNamespace(phase=phase)
    )
    found: Result = made
    return found


DONE = acted(Outcome.WAITING, Phase.WAITING, changed=True)
REFUSED = acted(Outcome.BLOCKED, Phase.CONSOLIDATED_BILLING)
UNCLEAR = acted(Outcome.BLOCKED, Phase.CONSOLIDATED_BILLING, changed=None)


@pytest.mark.parametrize("phase", list(Phase))
def test_with_nothing_else_the_phase_decides(phase: Phase) -> None:
    """Every phase has its outcome, and the exit code that belongs to it."""
    result = RunResult(phase)
    assert result.outcome is OUTCOME_OF_PHASE[phase]
    assert result.exit_code == int(OUTCOME_OF_PHASE[phase].exit_code)
    assert result.error == ""


@pytest.mark.parametrize(
    ("result", "outcome", "code"),
    [
        (RunResult(Phase.CONSOLIDATED_BILLING, [FAIL]), Outcome.BLOCKED, 20),
        (RunResult(Phase.CONSOLIDATED_BILLING, [WARN]), Outcome.DONE, 0),
        (RunResult(Phase.WAITING, [FAIL]), Outcome.WAITING, 10),
        (RunResult(Phase.ALL_FEATURES, [FAIL]), Outcome.DONE, 0),
        (RunResult(Phase.EXPIRED, [FAIL]), Outcome.BLOCKED, 20),
        (RunResult(Phase.WAITING, [FAIL], DONE), Outcome.WAITING, 10),
        (RunResult(Phase.CONSOLIDATED_BILLING, [], REFUSED), Outcome.BLOCKED, 20),
        (RunResult(Phase.WAITING, [], REFUSED), Outcome.WAITING, 10),  # begun elsewhere since
        (RunResult(Phase.WAITING, [], UNCLEAR), Outcome.BLOCKED, 20),  # nobody knows what it did
        (RunResult(Phase.READY, right=frozenset({"WAITING"})), Outcome.BLOCKED, 20),
        (RunResult(Phase.WAITING, right=frozenset({"WAITING"})), Outcome.WAITING, 10),
        (RunResult(Phase.ALL_FEATURES, right=frozenset({"WAITING"})), Outcome.DONE, 0),
        (RunResult(Phase.WAITING, errors=[KNOWN]), Outcome.BLOCKED, 20),
        (RunResult(Phase.WAITING, errors=[WRONG]), Outcome.FAILED, 64),
        (RunResult(Phase.WAITING, errors=[HIDDEN]), Outcome.FAILED, 1),
        (RunResult(Phase.WAITING, errors=[HIDDEN, KNOWN]), Outcome.BLOCKED, 20),
        (RunResult(Phase.UNKNOWN), Outcome.BLOCKED, 20),
    ],
)
def test_what_stands_decides(result: RunResult, outcome: Outcome, code: int) -> None:
    """Errors before actions, actions before findings, findings before the moment and the phase."""
    assert (result.outcome, result.exit_code) == (outcome, code)


def test_an_error_is_told_and_an_unknown_one_only_by_its_kind() -> None:
    """What nobody understands may hold a secret; its traceback is shown where it happened."""
    assert RunResult(errors=[KNOWN]).error == str(KNOWN)
    assert "RuntimeError" in RunResult(errors=[HIDDEN]).error
    assert "SECRET" not in RunResult(errors=[HIDDEN]).error


@pytest.mark.parametrize(
    ("changes", "checked"),
    [
        ({}, True),
        ({"findings": [{"verdict": "FAIL"}]}, False),
        ({"findings": []}, False),
        ({"error": "It broke."}, False),
        ({"outcome": "failed"}, False),
    ],
)
def test_prechecks_passed_only_if_they_ran_and_none_failed(
    changes: dict[str, Any], checked: bool
) -> None:
    """A run that judged nothing, or stopped, has checked nothing."""
    result = {"findings": [{"verdict": "PASS"}], "error": "", "outcome": "done"}
    assert passed(result | changes) is checked


@pytest.fixture
def acme(simulator: Callable[..., Service]) -> Service:
    """The scenario `acme`, in this process."""
    return simulator("acme")


def opened(notebook: str, **parameters: str) -> dict[str, Any]:
    """What the cells of a notebook named."""
    return run_names(notebook, **parameters)


def test_a_cell_that_failed_and_succeeds_leaves_no_error(acme: Service) -> None:
    """What was run again with success does not stand, and a confirmed request ends as waiting."""
    names = opened("request")
    run: Run = names["run"]
    run.cell_ended("cell", KNOWN)
    assert run.result()["outcome"] == "blocked"
    run.cell_ended("cell", None)
    run.carry_out(names["plan"](run.state), confirm=run.organization.organization_id)
    saved = run.folder.result()
    run.save()
    saved = run.folder.result()
    assert (saved["outcome"], saved["exit_code"], saved["error"]) == ("waiting", 10, "")
    assert [c["operation"] for c in saved["calls"] if c["changed"]] == ["EnableAllFeatures"]


def test_an_error_that_stands_is_told_whatever_else_succeeds(acme: Service) -> None:
    """Another cell that succeeds is no answer to the one that failed."""
    run: Run = opened("start_here")["run"]
    run.cell_ended("one", KNOWN)
    run.cell_ended("other", None)
    assert run.folder.result()["error"] == str(KNOWN)


def test_an_error_that_was_mended_goes_from_what_was_saved(acme: Service) -> None:
    """run.json is written again when the cell succeeds."""
    run: Run = opened("start_here")["run"]
    run.cell_ended("one", KNOWN)
    run.cell_ended("one", None)
    assert run.folder.result()["error"] == ""


def test_a_fail_that_was_cleared_blocks_no_more(acme: Service) -> None:
    """Findings that are judged again take the place of those before."""
    run: Run = opened("precheck")["run"]
    run.judge([FAIL])
    assert run.result()["exit_code"] == 20
    run.judge([WARN])
    assert run.result()["exit_code"] == 0


def test_a_moment_that_has_come_blocks_no_more(acme: Service) -> None:
    """A monitor that was opened too early is right when a watch reaches WAITING."""
    run: Run = opened("monitor")["run"]
    assert run.result()["outcome"] == "blocked"
    bring(acme.endpoint, "request")
    run.observe_again()
    assert (run.result()["outcome"], run.result()["exit_code"]) == ("waiting", 10)


def test_a_pre_check_that_crashed_has_not_checked(
    acme: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It judged nothing, so checking is still the next step."""

    def crashes(*_: object) -> None:
        raise RuntimeError("a check broke")

    with monkeypatch.context() as patch:
        patch.setattr("orgkit.checks.run", crashes)
        with pytest.raises(RuntimeError) as caught:
            opened("precheck")
    broken = next(v for v in _locals(caught.value) if isinstance(v, Run))
    broken.cell_ended("judging", caught.value)
    assert broken.folder.result()["outcome"] == "failed"
    start = opened("start_here")
    assert start["run"].summary(start["state"]).onward.notebook == "01_precheck"
    assert start["run"].passed("01_precheck") is False


def _locals(error: BaseException) -> list[Any]:
    """Everything that the frames of a traceback hold by name in their cells' names."""
    found, trace = [], error.__traceback__
    while trace is not None:
        names = trace.tb_frame.f_locals.get("names", {})
        found += list(names.values()) if isinstance(names, dict) else []
        trace = trace.tb_next
    return found
