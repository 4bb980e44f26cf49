"""The index page of an organization: one line a run, newest first; added to, never made anew."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from markupsafe import Markup

from orgkit.evidence.index_page import INDEX, href, line, opened, sealed
from orgkit.evidence.journal.events import Event, Sealed
from orgkit.evidence.store.store import Store
from orgkit.report.exporter import policy
from orgkit.views.blocks import table_around, trusted

_COLUMNS = ("Started", "Notebook", "Phase", "Outcome", "By")
SUMMARY = ("notebook", "started", "phase", "outcome")


def append(store: Store, organization_id: str, events: Iterable[Event]) -> bool:
    """Add the runs that `sealed` events tell of and the page lacks; False if it was altered.

    The events are the recent ones: whatever a killed or a racing writer left out comes in too.
    """
    name = f"{organization_id}/{INDEX}"
    start, end = table_around(_COLUMNS)
    page = opened(store.read(name)) if store.exists(name) else _blank(organization_id, start + end)
    if page is None:
        return False
    # Also runs that a killed or a racing writer left out before.
    missing = [e for e in events if isinstance(e, Sealed) and href(e) not in page]
    if missing:
        before, mark, after = page.partition(start)
        # A page that was read is plain text: adding to `Markup` would escape it.
        lines = "".join(line(event) for event in reversed(missing))
        store.replace(name, sealed(f"{before}{mark}{lines}{after}"))
    return True


def _blank(organization_id: str, table: Markup) -> Markup:
    here = resources.files("orgkit.report")
    template = trusted(here.joinpath(INDEX).read_text("utf-8"))
    # Of its own: the frame's digest must not change with the look of reports.
    style = trusted(here.joinpath("index.css").read_text("utf-8"))
    return template.format(
        policy=policy(style), style=style, rows=table, organization=organization_id
    )
