"""The cards that networks show beside a shared link: for each language and stage of a petition."""

import html
import re
from pathlib import Path

from petition.campaign import Campaign, load_campaigns
from playwright.sync_api import Browser

from dev import ROOT
from dev.pictures.picture import save_picture
from dev.site import PETITION
from organizer.pages.plea import heading, stages

CARDS = ROOT / "frontend" / "cards"
TEMPLATE = Path(__file__).with_name("card.html")
LIT, DARK = ("#f0b65a", "#f0b65a"), ("none", "#8b8373")  # a light's ground and its edge


def take_cards(browser: Browser) -> None:
    """Draw every card, 1200 by 630 pixels, as every network crops it least."""
    campaign = load_campaigns()[PETITION]
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    for language, texts in campaign.texts.items():
        for stage in stages(texts):
            page.set_content(card(campaign, language, stage))
            name = f"{campaign.petition}-{language}-{stage}.png"
            save_picture(page.screenshot(), CARDS / name)
    page.close()


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
        "line": html.escape(told.headline or texts.promise),
        "facts": html.escape(first_sentence(told.summary)),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text("utf-8"))


def first_sentence(text: str) -> str:
    """Cut a text after its first sentence."""
    return re.split(r"(?<=[.。])\s*(?=\D)", text, maxsplit=1)[0]
