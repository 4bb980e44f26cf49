"""What users install: pins without tools, a lock with hashes, an audit, a bill of materials."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools import audit, sbom

PINS = Path("requirements.txt").read_text(encoding="utf-8")
TOOL_PINS = Path("requirements-dev.txt").read_text(encoding="utf-8")
LOCK = Path("requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = Path("Makefile").read_text(encoding="utf-8")
TOOLS = [re.split(r"[<>=\[]", line)[0] for line in PROJECT["optional-dependencies"]["dev"]]


def pins(text: str) -> set[tuple[str, str]]:
    """Read the names and versions of a file of pins, with the markers that choose them."""
    found = re.findall(r"^([\w.-]+)==(\S+)((?: ;[^\\\n]+)?)", text, re.M)
    return {(f"{name.lower()}{marker.rstrip()}", version) for name, version, marker in found}


def without_markers(text: str) -> set[tuple[str, str]]:
    """Read the names and versions alone."""
    return {(name.split(" ;")[0], version) for name, version in pins(text)}


def test_the_lock_names_what_the_pins_name() -> None:
    """Whoever asks for hashes gets the same packages in the same versions as everybody else."""
    assert pins(LOCK) == pins(PINS)
    assert len(pins(PINS)) > 100


def test_every_package_of_the_lock_has_hashes() -> None:
    """Pip with --require-hashes refuses a line without one; each is SHA-256."""
    packages = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.M)[1:]
    assert len(packages) == len(pins(LOCK))
    without = [
        p.splitlines()[0] for p in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", p)
    ]
    assert not without


def test_the_lock_can_be_installed_as_it_is() -> None:
    """It holds no folder, which pip refuses in that mode, and what builds the package itself."""
    assert not re.search(r"^-e|^\.|@ file:", LOCK, re.M)
    assert re.search(r"^hatchling==", LOCK, re.M)


@pytest.mark.parametrize("text", [PINS, TOOL_PINS, LOCK])
def test_pins_name_no_place(text: str) -> None:
    """No pin comes from a folder or an address of the machine that made the file."""
    assert not re.search(r"file:|://|^--(?!hash)|(^|\s)/\w", text, re.M)


@pytest.mark.parametrize("name", TOOLS)
def test_users_get_no_tool(name: str) -> None:
    """What runs with credentials is installed without what only developers need."""
    assert re.search(rf"^{name}==", TOOL_PINS, re.M | re.I)
    assert not re.search(rf"^{name}==", PINS, re.M | re.I)


def test_the_gate_tests_what_users_run() -> None:
    """Every pin of users is a pin of the gate, in the same version; both install the kit."""
    assert without_markers(PINS) < without_markers(TOOL_PINS)
    assert re.search(r"^-e \.", PINS, re.M)
    assert re.search(r"^-e \.", TOOL_PINS, re.M)


@pytest.mark.parametrize(
    ("target", "needs"),
    [(t, "READY") for t in ("demo", "lab", "app")]
    + [
        (t, "TOOLS")
        for t in (
            "check",
            "audit",
            "coverage",
            "notebooks",
            "screenshots",
            "docs",
            "requirements",
            "sbom",
        )
    ],
)
def test_a_target_needs_no_more_than_it_uses(target: str, needs: str) -> None:
    """Users' targets install users' pins; the gate and its helpers add the tools."""
    assert re.search(rf"^{target}: \$\({needs}\)", MAKEFILE, re.M)
    assert re.search(r"^test: check audit", MAKEFILE, re.M)


def test_users_set_up_without_the_tools() -> None:
    """Tried dry, make demo installs requirements.txt alone; make check adds the tools to it."""
    dry = ["make", "--dry-run", "--always-make"]
    users = subprocess.run([*dry, "demo"], capture_output=True, text=True, check=True).stdout
    gate = subprocess.run([*dry, "check"], capture_output=True, text=True, check=True).stdout
    assert "-r requirements.txt" in users
    assert "requirements-dev" not in users
    assert gate.index("-r requirements.txt") < gate.index("-r requirements-dev.txt")


def test_the_way_with_hashes_is_documented() -> None:
    """The README says how to install the lock and then the package, and fetches nothing else."""
    readme = Path("README.md").read_text(encoding="utf-8")
    assert "pip install --require-hashes -r requirements.lock" in readme
    assert "pip install --no-deps --no-build-isolation ." in readme


def test_the_bill_of_materials_names_every_pin(tmp_path: Path) -> None:
    """CycloneDX names every package of the lock in its version, and says it the same way twice."""
    sbom.write(tmp_path / "a" / "one.json")
    sbom.write(tmp_path / "two.json")
    written = (tmp_path / "a" / "one.json").read_text(encoding="utf-8")
    assert written == (tmp_path / "two.json").read_text(encoding="utf-8")
    bill = json.loads(written)
    assert bill["bomFormat"] == "CycloneDX"
    named = {(c["name"].lower(), c["version"]) for c in bill["components"]}
    assert named == without_markers(LOCK)
    assert bill["metadata"]["component"]["name"] == "orgkit"


def said(
    rows: list[dict[str, Any]] | None, stderr: str = "", code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Make what pip-audit would have said."""
    stdout = "" if rows is None else json.dumps({"dependencies": rows, "fixes": []})
    return subprocess.CompletedProcess([], code, stdout, stderr)


GOOD = {"name": "click", "version": "8.1", "vulns": []}
BAD = {
    "name": "flask",
    "version": "3.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["3.1"], "aliases": [], "description": ""}],
}
NOT_KNOWN = {"name": "moto", "skip_reason": "Dependency not found on PyPI"}
REFUSED = "Traceback\n\nrequests.exceptions.ProxyError: cannot reach pypi.org"


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (said([GOOD]), 0, "1 packages without"),
        (said([GOOD, BAD], code=1), 1, "flask 3.0: CVE-2026-1 (mended in 3.1)"),
        (said([GOOD, NOT_KNOWN]), 0, "not audited: moto"),
        (said([NOT_KNOWN]), 0, "skipped:"),
        (said(None, REFUSED, 1), 0, "skipped:"),
        (
            said(None, "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed", 1),
            0,
            "skipped:",
        ),
    ],
)
def test_the_audit_tells_found_from_not_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: subprocess.CompletedProcess[str],
    code: int,
    words: str,
) -> None:
    """What is found fails; who could not be asked is said; neither is taken for the other."""
    monkeypatch.setattr(audit, "ask", lambda lock: answer)
    assert audit.main() == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("stderr", ["", "error: unrecognized arguments: --lock", "KeyError: 'id'"])
def test_a_broken_audit_is_no_skipped_one(monkeypatch: pytest.MonkeyPatch, stderr: str) -> None:
    """Where pip-audit itself fails, the gate fails, instead of passing for want of an answer."""
    monkeypatch.setattr(audit, "ask", lambda lock: said(None, stderr, 2))
    with pytest.raises(SystemExit, match="pip-audit failed"):
        audit.main()


def test_an_audit_without_end_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A source that answers too slowly does not hold the gate."""

    def slow(lock: str) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired("pip-audit", 1)

    monkeypatch.setattr(audit, "ask", slow)
    assert audit.main() == 0
    assert "skipped: PyPI gave no answer" in capsys.readouterr().out


def test_pip_audit_is_asked_in_words_that_it_knows(tmp_path: Path) -> None:
    """The real command takes a lock that asks about nothing here, and says so in the form read."""
    elsewhere = tmp_path / "elsewhere.lock"
    pin = f"click==8.1.0 ; sys_platform == 'nowhere' --hash=sha256:{'0' * 64}\n"
    elsewhere.write_text(pin, encoding="utf-8")
    with pytest.raises(audit.SourceUnreachableError, match="none of the 0 packages"):
        audit.read(audit.ask(str(elsewhere)))
