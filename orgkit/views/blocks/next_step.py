"""The rail of steps, and the button to another notebook."""

from __future__ import annotations

from dataclasses import dataclass

from orgkit.views.blocks.basic import Block
from orgkit.views.blocks.values import escaped

STEPS = ("checked", "requested", "waiting", "ready", "all features")
_MARKS = {"done": "✓", "next": "●", "now": "●", "to do": "○"}
_ACTS = ("checked", "requested")  # what somebody does; the others are how things stand


@dataclass(frozen=True, repr=False)
class StepBar(Block):
    """Every step with its mark; said in words as well, never by colour alone."""

    done: int

    def html(self) -> str:
        """An ordered list; the present step is marked for screen readers too."""
        items = "".join(_item(step, self._word(n)) for n, step in enumerate(STEPS))
        return f'<div class="orgkit-block"><ol class="orgkit-rail">{items}</ol></div>'

    def text(self) -> str:
        """One line."""
        return " → ".join(f"{step} ({self._word(n)})" for n, step in enumerate(STEPS))

    def _word(self, number: int) -> str:
        if number < self.done:
            return "done"
        if number > self.done:
            return "to do"
        return "next" if STEPS[number] in _ACTS else "now"


def _item(step: str, word: str) -> str:
    here = word in ("next", "now")
    current = ' aria-current="step"' if here else ""
    name = "now" if here else word.replace(" ", "-")
    return (
        f'<li class="orgkit-rail-{name}"{current}><span aria-hidden="true">{_MARKS[word]}</span> '
        f"{escaped(step)} <small>{word}</small></li>"
    )


@dataclass(frozen=True, repr=False)
class NextLink(Block):
    """A button to another notebook of the kit; in a report, where it leads nowhere, its words."""

    notebook: str
    why: str = ""

    def html(self) -> str:
        """A link that JupyterLab and Voilà open in place."""
        name = escaped(self.notebook)
        link = f'<a class="orgkit-next" href="{name}.ipynb">Next: {name}</a>'
        return f'<div class="orgkit-block orgkit-onward">{link} {escaped(self.why)}</div>'

    def text(self) -> str:
        """The name and why."""
        return f"Next: {self.notebook}. {self.why}".strip()
