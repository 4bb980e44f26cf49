"""Where a notebook is shown, and blocks that follow what is newer there."""

from __future__ import annotations

import os
from enum import StrEnum

SESSION = "JPY_SESSION_NAME"  # which notebook a kernel belongs to; set by Jupyter's server


class FrontEnd(StrEnum):
    """Who shows the notebook; with NONE nobody is there to press a button."""

    NONE = "none"
    LAB = "lab"
    VOILA = "voila"


def front_end() -> FrontEnd:
    """Jupyter's server names the session to its kernels, Voilà its own software."""
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return FrontEnd.VOILA
    return FrontEnd.LAB if SESSION in os.environ else FrontEnd.NONE


def interactive() -> bool:
    """Whether somebody sits at a front end that shows widgets."""
    return front_end() is not FrontEnd.NONE
