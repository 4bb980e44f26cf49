"""One run of one notebook: its folder, what it showed, what it came to, and run.json.

`<store>/<organization id>/runs/<utc>-<notebook>/` gets run.json, one CSV a table and
MANIFEST.sha256 when the notebook saves; `orgkit run` adds the executed notebook and the report. A
cell that fails after `open_run` saves the run too, with the error as its outcome.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from orgkit import actions, catalog
from orgkit.actions.plan import RUNNING, Plan
from orgkit.aws import Organization
from orgkit.checks import Finding
from orgkit.checks.inputs.reader import read_inputs, remembered
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.evidence.journal.cloudtrail import CloudTrailCalls
from orgkit.evidence.journal.cloudtrail import read_and_keep as read_trail
from orgkit.evidence.journal.events import ANSWERED
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs.folder import RunFolder, earlier, newest
from orgkit.evidence.runs.result import RESULT, UNFINISHED, encoded, versions
from orgkit.evidence.signatures.sign import Signer, signer
from orgkit.evidence.store.store import Store
from orgkit.formats import stamp
from orgkit.migration.inputs import NO_INPUTS, Inputs
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.notebook import kernel
from orgkit.notebook.frontend import interactive
from orgkit.notebook.live_output import Follower, LiveOutput
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, Verdict
from orgkit.views.blocks import Banner, Block, NextLink, Note, Redacted, csv, masked
from orgkit.views.next_step import next_link
from orgkit.views.saved_run import SavedRun

POINTER = (
    "ORGKIT_RUN_POINTER"  # a file in which the launcher finds the folder of the run it started
)


Shows = Callable[[MigrationState], Block]  # what makes a block of a look, such as `show.board`

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
        self._state: MigrationState | None = None
        self._findings: list[Finding] = []
        self._tables: dict[str, Any] = {}
        self._summary: dict[str, Block] = {}
        self._followers: dict[str, Follower] = {}
        self._saved: LiveOutput | None = None
        self._looking = RLock()  # a watch looks in a thread of its own
        self._outcome: Outcome | None = None
        self._error: OrgkitError | None = None
        self.journal = Journal(store, organization.organization_id)
        self.folder = RunFolder.create(
            store, organization.organization_id, self.started, {**self.result(), **_UNFINISHED}
        )
        self.observer = Observer(organization, self.journal, self.folder.name)
        self.observer.note("opened", **self.folder.promised())

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

    def observe(
        self, member_role: str = "", *, thorough: bool = False, inputs: Inputs = NO_INPUTS
    ) -> MigrationState:
        """Read AWS, keep what was seen, say where the process stands."""
        with self._looking:
            self._state = self.observer.observe(member_role, thorough=thorough, inputs=inputs)
        self.refresh()
        return self._state

    def observe_again(self) -> MigrationState:
        """Look as thoroughly as the last time; `refresh` then shows it."""
        with self._looking:
            self._state = self.observer.again(self.state)
        return self._state

    def read_inputs(self, answers: str = "", owners: str = "") -> Inputs:
        """Read what the administrator says: the files, and what earlier runs were told.

        Raises `UsageError` for a file that cannot be used.
        """
        self.journal.reload()
        return read_inputs(answers, owners, self.journal.projection.answers)

    def record_answers(self, inputs: Inputs) -> Inputs:
        """Keep in the record what is new among the answers, and what was taken back."""
        with self._looking:
            if new := inputs.news():
                rows = {name: {"answer": a.yes_or_no, "note": a.note} for name, a in new.items()}
                self.observer.note(ANSWERED, answers=rows)
        return replace(inputs, kept=remembered(self.journal.projection.answers))

    @property
    def state(self) -> MigrationState:
        """The newest look. Raises `UsageError` before the first."""
        if self._state is None:
            raise UsageError("Nothing was looked at yet.", "Run the cells above first.")
        return self._state

    def add(self, what: Block | Shows) -> Block:
        """Keep a block's tables as evidence and return it, so that the cell shows it.

        Given the function that makes a block of a look, the block follows later looks in a Jupyter
        front end.
        """
        if isinstance(what, Block):
            return self._kept(what)
        make = partial(self._made, what)
        if not interactive():
            return make()
        following = LiveOutput(make)
        self.follow(what.__qualname__, following)
        return following

    def _made(self, shows: Shows) -> Block:
        return self._kept(shows(self.state))

    def _kept(self, block: Block) -> Block:
        self._tables.update(block.tables())
        return Redacted(block) if self.parameters.get("redact") else block

    def say(self, what: Block | Shows) -> Block:
        """Like `add`, and repeat it on the terminal of whoever started the run."""
        block = self.add(what)
        key = str(len(self._summary)) if isinstance(what, Block) else what.__qualname__
        self._summary[key] = block
        return block

    def follow(self, name: str, follower: Follower) -> None:
        """Tell a follower of everything newer; a later one of the same name takes its place."""
        self._followers[name] = follower

    def refresh(self) -> None:
        """Show what is true now wherever something follows."""
        for follower in list(self._followers.values()):
            follower.refresh()

    def judge(self, findings: Iterable[Finding]) -> list[Finding]:
        """Keep findings; a FAIL blocks unless a process is already past this point."""
        self._findings = list(findings)
        failed = any(f.verdict is Verdict.FAIL for f in self._findings)
        phase = self._state.phase if self._state else Phase.UNKNOWN
        if failed and phase not in (*RUNNING, Phase.ALL_FEATURES):
            self._outcome = Outcome.BLOCKED
        return self._findings

    def carry_out(self, plan: Plan, *, confirm: str = "") -> actions.Result:
        """Act on a plan that was confirmed, or change nothing; decides the outcome of the run."""
        with self._looking:
            result = actions.carry_out(self.observer, plan, confirm=confirm)
            self._state, self._outcome = result.state, result.outcome
        return result

    def moment(self, *right: Phase | str) -> Note:
        """Say whether this is the moment for this notebook; too early counts as blocked."""
        phase = self._state.phase if self._state else Phase.UNKNOWN
        if phase in right:
            return Note("This is the moment for this notebook.")
        if phase in (Phase.CONSOLIDATED_BILLING, Phase.READY):
            self._outcome = Outcome.BLOCKED
        following = self._state.next_step if self._state else ""
        return Note(f"Not the moment for this notebook: the phase is {phase}. {following}", "warn")

    def save(self) -> Block:
        """Write run.json, the tables and the manifest; again if the notebook runs again."""
        if not interactive():
            return self._write()
        self._saved = LiveOutput(self._write)
        return self._saved

    def save_again(self) -> None:
        """Write what is newer, and show so where it was said that the run was saved."""
        if self._saved is not None:
            self._saved.refresh()
        else:
            self._write()

    def _write(self) -> SavedRun:
        with self._looking:
            return self._written()

    def _written(self) -> SavedRun:
        result = self.result()
        files = {f"{name}.csv": csv(table) for name, table in self._tables.items()}
        files[RESULT] = encoded(result)
        self.folder.keep(files, partial(self.observer.note, "run"))
        if pointer := os.environ.get(POINTER):
            Path(pointer).write_text(self.folder.path, encoding="utf-8")
        signature = self._sign()
        proof = {
            "store": self.store.address,
            "record": self.journal.heads,
            "files": self.folder.promised()["files"],
        }
        if signature:
            proof["signature"] = signature
        if self.parameters.get("redact"):
            result["caller_arn"] = masked(result["caller_arn"])
        return SavedRun(result, self.folder.shown, self._onward(), proof)

    def _onward(self) -> Block:
        if self._state is None:
            return NextLink(self.notebook, "Run this notebook again.")
        if self.notebook == catalog.START:  # there the button stands beside the rail
            return Note(self.state.next_step)
        failed = any(f.verdict is Verdict.FAIL for f in self._findings)
        return next_link(self.state, checked=bool(self._findings) and not failed)

    def _sign(self) -> str:
        """Sign the run and say so; a headless run gets its signature after its report."""
        if self._signer is None:
            return ""
        organization = self.organization
        try:
            if POINTER not in os.environ:
                at, by = stamp(organization.now), organization.caller.arn
                self._signer.sign(self.folder, self.journal, at, by)
        except OrgkitError as error:  # the run is kept all the same, and verifying tells
            return f"NOT SIGNED. {error.problem}"
        return f"with the key {self._signer.key.id}"

    def read_cloudtrail(self) -> CloudTrailCalls:
        """Read CloudTrail, and keep in the record what it did not have yet."""
        return read_trail(self.organization, self.journal, self.observer.note)

    def earlier_results(self) -> list[dict[str, Any]]:
        """run.json of the finished runs of this organization, oldest first."""
        return earlier(self.store, self.organization.organization_id)

    def before(self, notebook: str = "") -> dict[str, Any] | None:
        """run.json of the last run of a notebook (else this one) that came to its end, if any."""
        name = notebook or self.notebook
        runs = newest(self.store, self.organization.organization_id, name)
        return next((r for r in runs if not r["error"]), None)

    def passed(self, notebook: str) -> bool:
        """Whether the last finished run of a notebook found nothing that fails."""
        last = self.before(notebook)
        return last is not None and all(f["verdict"] != Verdict.FAIL for f in last["findings"])

    def result(self) -> dict[str, Any]:
        """run.json as far as it is known now; its schema is shipped beside evidence/runs."""
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
            "phase": str(self._state.phase if self._state else Phase.UNKNOWN),
            "outcome": str(outcome),
            "exit_code": code,
            "error": str(self._error) if self._error else "",
            "summary": [block.text() for block in self._summary.values()],
            "findings": [
                {"id": f.id, "verdict": str(f.verdict), "subject": f.subject, "text": f.text}
                for f in self._findings
            ],
            "calls": [asdict(call) for call in organization.calls],
            "record": self.journal.heads,
            "versions": versions(),
            "parameters": self.parameters,
        }

    def _verdict(self) -> tuple[Outcome, int]:
        if self._error is not None:
            outcome = Outcome.FAILED if isinstance(self._error, UsageError) else Outcome.BLOCKED
            return outcome, int(self._error.exit_code)
        phase = self._state.phase if self._state else Phase.UNKNOWN
        outcome = self._outcome or OUTCOME_OF_PHASE[phase]
        return outcome, int(outcome.exit_code)

    def _after_cell(self, result: Any) -> None:
        """Handle IPython's `post_run_cell`: a failed cell must not leave a run without result."""
        error = getattr(result, "error_in_exec", None)
        if error is not None:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """Save the run with an error as its outcome; a known one is told in full."""
        if isinstance(error, OrgkitError):
            self._error = error
        else:
            self._outcome = Outcome.FAILED
        self.save_again()

    def _repr_html_(self) -> str:
        return self._kept(self.banner()).html()

    def __repr__(self) -> str:
        return self._kept(self.banner()).text()


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
    values = dict(given or {})
    if given is None and shell is not None:
        values = kernel.parameters_in_kernel(catalog.find(notebook).path, shell)
    # In a front end what was chosen there may stand in for parameters that were left as they are.
    values |= {name: text for name, text in organization.signed_in.items() if name in values}
    opened = Store(store, organization.target, organization.signed_in["profile"])
    opened.check_writable()
    signs = signer(opened, organization.target, organization.signed_in["profile"])
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
