"""An output that is replaced in place when there is something newer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pandas as pd
from markupsafe import Markup

from orgkit.notebook.frontend import FrontEnd
from orgkit.views.blocks import Block


class Follower(Protocol):
    """Whatever wants to be told that there is something newer."""

    def refresh(self) -> None:
        """Show what is true now."""


class LiveOutput(Block):
    """A block that is made anew when there is something newer, in the place where it was shown.

    JupyterLab replaces the stored output, so that what is saved and exported is the newest; Voilà
    saves nothing and does not know that message, so a widget shows it there.
    """

    def __init__(
        self,
        make: Callable[[], Block],
        front_end: FrontEnd = FrontEnd.LAB,
        first: Block | None = None,
    ) -> None:
        self._make, self._block = make, first or make()
        self._front_end = front_end
        self._handle: Any = None
        self._widget: Any = None

    def refresh(self) -> None:
        """Make the block anew and show it."""
        self._block = self._make()
        if self._widget is not None:
            self._widget.value = self.html()
        if self._handle is not None:
            self._handle.update(self._block if self._widget is None else self._widget)

    def html(self) -> Markup:
        """Give the newest block's element."""
        return self._block.html()

    def text(self) -> str:
        """Give the newest block's text."""
        return self._block.text()

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Give the newest block's tables."""
        return self._block.tables()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if self._front_end is FrontEnd.VOILA:
            from ipywidgets import HTML

            self._widget = HTML(self.html())
            view = self._widget._repr_mimebundle_()
            # Beside the widget for the page stands the block, for the evidence of the run.
            self._widget._repr_mimebundle_ = lambda **_: self._bundle(view)
            self._handle = display(self._widget, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle = display(self._block, display_id=True)  # type: ignore[no-untyped-call]

    def _bundle(self, view: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self._block._repr_mimebundle_()
        return {**data, **view, "text/plain": self.text()}, metadata
