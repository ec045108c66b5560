"""A real headless Chromium, and pages in it that must not complain."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from dev import CannotRun
from dev.keys import DevelopmentKeys
from dev.pictures.browser import FLAGS, LANGUAGES, find_chromium
from dev.ports import free_port
from dev.site import PUBLIC_FUNCTIONS, Site, site_config
from dev.stack import Stack
from tests.conftest import do_without

# A request that fails is what many tests are about; a page without https is what one is about.
EXPECTED = ("Failed to load resource", "Cross-Origin-Opener-Policy header has been ignored")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}

Visit = Callable[..., Page]

# Two cores, on which a browser, an emulator and four functions start together.
PATIENCE_MILLISECONDS = 20_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


def chromium_path() -> str:
    """Find the browser, without which a person's tests are skipped, and CI fails."""
    try:
        return find_chromium()
    except CannotRun as problem:
        do_without(str(problem))


# Not for the session: Playwright keeps an event loop running, which async tests elsewhere refuse.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for each file of tests."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site_url(services: Stack) -> str:
    """
    Return where the page is; a file of tests that needs no functions has a
    fixture of its own.
    """
    return services.site


@contextlib.contextmanager
def lone_site(keys: DevelopmentKeys) -> Iterator[str]:
    """Serve the page beside no functions, and give its address."""
    port = free_port()
    site = Site(port, site_config(dict.fromkeys(PUBLIC_FUNCTIONS, "http://127.0.0.1:9"), keys))
    yield f"http://127.0.0.1:{port}"
    site.stop()


@pytest.fixture(scope="module")
def modules(browser: Browser, keys: DevelopmentKeys) -> Iterator[Page]:
    """Open one page for a file of tests, in which modules are imported and nothing stays."""
    with lone_site(keys) as url, visiting(browser, url) as open_page:
        yield open_page("/problems.html")


@pytest.fixture
def visit(browser: Browser, site_url: str) -> Iterator[Visit]:
    """Open pages for one test, as `visiting` does."""
    with visiting(browser, site_url) as open_page:
        yield open_page


@contextlib.contextmanager
def visiting(browser: Browser, site_url: str) -> Iterator[Visit]:
    """
    Open pages by path, each as a new person would; none may break a rule of its own headers.

    `visit("/?via=…", language="ko", dark=True, before=lambda page: page.route(…))`
    """
    heard: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            heard.append(message.text)

    def open_page(
        path: str = "/",
        *,
        language: str = "en",
        dark: bool = False,
        complaints: bool = True,
        before: Callable[[Page], object] = lambda page: None,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=site_url,
            color_scheme="dark" if dark else "light",
            **{"locale": LANGUAGES.get(language, language), **DESKTOP, **options},
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        if complaints:
            page.on("console", listen)
            page.on("pageerror", lambda error: heard.append(str(error)))
        before(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert heard == []
