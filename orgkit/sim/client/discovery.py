"""Find the simulator of a working folder, or start it: several notebooks and kernels share one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from orgkit.environment import HOME, SIM_ENDPOINT, SIM_SCENARIO, value
from orgkit.private_files import open_private, private_folder, write_private
from orgkit.sim.client.control import Control
from orgkit.sim.errors import SimulatorError

IDLE_MINUTES = 60
START_SECONDS = 60
_LOG_LINES = 12


def folder(base: Path) -> Path:
    """Locate the simulator's files in a working folder."""
    return base / ".orgkit" / "sim"


def state_file(base: Path) -> Path:
    """Locate the walk so far; deleting it starts over."""
    return folder(base) / "state.json"


def _edition_file(base: Path) -> Path:
    return folder(base) / "edition"


def edition(base: Path) -> int:
    """Count the organizations of this folder: 1, and one more for each reset."""
    with suppress(OSError, ValueError):
        return max(1, int(_edition_file(base).read_text()))
    return 1


def note_edition(base: Path, number: int) -> None:
    """Remember it, so that a reset knows that there was one."""
    with suppress(OSError):  # a simulator may run where nothing can be written
        private_folder(folder(base))
        write_private(_edition_file(base), str(number).encode())


def announcement(base: Path) -> Path:
    """Locate the file in which a running server says how to reach it."""
    return folder(base) / "server.json"


def find(base: Path) -> str | None:
    """Find a running simulator: the one named by the environment, else this folder's."""
    named = value(SIM_ENDPOINT)
    if named:
        _check(named)
        return named.rstrip("/")
    return _announced(base)


def _announced(base: Path) -> str | None:
    """Find this folder's server; a file that a killed one left counts for nothing."""
    with suppress(OSError, ValueError, KeyError, SimulatorError):
        recorded = json.loads(announcement(base).read_text())
        # The port may meanwhile be that of another folder's simulator.
        if _check(recorded["endpoint"])["pid"] == recorded["pid"]:
            return str(recorded["endpoint"])
    return None


def _check(endpoint: str) -> dict[str, object]:
    """Read its status; raises if nobody or somebody else answers."""
    status = Control(endpoint, timeout=5).status()
    if status.get("simulator") != "orgkit":
        raise SimulatorError(f"{endpoint} is not an orgkit simulator.", f"Correct {SIM_ENDPOINT}.")
    return status


def find_or_start(base: Path, scenario: str = "acme") -> str:
    """Find a running simulator, or start this folder's; gives its endpoint."""
    found = find(base)
    if found:
        return found
    try:
        private_folder(folder(base))
        lock = FileLock(folder(base) / "server.lock", timeout=START_SECONDS, mode=0o600)
        # Two kernels that start at once must not start two servers for one folder.
        with lock:
            # Another kernel may have started it while we waited for the lock.
            return find(base) or _start(base, scenario)
    except OSError as error:
        raise SimulatorError(
            f"The simulator cannot use {folder(base)}: {error}",
            f"Make the folder writable, or set {HOME} to another one.",
        ) from error


def _start(base: Path, scenario: str) -> str:
    """Start a server that outlives this process, and wait until it says that it is ready."""
    announcement(base).unlink(missing_ok=True)
    command = [sys.executable, "-m", "orgkit", "sim", "serve", "--idle", str(IDLE_MINUTES)]
    command += ["--state", str(state_file(base)), "--announce", str(announcement(base))]
    command += ["--edition", str(edition(base))]
    note_edition(base, edition(base))
    wanted = value(SIM_SCENARIO)
    if wanted or not state_file(base).exists():
        command += ["--scenario", wanted or scenario]
    log = folder(base) / "server.log"
    with open_private(log) as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # it outlives the kernel and the terminal that started it
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        endpoint = find(base)
        if endpoint:
            return endpoint
        if process.poll() is not None:  # it ended, and the log says why
            break
        time.sleep(0.02)
    raise _not_started(log)


def _not_started(log: Path) -> SimulatorError:
    lines = log.read_text(errors="replace").strip().splitlines()[-_LOG_LINES:]
    hint = next((line for line in lines if line.startswith("Do this: ")), "")
    return SimulatorError(
        "The simulator did not start:\n" + "\n".join(line for line in lines if line != hint),
        hint.removeprefix("Do this: ") or f"Read {log}; `orgkit sim reset` starts over.",
    )


def stop(base: Path) -> bool:
    """End this folder's server, whatever the environment names; says whether there was one."""
    endpoint = _announced(base)
    if endpoint is None:
        return False
    try:
        Control(endpoint).stop()
    except SimulatorError:
        return False  # it ended by itself meanwhile
    # Its last act, after it saved its state, is to take its announcement back.
    deadline = time.monotonic() + START_SECONDS
    while announcement(base).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return True


def reset(base: Path) -> int:
    """End this folder's server and forget its walk; the next start is a new organization.

    Its id is the scenario's with the number that is returned: what an evidence store remembers of
    the old organization must not meet a clock that runs backwards.
    """
    stop(base)
    begun = _edition_file(base).exists() or state_file(base).exists()
    number = edition(base) + begun
    if begun:
        note_edition(base, number)
    state_file(base).unlink(missing_ok=True)
    announcement(base).unlink(missing_ok=True)
    return number
