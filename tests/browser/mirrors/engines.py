"""
Chromium, Firefox and WebKit as Debian ships them, driven by W3C WebDriver commands.

WebKit's driver takes them over HTTP. Firefox takes the same ones over its own socket (Marionette),
for which Mozilla's driver, which Debian does not ship, is only a translator. Chromium is
Playwright's, as in all other tests of the page, and does the same for each.

Source: w3.org/TR/webdriver2; firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import base64
import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Error, Page, sync_playwright

from dev.pictures.browser import FLAGS
from dev.ports import free_port
from dev.process import Process
from tests.browser.conftest import PATIENCE_MILLISECONDS, chromium_path
from tests.browser.mirrors.relays import program
from tests.browser.mirrors.window import (
    ELEMENT,
    ESCAPE,
    HEIGHT,
    LOOK_SECONDS,
    SECONDS,
    Command,
    Refused,
    Window,
)

MINI_BROWSER = "usr/lib/*/webkit2gtk-4.*/MiniBrowser"

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
}

# A page that is still loading can be looked at, and left.
AT_ONCE = {"pageLoadStrategy": "none"}

# Its windows are 500 pixels wide at least, which no phone is.
NARROW = ":root { min-width: 0 !important; overflow: hidden }"


@dataclass(frozen=True)
class Device:
    """What a browser says of itself: the languages that it wants, and perhaps another name."""

    languages: str
    agent: str = ""


@contextlib.contextmanager
def chromium(folder: Path, device: Device) -> Iterator[Window]:
    """Run Chromium as a phone has it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        context = browser.new_context(
            viewport={"width": 390, "height": HEIGHT},
            has_touch=True,
            is_mobile=True,
            locale=device.languages.split(",")[0],
            user_agent=device.agent or None,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        yield Window(_playwright(context.new_page()))
        browser.close()


@contextlib.contextmanager
def firefox(folder: Path, device: Device) -> Iterator[Window]:
    """Run Firefox, in a window as narrow as a phone."""
    path, port = program("firefox-esr", "firefox-esr"), free_port()
    profile = folder / "firefox"
    (profile / "chrome").mkdir(parents=True)
    (profile / "chrome" / "userChrome.css").write_text(NARROW)
    preferences: dict[str, object] = {
        "marionette.port": port,
        "intl.accept_languages": device.languages,
        "toolkit.legacyUserProfileCustomizations.stylesheets": True,
    }
    if device.agent:
        preferences["general.useragent.override"] = device.agent
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
def webkit(folder: Path, device: Device) -> Iterator[Window]:
    """
    Run WebKit, which in the locale of a bare machine names as its language what is no tag: C.

    It fills the screen, because its bar of tools is wider than a phone.
    """
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
        agent = [f"--user-agent={device.agent}"] if device.agent else []
        options = {"binary": browser, "args": ["--automation", "--full-screen", *agent]}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
            yield Window(_webdriver(client, AT_ONCE | {"webkitgtk:browserOptions": options}))
    finally:
        running.stop()


ENGINES: dict[str, Callable[[Path, Device], AbstractContextManager[Window]]] = {
    "chromium": chromium,
    "firefox": firefox,
    "webkit": webkit,
}


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def _playwright(page: Page) -> Command:
    def navigate(url: str) -> None:
        page.goto(url, wait_until="commit")

    def execute(script: str, args: list[object]) -> Any:
        return page.evaluate(f"() => {{ {script} }}")

    def find(using: str, value: str) -> dict[str, str]:
        page.wait_for_selector(value, state="attached")
        return {ELEMENT: value}

    def send(id: str, text: str) -> None:
        page.focus(id)
        for key in text:
            page.keyboard.press("Escape") if key == ESCAPE else page.keyboard.type(key)

    def resize(x: int, y: int, width: int, height: int) -> None:
        page.set_viewport_size({"width": width, "height": height})

    acts: dict[str, Callable[..., Any]] = {
        "Navigate": navigate,
        "Back": page.go_back,
        "ExecuteScript": execute,
        "FindElement": find,
        "ElementClick": lambda id: page.click(id),
        "ElementSendKeys": send,
        "TakeScreenshot": lambda: base64.b64encode(page.screenshot()).decode(),
        "SetWindowRect": resize,
    }

    def command(name: str, **parameters: object) -> Any:
        try:
            return acts[name](**parameters)
        except Error as error:
            raise Refused(error.message) from error

    return command


def _webdriver(client: httpx.Client, wanted: Mapping[str, object]) -> Command:
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
    command("NewSession", **AT_ONCE)
    return command
