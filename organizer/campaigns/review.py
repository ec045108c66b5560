"""Everything that is found in a petition: its file, what readers see, and whether it is written."""

import datetime as dt

from petition.campaign import Campaign

from organizer import MISUNDERSTOOD, CannotDo
from organizer.campaigns.correction import Correction
from organizer.campaigns.file import FOLDER, FRONTEND, campaign_path, read_all
from organizer.campaigns.proofreading import proofread
from organizer.campaigns.validity import parse, validate
from organizer.pages.cards import card_path
from organizer.pages.page import PAGES, Pages
from organizer.pages.plea import stages
from organizer.pages.updates import feed, feed_name, read_updates


def review(petition: str) -> list[Correction]:
    """
    Look through a petition, from its file to its pages.

    Raises:
        CannotDo: There is no such petition, or another one is not valid.
    """
    path = campaign_path(petition)
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.json")))
        raise CannotDo(f"There is no petition {petition!r}; there is {known}.", MISUNDERSTOOD)
    content, corrections = parse(path.read_text(encoding="utf-8"))
    if content is None:
        return corrections
    campaign, invalid = validate(content)
    if campaign is None:
        return corrections + invalid
    if campaign.petition != petition:
        advice = f"The file is named {petition}.json; write {petition} here, or rename the file."
        return [*corrections, Correction("petition", advice)]
    corrections += proofread(campaign, FRONTEND, dt.datetime.now(dt.UTC))
    if campaign.hidden or any(correction.must for correction in corrections):
        return corrections
    return corrections + _unwritten(campaign)


def _unwritten(campaign: Campaign) -> list[Correction]:
    """Find what is not there yet, or older than the petition's file."""
    petition, command = campaign.petition, f"`organizer petition page {campaign.petition}`"
    pages, updates = Pages(read_all(), FRONTEND), read_updates(FRONTEND, campaign.petition)
    files = {name: pages.own_page(petition, name) for name in PAGES}
    files |= {feed_name(x): feed(campaign, x, updates) for x in campaign.languages}
    found = []
    for name, text in files.items():
        path = FRONTEND / petition / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            found.append(Correction(f"frontend/{petition}/{name}", f"Write it anew: {command}."))
    cards = [
        card_path(FRONTEND, petition, language, stage)
        for language, texts in campaign.texts.items()
        for stage in stages(texts)
    ]
    return found + [
        Correction(f"frontend/cards/{card.name}", f"Draw it: {command}.")
        for card in cards
        if not card.exists()
    ]
