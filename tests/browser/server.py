"""A JupyterLab server as `orgkit lab` starts it, in a copy of the checkout, with its own home."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from orgkit import catalog
from orgkit.sim.client import discovery

TOKEN = "orgkit-browser-tests"
START_SECONDS = 60
_OWN = ("AWS_", "ORGKIT_", "JUPYTER", "JPY_", "IPYTHON", "PYTEST", "XDG_")
_PARTS = ("orgkit", "notebooks", "docs")


class Server:
    """Use as a context manager. `root` is the copied checkout: evidence and simulator lie there.

    `settings` are JupyterLab's own, by plugin; without any it is JupyterLab as everybody has it.
    `environment` is what the kernels are told besides.
    """

    command: tuple[str, ...] = (
        "lab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.port=0",
        "--LabApp.expose_app_in_browser=True",
    )

    def __init__(
        self,
        folder: Path,
        settings: dict[str, dict[str, Any]] | None = None,
        **environment: str,
    ) -> None:
        self.root, self._home = folder / "checkout", folder / "home"
        self._log = folder / "server.log"
        self.environment = self._own_environment() | environment
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        for part in _PARTS:
            shutil.copytree(catalog.folder().parent / part, self.root / part)
        for plugin, content in (settings or {}).items():
            self._set(plugin, content)

    def __enter__(self) -> Server:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orgkit", *self.command],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.url = self._address()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        with suppress(ProcessLookupError):  # kernels that were left behind, in the same group
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        discovery.stop(self.root)

    @property
    def front_door(self) -> str:
        """The address that JupyterLab prints when it starts."""
        return f"{self.url}?token={TOKEN}"

    def address(self, notebook: str) -> str:
        """Where a notebook opens alone, whatever was open before."""
        path = f"lab/workspaces/auto-test/tree/notebooks/{notebook}.ipynb"
        return f"{self.url}{path}?reset&token={TOKEN}"

    def end_kernels(self) -> None:
        """Shut every kernel down, so that the next notebook starts with nothing."""
        for session in self._ask("GET", "api/sessions"):
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read() or "null")

    def cells(self, notebook: str) -> list[dict[str, Any]]:
        """The code cells of the served copy of a notebook."""
        content = json.loads(self.notebook(notebook).read_text(encoding="utf-8"))
        return [cell for cell in content["cells"] if cell["cell_type"] == "code"]

    def notebook(self, name: str) -> Path:
        """The served copy of a notebook."""
        return self.root / "orgkit-lab" / "notebooks" / f"{name}.ipynb"

    def _address(self) -> str:
        """What the server says of itself, once it answers."""
        assert self._process is not None
        told = self._home / "runtime" / f"jpserver-{self._process.pid}.json"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError, ValueError):
                url = str(json.loads(told.read_text())["url"])
                urllib.request.urlopen(f"{url}api", timeout=5).close()  # noqa: S310 - loopback
                return url
            time.sleep(0.05)
        raise AssertionError(f"JupyterLab did not start:\n{self._log.read_text()[-3000:]}")

    def _own_environment(self) -> dict[str, str]:
        """Nothing of the caller's: no credentials, no settings, no network, another home."""
        kept = {n: v for n, v in os.environ.items() if not n.upper().startswith(_OWN)}
        nowhere = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")}
        return {
            **kept,
            **nowhere,
            "no_proxy": "127.0.0.1,localhost",
            "HOME": str(self._home),
            "PYTHONPATH": str(self.root),
            "JUPYTER_TOKEN": TOKEN,
            "JUPYTER_CONFIG_DIR": str(self._home / "config"),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "IPYTHONDIR": str(self._home / "ipython"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "ORGKIT_HOME": str(self.root),
        }

    def _set(self, plugin: str, content: dict[str, Any]) -> None:
        package, _, name = plugin.partition(":")
        file = (
            self._home
            / "config"
            / "lab"
            / "user-settings"
            / package
            / f"{name}.jupyterlab-settings"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
