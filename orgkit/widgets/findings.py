"""Searching, filtering and sorting the findings by hand; the table above it stays as it is."""

from __future__ import annotations

from orgkit.checks import Finding
from orgkit.checks.results import CheckResult, by_check
from orgkit.notebook.run import Run
from orgkit.terms import ASKS, Verdict
from orgkit.views.blocks import Block, Note
from orgkit.views.blocks.finding_list import FindingList
from orgkit.widgets.base import Control, Status

_ASKING, _ALL = "what asks for something", "all findings"
_ORDERS = ("severity", "number of accounts", "check")


class Findings(Control):
    """A choice of verdicts, a search field, an order; the list follows each of them."""

    def __init__(self, run: Run) -> None:
        import ipywidgets

        self._run = run
        self.show = ipywidgets.Dropdown(
            options=[_ASKING, _ALL, *map(str, Verdict)], description="Show"
        )
        self.search = ipywidgets.Text(
            placeholder="account, check or text", description="Search", continuous_update=True
        )
        self.order = ipywidgets.Dropdown(options=_ORDERS, description="Sort by")
        self.found = Status("orgkit-found")
        for each in (self.show, self.search, self.order):
            each.observe(lambda _: self.refresh(), "value")
        controls = ipywidgets.HBox([self.show, self.search, self.order])
        controls.layout.flex_flow = "row wrap"
        box = ipywidgets.VBox([controls, self.found.widget])
        super().__init__(box, lambda: Note("Findings can be searched here by hand."), run.front_end)
        run.follow("findings", self)
        self.refresh()

    def refresh(self) -> None:
        """Show what is asked for among the findings that stand now."""
        self.found.show(self._list())

    def _list(self) -> Block:
        # By the verdict of the check: one that failed for some accounts is not among the passed.
        checks = {r.id for r in by_check(self._run.findings) if self._wanted(r.verdict)}
        chosen = [f for f in self._run.findings if f.id in checks and self._says(f)]
        if not chosen:
            return Note("No finding matches.")
        orders = {
            _ORDERS[0]: None,
            _ORDERS[1]: _by_accounts,
            _ORDERS[2]: _by_title,
        }
        return FindingList(chosen, order=orders[str(self.order.value)])

    def _wanted(self, verdict: Verdict) -> bool:
        show = str(self.show.value)
        return show == _ALL or (verdict in ASKS if show == _ASKING else str(verdict) == show)

    def _says(self, finding: Finding) -> bool:
        words = str(self.search.value).lower().split()
        text = " ".join((finding.id, finding.title, finding.subject, finding.text)).lower()
        return all(word in text for word in words)


def _by_accounts(result: CheckResult) -> tuple[int, str]:
    return -result.accounts, result.title


def _by_title(result: CheckResult) -> tuple[int, str]:
    return 0, result.title


def findings(run: Run) -> Findings | None:
    """Search the findings by hand; in batch the table and findings.csv have them."""
    return Findings(run) if run.front_end.interactive else None
