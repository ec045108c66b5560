"""
Firefox and WebKit as Debian ships them, driven by W3C WebDriver commands.

WebKit's driver takes them over HTTP. Firefox takes the same ones over its own socket (Marionette),
for which Mozilla's driver, which Debian does not ship, is only a translator.

Source: w3.org/TR/webdriver2; firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import base64
import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from dev.ports import free_port
from dev.process import Process
from tests.browser.mirrors.relays import program

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, section 11: the key of a reference
MINI_BROWSER = "usr/lib/*/webkit2gtk-4.*/MiniBrowser"
SECONDS = 60.0  # for whatever a busy machine may do
LOOK_SECONDS = 0.1

# The commands, as WebKit's driver has them below a session.
PATHS = {
    "Navigate": ("POST", "url"),
    "Back": ("POST", "back"),
    "ExecuteScript": ("POST", "execute/sync"),
    "FindElement": ("POST", "element"),
    "ElementClick": ("POST", "element/{id}/click"),
    "ElementSendKeys": ("POST", "element/{id}/value"),
    "TakeScreenshot": ("GET", "screenshot"),
    "SetWindowRect": ("POST", "window/rect"),
    "GetCurrentURL": ("GET", "url"),
}

Command = Callable[..., Any]


class Refused(Exception):
    """A browser did not do what it was told, such as looking at a page that is just going away."""


class Window:
    """A browser's window, and what a person does in it."""

    def __init__(self, command: Command) -> None:
        self.command = command

    def open(self, url: str) -> None:
        """Go to a page, and wait until all that it names has arrived."""
        self.command("Navigate", url=url)
        self.wait("document.readyState === 'complete'")

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


@contextlib.contextmanager
def firefox(folder: Path, language: str) -> Iterator[Window]:
    """Run Firefox, which says that it wants a language."""
    path, port = program("firefox-esr", "firefox-esr"), free_port()
    profile = folder / "firefox"
    profile.mkdir()
    preferences = {"marionette.port": port, "intl.accept_languages": language}
    lines = (f"user_pref({json.dumps(n)}, {json.dumps(v)});\n" for n, v in preferences.items())
    (profile / "user.js").write_text("".join(lines))
    arguments = ["--marionette", "--headless", "--no-remote", "--profile", str(profile)]
    running = Process("firefox", [path, *arguments], _environment(folder), folder / "firefox.log")
    try:
        with _connected(port) as connection:
            yield Window(_marionette(connection))
    finally:
        running.stop()


@contextlib.contextmanager
def webkit(folder: Path) -> Iterator[Window]:
    """Run WebKit, which in the locale of a bare machine names as its language what is no tag: C."""
    driver = program("WebKitWebDriver", "webkit2gtk-driver")
    screen = program("xvfb-run", "xvfb")
    browser = str(next(Path("/").glob(MINI_BROWSER)))
    port = free_port()
    # Root may not make the sandbox; nothing but our own page is opened.
    extra = {"LANG": "C.UTF-8", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    command = [screen, "--auto-servernum", driver, f"--port={port}"]
    running = Process("webkit", command, _environment(folder) | extra, folder / "webkit.log")
    try:
        running.wait_until_it_answers(f"http://127.0.0.1:{port}/status", seconds=SECONDS)
        options = {"binary": browser, "args": ["--automation"]}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
            yield Window(_webdriver(client, {"webkitgtk:browserOptions": options}))
    finally:
        running.stop()


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def _webdriver(client: httpx.Client, wanted: dict[str, object]) -> Command:
    made = client.post("/session", json={"capabilities": {"alwaysMatch": wanted}}).json()["value"]

    def command(name: str, *, id: str = "", **parameters: object) -> Any:
        method, path = PATHS[name]
        url = f"/session/{made['sessionId']}/{path.format(id=id)}"
        answer = client.request(method, url, json=parameters if method == "POST" else None)
        if answer.status_code != 200:
            raise Refused(answer.text)
        return answer.json()["value"]

    return command


@contextlib.contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "Firefox does not listen."
            time.sleep(LOOK_SECONDS)
    with connection:
        yield connection


def _marionette(connection: socket.socket) -> Command:
    answers = connection.makefile("rb")
    sent = 0

    def receive() -> Any:
        digits = b""
        while (character := answers.read(1)) != b":":
            assert character, "Firefox has ended."
            digits += character
        return json.loads(answers.read(int(digits)))

    def command(name: str, **parameters: object) -> Any:
        nonlocal sent
        sent += 1
        body = json.dumps([0, sent, f"WebDriver:{name}", parameters]).encode()
        connection.sendall(b"%d:%s" % (len(body), body))
        _, _, error, result = receive()
        if error:
            raise Refused(error["message"])
        return result.get("value", result) if isinstance(result, dict) else result

    receive()  # Who it is.
    command("NewSession")
    return command
