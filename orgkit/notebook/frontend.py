"""Who shows the notebook: asked once, when a run is opened, and carried by the run."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from orgkit.environment import SESSION, SOFTWARE, value


class FrontEnd(StrEnum):
    """Who shows the notebook; with NONE nobody is there to press a button."""

    NONE = "none"
    LAB = "lab"
    VOILA = "voila"

    @property
    def interactive(self) -> bool:
        """Whether somebody sits at a front end that shows widgets."""
        return self is not FrontEnd.NONE


def front_end() -> FrontEnd:
    """Ask the kernel who shows this notebook; without a kernel the environment tells.

    The environment alone is not enough: papermill that is started inside a notebook gives its
    kernel the variables of JupyterLab, and some front ends set none. But whoever has a keyboard
    allows a kernel to ask for input (Jupyter messaging, `allow_stdin`), and papermill, nbval and
    nbconvert never do.
    """
    if value(SOFTWARE).startswith("voila"):
        return FrontEnd.VOILA
    keyboard = _has_keyboard()
    if keyboard is None:
        keyboard = bool(value(SESSION))
    return FrontEnd.LAB if keyboard else FrontEnd.NONE


def interactive() -> bool:
    """Tell whether somebody sits at a front end, where no run is open yet."""
    return front_end().interactive


def _has_keyboard() -> bool | None:
    """Read the request that the kernel is working on; None without a kernel."""
    from IPython import get_ipython

    kernel: Any = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None
    asked = kernel.get_parent().get("content", {}).get("allow_stdin")
    return None if asked is None else bool(asked)
