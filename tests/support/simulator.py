"""Simulators for tests: served in this process, or by a process in a working folder of its own."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from orgkit.notebook.headless import Launched, launch
from orgkit.sim.client import discovery
from orgkit.sim.client.control import Control
from orgkit.sim.server.serve import Service
from orgkit.sim.state.model import World
from tests.support.cells import run_names
from tests.support.sim_walk import MANAGEMENT
from tools.store_outputs import own_simulator


@contextmanager
def served(
    world: World, port: int = 0, state: Path | None = None, record: Path | None = None
) -> Iterator[Service]:
    """Serve a world in a thread of this process until the block ends."""
    service = Service(world, port, state, record)
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.stop()
        thread.join(10)


class Running:
    """A server in this process, and clients for it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.endpoint = service.endpoint

    def post(self, name: str, content: dict[str, Any]) -> None:
        """Send one request to the simulator's own API."""
        Control(self.endpoint)._ask("POST", name, content)

    def client(
        self,
        name: str,
        key: str = MANAGEMENT,
        token: str | None = None,
        config: Config | None = None,
    ) -> Any:
        """Make a boto3 client with an account's credentials."""
        return boto3.client(
            name,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="any",
            aws_session_token=token,
            config=config or Config(retries={"total_max_attempts": 1}),
        )


class Place:
    """A folder with a simulator, to run whole notebooks in; use as a context manager."""

    def __init__(self, folder: Path, scenario: str = "acme") -> None:
        self.folder = folder
        self.last: Launched | None = None
        self._own = own_simulator(
            folder,
            ORGKIT_SIM_SCENARIO=scenario,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        )

    def __enter__(self) -> Place:
        self._own.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._own.__exit__(*error)

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
        """Read the HTML of the last run."""
        assert self.last is not None
        return self.file("report.html").read_text(encoding="utf-8")

    def file(self, name: str) -> Path:
        """Locate a file of the last run."""
        assert self.last is not None
        assert self.last.folder is not None
        return self.folder / self.last.folder.shown / name

    def changes(self) -> list[str]:
        """List the calls to Organizations that changed something, as the simulator saw them."""
        calls = self.control.calls()
        return [c["operation"] for c in calls if c["service"] == "organizations" and c["changed"]]

    def journal(self) -> list[dict[str, Any]]:
        """Read every entry of the journal, in order."""
        folder = self.folder / "evidence" / self.organization_id / "observations"
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
