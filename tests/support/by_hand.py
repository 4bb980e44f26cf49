"""A kernel that somebody works with by hand: cells come with their ids, and there is a keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from orgkit import catalog
from orgkit.notebook.headless import private_sockets

SECONDS = 120


class ByHand:
    """One kernel of one notebook; `outputs` are what the front end got, by cell."""

    def __init__(self, client: BlockingKernelClient, notebook: str) -> None:
        self._client = client
        content = json.loads(catalog.find(notebook).path.read_text("utf-8"))
        self.cells = [c for c in content["cells"] if c["cell_type"] == "code"]
        self.errors: list[str] = []

    def run_all(self, **changed: str) -> None:
        """Run every cell in order, with parameters that somebody typed into their cell."""
        for cell in self.cells:
            source = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                source += "".join(f"\n{name} = {value!r}" for name, value in changed.items())
            self.run(source, cell["id"])

    def run(self, source: str, cell: str = "") -> None:
        """Run a cell, as JupyterLab sends it, and wait until the kernel is idle."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": True}
        content |= {"user_expressions": {}, "stop_on_error": True}
        message = self._client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell} if cell else {}
        self._client.shell_channel.send(message)
        for found in iter(lambda: self._client.get_iopub_msg(timeout=SECONDS), None):
            if found["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if found["msg_type"] == "error":
                self.errors.append(f"{found['content']['ename']}: {found['content']['evalue']}")
            if found["msg_type"] == "status" and found["content"]["execution_state"] == "idle":
                return


@contextmanager
def opened(notebook: str, folder: Path) -> Iterator[ByHand]:
    """Start a kernel in a folder, as a front end does; it is killed when the block ends."""
    with private_sockets(folder) as config:
        manager = KernelManager(kernel_name="python3", config=config)
        manager.start_kernel(cwd=str(folder))
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=SECONDS)
            yield ByHand(client, notebook)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
