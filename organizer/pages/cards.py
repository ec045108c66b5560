"""The cards that networks show beside a shared link, one for each language of a petition."""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from petition.campaign import Campaign

from organizer.browser import find_browser
from organizer.pages.picture import save_picture
from organizer.pages.plea import heading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEMPLATE = Path(__file__).with_name("card.html")


def card_path(frontend: Path, petition: str, language: str) -> Path:
    """Return where a card lies, as landing pages name it (functions/petition/link.py)."""
    return frontend / "cards" / f"{petition}-{language}.png"


def draw_cards(campaigns: Iterable[Campaign], frontend: Path) -> bool:
    """Draw the cards of petitions, and tell whether there is a Chromium to do it."""
    # A second that no other command needs to wait for.
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        return False
    with sync_playwright() as playwright:
        # Its sandbox refuses root, and it opens nothing but our own card.
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        for campaign in campaigns:
            take_cards(browser, campaign, frontend)
        browser.close()
    return True


def take_cards(browser: Browser, campaign: Campaign, frontend: Path) -> None:
    """Draw the card of each language, 1200 by 630 pixels, as every network crops it least."""
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    for language, texts in campaign.texts.items():
        card = TEMPLATE.read_text(encoding="utf-8").replace("{language}", language)
        card = card.replace("{title}", heading(texts.title))
        page.set_content(card.replace("{promise}", html.escape(texts.promise)))
        save_picture(page.screenshot(), card_path(frontend, campaign.petition, language))
    page.close()
