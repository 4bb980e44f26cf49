"""The connection: which organization, shown before anything else happens."""

from __future__ import annotations

from typing import Any

from orgkit.aws.session import profiles
from orgkit.notebook import connection as notebook_connection
from orgkit.notebook.connection import Connection, effective
from orgkit.notebook.frontend import front_end, interactive
from orgkit.views.blocks import Block, Facts, Note, join
from orgkit.widgets.base import Control, Status, button

_SIMULATOR, _DEFAULT = "the built-in simulator", "AWS, usual credentials"

_FOLLOW = "Now run all cells again; the other notebooks follow."
_ALONE = (
    "It is not remembered: this server cannot be identified. Set the parameters of each "
    "notebook, or begin with `orgkit lab`."
)


class ConnectionForm(Control):
    """Target, profile, role and the organization id to hold to; shows who and where that is."""

    def __init__(self, now: Connection) -> None:
        import ipywidgets

        wide = {"style": {"description_width": "9rem"}, "layout": {"width": "36rem"}}
        names = [*profiles(), *([now.profile] if now.profile else [])]
        options = {_SIMULATOR: ("sim", ""), _DEFAULT: ("aws", "")}
        options |= {f"AWS, profile {name}": ("aws", name) for name in dict.fromkeys(names)}
        self.where = ipywidgets.Dropdown(
            options=options, value=(now.target, now.profile), description="Connect to", **wide
        )
        self.role = ipywidgets.Text(value=now.role_arn, description="Role ARN, optional", **wide)
        self.pin = ipywidgets.Text(
            value=now.organization_id, description="Only organization", **wide
        )
        self.button = button("Use this one", "orgkit-connection-use", self._connect)
        self.status = Status("orgkit-connection-status")
        self._block: Block = Note(f"In use: {self.where.label}.")
        self.status.show(self._block)
        rows = [self.where, self.role, self.pin, self.button, self.status.widget]
        panel = ipywidgets.Accordion(
            children=[ipywidgets.VBox(rows)],
            titles=[f"Connection: {self.where.label} (open to change)"],
        )
        panel.add_class("orgkit-connection")
        super().__init__(panel, lambda: self._block, front_end())

    @property
    def value(self) -> Connection:
        """What is chosen in the fields."""
        target, profile = self.where.value
        role, pin = str(self.role.value).strip(), str(self.pin.value).strip()
        return Connection(target, profile, role, pin)

    def _connect(self, _: Any) -> None:
        """Sign in, show the caller and the organization, and remember the choice."""
        self.status.show(Note("Connecting."))
        with self.status.reporting():
            asked = self.value
            organization = notebook_connection.connect_to(asked)
            kept = notebook_connection.choose(asked)
            facts = {
                "Organization": organization.organization_id,
                "Management account": organization.management_id,
                "As": organization.caller.arn,
                "Feature set": organization.details["FeatureSet"],
            }
            word = "simulated" if organization.simulated else "REAL AWS"
            says = f"Chosen ({word}). {_FOLLOW if kept else _ALONE}"
            tone = "good" if organization.simulated else "warn"
            self._block = join([Note(says, tone), Facts("Connection", facts)])
            self.status.show(self._block)
            self.static_copy.refresh()


def connection(
    target: str = "sim", profile: str = "", role_arn: str = "", organization_id: str = ""
) -> ConnectionForm | None:
    """Ask which organization; the parameters say it in batch runs."""
    given = {
        "target": target,
        "profile": profile,
        "role_arn": role_arn,
        "organization_id": organization_id,
    }
    return ConnectionForm(effective(given)) if interactive() else None
