"""The documentation that is made from the code, in parts and as whole files: `make docs`.

`python -m tools.docs` writes; tests/test_docs.py compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import yaml

from orgkit import environment, glossary
from orgkit.checks import CHECKS, READ_BY, Check
from orgkit.errors.remedies import Table, cannot_occur, remedies
from orgkit.iam import roles as iam_roles
from orgkit.sim.scenario.shipped import available
from tools import architecture, cloudformation, look

README = Path("README.md")
ARCHITECTURE = Path("docs/architecture.md")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def checks() -> str:
    """Make one line a pre-check: id, title, how it is read, its verdicts, source of the fact."""
    rows = ((f"`{c.id}`", c.title, _how(c), _verdicts(c), c.source) for c in CHECKS.values())
    return _table(("check", "what", "how it is read", "verdicts", "source"), rows)


def _how(check: Check) -> str:
    return ", ".join(dict.fromkeys(READ_BY[part] for part in check.reads))


def _verdicts(check: Check) -> str:
    each = ", ".join(str(verdict) for verdict in check.verdicts)
    return each if check.waivable else f"{each}; never waived"


def scenarios() -> str:
    """Make one line a scenario."""
    return _table(("scenario", "what happens"), ((f"`{n}`", t) for n, t in available()))


_ERRORS = """# Errors

What orgkit says instead of a bare error of AWS, in full. Written by
`make docs` from `orgkit/errors/remedies`; the tests hold it against the service model of the
installed botocore, so that an error or a reason that is new to orgkit fails by its name.

An error that is not listed here keeps its traceback, in the notebook or in a file that is named:
orgkit does not know it either; please report it. A reason that AWS adds
later gets the row of its error, with AWS's own words beside it.
"""


def _error_rows(table: Table) -> str:
    head = ("error", "what happened", "what to do", "who", "more")
    rows = []
    for (code, reason), remedy in table.items():
        shown = ", ".join(f"`{name}`" for name in (reason or code, *remedy.also))
        link = f"[AWS]({remedy.more})" if remedy.more else ""
        rows.append((shown, remedy.problem, remedy.do_this, remedy.actor, link))
    return _table(head, rows)


def errors() -> str:
    """Make docs/errors.md: every remedy, and the reasons that cannot occur."""
    answers = remedies("organizations", "other_services")
    by_reason = remedies("reasons")
    parts = [_ERRORS, "## Before AWS has answered\n", _error_rows(remedies("credentials")), ""]
    parts += ["## On this machine\n", _error_rows(remedies("machine")), ""]
    parts += ["## Answers of AWS Organizations and of services beside it\n"]
    parts += [_error_rows(answers), ""]
    for code in dict.fromkeys(code for code, _ in by_reason):
        reasons = {key: remedy for key, remedy in by_reason.items() if key[0] == code}
        parts += [f"## {code}, by reason\n", _error_rows(reasons), ""]
    rows = ((f"`{reason}`", code, why) for (code, reason), why in cannot_occur().items())
    parts += ["## Reasons that cannot occur here\n", _table(("reason", "error", "why"), rows), ""]
    return "\n".join(parts)


def _policy(name: str) -> str:
    """Make one role's policy; a file knows no organization, so its ARNs have stars."""
    return json.dumps(iam_roles.policy(name), indent=2) + "\n"


def _template() -> str:
    return yaml.safe_dump(cloudformation.template(), sort_keys=False, width=100)


_GLOSSARY = """# Glossary

The words that the pages, the reports and the command line use: AWS's own terms first, then
orgkit's. Written by `make docs` from `orgkit/glossary.yaml`.
"""


def words() -> str:
    """Make docs/glossary.md: one line a term."""
    rows = ((f"**{term}**", meaning) for term, meaning in glossary.terms().items())
    return f"{_GLOSSARY}\n{_table(('term', 'meaning'), rows)}\n"


POLICIES = Path("orgkit/iam/policies")
WHOLE: dict[Path, Callable[[], str]] = {
    Path("docs/errors.md"): errors,
    Path("docs/glossary.md"): words,
    **{POLICIES / f"{name}.json": partial(_policy, name) for name in iam_roles.ROLES},
    POLICIES / "roles.yaml": _template,
    Path("docs/images/architecture.svg"): architecture.picture,
    Path("docs/look.html"): look.page,
}


def roles() -> str:
    """Make one line a role: who it is, and what it may do."""
    rows = (
        (f"`{name}`", role.says, ", ".join(f"`{a}`" for a in sorted(iam_roles.actions(name))))
        for name, role in iam_roles.ROLES.items()
    )
    return _table(("role", "who", "actions"), rows)


def variables() -> str:
    """Make one line a variable of the environment."""
    rows = ((f"`{name}`", about) for name, about in environment.VARIABLES.items())
    return _table(("variable", "what it does"), rows)


def rooms() -> str:
    """Make one line a room, from the top floor down."""
    top_down = (room for floor in architecture.floors() for room in floor)
    return _table(("room", "what it is"), ((f"`{r}`", architecture.says(r)) for r in top_down))


PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    README: {"checks": checks, "roles": roles, "scenarios": scenarios},
    ARCHITECTURE: {"rooms": rooms, "variables": variables},
}


def fresh(path: Path) -> str:
    """Read a document and put every generated part into it as it should be now."""
    text = path.read_text(encoding="utf-8")
    for name, make in PARTS[path].items():
        begin, end = re.escape(f"<!-- {name}: written by `make docs` -->"), f"<!-- /{name} -->"
        found = re.search(rf"({begin}\n).*?({end})", text, re.S)
        if not found:
            raise ValueError(f"{path} has no place for {name}")
        text = text.replace(found[0], f"{found[1]}{make()}\n{found[2]}")
    return text


if __name__ == "__main__":
    for path in PARTS:
        path.write_text(fresh(path), encoding="utf-8")
    for path, make in WHOLE.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(make(), encoding="utf-8")
