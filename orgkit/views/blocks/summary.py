"""One screen that answers: where, how far, how it goes, what is next, what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from orgkit.formats import printable
from orgkit.views.blocks.base import Block
from orgkit.views.blocks.texts import Remedy
from orgkit.views.blocks.tones import Tone
from orgkit.views.blocks.values import PLAIN, Number, css, markup

STEPS = ("checked", "requested", "approvals", "ready", "all features")
_MARKS = {"done": "✓", "next": "●", "now": "●", "to do": "○"}
_ACTS = ("checked", "requested")  # what somebody does; the others are how things stand
_PROBLEMS = 4  # in a summary; the page below has all


@dataclass(frozen=True, repr=False)
class Banner(Block):
    """Where we are: SIMULATED or REAL AWS, and the facts that go with it."""

    simulated: bool
    lines: tuple[str, ...]

    def html(self) -> Markup:
        """Make the style sheet and the line."""
        return styled(self.strip())

    def strip(self) -> Markup:
        """Make the line alone, for a page that has the style sheet."""
        kind = "sim" if self.simulated else "aws"
        start = f'<div class="orgkit-banner orgkit-banner-{kind} {PLAIN}">'
        inner = Markup(" · ").join(markup("<span>{}</span>", line) for line in self.lines)
        return markup(start + "<strong>{}</strong> {}</div>", self.word, inner)

    def text(self) -> str:
        """Write the word and the facts on one line."""
        return " · ".join((self.word, *(printable(line) for line in self.lines)))

    @property
    def word(self) -> str:
        """SIMULATED or REAL AWS."""
        return "SIMULATED" if self.simulated else "REAL AWS"


def styled(inner: Markup) -> Markup:
    """Put the style sheets before what needs them."""
    # In the output itself: a notebook opened elsewhere has no other file to take it from.
    return markup("<style>{}{}</style>{}", css(), css("live.css"), inner)


@dataclass(frozen=True, repr=False)
class StepBar(Block):
    """Every step with its mark, also in words; `notes` may say a date or a count below each."""

    done: int
    tone: Tone = Tone.WAITING
    notes: tuple[str, ...] = ()

    def html(self) -> Markup:
        """Make an ordered list; the present step is marked for screen readers too."""
        return markup('<div class="orgkit-block">{}</div>', self.rail())

    def rail(self) -> Markup:
        """Make the list alone."""
        items = Markup("").join(self._item(n) for n in range(len(STEPS)))
        return markup(f'<ol class="orgkit-rail orgkit-{self.tone}">{{}}</ol>', items)

    def text(self) -> str:
        """Write all steps on one line."""
        return " → ".join(f"{step} ({self._word(n)})" for n, step in enumerate(STEPS))

    def _word(self, number: int) -> str:
        if number < self.done:
            return "done"
        if number > self.done:
            return "to do"
        return "next" if STEPS[number] in _ACTS else "now"

    def _item(self, number: int) -> Markup:
        word = self._word(number)
        here = word in ("next", "now")
        name = "now" if here else word.replace(" ", "-")
        current = ' aria-current="step"' if here else ""
        note = self.notes[number] if number < len(self.notes) else ""
        start = f'<li class="orgkit-rail-{name}"{current}>'
        inner = '<span aria-hidden="true">{}</span> {} <small>{}</small></li>'
        return markup(start + inner, _MARKS[word], STEPS[number], note or word)


@dataclass(frozen=True)
class Figure:
    """One number with what it means; `name` is the same wherever the same number is shown.

    `part` and `whole` draw a bar.
    """

    name: str
    value: str
    label: str
    part: int = 0
    whole: int = 0
    tone: Tone = Tone.WAITING

    def html(self) -> Markup:
        """Make the number, its label and the bar."""
        inner = markup("<b>{}</b><span>{}</span>", Number(self.name, self.value), self.label)
        start = f'<div class="orgkit-figure orgkit-{self.tone}">'
        return markup(start + "{}{}</div>", inner, self._bar())

    def _bar(self) -> Markup:
        if self.whole <= 0:
            return Markup("")
        # The number beside it says the same: screen readers need not hear it twice.
        words = '<progress class="orgkit-bar" aria-hidden="true" max="{}" value="{}"></progress>'
        return markup(words, str(self.whole), str(min(self.part, self.whole)))


@dataclass(frozen=True, repr=False)
class Figures(Block):
    """Several figures beside each other."""

    figures: tuple[Figure, ...]

    def html(self) -> Markup:
        """Make the row."""
        inner = Markup("").join(each.html() for each in self.figures)
        return markup('<div class="orgkit-block orgkit-figures">{}</div>', inner)

    def text(self) -> str:
        """Write them on one line."""
        return " · ".join(f"{f.value} {f.label}" for f in self.figures)


@dataclass(frozen=True, repr=False)
class NextLink(Block):
    """The next step as a button to its notebook; `done` and reports have no link."""

    label: str
    notebook: str = ""
    why: str = ""
    done: bool = False

    def html(self) -> Markup:
        """Make a link that JupyterLab and Voila open in place, and why."""
        whole = '<div class="orgkit-block orgkit-onward">{} <span>{}</span></div>'
        return markup(whole, self.button(), self.why)

    def button(self) -> Markup:
        """Make the button alone."""
        if self.done:
            return Markup('<span class="orgkit-next orgkit-done">✓ Done</span>')
        if not self.notebook:
            return markup('<span class="orgkit-next">Next: {}</span>', self.label)
        link = '<a class="orgkit-next" href="{}.ipynb">Next: {}</a>'
        return markup(link, self.notebook, self.label)

    def text(self) -> str:
        """Say what is next, where and why."""
        if self.done:
            return f"Done. {self.why}".strip()
        where = f" ({self.notebook})" if self.notebook else ""
        return f"Next: {self.label}{where}. {self.why}".strip()


@dataclass(frozen=True, repr=False)
class Summary(Block):
    """The card on top of a page: what stands, how far, figures, the next step, problems."""

    headline: str
    below: str
    tone: Tone
    steps: StepBar
    onward: NextLink
    figures: tuple[Figure, ...] = ()
    problems: tuple[str, ...] = ()
    phase: str = ""  # as scripts and `run.json` name it

    def html(self) -> Markup:
        """Make the card."""
        start = (
            f'<section class="orgkit-block orgkit-card orgkit-summary orgkit-phase '
            f'orgkit-{self.tone} {PLAIN}"><div class="orgkit-head"><div>'
        )
        inner = "<h3>{}</h3><p>{} <small>{}</small></p></div>{}</div>{}{}{}</section>"
        return markup(
            start + inner,
            self.headline,
            self.below,
            self.phase,
            self.onward.button(),
            self._problems(),
            self.steps.rail(),
            Figures(self.figures).html() if self.figures else Markup(""),
        )

    def text(self) -> str:
        """Write it in a few lines."""
        first = f"{self.tone.icon} {printable(self.headline)}. {printable(self.below)}".strip()
        numbers = Figures(self.figures).text()
        wrong = [f"  ! {printable(problem)}" for problem in self.problems]
        lines = [
            first,
            self.phase and f"Phase {self.phase}",
            *wrong,
            self.steps.text(),
            numbers,
            self.onward.text(),
        ]
        return "\n".join(filter(None, lines))

    def _problems(self) -> Markup:
        if not self.problems:
            return Markup("")
        shown = list(self.problems[:_PROBLEMS])
        if len(self.problems) > _PROBLEMS:
            shown.append(f"{len(self.problems) - _PROBLEMS:,} more below.")
        start = '<li><span class="orgkit-badge orgkit-blocked"><span aria-hidden="true">!</span>'
        items = (markup(start + " attention</span> {}</li>", problem) for problem in shown)
        return markup('<ul class="orgkit-problems">{}</ul>', Markup("").join(items))


@dataclass(frozen=True, repr=False)
class Strip(Block):
    """Where, how it stands, what is next and what is wrong, in two lines that stay in view."""

    where: Banner
    headline: str = ""
    tone: Tone = Tone.INFO
    onward: NextLink | None = None
    problems: tuple[str, ...] = field(default=())

    def html(self) -> Markup:
        """Make the style sheets and the strip; results are announced to screen readers."""
        start = f'<div class="orgkit-strip orgkit-{self.tone} {PLAIN}">'
        short = Banner(self.where.simulated, tuple(map(_short, self.where.lines)))
        return styled(markup(start + "{}{}</div>", short.strip(), self._line()))

    def text(self) -> str:
        """Write two lines."""
        return "\n".join(filter(None, (self.where.text(), self._second())))

    def _second(self) -> str:
        parts = [f"{self.tone.icon} {printable(self.headline)}"] if self.headline else []
        parts += [self._wrong()] if self.problems else []
        parts += [_first(self.onward.text())] if self.onward else []
        return " · ".join(parts)

    def _line(self) -> Markup:
        if not self.headline:
            return Markup("")
        start = '<p class="orgkit-line" role="status"><b><span aria-hidden="true">{}</span> {}</b>'
        wrong = self._wrong() if self.problems else ""
        onward = self.onward.button() if self.onward else Markup("")
        return markup(
            start + "{}{}</p>",
            self.tone.icon,
            self.headline,
            markup('<span class="orgkit-wrong">{}</span>', wrong) if wrong else Markup(""),
            onward,
        )

    def _wrong(self) -> str:
        more = len(self.problems) - 1
        return f"{printable(self.problems[0])}{f' (and {more:,} more)' if more else ''}"


@dataclass(frozen=True, repr=False)
class Stopped(Block):
    """An error before there is a run, as a strip: what was wrong, what to do."""

    lines: tuple[str, ...]

    def html(self) -> Markup:
        """Make the style sheets and the strip."""
        inner = markup('<div class="orgkit-strip">{}</div>', Remedy(self.lines[:_PROBLEMS]).html())
        return styled(inner)

    def text(self) -> str:
        """Write the lines."""
        return Remedy(self.lines).text()


def _short(line: str) -> str:
    """Leave the account out of an ARN: it stands beside it."""
    return re.sub(r"arn:[\w-]+:(?:iam|sts)::\d*:", "", line)


def _first(text: str) -> str:
    """Take the first sentence: a strip has no room for reasons."""
    return text.partition(". ")[0].rstrip(".")
