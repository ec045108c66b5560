"""The cards that networks show beside a shared link, one for each language of a petition."""

import html
import json
from pathlib import Path

from playwright.sync_api import Browser

from dev import ROOT
from dev.pictures.picture import save_picture
from organizer.pages.plea import PETITION, heading

CARDS = ROOT / "frontend" / "cards"
TEMPLATE = Path(__file__).with_name("card.html")


def take_cards(browser: Browser) -> None:
    """Draw the card of each language, 1200 by 630 pixels, as every network crops it least."""
    petition = json.loads(PETITION.read_text(encoding="utf-8"))
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    for language, text in petition["texts"].items():
        card = TEMPLATE.read_text(encoding="utf-8").replace("{language}", language)
        card = card.replace("{title}", heading(text["title"]))
        page.set_content(card.replace("{promise}", html.escape(text["promise"])))
        save_picture(page.screenshot(), CARDS / f"{petition['petition']}-{language}.png")
    page.close()
