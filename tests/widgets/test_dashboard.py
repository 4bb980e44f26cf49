"""The dashboard of the app: state, next step, runs, reports that the journal vouches for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orgkit.widgets.dashboard import Dashboard
from tests.support.simulator import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A working folder of its own."""
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path)


def test_it_shows_state_runs_and_reports_and_opens_no_run(place: Place) -> None:
    """One snapshot, as `orgkit status` takes it; a report that was altered is not shown."""
    with place:
        place.run("start_here")
        board = Dashboard()
        shown = board.state.widget.value
        for words in (place.organization_id, "SIMULATED", "orgkit-summary", "00_start_here"):
            assert words in shown
        (name,) = board.choice.options
        board.open.click()
        assert 'sandbox=""' in board.report.widget.value
        assert f'download="{name}.html"' in board.report.widget.value
        runs = place.folder / "evidence" / place.organization_id / "runs"
        assert [p.name for p in runs.iterdir()] == [name]
        (runs / name / "report.html").write_text("<script>other</script>", "utf-8")
        board.open.click()
        assert "is not the one that the journal announced" in board.report.widget.value
        assert "<script>" not in board.report.widget.value
        place.confirmed("request")
        board.again.click()
        assert "WAITING" in board.state.widget.value
        assert "Log Archive" in board.state.widget.value


def test_trouble_is_a_remedy_in_the_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the button can be pressed again."""

    def full(_: object) -> None:
        raise OSError(28, "No space left on device", "/store")

    with place:
        monkeypatch.setattr(sys.modules["orgkit.widgets.dashboard"], "connect_to", full)
        board = Dashboard()
        assert "disk is full" in board.state.widget.value
        assert board.open.disabled
