"""The index page of an organization: one line a run, newest first; added to, never made anew.

The line of a run that was saved and sealed again gives way to its newer one, in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from markupsafe import Markup

from orgkit.evidence.index_page import INDEX, line, listed, named, opened, quoted_href, sealed
from orgkit.evidence.journal.events import Event, Sealed
from orgkit.evidence.store.store import Store
from orgkit.report.exporter import policy
from orgkit.views.blocks import table_around, trusted

_COLUMNS = ("Started", "Notebook", "Phase", "Outcome", "By")
SUMMARY = ("notebook", "started", "phase", "outcome")


def append(store: Store, organization_id: str, events: Sequence[Event]) -> bool:
    """Add the runs that `sealed` events tell of and the page lacks; False if it was altered.

    The events are the recent ones: whatever a killed or a racing writer left out comes in too.
    """
    name = f"{organization_id}/{INDEX}"
    start, end = table_around(_COLUMNS)
    blank = _blank(organization_id, start + end)
    page = before = opened(store.read(name)) if store.exists(name) else str(blank)
    if page is None:
        return False
    there = listed(page)
    # By run: of one that was sealed again the newest counts.
    newest = {e.folder: (quoted_href(e), line(e)) for e in events if isinstance(e, Sealed)}
    names = [e.organization_name for e in events if isinstance(e, Sealed) and e.organization_name]
    page = named(page, names[-1] if names else "")
    added = ""
    for address, text in newest.values():
        if address in there:
            page = page.replace(there[address], text, 1)
        else:  # also a run that a killed or a racing writer left out before
            added = text + added
    if added or page != before:
        head, mark, tail = page.partition(start)
        # A page that was read is plain text: adding to `Markup` would escape it.
        store.replace(name, sealed(f"{head}{mark}{added}{tail}"))
    return True


def _blank(organization_id: str, table: Markup) -> Markup:
    here = resources.files("orgkit.report")
    template = trusted(here.joinpath(INDEX).read_text("utf-8"))
    # Of its own: the frame's digest must not change with the look of reports.
    style = trusted(here.joinpath("index.css").read_text("utf-8"))
    return template.format(
        policy=policy(style), style=style, rows=table, organization=organization_id
    )
