"""What a kernel says: errors go through the door for trouble, and all of it through the filter.

Everything that leaves a kernel is a message of its session: outputs, tracebacks, what is printed
and logged, the state of widgets. So that is where the filter stands.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from orgkit.environment import learn_secrets
from orgkit.errors.translate import trouble
from orgkit.notebook.frontend import front_end
from orgkit.notebook.kernel import has_run
from orgkit.notebook.transcript import Transcript
from orgkit.redaction import cleaned
from orgkit.views.blocks import Stopped

_MARK = "_orgkit_filtered"


def guard() -> None:
    """Let nothing leave this kernel unfiltered; does nothing where there is none, or a 2nd time."""
    from IPython import get_ipython

    learn_secrets()
    shell: Any = get_ipython()
    if shell is None or getattr(shell, _MARK, False):
        return
    setattr(shell, _MARK, True)
    shell.set_custom_exc((Exception,), _show)
    if kernel := getattr(shell, "kernel", None):
        _filter(kernel.session, Transcript.of(shell))


def _filter(session: Any, transcript: Transcript) -> None:
    """Put the filter in front of a session's way to send; the transcript gets what passed it."""
    send = session.send

    @wraps(send)
    def filtered(
        stream: Any, message: Any, content: Any = None, parent: Any = None, *rest: Any, **more: Any
    ) -> Any:
        content = cleaned(content)
        if isinstance(message, dict):
            message = {**message, "content": cleaned(message.get("content"))}
            transcript.take(message)
        else:
            about = (parent or {}).get("header", parent or {})
            header = {"msg_type": message}
            transcript.take({"header": header, "parent_header": about, "content": content or {}})
        return send(stream, message, content, parent, *rest, **more)

    session.send = filtered


def _keep_in_view(shell: Any, error: BaseException) -> None:
    """Show an error that came before any run as a strip too: it stays in view after Run All."""
    from IPython.display import display

    if front_end().interactive and not has_run(shell):
        display(Stopped(tuple(str(error).splitlines()) or (type(error).__name__,)))  # type: ignore[no-untyped-call]


def _show(shell: Any, kind: Any, error: Any, stack: Any, tb_offset: int | None = None) -> None:
    """Show a known error as it says itself; one that nobody understands with its traceback."""
    known = trouble(error)
    _keep_in_view(shell, known or error)
    if known is None or known is error:
        shell.showtraceback((kind, error, stack), tb_offset=tb_offset)
    else:
        shell._showtraceback(type(known), known, str(known).splitlines())
