"""
Takes the pictures in docs/screenshots/ and the cards that shared links show.

`make screenshots`: the real functions and the emulator, with the numbers of March 2012 in it.
"""

import html
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from dev.emulator import running_emulator
from dev.keys import make_keys
from dev.stack import Stack, running_stack
from tests.browser.actions import Signer, fill, seed_count, set_petition, sign
from tests.browser.conftest import FLAGS, LANGUAGES, chromium
from tests.browser.plea import PETITION, ROOT, heading

PICTURES = ROOT / "docs" / "screenshots"
CARDS = ROOT / "frontend" / "cards"
TEMPLATE = Path(__file__).with_name("card.html")
COLOURS = 128  # enough for text on one ground; a tenth of the file

SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
NUMBERS = {"KR": 96_214, "US": 41_873, "CN": 7_316, "JP": 6_420, "DE": 4_102, "GB": 3_911}
ALL = 178_921

NAMES = {"zh-Hans": "李明", "en": "A friend", "ko": "친구"}


def store(picture: bytes, path: Path) -> None:
    """
    Save a picture with few colours.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size / 1024:.0f} KiB\n")


def take_cards(browser: Browser) -> None:
    """
    Draw the card of each language, 1200 by 630 pixels, as every network crops it least.
    """
    petition = json.loads(PETITION.read_text(encoding="utf-8"))
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    for language, text in petition["texts"].items():
        card = TEMPLATE.read_text(encoding="utf-8").replace("{language}", language)
        card = card.replace("{title}", heading(text["title"]))
        page.set_content(card.replace("{promise}", html.escape(text["promise"])))
        store(page.screenshot(), CARDS / f"{petition['petition']}-{language}.png")
    page.close()


def take(
    browser: Browser,
    site: str,
    name: str,
    *,
    path: str = "/",
    language: str = "en",
    dark: bool = False,
    screen: str = "desktop",
    act: Callable[[Page], str | None] = lambda page: None,
) -> None:
    """
    Bring a page into a state and take its picture, all of it or the element that `act` names.
    """
    context = browser.new_context(
        base_url=site,
        locale=LANGUAGES[language],
        color_scheme="dark" if dark else "light",
        viewport=SCREENS[screen],  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(path)
    page.wait_for_selector("html.worded", state="attached")
    if page.locator("#count").count():
        page.wait_for_selector("#count.known")
        page.wait_for_selector("#updates-list li", state="attached")
    element = act(page)
    page.wait_for_timeout(600)  # The colours change softly.
    # A bar that stays visible would lie across the picture of an element.
    page.evaluate("document.querySelector('.bar').style.position = 'static'")
    picture = page.locator(element).screenshot() if element else page.screenshot()
    mode = "dark" if dark else "light"
    store(picture, PICTURES / f"{name}-{language}-{mode}-{screen}.png")
    context.close()


def take_all(browser: Browser, services: Stack) -> None:
    """
    Take every picture; the last ones end the petition.
    """

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
        page.evaluate("document.activeElement.blur()")
        return ".act"

    for language in LANGUAGES:
        for dark in (False, True):
            for screen in SCREENS:
                take(browser, services.site, "plea", language=language, dark=dark, screen=screen)
        take(browser, services.site, "signed", language=language, screen="phone", act=signed)
    take(browser, services.site, "form", act=write)
    take(browser, services.site, "faults", language="ko", screen="phone", act=faulty)
    take(browser, services.site, "withdraw", path="/withdraw.html", screen="phone")
    set_petition(services, status="closed", outcome="returned")
    for language, dark in (("zh-Hans", False), ("en", True)):
        take(browser, services.site, "returned", language=language, dark=dark, act=wait_for_outcome)


def wait_for_outcome(page: Page) -> None:
    """
    The count function believes what it has read for a few seconds.
    """
    page.wait_for_selector("#outcome", state="visible", timeout=60_000)


def main() -> None:
    """
    Take all pictures and cards.
    """
    path = chromium()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        take_cards(browser)
        with (
            running_emulator(Path(folder) / "emulator.log") as emulator,
            running_stack(emulator, "demo-screenshots", make_keys(), Path(folder)) as services,
        ):
            seed_count(services, ALL, NUMBERS)
            take_all(browser, services)
        browser.close()


if __name__ == "__main__":
    main()
