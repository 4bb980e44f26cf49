"""Which policy types to enable: boxes to tick, or the parameter."""

from __future__ import annotations

from typing import Any

from orgkit import actions
from orgkit.actions.plan import Plan
from orgkit.migration.state import MigrationState
from orgkit.notebook.run import Run
from orgkit.views import plan as views_plan
from orgkit.views.blocks import Block, Note
from orgkit.widgets.base import Control, StaticControl


class Chosen(StaticControl):
    """The names that were chosen, in the order in which they are enabled."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def plan(self, state: MigrationState) -> Plan:
        """Plan enabling them."""
        return actions.policy_types(state, self.names)

    def shown(self, state: MigrationState) -> Block:
        """Show the plan as a block."""
        return views_plan.preview(self.plan(state))

    def block(self) -> Block:
        """Name the choice in words."""
        return Note(f"Chosen: {', '.join(self.names) or 'none'}.")


class Boxes(Chosen, Control):
    """One box a policy type; those that are enabled already cannot be chosen."""

    def __init__(self, run: Run, names: list[str]) -> None:
        import ipywidgets

        Chosen.__init__(self, names)
        self._run = run
        snapshot = run.state.snapshot
        # What was not read offers nothing to tick; the plan below says why.
        rows = [] if snapshot.not_read("policy_types") else snapshot.policy_types.to_dict("records")
        self.boxes = {
            str(row["type"]): ipywidgets.Checkbox(
                value=str(row["type"]) in names,
                description=f"{row['type']} ({row['status']})",
                disabled=str(row["status"]) == "ENABLED",
                indent=False,
                layout={"width": "auto"},
            )
            for row in rows
        }
        for box in self.boxes.values():
            box.observe(self._ticked, "value")
        column = ipywidgets.VBox(list(self.boxes.values()))
        column.add_class("orgkit-policy-types")
        Control.__init__(self, column, self.block, run.front_end)

    def _ticked(self, _: Any) -> None:
        ticked = [name for name, box in self.boxes.items() if box.value]
        self.names = [n for n in self.names if n in ticked]  # keeps the order of choosing
        self.names += [n for n in ticked if n not in self.names]
        self.static_copy.refresh()
        self._run.refresh()


def policy_types(run: Run, given: str = "") -> Chosen:
    """Ask which policy types to enable; `given` is the parameter, names separated by commas."""
    names = actions.names(given)
    return Boxes(run, names) if run.front_end.interactive else Chosen(names)
