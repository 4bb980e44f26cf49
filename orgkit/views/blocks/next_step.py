"""The bar of steps, and the button to another notebook."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from orgkit.views.blocks.basic import Block
from orgkit.views.blocks.values import markup

STEPS = ("checked", "requested", "waiting", "ready", "all features")
_MARKS = {"done": "✓", "next": "●", "now": "●", "to do": "○"}
_ACTS = ("checked", "requested")  # what somebody does; the others are how things stand


@dataclass(frozen=True, repr=False)
class StepBar(Block):
    """Every step with its mark; said in words as well, never by colour alone."""

    done: int

    def html(self) -> Markup:
        """Make an ordered list; the present step is marked for screen readers too."""
        items = Markup("").join(_item(step, self._word(n)) for n, step in enumerate(STEPS))
        return markup('<div class="orgkit-block"><ol class="orgkit-rail">{}</ol></div>', items)

    def text(self) -> str:
        """Write all steps on one line."""
        return " → ".join(f"{step} ({self._word(n)})" for n, step in enumerate(STEPS))

    def _word(self, number: int) -> str:
        if number < self.done:
            return "done"
        if number > self.done:
            return "to do"
        return "next" if STEPS[number] in _ACTS else "now"


def _item(step: str, word: str) -> Markup:
    here = word in ("next", "now")
    current = ' aria-current="step"' if here else ""
    name = "now" if here else word.replace(" ", "-")
    start = f'<li class="orgkit-rail-{name}"{current}>'
    inner = '<span aria-hidden="true">{}</span> {} <small>{}</small></li>'
    return markup(start + inner, _MARKS[word], step, word)


@dataclass(frozen=True, repr=False)
class NextLink(Block):
    """A button to another notebook of the kit; in a report, where it leads nowhere, its words."""

    notebook: str
    why: str = ""

    def html(self) -> Markup:
        """Make a link that JupyterLab and Voilà open in place."""
        link = '<a class="orgkit-next" href="{}.ipynb">Next: {}</a>'
        whole = f'<div class="orgkit-block orgkit-onward">{link} {{}}</div>'
        return markup(whole, self.notebook, self.notebook, self.why)

    def text(self) -> str:
        """Say the name and why."""
        return f"Next: {self.notebook}. {self.why}".strip()
