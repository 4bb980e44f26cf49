"""One run of one notebook: its folder, what it showed, what it came to, and run.json.

`<store>/<organization id>/runs/<utc>-<notebook>/` gets run.json, one CSV a table and
MANIFEST.sha256 when the notebook saves; `orgkit run` adds the executed notebook and the report. A
cell that fails after `open_run` saves the run too, with the error as its outcome.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orgkit import actions, kit, parameters
from orgkit.aws import Organization
from orgkit.aws.record import stamp
from orgkit.blocks import Banner, Block, Facts, Note, Redacted, csv, masked
from orgkit.checks import Finding
from orgkit.errors import OrgkitError, UsageError
from orgkit.folder import RESULT, UNFINISHED, RunFolder, earlier, encoded
from orgkit.history import History
from orgkit.plans import RUNNING, Plan
from orgkit.progress import Progress
from orgkit.said import NOTHING, Said
from orgkit.signing import Signer, signer
from orgkit.store import Store
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, Verdict
from orgkit.watch import Watch

POINTER = (
    "ORGKIT_RUN_POINTER"  # a file in which the launcher finds the folder of the run it started
)
_VERSIONS = ("orgkit", "boto3", "botocore", "pandas", "papermill", "nbconvert", "ipykernel")


class Saved(Block):
    """Where the evidence lies and what the run came to; carries the report's header as metadata."""

    def __init__(
        self, result: Mapping[str, Any], address: str, next_step: str, proof: Mapping[str, Any]
    ) -> None:
        self._result, self._address, self._next = result, address, next_step
        self._proof = dict(proof)

    def html(self) -> str:
        """The same facts as `text`, as a list."""
        return Facts("Saved", self._facts()).html()

    def text(self) -> str:
        """Outcome, exit code, address and next step."""
        return Facts("Saved", self._facts()).text()

    def _facts(self) -> dict[str, Any]:
        signature = self._proof.get("signature")
        return {
            "Phase": self._result["phase"],
            "Outcome": f"{self._result['outcome']} (exit code {self._result['exit_code']})",
            "Evidence": self._address,
            **({"Signed": signature} if signature else {}),
            "Next": self._next,
        }

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        header = {k: self._result[k] for k in HEADER} | self._proof
        return {"text/plain": self.text(), "text/html": self.html()}, {"orgkit": header}


HEADER = (
    "notebook",
    "organization_id",
    "target",
    "caller_arn",
    "started",
    "ended",
    "phase",
    "outcome",
    "exit_code",
)


# What run.json says until the notebook saves, and for good if it is killed before.
_UNFINISHED = {
    "outcome": str(Outcome.FAILED),
    "exit_code": int(Outcome.FAILED.exit_code),
    "error": UNFINISHED,
}


class Run:
    """What a notebook holds on to from its setup cell to its last; made by `open_run`."""

    def __init__(
        self,
        notebook: str,
        organization: Organization,
        store: Store,
        given: Mapping[str, Any],
        signs: Signer | None = None,
    ) -> None:
        self.notebook, self.organization, self.store = notebook, organization, store
        self._signer = signs
        self.parameters = dict(given)
        self.started = organization.now
        self.progress: Progress | None = None
        self._findings: list[Finding] = []
        self._tables: dict[str, Any] = {}
        self._summary: list[str] = []
        self._outcome: Outcome | None = None
        self._error: OrgkitError | None = None
        self.history = History(store, organization.organization_id)
        self.folder = RunFolder.create(
            store, organization.organization_id, self.started, {**self.result(), **_UNFINISHED}
        )
        self.watch = Watch(organization, self.history, self.folder.name)
        self.watch.note("opened", **self.folder.promised())

    def banner(self) -> Banner:
        """Which organization, as whom, and whether it is real."""
        organization = self.organization
        lines = (
            f"organization {organization.organization_id}",
            f"management account {organization.management_id}",
            f"as {organization.caller.arn}",
            f"{organization.now:%Y-%m-%d %H:%M} UTC",
        )
        return Banner(organization.simulated, lines)

    def look(
        self, member_role: str = "", *, thorough: bool = False, said: Said = NOTHING
    ) -> Progress:
        """Read AWS, keep what was seen, say where the process stands."""
        self.progress = self.watch.look(member_role, thorough=thorough, said=said)
        return self.progress

    def add(self, block: Block) -> Block:
        """Keep a block's tables as evidence and return it, so that the cell shows it."""
        self._tables.update(block.tables())
        return self._shown(block)

    def _shown(self, block: Block) -> Block:
        return Redacted(block) if self.parameters.get("redact") else block

    def say(self, block: Block) -> Block:
        """Like `add`, and repeat it on the terminal of whoever started the run."""
        self._summary.append(self._shown(block).text())
        return self.add(block)

    def judge(self, findings: Iterable[Finding]) -> list[Finding]:
        """Keep findings; a FAIL blocks unless a process is already past this point."""
        self._findings = list(findings)
        failed = any(f.verdict is Verdict.FAIL for f in self._findings)
        phase = self.progress.phase if self.progress else Phase.UNKNOWN
        if failed and phase not in (*RUNNING, Phase.ALL_FEATURES):
            self._outcome = Outcome.BLOCKED
        return self._findings

    def carry_out(self, plan: Plan, *, confirm: str = "") -> actions.Result:
        """Act on a plan that was confirmed, or change nothing; decides the outcome of the run."""
        result = actions.carry_out(self.watch, plan, confirm=confirm)
        self.progress, self._outcome = result.progress, result.outcome
        return result

    def moment(self, *right: Phase | str) -> Note:
        """Say whether this is the moment for this notebook; too early counts as blocked."""
        phase = self.progress.phase if self.progress else Phase.UNKNOWN
        if phase in right:
            return Note(f"This is the moment for this notebook: the phase is {phase}.")
        if phase in (Phase.CONSOLIDATED_BILLING, Phase.READY):
            self._outcome = Outcome.BLOCKED
        following = self.progress.next_step if self.progress else ""
        return Note(f"Not the moment for this notebook: the phase is {phase}. {following}", "warn")

    def save(self) -> Saved:
        """Write run.json, the tables and the manifest; again if the notebook runs again."""
        result = self.result()
        files = {f"{name}.csv": csv(table) for name, table in self._tables.items()}
        files[RESULT] = encoded(result)
        self.folder.keep(files, partial(self.watch.note, "run"))
        if pointer := os.environ.get(POINTER):
            Path(pointer).write_text(self.folder.path, encoding="utf-8")
        following = self.progress.next_step if self.progress else "Run this notebook again."
        signature = self._sign()
        proof = {
            "store": self.store.address,
            "record": self.history.heads,
            "files": self.folder.promised()["files"],
        }
        if signature:
            proof["signature"] = signature
        if self.parameters.get("redact"):
            result["caller_arn"] = masked(result["caller_arn"])
        return Saved(result, self.folder.shown, following, proof)

    def _sign(self) -> str:
        """Sign the run and say so; a headless run gets its signature after its report."""
        if self._signer is None:
            return ""
        organization = self.organization
        try:
            if POINTER not in os.environ:
                at, by = stamp(organization.now), organization.caller.arn
                self._signer.sign(self.folder, self.history, at, by)
        except OrgkitError as error:  # the run is kept all the same, and verifying tells
            return f"NOT SIGNED. {error.problem}"
        return f"with the key {self._signer.key.id}"

    def earlier_results(self) -> list[dict[str, Any]]:
        """run.json of the finished runs of this organization, oldest first."""
        return earlier(self.store, self.organization.organization_id)

    def before(self) -> dict[str, Any] | None:
        """run.json of the last run of this notebook that came to its end, if there is one."""
        mine = [r for r in self.earlier_results() if r["notebook"] == self.notebook]
        return next((r for r in reversed(mine) if not r["error"]), None)

    def result(self) -> dict[str, Any]:
        """run.json as far as it is known now; its schema is orgkit/schemas/run.schema.json."""
        organization = self.organization
        outcome, code = self._verdict()
        return {
            "notebook": self.notebook,
            "started": stamp(self.started),
            "ended": stamp(organization.now),
            "target": organization.target,
            "endpoint": organization.endpoint or "",
            "organization_id": organization.organization_id,
            "caller_arn": organization.caller.arn,
            "phase": str(self.progress.phase if self.progress else Phase.UNKNOWN),
            "outcome": str(outcome),
            "exit_code": code,
            "error": str(self._error) if self._error else "",
            "summary": list(self._summary),
            "findings": [
                {"id": f.id, "verdict": str(f.verdict), "subject": f.subject, "text": f.text}
                for f in self._findings
            ],
            "calls": [asdict(call) for call in organization.calls],
            "record": self.history.heads,
            "versions": versions(),
            "parameters": self.parameters,
        }

    def _verdict(self) -> tuple[Outcome, int]:
        if self._error is not None:
            outcome = Outcome.FAILED if isinstance(self._error, UsageError) else Outcome.BLOCKED
            return outcome, int(self._error.exit_code)
        phase = self.progress.phase if self.progress else Phase.UNKNOWN
        outcome = self._outcome or OUTCOME_OF_PHASE[phase]
        return outcome, int(outcome.exit_code)

    def _after_cell(self, result: Any) -> None:
        """Handle IPython's `post_run_cell`: a failed cell must not leave a run without result."""
        error = getattr(result, "error_in_exec", None)
        if isinstance(error, OrgkitError):
            self._error = error
            self.save()
        elif error is not None:
            self._outcome = Outcome.FAILED
            self.save()

    def _repr_html_(self) -> str:
        return self._shown(self.banner()).html()

    def __repr__(self) -> str:
        return self._shown(self.banner()).text()


def open_run(
    notebook: str,
    organization: Organization,
    *,
    store: str = "evidence",
    given: Mapping[str, Any] | None = None,
) -> Run:
    """Begin a run of a notebook; the store is proved writable before anything else happens.

    In a notebook the parameters are read from the kernel; `given` states them elsewhere.
    Raises `UsageError` for a store or a signing key that cannot be used, or a parameter that nobody
    declared.
    """
    shell = _shell()
    values = dict(given) if given is not None else _parameters(notebook, shell)
    profile = str(values.get("profile", ""))
    opened = Store(store, organization.target, profile)
    opened.check_writable()
    signs = signer(opened, organization.target, profile)
    try:
        run = Run(notebook, organization, opened, values, signs)
    except OSError as error:  # a bucket shows only now that it may not be written
        raise opened.unusable(error) from error
    if shell is not None:
        _replace_listener(shell, run)
    return run


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _replace_listener(shell: Any, run: Run) -> None:
    """One listener a kernel, also when the setup cell is run again."""
    previous = shell.user_ns.get("_orgkit_listener")
    if previous is not None:
        shell.events.unregister("post_run_cell", previous)
    shell.events.register("post_run_cell", run._after_cell)
    shell.user_ns["_orgkit_listener"] = run._after_cell


def _parameters(notebook: str, shell: Any) -> dict[str, Any]:
    if shell is None:
        return {}
    known = parameters.declared(kit.find(notebook).path)
    values = dict(shell.user_ns)
    if (
        "JPY_SESSION_NAME" not in os.environ
    ):  # nobody at the keyboard: only parameters are set so far
        _refuse_undeclared(notebook, values, known, shell)
    return {name: values[name] for name in known if name in values}


def _refuse_undeclared(
    notebook: str, values: Mapping[str, Any], known: Mapping[str, Any], shell: Any
) -> None:
    """Refuse what papermill sets unasked: a misspelled name would run with its default."""
    hidden = set(shell.user_ns_hidden)
    stray = [
        name
        for name, value in values.items()
        if isinstance(value, str | int | float | list | dict | None)
        and not name.startswith("_")
        and name not in hidden
        and name not in known
        and name not in ("In", "Out")
    ]
    if stray:
        raise UsageError(
            f"{notebook} has no parameter {', '.join(sorted(stray))}.",
            f"It has: {', '.join(known)}.",
        )


def versions() -> dict[str, str]:
    """What software is at work, for the evidence."""
    return {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()}
