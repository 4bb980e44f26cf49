"""`docs/look.html`: every part of the visual language in each of its states, in both themes."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from orgkit.checks import Finding
from orgkit.terms import Phase, Verdict
from orgkit.views.blocks import (
    Ask,
    Badge,
    Banner,
    Block,
    Details,
    Facts,
    Figure,
    NextLink,
    Note,
    Remedy,
    StepBar,
    Steps,
    Strip,
    Summary,
    Table,
    Tone,
    css,
    markup,
    trusted,
)
from orgkit.views.blocks.finding_list import FindingList
from orgkit.views.next_step import TONES

_WHERE = (
    "organization o-acme123456",
    "management account 111111111111",
    "as user/administrator",
    "2026-01-19 09:00 UTC",
)
_HEADLINES = {
    Phase.CONSOLIDATED_BILLING: ("Consolidated billing only; not requested yet", 0),
    Phase.WAITING: ("Waiting for approvals: 5 of 10 approved", 2),
    Phase.BLOCKED: ("Blocked by 1 account: 5 of 10 approved", 2),
    Phase.READY: ("Ready to finalize: every approval is in", 3),
    Phase.ALL_FEATURES: ("All features are enabled", 5),
    Phase.EXPIRED: ("Expired: the 90 days are over", 1),
    Phase.CANCELED: ("Canceled: no process is running", 1),
    Phase.UNKNOWN: ("Phase unknown", 0),
}
_FIGURES = (
    Figure("approved", "5 / 10", "approved", 5, 10),
    Figure("days-left", "76", "days left, until 5 Apr 2026", 14, 90),
    Figure("attention", "1", "need attention", tone=Tone.ATTENTION),
)


def _summary(phase: Phase) -> Summary:
    words, done = _HEADLINES[phase]
    finished = phase is Phase.ALL_FEATURES
    onward = NextLink("see what blocks", "03_monitor", done=finished)
    problems = ("012345678901 declined on 9 Jan 2026.",) if phase is Phase.BLOCKED else ()
    tone = TONES[phase]
    notes = ("5 Jan", "5 Jan", "5 of 10") if done > 1 else ()
    steps = StepBar(done, tone, notes)
    below = "Day 14 of 90. At the current rate the last approval arrives about 2026-02-02."
    return Summary(words, below, tone, steps, onward, _FIGURES, problems)


def _parts() -> list[Block]:
    frame = pd.DataFrame(
        {
            "name": ["Legacy Mainframe", "Subsidiary Nord", "Payments"],
            "account_id": ["012345678901", "777777777777", "222222222222"],
            "state": ["declined", "waiting", "approved"],
        },
        dtype="string",
    )
    tones = {"declined": Tone.BLOCKED, "waiting": Tone.WAITING, "approved": Tone.GOOD}
    columns = {"name": "Account", "account_id": "", "state": "State"}
    return [
        Banner(True, _WHERE),
        Banner(False, _WHERE),
        *(
            Strip(Banner(True, _WHERE), words, TONES[phase], NextLink("finalize", "04_finalize"))
            for phase, (words, _) in _HEADLINES.items()
        ),
        *map(_summary, _HEADLINES),
        *(Note("A sentence.", tone) for tone in _NOTES),
        Remedy(("The role may not be assumed.", "Ask the account's owner for the trust policy.")),
        Facts("Facts", {str(tone): Badge(tone, str(tone), "and why") for tone in Tone}),
        Steps("Steps", ("The first.", "The second.")),
        Table(
            "A table",
            frame,
            columns,
            badges={"state": tones.__getitem__},
            below={"name": "account_id"},
            passing=frame["state"].eq("approved"),
            passing_line="approved",
        ),
        Table("An empty table", frame.head(0), columns, empty="No account was asked."),
        FindingList(
            Finding(v, "What was found.", "012345678901", "What to do.", id=f"check_{v.lower()}")
            for v in Verdict
        ),
        Details("Folded", Note("What was folded.")),
        Ask("Finalize", False, "o-acme123456", ("This cannot be undone. Concerns 14 accounts.",)),
    ]


_NOTES = ("info", "good", "waiting", "warn", "bad", "blocked", "unknown")


def page() -> str:
    """Make the page: the parts in the light theme, and again in the dark one."""
    parts = Markup("\n").join(part.html() for part in _parts())
    themes = Markup("\n").join(
        markup(
            '<main data-jp-theme-light="{}" id="{}"><h1>{}</h1>{}</main>', dark, name, name, parts
        )
        for name, dark in (("light", "true"), ("dark", "false"))
    )
    own = (
        "body{margin:0}main{padding:1rem 1.5rem;max-width:60rem;color:var(--orgkit-ink)}"
        "#light{background:#ffffff;--orgkit-bg:#ffffff}#dark{background:#111111;--orgkit-bg:#111111}"
        "h1{font:600 1.2rem system-ui,sans-serif}"
    )
    head = markup(
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Snapshot of orgkit'
        "</title><style>{}{}</style></head>\n<body>\n",
        css(),
        trusted(own),
    )
    # The strips bring the style sheet each; here it stands once.
    body = str(themes).replace(f"<style>{css()}{css('live.css')}</style>", "")
    return f"{head}{body}\n</body>\n</html>\n"
