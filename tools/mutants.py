"""The tests themselves tried: cosmic-ray changes the package, the tests have to notice.

`make mutants` tries a seeded sample of the mutants of each package below in a copy of the tree, by
the package's own tests, and prints how many were noticed and each that was not. `SAMPLE=0` tries
all, which takes hours. A survivor that changes nothing anybody could see is judged in
`tests/mutants.yaml`, and counts for neither side.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
JUDGED = ROOT / "tests" / "mutants.yaml"
SECONDS = 300  # for the tests of one mutant: one that never ends was noticed
OVERALL, EACH = 0.92, 0.90
# What is changed, and what has to notice: without what starts kernels or takes minutes.
PACKAGES: Mapping[str, tuple[str, str]] = {
    "snapshot": ("orgkit/snapshot", "tests/snapshot tests/migration/test_observe.py"),
    "journal": (
        "orgkit/evidence/journal orgkit/evidence/record.py",
        "tests/evidence/test_journal.py tests/evidence/test_projection.py tests/migration "
        "tests/evidence/test_before.py tests/evidence/test_attacks.py",
    ),
    "evidence": (
        "orgkit/evidence/verify orgkit/evidence/signatures orgkit/evidence/runs.py "
        "orgkit/evidence/findings.py orgkit/evidence/index_page.py",
        "tests/evidence/test_attacks.py tests/evidence/test_verify.py tests/evidence/test_runs.py "
        "tests/evidence/test_signatures.py tests/evidence/test_before.py",
    ),
    "migration": ("orgkit/migration", "tests/migration tests/views"),
    "actions": (
        "orgkit/actions",
        "tests/actions/test_execute.py tests/actions/test_plans.py tests/actions/test_identity.py "
        "tests/actions/test_shown.py tests/actions/test_open_writes.py",
    ),
    "run": (
        "orgkit/notebook/run.py orgkit/notebook/result.py",
        "tests/notebook/test_result.py tests/notebook/test_page.py tests/notebook/test_frontend.py "
        "tests/evidence/test_signatures.py tests/test_parameters.py tests/views "
        "tests/actions/test_shown.py",
    ),
}


@dataclass
class Tried:
    """What became of the mutants of one package."""

    noticed: int = 0
    equal: int = 0
    survived: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The part of those that count which the tests noticed; 0 where none counts."""
        counted = self.noticed + len(self.survived)
        return self.noticed / counted if counted else 0.0


def key_of(diff: str) -> str:
    """Name a mutant by what it changes, wherever that stands."""
    changed = [line for line in diff.splitlines() if line[:1] in "+-"]
    return hashlib.sha256("\n".join(changed).encode()).hexdigest()[:12]


def judged() -> dict[str, str]:
    """Read the survivors that change nothing anybody could see, each with why."""
    if not JUDGED.exists():
        return {}
    found: dict[str, str] = yaml.safe_load(JUDGED.read_text(encoding="utf-8")) or {}
    return found


def try_package(name: str, sample: int, seed: int, folder: Path) -> Tried:
    """Try the mutants of one package in a copy of the tree."""
    copy = folder / name
    shutil.copytree(ROOT, copy, ignore=_no_source)
    sources, tests = (text.split() for text in PACKAGES[name])
    session, config = _configured(copy, sources, tests)
    # Tests that fail without any change would notice everything.
    _run(copy, *_tests_of(tests))
    _cosmic_ray(copy, "init", config, session)
    _thinned(copy, session, sample, seed)
    _cosmic_ray(copy, "exec", config, session)
    return _counted(copy / session)


def _no_source(folder: str, names: list[str]) -> set[str]:
    """Name what is no part of the tree: what git leaves out too."""
    here = {".git", ".venv", ".orgkit", "evidence", "dist", "htmlcov"}
    left = here if Path(folder) == ROOT else {"__pycache__", "artifacts"}
    return left & set(names)


def _configured(copy: Path, sources: Sequence[str], tests: Sequence[str]) -> tuple[str, str]:
    command = _tests_of(tests)
    lines = [
        "[cosmic-ray]",
        f"module-path = {json.dumps(list(sources))}",
        f"timeout = {SECONDS}",
        "excluded-modules = []",
        f"test-command = {json.dumps(' '.join(command))}",
        "[cosmic-ray.distributor]",
        'name = "local"',
    ]
    (copy / "mutants.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "mutants.sqlite", "mutants.toml"


def _tests_of(tests: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]


def _cosmic_ray(copy: Path, what: str, config: str, session: str) -> None:
    _run(copy, str(Path(sys.executable).with_name("cosmic-ray")), what, config, session)


def _run(copy: Path, *command: str) -> None:
    # The copy, not the checkout, is what its tests import.
    environment = {"PYTHONPATH": str(copy), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    subprocess.run(command, cwd=copy, env=environment, check=True)  # noqa: S603 - our own tool


def _thinned(copy: Path, session: str, sample: int, seed: int) -> None:
    """Leave a seeded sample of the mutants in a session, none of them of an annotation."""
    from cosmic_ray.work_db import WorkDB

    work = WorkDB(str(copy / session), WorkDB.Mode.open)
    items = sorted(work.work_items, key=lambda item: _place(item.mutations[0]))
    random.Random(seed).shuffle(items)  # noqa: S311 - seeded on purpose
    real = (item for item in items if not _of_annotation(copy, item.mutations[0]))
    chosen = list(islice(real, sample or None))
    work.clear()
    work.add_work_items(chosen)
    work.close()


def _of_annotation(copy: Path, mutation: Any) -> bool:
    """Tell whether no other program came of it: annotations are mypy's to notice."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator

    operator = get_operator(mutation.operator_name)(**(mutation.operator_args or {}))
    path = copy / mutation.module_path
    with use_mutation(path, operator, mutation.occurrence) as (before, after):
        return after is not None and _run_alike(before, after)


def _run_alike(before: str, after: str) -> bool:
    try:
        return ast.dump(_bare(before)) == ast.dump(_bare(after))
    except SyntaxError:  # no program any more: any test would notice, so it proves nothing
        return True


def _bare(source: str) -> ast.Module:
    """Parse a module without its annotations."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if hasattr(node, name):
                setattr(node, name, None)
    return tree


def _place(mutation: Any) -> tuple[str, tuple[int, int], str, int]:
    where = (str(mutation.module_path), mutation.start_pos, mutation.operator_name)
    return (*where, mutation.occurrence)


def _counted(session: Path) -> Tried:
    from cosmic_ray.work_db import WorkDB
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome

    tried, equal = Tried(), judged()
    work = WorkDB(str(session), WorkDB.Mode.open)
    for _, result in work.completed_work_items:
        if result.worker_outcome is WorkerOutcome.NO_TEST:
            continue  # the operator did not apply there
        if result.test_outcome is TestOutcome.KILLED:
            tried.noticed += 1
        elif result.test_outcome is not TestOutcome.SURVIVED:
            raise RuntimeError(f"cosmic-ray could not try a mutant: {result.output}")
        elif key_of(result.diff) in equal:
            tried.equal += 1
        else:
            tried.survived.append(result.diff)
    work.close()
    return tried


def main() -> int:
    """Print a table and the survivors; 1 if the tests noticed too few."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", default=list(PACKAGES), help="default: all")
    parser.add_argument("--sample", type=int, default=40, help="mutants a package; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="orgkit-mutants-") as folder:
        found = {
            name: try_package(name, given.sample, given.seed, Path(folder))
            for name in given.packages
        }
    for name, tried in found.items():
        for diff in tried.survived:
            sys.stdout.write(f"\nSURVIVED in {name}, {key_of(diff)}\n{diff}\n")
    return _table(found)


def _table(found: Mapping[str, Tried]) -> int:
    sys.stdout.write(f"{'package':<12}{'noticed':>8}{'survived':>10}{'equal':>7}{'share':>8}\n")
    whole = Tried()
    for name, tried in found.items():
        _row(name, tried)
        whole.noticed, whole.equal = whole.noticed + tried.noticed, whole.equal + tried.equal
        whole.survived += tried.survived
    _row("together", whole)
    enough = whole.share >= OVERALL and all(t.share >= EACH for t in found.values())
    return 0 if enough else 1


def _row(name: str, tried: Tried) -> None:
    numbers = f"{tried.noticed:>8}{len(tried.survived):>10}{tried.equal:>7}"
    sys.stdout.write(f"{name:<12}{numbers}{tried.share:>8.0%}\n")


if __name__ == "__main__":
    raise SystemExit(main())
