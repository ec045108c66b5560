"""A browser's window, and what a person does in it, by the commands of W3C's WebDriver."""

import base64
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, section 11: the key of a reference
ESCAPE = "\ue00c"  # WebDriver, section 17.4.2

SECONDS = 60.0  # for whatever a busy machine may do
LOOK_SECONDS = 0.1
HEIGHT = 844  # of the phones that most people have

AFTER_TWO_FRAMES = """(() => {
  window.painted = false;
  requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = true; }));
})()"""

Command = Callable[..., Any]


class Refused(Exception):
    """A browser did not do what it was told, such as looking at a page that is just going away."""


class Window:
    """A browser's window, and what a person does in it."""

    def __init__(self, command: Command) -> None:
        self.command = command

    def open(self, url: str) -> None:
        """
        Go to a page, and wait until all that it names has arrived.

        Where it is says more than the mark: Firefox may still have opened a first page of its own,
        which takes the mark away before the page that was asked for is there.
        """
        with contextlib.suppress(Refused):  # A page that says why there is none knows nothing.
            self.run("window.left = true")
        self.command("Navigate", url=url)
        there = f"location.href.startsWith({urljoin(url, '/')!r}) && !window.left"
        self.wait(f"{there} && document.readyState === 'complete'")

    def run(self, expression: str) -> Any:
        """
        Return what a JavaScript expression gives.

        Raises:
            Refused: The page is going away.
        """
        return self.command("ExecuteScript", script=f"return {expression}", args=[])

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + SECONDS
        while not self._holds(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(LOOK_SECONDS)

    def wait_for(self, selector: str) -> None:
        """Wait until an element is on the screen or beside it."""
        self.wait(f"document.querySelector('{selector}')?.getClientRects().length > 0")

    def text(self, selector: str) -> str:
        """Return what a person reads in an element."""
        return str(self.run(f"document.querySelector('{selector}').innerText"))

    def click(self, selector: str) -> None:
        """Click on an element, as a mouse does, where nothing lies above it."""
        self.run(f"document.querySelector('{selector}').scrollIntoView({{block: 'center'}})")
        self.command("ElementClick", id=self._find(selector))

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.command("ElementSendKeys", id=self._find(selector), text=text)

    def resize(self, width: int) -> None:
        """Make the page so many pixels wide, and wait until it is painted so."""
        self.command("SetWindowRect", x=0, y=0, width=width, height=HEIGHT)
        self.wait(f"innerWidth === {width}")
        self.run(AFTER_TWO_FRAMES)
        self.wait("window.painted")

    def picture(self, path: Path) -> None:
        """Keep what is on the screen."""
        path.write_bytes(base64.b64decode(self.command("TakeScreenshot")))

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.run(expression))
        except Refused:
            return False

    def _find(self, selector: str) -> str:
        found: dict[str, str] = self.command("FindElement", using="css selector", value=selector)
        return found[ELEMENT]
