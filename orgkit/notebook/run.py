"""One run of one notebook: an organization, its journal, a folder; and what the run came to.

`<store>/<organization id>/runs/<utc>-<notebook>/` gets run.json, one CSV a table and
MANIFEST.sha256 when the notebook saves; `orgkit run` adds the executed notebook and the report. A
cell that fails after `open_run` saves the run too, with the error as its outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from threading import RLock
from typing import Any

from orgkit import actions, catalog, checks
from orgkit.actions import shown
from orgkit.actions.plan import Plan
from orgkit.aws import Organization
from orgkit.checks import Finding
from orgkit.checks.inputs import read_inputs, remembered
from orgkit.errors.exceptions import UsageError
from orgkit.evidence.journal.cloudtrail import CloudTrailCalls
from orgkit.evidence.journal.cloudtrail import read_and_keep as read_cloudtrail
from orgkit.evidence.journal.events import Answered, Opened, Saved
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RESULT, UNFINISHED, RunFolder, earlier, encoded, newest, versions
from orgkit.evidence.signatures.sign import Signer, signer
from orgkit.evidence.store.store import UNUSABLE, Store
from orgkit.evidence.verify import Verified, verify
from orgkit.formats import stamp
from orgkit.migration.inputs import NO_INPUTS, Inputs
from orgkit.migration.observe import Observer
from orgkit.migration.state import MigrationState
from orgkit.notebook.face import Face
from orgkit.notebook.frontend import front_end
from orgkit.notebook.keeper import Keeper
from orgkit.notebook.kernel import Kernel
from orgkit.notebook.live_output import Follower, LiveOutput
from orgkit.notebook.page import Page, View
from orgkit.notebook.result import RunResult, passed
from orgkit.notebook.waiting import Waiting
from orgkit.terms import ExitCode, Outcome, Phase
from orgkit.views.blocks import Banner, Block, Note, csv, masked
from orgkit.views.saved_run import SavedRun
from orgkit.views.status import banner

_BUTTON = "button"  # stands for the cell where an error came from a control

# What run.json says until the notebook saves, and for good if it is killed before.
_UNFINISHED = {
    "outcome": str(Outcome.FAILED),
    "exit_code": int(ExitCode.FAILED),
    "error": UNFINISHED,
}


class Run:
    """What a notebook holds on to from its setup cell to its last; made by `open_run`.

    docs/notebook-api.md documents what it offers to a notebook, with an example each.
    """

    def __init__(
        self,
        notebook: str,
        organization: Organization,
        store: Store,
        given: Mapping[str, Any],
        signs: Signer | None = None,
        kernel: Kernel | None = None,
    ) -> None:
        self.notebook, self.organization, self.store = notebook, organization, store
        self.front_end = front_end()
        self.kernel = kernel or Kernel()
        self.parameters = dict(given)
        self.started = organization.now
        self.page = Page(self.front_end, lambda: self.state, bool(given.get("redact")))
        self._state: MigrationState | None = None
        self._findings: list[Finding] = []
        self._action: actions.Result | None = None
        self._right: frozenset[str] = frozenset()
        self._errors: dict[str, BaseException] = {}  # by cell; the oldest first
        self._saved: LiveOutput | None = None
        self._strip: LiveOutput | None = None
        self._reading = RLock()  # a watch reads in a thread of its own
        self.journal = Journal(store, organization.organization_id)
        first = {**self.result(), **_UNFINISHED}
        self._face = Face(self.journal, self.result)
        self.folder = RunFolder.create(store, organization.organization_id, self.started, first)
        self.observer = Observer(organization, self.journal, self.folder.name)
        self.observer.note(Opened(**self.folder.promised()))
        self._keeper = Keeper(self.folder, self.journal, signs, self.kernel)
        self._keeper.prepare()

    # What AWS says

    def observe(
        self, member_role: str = "", *, thorough: bool = False, inputs: Inputs = NO_INPUTS
    ) -> MigrationState:
        """Take a snapshot, keep it in the journal, and say where the organization stands."""
        with self._reading, Waiting(self.front_end, self.organization, self.before):
            self._state = self.observer.observe(member_role, thorough=thorough, inputs=inputs)
        self.page.refresh()
        return self._state

    def observe_again(self) -> MigrationState:
        """Take a snapshot as thorough as the last one; `refresh` then shows it."""
        # No refresh here: a watch calls this in a thread and shows it from the loop.
        with self._reading:
            self._state = self.observer.again(self.state)
        return self._state

    @property
    def state(self) -> MigrationState:
        """The newest state. Raises `UsageError` before the first snapshot."""
        if self._state is None:
            raise UsageError("There is no snapshot yet.", "Run the cells above first.")
        return self._state

    def read_cloudtrail(self) -> CloudTrailCalls:
        """Read CloudTrail, and keep in the journal what it did not have yet."""
        return read_cloudtrail(self.organization, self.journal, self.observer.note)

    # What the administrator says

    def read_inputs(self, answers: str = "", owners: str = "") -> Inputs:
        """Read both files, and join them with the answers of earlier runs.

        Raises `UsageError` for a file that cannot be used.
        """
        self.journal.reload()
        return read_inputs(answers, owners, self.journal.projection.answers)

    def record_answers(self, inputs: Inputs) -> Inputs:
        """Keep in the journal what is new among the answers, and what was taken back."""
        with self._reading:
            if new := inputs.news():
                rows = {name: {"answer": a.yes_or_no, "note": a.note} for name, a in new.items()}
                self.observer.note(Answered(answers=rows))
        return replace(inputs, kept=remembered(self.journal.projection.answers))

    def answer(self, inputs: Inputs) -> Inputs:
        """Record answers, judge again with them where checks were judged, and show what follows."""
        kept = self.record_answers(inputs)
        if self._state is not None:
            self._state = replace(self._state, inputs=kept)
            if self._findings:
                self._findings = checks.run(self._state)
            self.page.refresh()
            self.save_again()
        return kept

    # What is shown

    def summary(self, state: MigrationState) -> Block:
        """Make the card that says where, how far, what is next and what is wrong; see `say`."""
        return self._face.summary(state)

    def banner(self) -> Banner:
        """Say which organization this is, as whom it is read, and whether it is real."""
        return banner(self.organization)

    def add(self, what: Block | View) -> Block:
        """Show a block, or what a view makes of every newer state; see `Page.add`."""
        return self.page.add(what, always=what == self.summary)

    def say(self, what: Block | View) -> Block:
        """Show a block, and repeat it on the terminal of whoever started the run."""
        return self.page.say(what, always=what == self.summary)

    def follow(self, name: str, follower: Follower) -> None:
        """Tell a follower of every newer state; a later one of the same name replaces it."""
        self.page.follow(name, follower)

    def refresh(self) -> None:
        """Show what is true now wherever something follows."""
        self.page.refresh()

    # What is decided

    @property
    def findings(self) -> list[Finding]:
        """The findings that stand."""
        return self._findings

    def plans(self, action: Callable[..., Plan], *given: Any) -> Callable[[MigrationState], Plan]:
        """Make the plan of an action that rests on findings, anew for every state.

        What is given as a function, such as the text of a control, is asked each time.
        """
        return lambda state: action(
            state, self._findings, *(each() if callable(each) else each for each in given)
        )

    def judge(self, findings: Iterable[Finding]) -> list[Finding]:
        """Keep findings; a FAIL blocks unless a process is already past this point."""
        self._findings = list(findings)
        self._show_strip()
        return self._findings

    def carry_out(self, plan: Plan, *, confirm: str = "") -> actions.Result:
        """Act on a plan that was confirmed, or change nothing; decides the outcome of the run.

        In batch nobody sees the plan before it is confirmed: there `confirm` means the plan that an
        earlier run showed, and another one is not carried out.
        """
        with self._reading:
            result = self._confirmed(plan, confirm)
            self._state, self._action = result.state, result
            if confirm:  # the button was pressed again, with success
                self._errors.pop(_BUTTON, None)
        if result.changed is not False and not self.front_end.interactive:
            self.page.refresh()  # the summary on top of the report must not stay behind
        return result

    def _confirmed(self, plan: Plan, confirm: str) -> actions.Result:
        if self.front_end.interactive or plan.not_now:
            return actions.carry_out(self.observer, plan, confirm=confirm, shown="on the screen")
        meant = shown.meant(self.journal.events(), self.notebook, plan, confirm)
        if meant.refused:
            return actions.Result(Outcome.BLOCKED, meant.refused, False, plan.state)
        result = actions.carry_out(self.observer, plan, confirm=confirm, shown=meant.shown)
        if not meant.shown:
            self.observer.note(shown.kept(plan, self.notebook))
        if meant.shown == shown.NEVER:
            result = replace(result, message=f"{result.message} No earlier run had shown the plan.")
        return result

    def moment(self, *right: Phase | str) -> Note:
        """Say whether this is the moment for this notebook; too early counts as blocked."""
        self._right = frozenset(str(phase) for phase in right)
        if self._phase in self._right:
            return Note(f"This notebook applies: the phase is {self._phase}.")
        following = self._state.next_step if self._state else ""
        text = f"This notebook does not apply now: the phase is {self._phase}. {following}"
        return Note(text, "warn")

    @property
    def _phase(self) -> Phase:
        return self._state.phase if self._state else Phase.UNKNOWN

    # What the run came to

    def outcome(self) -> RunResult:
        """Compute what the run came to, from what stands now."""
        errors = tuple(self._errors.values())
        return RunResult(self._phase, tuple(self._findings), self._action, self._right, errors)

    def result(self) -> dict[str, Any]:
        """Make run.json as far as it is known now; its schema stands beside `evidence.runs`."""
        organization = self.organization
        return {
            "notebook": self.notebook,
            "started": stamp(self.started),
            "ended": stamp(organization.now),
            "target": organization.target,
            "endpoint": organization.endpoint or "",
            "organization_id": organization.organization_id,
            "caller_arn": organization.caller.arn,
            **self.outcome().to_json(),
            "summary": self.page.summary(),
            "calls": [asdict(call) for call in organization.calls],
            "record": self.journal.heads,
            "versions": versions(),
            "parameters": self.parameters,
        }

    def cell_begins(self, cell: str) -> None:
        """Take note of a cell that is about to run."""
        self.page.begin_cell(cell)

    def cell_ended(self, cell: str, error: BaseException | None) -> None:
        """Take note of a cell that has run: an error stands until the same cell succeeds."""
        stood = self._errors.pop(cell, None)
        if error is not None:
            self._errors[cell] = error
        if error is not None:
            self._save_what_can_be()
        elif stood is not None:
            self.save_again()
        if error is not None or stood is not None:
            self._show_strip()
        self._complete()

    def failed(self, error: BaseException) -> None:
        """Save the run with an error of a control, which no cell shows."""
        self._errors.pop(_BUTTON, None)
        self._errors[_BUTTON] = error
        self._save_what_can_be()
        self._show_strip()

    # What is kept

    def save(self) -> Block:
        """Write run.json, the tables and the manifest; again if the notebook runs again."""
        saved: Block = self._write()
        if self.front_end.interactive:
            saved = self._saved = LiveOutput(self._write, self.front_end, saved)
        self._complete()
        return saved

    def save_again(self) -> None:
        """Write what is newer, and show so where it was said that the run was saved."""
        if self._saved is not None:
            self._saved.refresh()
        else:
            self._write()
        self._complete()

    def _complete(self) -> None:
        """Complete the run where nobody else does; at the end of the cell, if one runs."""
        if said := self._keeper.complete(self.notebook, self.parameters):
            self.page.tell(said)

    def _save_what_can_be(self) -> None:
        # After an error: a store that died must not push what was said of it off the screen.
        with suppress(*UNUSABLE):
            self.save_again()

    def _write(self) -> SavedRun:
        with self._reading:
            result = self.result()
            files = {f"{name}.csv": csv(table) for name, table in self.page.tables.items()}
            files[RESULT] = encoded(result)
            proof = self._keeper.save(files, lambda **said: self.observer.note(Saved(**said)))
        if self.page.redact:
            result["caller_arn"] = masked(result["caller_arn"])
        return SavedRun(result, self.folder.shown, self._face.next_link(self._state), proof)

    # What earlier runs came to

    def earlier_results(self) -> list[dict[str, Any]]:
        """Read run.json of the finished runs of this organization, oldest first."""
        return earlier(self.journal)

    def before(self, notebook: str = "") -> dict[str, Any] | None:
        """Read run.json of the last run of a notebook (else this one) that met no error, if any."""
        name = notebook or self.notebook
        runs = newest(self.journal, name)
        return next((r for r in runs if not r["error"] and r["outcome"] != Outcome.FAILED), None)

    def verify(self) -> Verified:
        """Verify the evidence of this organization as `orgkit verify` does; signatures are not."""
        return verify(self.store, only=self.organization.organization_id)

    def passed(self, notebook: str) -> bool:
        """Tell whether the last run of a notebook that ended judged its checks and none failed."""
        runs = newest(self.journal, notebook)
        last = next((r for r in runs if r["error"] != UNFINISHED), None)
        return last is not None and passed(last)

    def _ipython_display_(self) -> None:
        self._strip = LiveOutput(self._strip_now, self.front_end)
        self._strip._ipython_display_()
        if self.front_end.interactive:
            self.follow("strip", self._strip)

    def _strip_now(self) -> Block:
        return self.page.keep(self._face.strip(self.banner(), self._state))

    def _show_strip(self) -> None:
        # In batch nobody sees the page before the run is over, and a report has no strip.
        if self._strip is not None and self.front_end.interactive:
            self._strip.refresh()

    def __repr__(self) -> str:
        return self._strip_now().text()


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
    kernel = Kernel.here()
    values = dict(given or {})
    if given is None and kernel.shell is not None:
        values = kernel.parameters(catalog.find(notebook).path, front_end())
    # In a front end what was chosen there may stand in for parameters that were left as they are.
    values |= {name: text for name, text in organization.signed_in.items() if name in values}
    opened = Store(store, organization.target, organization.signed_in["profile"])
    opened.check_writable()
    signs = signer(opened, organization.target, organization.signed_in["profile"])
    try:
        run = Run(notebook, organization, opened, values, signs, kernel)
    except UNUSABLE as error:  # a bucket shows only now that it may not be written
        raise opened.unusable(error) from error
    # Last, so that a run that could not be opened is told of no cell.
    kernel.tell(run)
    return run
