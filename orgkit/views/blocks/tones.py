"""The states in which anything can be: a colour, an icon and a word each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from orgkit.views.blocks.values import Shown, markup


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


@dataclass(frozen=True)
class Badge(Shown):
    """A state in words, as a chip with its icon, and what belongs to it in plain text after it."""

    tone: Tone
    words: str
    after: str = ""

    def __str__(self) -> str:
        """Write the same for a terminal."""
        return f"{self.tone.icon} {self.words} {self.after}".strip()

    def html(self) -> Markup:
        """Make the chip."""
        return markup("{} {}", badge(self.tone, self.words), self.after)


def badge(tone: Tone, words: object) -> Markup:
    """Make a chip with a state's icon and words, for tables and lists."""
    start = f'<span class="orgkit-badge orgkit-{tone}"><span aria-hidden="true">{tone.icon}</span>'
    return markup(start + " {}</span>", words)
