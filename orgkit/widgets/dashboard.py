"""The dashboard of `orgkit app`: where the organization stands, what is next, runs and reports.

It takes one snapshot as `orgkit status` does, and opens no run.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import REPORT, by_name
from orgkit.evidence.store.store import Store
from orgkit.formats import digest
from orgkit.migration.next_step import next_step
from orgkit.migration.observe import Observer
from orgkit.notebook.connection import Connection, connect_to, effective
from orgkit.notebook.frontend import front_end
from orgkit.notebook.progress import progress
from orgkit.notebook.settings import kept
from orgkit.views import board
from orgkit.views import summary as views_summary
from orgkit.views.blocks import Block, Framed, Note, Table, Tone, join
from orgkit.views.status import banner
from orgkit.widgets.base import Control, Status, button

_RUNS = 50  # newest runs that are listed; the index of the store has all
_OUTCOMES = {"done": Tone.GOOD, "waiting": Tone.WAITING}
_BAD = ("blocked", "expired", "canceled", "failed")


class Dashboard(Control):
    """The page: state, board, runs, reports; a button takes a new snapshot."""

    def __init__(self) -> None:
        import ipywidgets

        self._runs: list[dict[str, Any]] = []
        self.state = Status("orgkit-dashboard")
        self.again = button("Take a new snapshot", "orgkit-dashboard-refresh", self._refresh)
        self.choice = ipywidgets.Dropdown(
            options=[], description="Report of", layout={"width": "36rem"}
        )
        self.open = button("Open", "orgkit-report-open", self._open)
        self.open.disabled = True  # until there is a report
        self.report = Status("orgkit-report")
        chooser = ipywidgets.HBox([self.choice, self.open])
        chooser.layout.flex_flow = "row wrap"
        rows = [self.again, self.state.widget, chooser, self.report.widget]
        super().__init__(ipywidgets.VBox(rows), lambda: Note("The dashboard."), front_end())
        self._refresh()

    def _refresh(self, _: Any = None) -> None:
        with self.state.reporting():
            self.state.show(self._look())
            names = [run["name"] for run in self._runs]
            self.choice.options = names
            self.choice.value = names[0] if names else None
            self.open.disabled = not names

    def _look(self) -> Block:
        """Take a snapshot and say what it shows, with the runs so far."""
        connection = effective(asdict(Connection()))
        organization = connect_to(connection)
        self._store = Store(
            str(kept().get("store") or "evidence"), organization.target, connection.profile
        )
        self._store.check_writable()
        journal = self._journal = Journal(self._store, organization.organization_id)
        state = Observer(organization, journal).observe()
        done = progress(journal, state.phase)
        self._runs = _completed(journal)
        parts: list[Block] = [
            banner(organization),
            views_summary.summary(state, next_step(state, done), done),
        ]
        if state.attempt is not None:
            parts += [board.counts(state), board.blockers(state), board.table(state)]
        return join([*parts, _runs_table(self._runs)])

    def _open(self, _: Any) -> None:
        """Show a report, if it is the one that the journal announced."""
        with self.report.reporting():
            name = str(self.choice.value)
            path = f"{self._journal.organization_id}/runs/{name}/{REPORT}"
            content = self._store.read(path)
            if digest(content) not in self._journal.announced(name, REPORT):
                why = f"The report of {name} is not the one that the journal announced."
                self.report.show(Note(f"{why} It is not shown; run `orgkit verify`.", "bad"))
                return
            page = content.decode("utf-8", "replace")
            self.report.show(Framed(f"Report of {name}", page, f"{name}.html"))


def _completed(journal: Journal) -> list[dict[str, Any]]:
    """List the runs that have a report, newest first."""
    announced = journal.announcements(REPORT)
    found = [{**run, "name": n} for n, run in by_name(journal).items() if n in announced]
    return sorted(found, key=lambda run: str(run["name"]), reverse=True)[:_RUNS]


def _runs_table(runs: list[dict[str, Any]]) -> Block:
    rows = [
        {
            "started": run["started"],
            "notebook": run["notebook"],
            "phase": run["phase"],
            "outcome": run["outcome"],
            "changed": sum(call["changed"] is True for call in run["calls"]),
        }
        for run in runs
    ]
    columns = {
        "started": "Started",
        "notebook": "Notebook",
        "phase": "Phase",
        "outcome": "Outcome",
        "changed": "Calls that changed AWS",
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    empty = "No run is complete yet."
    return Table("Runs, newest first", frame, columns, empty=empty, badges={"outcome": _tone})


def _tone(outcome: str) -> Tone:
    return Tone.BLOCKED if outcome in _BAD else _OUTCOMES.get(outcome, Tone.UNKNOWN)


def dashboard() -> Dashboard:
    """Show the dashboard."""
    return Dashboard()
