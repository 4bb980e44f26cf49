"""A notebook in JupyterLab, driven by menus, keys and clicks, and waited for truthfully."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.chromium import ARTIFACTS, PATIENCE, Watched
from tests.browser.server import Server

_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_STOPS = 150  # more than JupyterLab and a notebook have together
_QUIET = 250  # milliseconds of idleness after which nothing more comes

# The notebook's own mark reads idle before there is a kernel, and Run All then only clears the
# outputs; the status bar tells the truth.
_KERNEL = '.jp-StatusBar-TextItem[title="Change kernel for {}.ipynb"]'
_READY = """
([panel, kernel, cells]) => {
  const idle = document.querySelector(kernel)?.textContent.endsWith('| Idle');
  return idle && document.querySelectorAll(`${panel} .jp-CodeCell`).length === cells;
}
"""
# Idle is not finished: the kernel is idle before the first cell starts, and a stored notebook has
# all its counts. So note which cells ever ran, and what the kernel ever was. Collapsed inputs have
# no prompt in the page, so JupyterLab's own model of the cells is asked.
_WATCH = """
([panel, kernel]) => {
  const seen = {started: new Set(), statuses: [], since: 0};
  seen.cells = () => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code');
  const look = () => {
    seen.cells().forEach((cell, n) => {
      if (cell.model.executionState === 'running') seen.started.add(n);
    });
    const status = document.querySelector(kernel)?.textContent.split('| ')[1];
    if (seen.statuses.at(-1) !== status) {
      seen.statuses.push(status);
      seen.since = performance.now();
    }
  };
  look();
  clearInterval(window.orgkitSeen?.timer);
  window.orgkitSeen?.observer.disconnect();
  seen.timer = setInterval(look, 10);
  seen.observer = new MutationObserver(look);
  window.orgkitSeen = seen;
  for (const css of [panel, '#jp-main-statusbar'])
    seen.observer.observe(document.querySelector(css),
      {subtree: true, childList: true, characterData: true});
}
"""
_FINISHED = """
([panel, cells, quiet]) => {
  const area = document.querySelector(panel), seen = window.orgkitSeen;
  const failed = area.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
  const running = seen.cells().some(cell => cell.model.executionState === 'running');
  const idle = seen.statuses.at(-1) === 'Idle' && performance.now() - seen.since > quiet;
  return idle && !running && (seen.started.size >= cells || (failed && seen.started.size));
}
"""
_RESTARTED = """
quiet => {
  const seen = window.orgkitSeen;
  const idle = seen.statuses.at(-1) === 'Idle' && performance.now() - seen.since > quiet;
  return idle && seen.statuses.length > 1;
}
"""
_COUNT = "window.orgkitClicks = 0; addEventListener('click', () => ++window.orgkitClicks, true)"
_OVERFLOW = """
panel => ['html', '.jp-WindowedPanel-outer', '.jp-Cell-outputArea', '.jp-OutputArea-output']
  .flatMap(css => [...document.querySelectorAll(css === 'html' ? css : `${panel} ${css}`)])
  .filter(e => e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.className || e.tagName}: ${e.scrollWidth} in ${e.clientWidth}`)
"""


class Tab(Watched):
    """A browser tab with one notebook in it."""

    def __init__(
        self, context: BrowserContext, server: Server, notebook: str, address: str = ""
    ) -> None:
        super().__init__(context.new_page())
        self.page.add_init_script(_COUNT)
        self._server = server
        self.page.goto(address or server.address(notebook))
        self.arrive(notebook)

    def arrive(self, notebook: str) -> None:
        """Until a notebook is there with all its cells and its kernel does nothing."""
        self.notebook, self._cells = notebook, len(self._server.cells(notebook))
        self._kernel = _KERNEL.format(notebook)
        self.page.wait_for_function(_READY, arg=[_PANEL, self._kernel, self._cells], polling=50)

    def follow(self, link: Locator, notebook: str) -> None:
        """Click a link that leads to another notebook, which opens beside this one."""
        link.click()
        self.arrive(notebook)

    def menu(self, bar: str, item: str) -> None:
        """Choose from a menu of JupyterLab."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=bar).first.click()
        enabled = ".lm-Menu-item:not(.lm-mod-disabled) .lm-Menu-itemLabel"
        self.page.locator(enabled).get_by_text(item, exact=True).click()

    def run_all(self) -> None:
        """Run All Cells, until the last has ended or one has failed."""
        self.run_all_by(lambda: self.menu("Run", "Run All Cells"))

    def press_run_all(self) -> None:
        """The same by the button that `orgkit lab` puts into the toolbar: one click."""
        button = self.page.locator(f'{_PANEL} .jp-Toolbar-item[data-jp-item-name="orgkit-run-all"]')
        self.run_all_by(lambda: button.locator("jp-button, button").first.click())

    def clicks(self) -> int:
        """Count the clicks in this page so far, each of a double click."""
        return int(self.page.evaluate("() => window.orgkitClicks"))

    def run_all_by(self, do: Callable[[], None]) -> None:
        """The same by another way, such as the keyboard."""
        self.page.evaluate(_WATCH, [_PANEL, self._kernel])
        do()
        self.page.wait_for_function(_FINISHED, arg=[_PANEL, self._cells, _QUIET], polling=50)

    def restart_kernel(self) -> None:
        """Restart it, agree in the dialog, and wait until it is there again."""
        self.page.evaluate(_WATCH, [_PANEL, self._kernel])
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog-button.jp-mod-warn").click()
        self.page.wait_for_function(_RESTARTED, arg=_QUIET, polling=50)

    def save(self) -> None:
        """Save by the keyboard, until JupyterLab says that nothing is unsaved."""
        self.page.keyboard.press("Control+s")
        self.page.locator(".lm-DockPanel-tabBar .lm-mod-current:not(.jp-mod-dirty)").wait_for()

    def palette(self, command: str) -> None:
        """Give a command by the keyboard alone."""
        self.page.keyboard.press("Control+Shift+C")
        self.page.locator(".lm-CommandPalette-input").wait_for()
        self.page.keyboard.type(command)
        self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=command).wait_for()
        self.page.keyboard.press("Enter")

    def tab_to(self, css: str) -> None:
        """Press the Tab key until the focus is on something with a class, or within it."""
        for _ in range(_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("css => !!document.activeElement.closest(css)", f".{css}"):
                return
        raise AssertionError(f"{css} was not reached by {_STOPS} presses of Tab")

    def picture(self, name: str, css: str) -> None:
        """Keep a picture of the notebook with something in its middle."""
        self.find(css).first.evaluate("e => e.scrollIntoView({block: 'center'})")
        self.page.locator(_PANEL).screenshot(path=ARTIFACTS / f"{name}.png")

    def prose(self, text: str) -> Locator:
        """A link in the notebook's prose."""
        return self.page.locator(f"{_PANEL} .jp-RenderedMarkdown").get_by_role("link", name=text)

    def shows(self, css: str, *texts: str) -> None:
        """Wait until something with a class shows these texts."""
        for text in texts:
            expect(self.find(css).filter(has_text=text).first).to_be_attached(timeout=PATIENCE)

    def find(self, css: str) -> Locator:
        """What carries a class of orgkit, such as `orgkit-status`, in the notebook's outputs."""
        return self.page.locator(f"{_PANEL} .jp-Cell-outputArea .{css}")

    def text(self, css: str) -> str:
        """The text of the first element with a class, also when it is scrolled out of sight."""
        return self.find(css).first.text_content() or ""

    def outputs(self, mime: str = "") -> Locator:
        """The outputs, all or those that are shown as one MIME type."""
        kind = f'[data-mime-type="{mime}"]' if mime else ""
        return self.page.locator(f"{_PANEL} .jp-Cell-outputArea .jp-OutputArea-output{kind}")

    def troubles(self) -> list[str]:
        """Errors and warnings that a cell showed."""
        kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
        return [text for kind in kinds for text in self.outputs(kind).all_text_contents()]

    def too_wide(self) -> list[str]:
        """What scrolls sideways though it should not."""
        return list(self.page.evaluate(_OVERFLOW, _PANEL))


class Lab:
    """The tabs that are opened on one server."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self._context, self.server = context, server

    @contextmanager
    def open(self, notebook: str, address: str = "") -> Iterator[Tab]:
        """A notebook in a tab of its own, alone unless an address says otherwise.

        A picture is kept of the tab in which a test fails.
        """
        tab = Tab(self._context, self.server, notebook, address)
        try:
            yield tab
        except BaseException:
            tab.screenshot(f"failed-{notebook}")
            raise
        finally:
            tab.page.close()
