"""The typed confirmation and the one button that carries out a plan, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orgkit.actions import Result
from orgkit.actions.plan import Plan
from orgkit.migration.state import MigrationState
from orgkit.notebook.run import Run
from orgkit.views import plan as views_plan
from orgkit.views.blocks import Block, Note, join
from orgkit.widgets.base import Control, Status, button

Plans = Callable[[MigrationState], Plan]


def confirm(run: Run, plan: Plan | Plans, confirm: str = "") -> Block | Confirm:
    """Carry out a plan: by field and button in a Jupyter front end, else if `confirm` allows it.

    In a front end running the cell never changes anything, whatever `confirm` says: only the button
    does. Given the function that makes the plan, the decision follows what is chosen above it.
    """
    if run.front_end.interactive:
        return Confirm(run, plan, confirm)
    planned = plan if isinstance(plan, Plan) else plan(run.state)
    return run.say(_came_of(run.carry_out(planned, confirm=confirm)))


def _came_of(result: Result) -> Block:
    return join([views_plan.result(result)], "orgkit-status")


class Confirm(Control):
    """A field for the organization id, a button that it enables, and what came of it."""

    def __init__(self, run: Run, plan: Plan | Plans, confirm: str) -> None:
        import ipywidgets

        self._run = run
        self._again: Plans | None = None if isinstance(plan, Plan) else plan
        self._used = False
        self.field = ipywidgets.Text(
            value=confirm,
            description="Organization id",
            style={"description_width": "initial"},
            layout={"width": "28rem"},
        )
        self.button = button("", "orgkit-apply", self._apply)
        self.button.button_style = "danger"
        self.status = Status()
        self.field.add_class("orgkit-confirm")
        self.asks = ipywidgets.HTML(layout={"width": "100%"})
        self.field.observe(self._typed, "value")
        self._propose(plan if isinstance(plan, Plan) else plan(run.state))
        panel = ipywidgets.VBox([self.asks, self.field, self.button, self.status.widget])
        panel.add_class("orgkit-confirm-panel")
        super().__init__(
            panel,
            lambda: _came_of(self._result),
            run.front_end,
        )
        run.follow("decision", self)
        run.say(self.static_copy)

    def refresh(self) -> None:
        """Propose the plan anew if what was chosen has changed it."""
        if self._again is None:
            return
        plan = self._again(self._run.state)
        if plan.fingerprint != self._plan.fingerprint and not (self._used and plan.not_now):
            # An id that was typed for another plan must not confirm this one.
            self.field.value = ""
            self._propose(plan)
            self.static_copy.refresh()

    def _propose(self, plan: Plan) -> None:
        self._plan, self._used = plan, False
        self._result: Result = self._run.carry_out(plan)  # not confirmed: changes nothing
        self.button.description = plan.title
        self.asks.value = views_plan.ask(plan, self._run.organization).html()
        self.field.placeholder = plan.organization_id
        self.field.disabled = bool(plan.not_now)
        self._typed()

    def _typed(self, _: Any = None) -> None:
        """Enable the button when the id stands there exactly."""
        plan, text = self._plan, str(self.field.value)
        exact = plan.allowed_by(text)
        self.button.disabled = self._used or bool(plan.not_now) or not exact
        if self._used:
            return
        if plan.not_now:
            self.status.show(views_plan.result(self._result))
        elif exact:
            self.status.show(Note("The button is enabled. Nothing is changed until it is pressed."))
        else:
            start = f'"{text}" is not the id of this organization. ' if text else ""
            says = f"{start}Nothing is changed. Type {plan.organization_id} to enable the button."
            self.status.show(Note(says))

    def _apply(self, _: Any) -> None:
        """Carry the plan out; the second click of a double click finds it used."""
        if self.button.disabled:
            return
        self._used = True
        self.button.disabled = self.field.disabled = True
        self.status.show(Note("Working: AWS is read again first, and once more afterwards."))
        with self.status.reporting(self._run.failed):
            self._result = self._run.carry_out(self._plan, confirm=str(self.field.value))
            self.status.show(views_plan.result(self._result))
            self.static_copy.refresh()
            self._run.refresh()
            self._run.save_again()
