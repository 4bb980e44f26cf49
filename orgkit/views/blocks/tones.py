"""The states in which anything can be: a colour, an icon and a word each."""

from __future__ import annotations

from enum import StrEnum

from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.values import markup


class Tone(StrEnum):
    """A state; its value names the class in the style sheet."""

    INFO = "info"
    GOOD = "good"
    WAITING = "waiting"
    ATTENTION = "attention"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    @property
    def icon(self) -> str:
        """A character of its own, for whoever does not see the colour."""
        return _ICONS[self]


_ICONS = {
    Tone.INFO: "·",
    Tone.GOOD: "✓",
    Tone.WAITING: "…",
    Tone.ATTENTION: "!",
    Tone.BLOCKED: "✕",
    Tone.UNKNOWN: "?",
}


def badge(tone: Tone, words: object) -> Markup:
    """Make a chip with a state's icon and words, for tables and lists."""
    start = f'<span class="orgkit-badge orgkit-{tone}"><span aria-hidden="true">{tone.icon}</span>'
    return markup(start + " {}</span>", words)


def in_text(tone: Tone, words: object) -> str:
    """Write the same for a terminal."""
    return f"{tone.icon} {printable(str(words))}"
