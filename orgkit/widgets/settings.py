"""The parameters of a notebook as fields, which write the same values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgkit.catalog import Parameter
from orgkit.checks.inputs import read_inputs
from orgkit.evidence.store.store import Store
from orgkit.notebook import settings as kept_settings
from orgkit.notebook.frontend import front_end, interactive
from orgkit.notebook.kernel import Kernel
from orgkit.notebook.outputs import guard
from orgkit.views.blocks import Block, Note
from orgkit.widgets.base import Control, Status, button

_LABELS = {
    "store": "Evidence store",
    "owners": "Owners file",
    "answers": "Answers file",
    "member_role": "Role in member accounts",
    "as_of": "Show as of day",
    "redact": "Mask e-mail addresses",
}
_RUN = "Run all cells again to use them."
_ALONE = "They hold until this notebook runs again; set the parameters cell to keep them."


class Settings(Control):
    """A field a parameter, with its help; a button that keeps them for this JupyterLab."""

    def __init__(self, kernel: Kernel) -> None:
        import ipywidgets

        self._kernel = kernel
        declared, values = kept_settings.offered(kernel), kept_settings.apply(kernel)
        self.fields = {name: _field(p, values[name]) for name, p in declared.items()}
        self.button = button("Use these settings", "orgkit-settings-use", self._use)
        self.status = Status("orgkit-settings-status")
        rows = [*self.fields.values(), self.button, self.status.widget]
        panel = ipywidgets.Accordion(
            children=[ipywidgets.VBox(rows)], titles=[f"Settings: {_said(declared, values)}"]
        )
        panel.add_class("orgkit-settings")
        self._block: Block = Note(f"Settings: {_said(declared, values)}.")
        super().__init__(panel, lambda: self._block, front_end())

    @property
    def values(self) -> dict[str, Any]:
        """What is typed, without spaces around it."""
        found = {name: field.value for name, field in self.fields.items()}
        return {n: v.strip() if isinstance(v, str) else v for n, v in found.items()}

    def _use(self, _: Any) -> None:
        with self.status.reporting():
            values = self.values
            # What cannot be read is said here and now, and nothing is kept.
            read_inputs(values.get("answers", ""), values.get("owners", ""))
            if store := values.get("store"):
                Store(store, "sim", "")
            self._kernel.shell.user_ns.update(values)
            says = f"Kept. {_RUN}" if kept_settings.keep(values) else f"Set. {_ALONE}"
            self._block = Note(says, "good")
            self.status.show(self._block)
            self.static_copy.refresh()


def _field(parameter: Parameter, value: Any) -> Any:
    import ipywidgets

    label = _LABELS.get(parameter.name, parameter.name)
    if parameter.type == "bool":
        return ipywidgets.Checkbox(
            value=bool(value), description=label, tooltip=parameter.help, indent=False
        )
    return ipywidgets.Text(
        value=str(value),
        description=label,
        placeholder=parameter.help,
        tooltip=parameter.help,
        style={"description_width": "11rem"},
        layout={"width": "40rem"},
    )


def _said(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> str:
    """Name what is not as declared; people look for what is special."""
    own = [
        f"{_LABELS.get(n, n)} {values[n]}" for n, p in declared.items() if values[n] != p.default
    ]
    return "; ".join(own) or "defaults (open to change)"


def settings() -> Settings | None:
    """Ask for the parameters that have no control of their own; in batch they are given."""
    if not interactive():
        return None
    guard()
    kernel = Kernel.here()
    return Settings(kernel) if kept_settings.offered(kernel) else None
