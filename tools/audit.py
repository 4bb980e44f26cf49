"""Known vulnerabilities of what users install: `make audit`, part of the gate.

pip-audit asks PyPI about every pin of the lock. Where PyPI cannot be asked (no network, a mirror
that knows no vulnerabilities) this says so and passes; what is found fails. It never says that
nothing was found where nothing was answered.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

LOCK = "requirements.lock"
PATIENCE = 180  # seconds for all pins together; PyPI answers in a fraction of that

# How pip-audit ends where its source does not answer; any other end is a fault of its own.
_UNREACHABLE = re.compile(
    r"^(requests\.exceptions\.(?!JSONDecodeError)\w+|urllib3\.exceptions\.\w+)|"
    r"ERROR:pip_audit\._cli:.*(connect|network|vulnerability (service|feed))",
    re.M | re.I,
)


@dataclass(frozen=True)
class Result:
    """What pip-audit said: what it found, what it knows nothing about, and what it passed."""

    found: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


class SourceUnreachableError(Exception):
    """Nobody could be asked; the text says why."""


def ask(lock: str, patience: int = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run pip-audit over the lock, without installing anything."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    return subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, timeout=patience
    )


def read(said: subprocess.CompletedProcess[str]) -> Result:
    """Read what pip-audit said; raises where it could not ask, or where it failed itself."""
    try:
        rows = json.loads(said.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = said.stderr.strip().splitlines() or ["pip-audit said nothing"]
        if _UNREACHABLE.search(said.stderr):
            raise SourceUnreachableError(lines[-1][:200]) from None
        raise SystemExit(f"audit: pip-audit failed: {lines[-1]}") from None
    return _sorted(rows)


def _sorted(rows: list[dict[str, Any]]) -> Result:
    result = Result()
    for row in rows:
        if "skip_reason" in row:
            result.unknown.append(row["name"])
        elif row["vulns"]:
            ids = [_vulnerability(v) for v in row["vulns"]]
            result.found[f"{row['name']} {row['version']}"] = ids
        else:
            result.passed.append(row["name"])
    if not result.found and not result.passed:
        raise SourceUnreachableError(f"it knows none of the {len(rows)} packages")
    return result


def _vulnerability(row: dict[str, Any]) -> str:
    return f"{row['id']} (mended in {', '.join(row['fix_versions']) or 'no version yet'})"


def told(result: Result) -> list[str]:
    """Say what was found, and about what nothing is known."""
    lines = [f"audit: {name}: {', '.join(ids)}" for name, ids in result.found.items()]
    if result.unknown:
        lines.append(f"audit: not known to the source, not audited: {', '.join(result.unknown)}")
    count = len(result.passed)
    return [
        *lines,
        f"audit: {count} packages without a known vulnerability, {len(result.found)} with",
    ]


def main() -> int:
    """Ask, say what came of it; 1 where something was found."""
    try:
        result = read(ask(LOCK))
    except SourceUnreachableError as why:
        print(f"audit: skipped: PyPI's vulnerabilities could not be read: {why}")  # noqa: T201
        return 0
    except subprocess.TimeoutExpired:
        print(f"audit: skipped: PyPI gave no answer within {PATIENCE} s")  # noqa: T201
        return 0
    print("\n".join(told(result)))  # noqa: T201
    return 1 if result.found else 0


if __name__ == "__main__":
    sys.exit(main())
