"""A page of the store inside another page: shown where nothing of it runs, and to save."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from markupsafe import Markup

from orgkit.views.blocks.base import Block
from orgkit.views.blocks.values import markup


@dataclass(frozen=True, repr=False)
class Framed(Block):
    """A whole HTML page in a frame of its own, and a link that saves it.

    Whoever can write to a store can put any page there: the frame is a sandbox without rights, so
    that no script runs, no form is sent, and nothing of this page can be reached.
    """

    title: str
    page: str
    name: str

    def html(self) -> Markup:
        """Make the link and the frame."""
        content = base64.b64encode(self.page.encode()).decode()
        return markup(
            '<div class="orgkit-block orgkit-framed"><p><a class="orgkit-save" download="{}" '
            'href="data:application/octet-stream;base64,{}">Save this report</a></p>'
            '<iframe title="{}" sandbox="" srcdoc="{}"></iframe></div>',
            self.name,
            content,
            self.title,
            # A whole document: line breaks and all must come out as they are.
            Markup.escape(self.page),
        )

    def text(self) -> str:
        """Name the page."""
        return self.title
