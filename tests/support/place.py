"""A working folder with a simulator of its own, for tests that run whole notebooks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from orgkit.notebook.headless import Launched, launch
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control
from tests.support.cells import run_names

_OWN = ("ORGKIT_", "AWS_", "JPY_")


class Place:
    """Use as a context manager; nothing of the caller's environment reaches the notebooks."""

    def __init__(self, folder: Path, scenario: str = "acme") -> None:
        self.folder, self.scenario = folder, scenario
        self.last: Launched | None = None

    def __enter__(self) -> Place:
        self._before = dict(os.environ)
        for name in [n for n in os.environ if n.startswith(_OWN)]:
            del os.environ[name]
        os.environ["ORGKIT_HOME"] = str(self.folder)
        os.environ["ORGKIT_SIM_SCENARIO"] = self.scenario
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
        os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        return self

    def __exit__(self, *_: object) -> None:
        discovery.stop(self.folder)
        os.environ.clear()
        os.environ.update(self._before)

    @property
    def control(self) -> Control:
        """The simulator's control; starts it if need be."""
        return Control(discovery.find_or_start(self.folder))

    @property
    def organization_id(self) -> str:
        """The simulated organization's id."""
        return str(self.control.status()["organization_id"])

    def run(self, notebook: str, **given: str) -> dict[str, Any]:
        """Run a notebook headless; its run.json."""
        self.last = launch(notebook, given, progress=False)
        assert self.last.result is not None, self.last.message
        return dict(self.last.result)

    def cells(self, notebook: str, **given: str) -> dict[str, Any]:
        """Run a notebook's cells in this process: the same run.json and tables, but no report."""
        run = run_names(notebook, **given)["run"]
        result = dict(run.result())
        self.last = Launched(result["exit_code"], "", run.folder, result)
        return result

    def confirmed(self, notebook: str, **given: str) -> dict[str, Any]:
        """Run a notebook's cells with the right confirmation."""
        return self.cells(notebook, confirm=self.organization_id, **given)

    def report(self) -> str:
        """The HTML of the last run."""
        assert self.last is not None
        return self.file("report.html").read_text(encoding="utf-8")

    def file(self, name: str) -> Path:
        """A file of the last run."""
        assert self.last is not None
        assert self.last.folder is not None
        return self.folder / self.last.folder.shown / name

    def changes(self) -> list[str]:
        """Calls to Organizations that changed something, by the simulator's own list."""
        calls = self.control.calls()
        return [c["operation"] for c in calls if c["service"] == "organizations" and c["changed"]]

    def journal(self) -> list[dict[str, Any]]:
        """Every entry of the record, in order."""
        folder = self.folder / "evidence" / self.organization_id / "observations"
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
