"""Failed pre-checks to go on despite: a reason for each, which stays in the evidence."""

from __future__ import annotations

from typing import Any

from orgkit.checks import CHECKS
from orgkit.notebook.run import Run
from orgkit.terms import Verdict
from orgkit.views.blocks import Block, Note
from orgkit.widgets.base import Control, StaticControl, Status, button


class Waivers(StaticControl):
    """The waivers as the parameter `waive` writes them."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        """Give `check id: reason; ...`."""
        return self._text

    def block(self) -> Block:
        """Say what is waived."""
        return Note(f"Waived: {self.text() or 'nothing'}.")


class Reasons(Waivers, Control):
    """A field for each failed pre-check that may be waived; the plan follows the button."""

    def __init__(self, run: Run, text: str, failed: list[str]) -> None:
        import ipywidgets

        from orgkit.actions.request import waivers

        Waivers.__init__(self, text)
        self._run, self._others = run, waivers(text)
        self.fields = {
            name: ipywidgets.Text(
                value=self._others.pop(name, ""),
                description=CHECKS[name].title,
                placeholder="reason to go on despite this; empty: do not waive",
                tooltip=CHECKS[name].why,
                style={"description_width": "40%"},
                layout={"width": "100%"},
            )
            for name in failed
        }
        self.button = button("Waive with these reasons", "orgkit-waive", self._use)
        self.status = Status("orgkit-waive-status")
        column = ipywidgets.VBox([*self.fields.values(), self.button, self.status.widget])
        column.add_class("orgkit-waivers")
        Control.__init__(self, column, self.block, run.front_end)

    def _use(self, _: Any) -> None:
        with self.status.reporting():
            typed = {n: _plain(str(f.value)) for n, f in self.fields.items()}
            reasons = {**self._others, **{n: reason for n, reason in typed.items() if reason}}
            self._text = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
            self.static_copy.refresh()
            self._run.refresh()
            self.status.show(Note(f"{len(reasons)} waived. The plan below follows.", "good"))


def _plain(reason: str) -> str:
    """Write a reason as one part of the parameter, which a semicolon would end."""
    return " ".join(reason.replace(";", ",").split())


def waivers(run: Run, waive: str = "") -> Waivers:
    """Ask for reasons to go on despite failed pre-checks; in batch `waive` has them."""
    failed = [f.id for f in run.findings if f.verdict is Verdict.FAIL and CHECKS[f.id].waivable]
    names = list(dict.fromkeys(failed))
    return Reasons(run, waive, names) if run.front_end.interactive and names else Waivers(waive)
