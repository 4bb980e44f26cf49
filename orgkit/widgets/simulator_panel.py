"""A rehearsal on the simulator: let time pass, let an owner approve or decline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orgkit.notebook.run import Run
from orgkit.terms import LIVE_HANDSHAKE_STATES
from orgkit.views.blocks import Note
from orgkit.widgets.base import Control, Status, button

_SPANS = {"a day": "1d", "a week": "7d", "a month": "30d"}
_OFFERED = 200  # a longer list is of no use in a menu; the first to answer make room for others


class SimulatorPanel(Control):
    """Buttons that move the simulated world; everything shown on the page follows."""

    def __init__(self, run: Run) -> None:
        import ipywidgets

        self._run = run
        self.status = Status("orgkit-sim-status")
        self.span = ipywidgets.Dropdown(options=_SPANS, value="7d", description="Time")
        self.owner = ipywidgets.Dropdown(description="Owner", layout={"width": "26rem"})
        self.advance = button("Advance clock", "orgkit-sim-advance", self._advance)
        self.approve = button("Approve", "orgkit-sim-approve", self._approve)
        self.decline = button("Decline", "orgkit-sim-decline", self._decline)
        rows = [
            ipywidgets.HBox([self.span, self.advance]),
            ipywidgets.HBox([self.owner, self.approve, self.decline]),
            self.status.widget,
        ]
        for row in rows[:2]:
            row.layout.flex_flow = "row wrap"
        panel = ipywidgets.VBox(rows)
        panel.add_class("orgkit-sim-panel")
        words = "Controls of the simulator while JupyterLab runs."
        super().__init__(panel, lambda: Note(words), run.front_end)
        self.refresh()
        run.follow("rehearsal", self)

    def refresh(self) -> None:
        """Offer the owners who have not answered yet."""
        board = self._run.state.board
        waiting = board[board["request_state"].isin([str(s) for s in LIVE_HANDSHAKE_STATES])]
        before = self.owner.value
        rows = waiting.head(_OFFERED).to_dict("records")
        options = [(f"{row['name']} ({row['account_id']})", str(row["account_id"])) for row in rows]
        self.owner.options = options
        ids = [account for _, account in options]
        self.owner.value = before if before in ids else next(iter(ids), None)
        for each in (self.owner, self.approve, self.decline):
            each.disabled = not options

    def _advance(self, _: Any) -> None:
        self._move(
            lambda: self._run.organization.advance(str(self.span.value)), "The clock was advanced."
        )

    def _approve(self, _: Any) -> None:
        self._answer(approve=True)

    def _decline(self, _: Any) -> None:
        self._answer(approve=False)

    def _answer(self, *, approve: bool) -> None:
        account = str(self.owner.value)
        word = "approved" if approve else "declined"
        self._move(
            lambda: self._run.organization.answer(account, approve=approve),
            f"The owner of {account} has {word}.",
        )

    def _move(self, do: Callable[[], None], says: str) -> None:
        with self.status.reporting():
            do()
            seen = self._run.observe_again()
            self._run.refresh()
            now = f"{seen.snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
            self.status.show(Note(f"{says} It is {now} (simulated); the phase is {seen.phase}."))


def simulator_panel(run: Run) -> SimulatorPanel | None:
    """Show a panel to rehearse with; nothing on AWS, where time and owners are their own."""
    return SimulatorPanel(run) if run.front_end.interactive and run.organization.simulated else None
