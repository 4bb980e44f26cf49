"""The index page of an organization, as bytes: its frame, a line for each run, its closing digest.

Whoever can write to a store can close another page with a right digest, so verifying holds each
line against the record and what stands around the lines against the frames that orgkit writes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from orgkit.evidence.journal.events import Sealed
from orgkit.formats import digest, printable

INDEX = "index.html"
FIELDS = ("started", "notebook", "phase", "outcome", "by")
# Pages around their lines, by digest, of every version so far; a test holds the newest against
# what `orgkit.report.index` writes. What was written once must verify for ever.
FRAMES: Sequence[str] = (
    "d1ed2a8153ce111d1e109fe94356d12efe81b21a9d9df68977a96554664aa1ac",
    "a248c196000da7537ccf447c007b77b3561ad73409c1daae6c6bacc2649adf11",
    "1a7e6f3e1ba9e86da3cd9e76e8af11d47fea3bd415f864b0be5bceaa98cb212f",
    "0b3616abf2cfe767df0bb5b70b99372d890cd22f166430f4aee6370d7f4af319",
)
_END = re.compile(rb"(?s)(.*)<!-- sha256 ([0-9a-f]{64}) of everything above -->\n")
_MARK = "{organization}"
_ROWS, _ROWS_END = "<tbody>\n", "</tbody></table>"
_NAME = re.compile(r'<p class="orgkit-name">([^<\n]*)</p>\n')
_LINE = re.compile(r'<tr><th scope="row"><a href="runs/[^\n]*\n')


@dataclass(frozen=True, slots=True)
class Page:
    """An index page taken apart."""

    frame: str
    lines: tuple[str, ...]
    name: str = ""


def sealed(page: str) -> bytes:
    """Close an index page with the digest of everything above in its last line."""
    content = page.encode()
    return content + f"<!-- sha256 {digest(content)} of everything above -->\n".encode()


def opened(content: bytes) -> str | None:
    """Open the page that `sealed` closed; None if it was altered."""
    match = _END.fullmatch(content)
    if not match or digest(match[1]).encode() != match[2]:
        return None
    try:
        return match[1].decode()
    except UnicodeDecodeError:  # orgkit writes text
        return None


def line(event: Sealed) -> str:
    """Make the line of a run; of a seal that counts no changes as older versions made it."""
    first, *others = (html.escape(printable(str(getattr(event, field)))) for field in FIELDS)
    if event.changes is not None:
        others[2] = _outcome(others[2], event.changes)
    cells = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row"><a href="{quoted_href(event)}">{first}</a></th>{cells}</tr>\n'


_ICONS = {"done": "✓", "waiting": "…"}
_BAD = frozenset({"blocked", "expired", "canceled", "failed"})


def _outcome(word: str, changes: int) -> str:
    """Show an outcome with its icon, and whether the run changed AWS."""
    kind = word if word in _ICONS else "asks" if word in _BAD else "unknown"
    icon = _ICONS.get(word) or ("✕" if word in _BAD else "?")
    calls = f"{changes} call{'' if changes == 1 else 's'}"
    changed = f' <b class="orgkit-changed">changed AWS: {calls}</b>' if changes else ""
    return (
        f'<span class="orgkit-{kind}"><span aria-hidden="true">{icon}</span> {word}</span>{changed}'
    )


def named(page: str, name: str) -> str:
    """Write the organization's name on a page that has a place for it."""
    said = f'<p class="orgkit-name">{html.escape(printable(name))}</p>\n'
    return _NAME.sub(lambda _: said, page, count=1) if name else page


def href(event: Sealed) -> str:
    """Locate the report of a run from the page."""
    return f"runs/{event.folder}/report.html"


def quoted_href(event: Sealed) -> str:
    """Locate the report of a run as its line on the page writes it."""
    return quote(href(event))


def listed(page: str) -> dict[str, str]:
    """Give the lines of a page by the address that each leads to, as it is written there."""
    return {text.split('"', 4)[3]: text for text in _LINE.findall(page)}


def taken_apart(page: str, organization: str) -> Page:
    """Tell the lines of a page from what stands around them, as the digest of the latter.

    Only lines in their table are taken out: one that stands elsewhere stays in the frame, which is
    then none of `FRAMES`; people would not see it there.
    """
    lines = tuple(_LINE.findall(page))
    around = page.replace(f"{_ROWS}{''.join(lines)}{_ROWS_END}", _ROWS + _ROWS_END, 1)
    # A page that has the mark itself, in place of the organization, is not written by orgkit.
    name = _NAME.search(around)
    around = _NAME.sub('<p class="orgkit-name"></p>\n', around, count=1)
    around = around.replace(_MARK, "").replace(organization, _MARK)
    frame = digest(around.encode(errors="replace"))
    return Page(frame, lines, html.unescape(name[1]) if name else "")
