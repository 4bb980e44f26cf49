"""What all controls share: a place for what came of them, and a static copy in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.errors.unknown import UnknownError, told
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.live_output import LiveOutput
from orgkit.views.blocks import Announced, Block, Remedy, StaticCopy, bundle, join

_ELSEWHERE = "Controls that live while JupyterLab runs this notebook."


class Control:
    """Controls, and in JupyterLab the same in plain words for whoever reads the saved notebook.

    JupyterLab saves no widgets. The static copy is an output of its own that the style sheet
    hides while the controls are alive.
    """

    def __init__(
        self, box: Any, static: Callable[[], Block], front_end: FrontEnd = FrontEnd.LAB
    ) -> None:
        self.box = box
        box.add_class("orgkit-live")
        self.static_copy = LiveOutput(lambda: StaticCopy(static()), front_end)
        self._saves = front_end is FrontEnd.LAB  # the others keep no output to stand in for

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # Without a text of our own a saved notebook would show the widget's Python repr.
        bundle = {**self.box._repr_mimebundle_(), "text/plain": _ELSEWHERE}
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
        if self._saves:
            self.static_copy._ipython_display_()


def button(text: str, css_class: str, do: Callable[[Any], None]) -> Any:
    """Make a button as wide as its words, found by its class."""
    import ipywidgets

    made = ipywidgets.Button(description=text, layout={"width": "auto", "align_self": "flex-start"})
    made.add_class(css_class)
    made.on_click(do)
    return made


class StaticControl:
    """What a control comes to, in words: how it shows itself where nobody can press it."""

    def block(self) -> Block:
        """Give the words."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return bundle(self.block().html())

    def __repr__(self) -> str:
        return self.block().text()


class Status:
    """Where a click's result is shown; errors appear here, not in the kernel's log."""

    def __init__(self, css_class: str = "orgkit-status") -> None:
        import ipywidgets

        self.widget = ipywidgets.HTML(layout={"width": "100%"})
        self._class = css_class

    def show(self, block: Block) -> None:
        """Show a block in place of what was there."""
        self.widget.value = Announced(join([block], self._class)).html()

    @contextmanager
    def reporting(self, failed: Callable[[Exception], None] = lambda error: None) -> Iterator[None]:
        """Show what goes wrong inside; `failed` is told as well."""
        try:
            yield
        except Exception as error:  # a callback has no cell to show an error in
            self.show(remedy(error))
            failed(error)


def remedy(error: BaseException) -> Remedy:
    """Make the block for an error: its remedy, or what an unknown error says, in full."""
    said = told(error)
    stack = said.stack if isinstance(said, UnknownError) else ""  # loud, as in a cell
    return Remedy((*str(said).splitlines(), *stack.splitlines()))
