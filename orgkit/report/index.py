"""The index page of an organization: one line a run, newest first; added to, never made anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import INDEX, opened, sealed
from orgkit.report.exporter import policy, style
from orgkit.views.blocks import escaped, link_row, table_around

_COLUMNS = ("Started", "Notebook", "Phase", "Outcome", "By")
_FIELDS = ("started", "notebook", "phase", "outcome", "by")
SUMMARY = ("notebook", "started", "phase", "outcome")


def append(store: Store, organization_id: str, events: Iterable[Mapping[str, Any]]) -> bool:
    """Add the runs that `sealed` events tell of and the page lacks; False if it was altered.

    The events are the recent ones: whatever a killed or a racing writer left out comes in too.
    """
    name = f"{organization_id}/{INDEX}"
    start, end = table_around(_COLUMNS)
    page: str | None = _blank(organization_id, start + end)
    if store.exists(name):
        page = opened(store.read(name))
    if page is None:
        return False
    missing = [e for e in events if e["name"] == "sealed" and _href(e) not in page]
    rows = [link_row(_href(e), [e[field] for field in _FIELDS]) for e in reversed(missing)]
    if rows:
        before, mark, after = page.partition(start)
        store.replace(name, sealed(before + mark + "".join(f"{r}\n" for r in rows) + after))
    return True


def _href(event: Mapping[str, Any]) -> str:
    return f"runs/{event['folder']}/report.html"


def _blank(organization_id: str, table: str) -> str:
    template = resources.files("orgkit.report").joinpath(INDEX).read_text("utf-8")
    for key, value in (
        ("{policy}", policy(style())),
        ("{style}", style()),
        ("{rows}", table),
        ("{organization}", escaped(organization_id)),
    ):
        template = template.replace(key, value)
    return template
