"""A bill of materials (CycloneDX) of what users install, from the lock: `make sbom`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCK = "requirements.lock"


def write(target: Path, lock: str = LOCK) -> None:
    """Write every pin of the lock with its hashes; the same lock makes the same file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", lock]
    command += ["--pyproject", "pyproject.toml", "--output-reproducible"]
    subprocess.run([*command, "--output-file", str(target)], check=True)  # noqa: S603


def main() -> None:
    """Write the file that is named, and say where it is."""
    target = Path(sys.argv[1])
    write(target)
    print(f"sbom: {target}")  # noqa: T201


if __name__ == "__main__":
    main()
