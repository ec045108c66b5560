"""The cards that networks show beside a shared link: for each language and stage of a petition."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from petition.campaign import Campaign

from organizer.browser import find_browser
from organizer.pages.picture import save_picture
from organizer.pages.plea import clauses, heading, stages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEMPLATE = Path(__file__).with_name("card.html")
HEIGHT = 590  # of the card's 630, so that nothing touches its edge
SHRINK = f"""() => {{
  const $main = document.querySelector("main");
  $main.style.scale = Math.min(1, {HEIGHT} / $main.offsetHeight);
}}"""
LIT, DARK = ("#f0b65a", "#f0b65a"), ("none", "#8b8373")  # a light's ground and its edge


def card_path(frontend: Path, petition: str, language: str, stage: str) -> Path:
    """Return where a card lies, as landing pages name it (functions/petition/link.py)."""
    return frontend / "cards" / f"{petition}-{language}-{stage}.png"


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
    """Draw every card, 1200 by 630 pixels, as every network crops it least."""
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    for language, texts in campaign.texts.items():
        for stage in stages(texts):
            show_card(page, campaign, language, stage)
            path = card_path(frontend, campaign.petition, language, stage)
            save_picture(page.screenshot(), path)
    page.close()


def show_card(page: Page, campaign: Campaign, language: str, stage: str) -> None:
    """Show a card, smaller where its texts are too long for it."""
    page.set_content(card(campaign, language, stage))
    page.evaluate(SHRINK)


def card(campaign: Campaign, language: str, stage: str) -> str:
    """Return a card as HTML: the title, the large line, and the people, the place and the date."""
    texts = campaign.texts[language]
    told = texts.at(stage)
    lit, edge = LIT if stage in ("before", "after", "free") else DARK
    values = {
        "language": language,
        "lit": lit,
        "edge": edge,
        "lights": "<i></i>" * 30,
        "title": heading(texts.title),
        "line": html.escape(told.headline or "") or clauses(texts.promise),
        "facts": html.escape(first_sentence(told.summary)),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text("utf-8"))


def first_sentence(text: str) -> str:
    """Cut a text after its first sentence."""
    return re.split(r"(?<=[.。])\s*(?=\D)", text, maxsplit=1)[0]
