"""WCAG 2.2 AA as far as a machine can tell, in every state, light and dark; and small screens."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.conftest import PHONE, Visit, visiting
from tests.browser.test_closed import ended

# What a person can do something with, in the tree that assistive technology gets.
CONTROL = re.compile(r"- \W?(button|textbox|combobox|checkbox|radio|link|img)\b")

# The rules of WCAG 2.0 to 2.2, A and AA, and axe's own good practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

SIZES: tuple[ViewportSize, ...] = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def plain(page: Page) -> None:
    expect(page.locator("#count")).to_have_class("count scripted known")
    page.click("#countries-summary")


def faulty(page: Page) -> None:
    page.click("#submit")
    page.wait_for_selector("#faults", state="visible")


def waiting(page: Page) -> None:
    page.route("**/savemyfriend", lambda route: route.abort())
    fill(page, Signer("waiting@example.org"))
    page.click("#submit")
    page.wait_for_selector("#sending-again", state="visible")


def stuck(page: Page) -> None:
    waiting(page)
    page.wait_for_selector("#courier", state="visible")


def carried(page: Page) -> None:
    page.fill(
        "#sealed", "-----BEGIN SEALED SIGNATURE OF savemyfriend-----AQR-----END SEALED SIGNATURE"
    )
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")


def signed(page: Page) -> None:
    sign(page, Signer("axe@example.org"))
    page.wait_for_selector("#share-qr", state="visible")


def asked(page: Page) -> None:
    fill(page, Signer("friend@gmial.con"))
    page.focus("#message")
    page.wait_for_selector("#email-ask", state="visible")


def receipted(page: Page) -> None:
    signed(page)
    page.click("#receipt summary")
    page.click("#share-panel summary")


def told(page: Page) -> None:
    for question in page.locator("#your-data summary:visible").all():
        question.click()


def closed(page: Page) -> None:
    page.wait_for_selector("#closed", state="visible")


def withdrawn(page: Page) -> None:
    page.fill("#receipt", "0" * 26)
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "plea": ("/", plain),
    "faulty": ("/", faulty),
    "waiting": ("/", waiting),
    "stuck": ("/", stuck),
    "asked": ("/", asked),
    "signed": ("/", signed),
    "receipted": ("/", receipted),
    "told": ("/", told),
    "closed": ("/", closed),
    "withdraw": ("/withdraw.html", lambda page: None),
    "withdraw-faulty": ("/withdraw.html", faulty),
    "withdrawn": ("/withdraw.html", withdrawn),
    "courier": ("/courier.html", lambda page: None),
    "kakao": ("/kakao.html#code=7k2m9qx4tb&lang=ko&stage=before", lambda page: None),
    "courier-faulty": ("/courier.html", faulty),
    "carried": ("/courier.html", carried),
    "problems": ("/problems.html", lambda page: None),
}


def enter(visit: Visit, state: str, **options: object) -> Page:
    """Bring a page into a state."""
    path, act = STATES[state]
    if state == "closed":
        options["before"] = ended("returned")
    page = visit(path, reduced_motion="reduce", **options)
    act(page)
    return page


@pytest.fixture(scope="module")
def entered(request: pytest.FixtureRequest, browser: Browser, site_url: str) -> Iterator[Page]:
    """Bring a page into a state once, for all tests that look at it there."""
    state, language = request.param
    with visiting(browser, site_url) as visit:
        yield enter(visit, state, language=language)


in_every_state = pytest.mark.parametrize(
    "entered",
    [(state, language) for state in STATES for language in LANGUAGES],
    ids=lambda one: "-".join(one),
    indirect=True,
    scope="module",
)


@in_every_state
def test_axe_finds_nothing(entered: Page) -> None:
    """On a desktop and a phone, light and dark."""
    for size in SIZES:
        entered.set_viewport_size(size)
        for scheme in SCHEMES:
            entered.emulate_media(color_scheme=scheme)
            results = Axe().run(entered, options=RULES)
            assert results.violations_count == 0, results.generate_report()


def test_axe_finds_nothing_when_the_pages_own_script_does_not_run(visit: Visit) -> None:
    """With script switched off, axe could not run either."""
    page = visit(before=lambda page: page.route("**/*.js", lambda route: route.abort()))

    results = Axe().run(page, options=RULES)

    assert results.violations_count == 0, results.generate_report()


@in_every_state
def test_a_screen_of_320_pixels_needs_no_sideways_scrolling(entered: Page) -> None:
    """That is also what 1280 pixels become at a zoom of 400 %, WCAG 1.4.10."""
    entered.set_viewport_size({"width": 320, "height": 640})

    overflowing = entered.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((e) => e.checkVisibility() && !e.closest(".unseen, .skip, noscript"))
          .filter((e) => e.getBoundingClientRect().right > 320)
          .map((e) => e.outerHTML.slice(0, 80))"""
    )

    assert overflowing == []
    assert entered.evaluate("document.documentElement.scrollWidth") == 320


@in_every_state
def test_everything_that_can_be_used_has_a_name(entered: Page) -> None:
    """As the accessibility tree has it, which is what a screen reader reads."""
    tree = entered.locator("body").aria_snapshot()

    controls = [line.strip() for line in tree.splitlines() if CONTROL.search(line)]
    assert [line for line in controls if '"' in line]
    assert [line for line in controls if '"' not in line] == []


def test_controls_are_large_enough_for_a_finger(visit: Visit) -> None:
    """24 pixels are WCAG 2.5.8; links inside sentences are exempt."""
    page = enter(visit, "signed", **PHONE)

    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary, li > a")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height)
          .filter((e) => Math.min(e.offsetWidth, e.offsetHeight) < 24 && !e.labels?.length)
          .map((e) => e.outerHTML.slice(0, 80))"""
    )

    assert small == []


def test_tab_goes_through_the_page_in_the_order_of_reading(visit: Visit) -> None:
    page = visit()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              const e = document.activeElement;
              return e.id || e.dataset.pin || e.getAttribute("href") || e.tagName;
            }"""
        )
        seen.append(focused)
        if focused.startswith("problems.html"):
            break

    assert [focused for focused in seen if focused != "SUMMARY"] == [
        "#plea",
        "zh-Hans",
        "en",
        "ko",
        "leave",
        "#sign",
        "countries-summary",
        "#your-data",
        "name",
        "email",
        "country",
        "message",
        "delivery",
        "news",
        "submit",
        "share-make",
        "savemyfriend/feed-en.xml",
        "withdraw.html",
        "courier.html",
        "problems.html",
    ]


def test_a_screen_reader_hears_of_the_count_politely(visit: Visit, services: Stack) -> None:
    page = visit()
    expect(page.locator("#count")).to_have_class("count scripted known")

    seen = f"{page.inner_text('#count-heading')}: {page.inner_text('#number')}"
    expect(page.locator("#count-said")).to_have_text(seen)
    assert page.get_attribute("#count-said", "role") == "status"
