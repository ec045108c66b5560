"""
The pictures in docs/screenshots/: the real functions and the emulator, with the numbers of
March 2012 in it, on the clock of February where the deadline is still to come.
"""

import datetime as dt
import os
from collections.abc import Callable

from google.cloud import firestore
from playwright.sync_api import Browser, Page

from dev import ROOT
from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill, sign
from dev.site import PETITION
from dev.stack import Stack
from organizer.pages.picture import save_picture

PICTURES = ROOT / "docs" / "screenshots"
SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
NUMBERS = {"KR": 96_214, "US": 41_873, "CN": 7_316, "JP": 6_420, "DE": 4_102, "GB": 3_911}
ALL = 178_921
ALONE = """
  document.querySelector(".bar").style.position = "static";
  document.querySelector(".foot")?.style.setProperty("visibility", "hidden");
"""
BEFORE = dt.datetime(2012, 2, 17, 6, tzinfo=dt.UTC)

NAMES = {"zh-Hans": "李明", "en": "A friend", "ko": "친구"}


def take(
    browser: Browser,
    site: str,
    name: str,
    *,
    path: str = "/",
    language: str = "en",
    dark: bool = False,
    screen: str = "desktop",
    at: dt.datetime | None = None,
    act: Callable[[Page], str | None] = lambda page: None,
) -> None:
    """Bring a page into a state and take its picture, all of it or the element that `act` names."""
    context = browser.new_context(
        base_url=site,
        locale=LANGUAGES[language],
        color_scheme="dark" if dark else "light",
        viewport=SCREENS[screen],  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    if at:
        page.clock.set_fixed_time(at)
    page.goto(path)
    if page.locator("#count").count():
        page.wait_for_selector("#count.known")
    element = act(page)
    page.wait_for_timeout(600)  # The colours change softly.
    # Bars that stay visible would lie across the picture of an element.
    page.evaluate(ALONE if element else "")
    picture = page.locator(element).screenshot() if element else page.screenshot()
    mode = "dark" if dark else "light"
    save_picture(picture, PICTURES / f"{name}-{language}-{mode}-{screen}.png")
    context.close()


def take_screenshots(browser: Browser, services: Stack) -> None:
    """Take every picture; the last ones end the petition."""
    petition = petition_of(services)
    seed_count(petition)

    def write(page: Page) -> str:
        fill(page, Signer("friend@example.org", NAMES["en"]))
        return "#sign"

    def faulty(page: Page) -> str:
        page.click("#submit")
        return "#sign"

    def signed(page: Page) -> str:
        language = page.get_attribute("html", "lang") or ""
        sign(page, Signer(f"{language}@example.org", NAMES[language]))
        page.wait_for_selector("#share-qr", state="visible")
        page.wait_for_function("() => document.getElementById('share-card').complete")
        page.evaluate("document.activeElement.blur()")
        return ".act"

    for language in LANGUAGES:
        for dark in (False, True):
            for screen in SCREENS:
                options = {"language": language, "dark": dark, "screen": screen}
                take(browser, services.site, "plea", at=BEFORE, **options)  # type: ignore[arg-type]
        take(browser, services.site, "after", language=language, screen="phone")
        take(browser, services.site, "signed", language=language, screen="phone", act=signed)
    take(browser, services.site, "form", act=write)
    take(browser, services.site, "faults", language="ko", screen="phone", act=faulty)
    take(browser, services.site, "withdraw", path="/withdraw.html", screen="phone")
    petition.set({"status": "closed", "outcome": "returned"}, merge=True)
    for language, dark in (("zh-Hans", False), ("en", True)):
        take(browser, services.site, "returned", language=language, dark=dark, act=wait_for_outcome)


def wait_for_outcome(page: Page) -> None:
    """The count function believes what it has read for a few seconds."""
    page.wait_for_selector("html[data-stage=returned]", state="attached", timeout=60_000)


def petition_of(services: Stack) -> firestore.DocumentReference:
    """Return the petition's document in the emulator."""
    os.environ["FIRESTORE_EMULATOR_HOST"] = services.emulator.host
    client = firestore.Client(project=services.project)
    return client.document("petitions", PETITION)


def seed_count(petition: firestore.DocumentReference) -> None:
    """Let one lane say that so many have signed."""
    countries = {**NUMBERS, "ZZ": ALL - sum(NUMBERS.values())}
    petition.collection("lanes").document("0").set({"signatures": ALL, "countries": countries})
