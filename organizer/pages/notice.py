"""What the page says of a petition that is open, that is closed, and that is over; pure."""

import json

from petition.campaign import Campaign, Texts

from organizer import ROOT

PHRASES = ROOT / "frontend" / "phrases"
ENGLISH = PHRASES / "en.json"  # of a language that the page cannot speak yet


def signing(campaign: Campaign, language: str) -> list[str]:
    """Return what the page says while signatures are taken, in paragraphs."""
    texts = campaign.texts[language]
    return [texts.title, texts.promise, texts.call]


def ended(campaign: Campaign, language: str, outcome: str | None) -> list[str]:
    """Return what the page says of a closed petition, in paragraphs."""
    path = PHRASES / f"{language}.json"
    phrases = json.loads((path if path.exists() else ENGLISH).read_text(encoding="utf-8"))
    told = [phrases["closed.heading"], phrases["closed.text"]]
    if outcome is not None and outcome in campaign.texts[language].outcomes:
        told += what_became(campaign, language, outcome)
    return told


def what_became(campaign: Campaign, language: str, outcome: str) -> list[str]:
    """Return what a closed petition says of its outcome: page, search engines, shared links."""
    texts: Texts = campaign.texts[language]
    stage = texts.outcomes[outcome]
    told = [stage.headline, stage.call, stage.summary, *(stage.plea or ()), stage.share]
    return [paragraph for paragraph in told if paragraph]
