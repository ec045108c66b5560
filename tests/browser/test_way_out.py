"""Leaving: nothing stays on the screen, in the history or in the form."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from tests.browser.conftest import Visit

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere() -> str:
    source = (ROOT / "frontend" / "first.js").read_text()
    found = re.search(r'ELSEWHERE = "(.*)"', source)
    assert found
    return found[1]


@pytest.mark.parametrize("way", ["button", "escape"])
@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/problems.html"])
def test_leaving_takes_the_page_out_of_the_history(
    visit: Visit, elsewhere: str, way: str, path: str
) -> None:
    page = visit("/problems.html?lang=en")
    page.goto("about:blank")
    length = page.evaluate("history.length")
    page.route(f"{elsewhere}**", lambda route: route.fulfill(body="weather and news"))
    page.goto(path)
    if path == "/":
        page.fill("#name", "Somebody")
        page.click(".call a:visible")
        page.click("footer a[href^='withdraw.html']")
        page.wait_for_url("**/withdraw.html*")

    if way == "button":
        page.click("#leave")
    else:
        for _ in range(3):
            page.keyboard.press("Escape")

    page.wait_for_url(f"{elsewhere}**")
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    assert page.url == "about:blank"


def test_leaving_empties_the_page_even_when_there_is_no_network(
    visit: Visit, elsewhere: str
) -> None:
    page = visit("/?lang=ko")
    # A browser that is told to stop loading stays where it is.
    page.route(f"{elsewhere}**", lambda route: route.abort("aborted"))

    page.click("#leave")

    expect(page.locator("body > *")).to_have_count(0)
    assert urlsplit(page.evaluate("location.href")).query == ""


@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/problems.html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_leaving_needs_no_module(visit: Visit, elsewhere: str, path: str, language: str) -> None:
    held: list[Route] = []

    def before(page: Page) -> None:
        page.route(re.compile(r"\.json$|/(?!first)[^/]*\.js$"), lambda route: held.append(route))
        page.route(f"{elsewhere}**", lambda route: route.fulfill(body="weather and news"))

    page = visit("about:blank", language=language, before=before)
    length = page.evaluate("history.length")
    page.goto(path, wait_until="commit")
    if path == "/":
        page.click(".call a:visible")
    leave = {"zh-Hans": "立即离开", "en": "Exit this page", "ko": "바로 나가기"}
    page.get_by_role("button", name=leave[language]).click()

    page.wait_for_url(f"{elsewhere}**")
    assert held or path == "/problems.html"  # which has no module
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    assert page.url == "about:blank"


def test_two_escapes_and_a_key_between_do_not_leave(visit: Visit) -> None:
    page = visit()

    for key in ("Escape", "Escape", "a", "Escape", "Escape"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)

    assert page.is_visible("#form")
