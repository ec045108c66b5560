"""What countries, languages, networks and signs are called on an organizer's screen."""

import datetime as dt

from babel import Locale, UnknownLocaleError
from petition.blur import OTHER
from petition.country import NOT_SAID
from petition.link import NETWORKS, label

from organizer.statistics.signs import Sign
from organizer.statistics.traits import Trait

_ENGLISH = Locale("en")
_MARKS = {"": "no mark", "device": "the phone's own sheet", "qr": "a QR code", OTHER: "others"}


def name_country(code: str) -> str:
    """Return a country's English name."""
    if code in (OTHER, NOT_SAID):
        return {OTHER: "Others", NOT_SAID: "Not said"}[code]
    return str(_ENGLISH.territories.get(code, code))


def name_language(tag: str) -> str:
    """Return a language's English name."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(_ENGLISH)
    except (UnknownLocaleError, ValueError):
        name = None
    return name or {OTHER: "Others"}.get(tag, tag)


def name_mark(mark: str) -> str:
    """Return what a link is marked with: a network, or how else it was shared."""
    return label(mark, "en") if mark in NETWORKS else _MARKS.get(mark, mark)


def describe_sign(sign: Sign, claims: int | None) -> str:
    """Say in a sentence what dominates, and when; `claims` is None if nearly all are of it."""
    hours = round((sign.until - sign.since) / dt.timedelta(hours=1))
    when = f"{sign.since:%d %B %Y, %H:%M} UTC" + (f", for {hours} hours" if hours > 1 else "")
    if sign.trait is None:
        return f"{when}: {sign.claims:,} claims, far more than in the hours around."
    what = {
        Trait.COUNTRY: name_country(sign.value),
        Trait.LANGUAGE: name_language(sign.value),
        Trait.LINK: f"the link {sign.value}",
        Trait.PROVIDER: f"the provider {sign.value}",
    }[sign.trait]
    part = "nearly all" if claims is None else f"{claims:,}"
    return f"{when}: {part} of {sign.of:,} claims are of {what}, which has few at other times."
