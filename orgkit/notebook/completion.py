"""Completing a run: its executed notebook, its report, its line in the index, its signature.

A headless run is completed by its launcher after the kernel has ended; one that was made by hand,
or by papermill alone, by its own kernel each time that it is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orgkit.errors.unknown import told
from orgkit.evidence.journal.events import Sealed
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import NOTEBOOK, REPORT, RunFolder
from orgkit.evidence.signatures.sign import Signer
from orgkit.formats import moment
from orgkit.redaction import cleaned
from orgkit.views.blocks import missing


def readable(executed: Path) -> tuple[Any, bytes]:
    """Read an executed notebook; no secret is in it, whatever a cell has shown."""
    import nbformat

    content = executed.read_bytes()
    notebook = nbformat.reads(content.decode(), as_version=4)
    safe = cleaned(notebook)
    if safe == notebook:
        return notebook, content
    return written(safe)


def written(notebook: Any) -> tuple[Any, bytes]:
    """Make a notebook of plain values, and the bytes of its file; no secret is in either."""
    import nbformat

    made = nbformat.from_dict(cleaned(notebook))
    return made, nbformat.writes(made).encode()


def complete(folder: RunFolder, journal: Journal, notebook: Any, content: bytes) -> None:
    """Add the executed notebook and its report to a saved run, and its line to the index.

    Repeatable: a run that was saved again is sealed again, and the index shows the newest.
    """
    from orgkit.report import index
    from orgkit.report.exporter import export

    result = folder.result()
    report = export(notebook).encode()
    changes = sum(call["changed"] is True for call in result["calls"])
    summary = {member: result[member] for member in index.SUMMARY}
    summary |= {"changes": changes, "organization_name": _organization_name(journal, result)}

    def seal(**promise: Any) -> None:
        sealed = Sealed(**promise, **summary)
        journal.note(sealed, result["ended"], result["caller_arn"], folder.name)

    folder.keep({NOTEBOOK: content, REPORT: report}, seal)
    index.append(folder.store, result["organization_id"], journal.recent_events())


def _organization_name(journal: Journal, result: Mapping[str, Any]) -> str:
    """Find the name of the management account, which people know the organization by; else ""."""
    found = journal.as_of(moment(result["ended"]))
    if found is None:
        return ""
    accounts = found[0].accounts
    names = accounts.loc[accounts["account_id"].eq(found[0].management_id), "name"]
    return str(names.iloc[0]) if len(names) and not missing(names.iloc[0]) else ""


def signed(
    signs: Signer | None, folder: RunFolder, journal: Journal, own: Iterable[str] = ()
) -> tuple[str, bool]:
    """Sign the completed run with a key, if there is one.

    Gives what to say of it, and False if that failed; the run is there all the same.
    """
    if signs is None:
        return "", True
    try:
        result = folder.result()
        came_in = signs.sign(folder, journal, result["ended"], result["caller_arn"], own)
    except Exception as error:  # whatever it is, the run is there and must be shown
        return f"The run was saved but is NOT SIGNED. {told(error)}", False
    return "; ".join(came_in), True
