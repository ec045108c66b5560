"""What readers of a petition would stumble over, and what to write instead."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from petition.campaign import Campaign, Stage, Texts
from pydantic import ValidationError

from organizer.campaigns.correction import Correction
from organizer.campaigns.interface import lacking
from organizer.campaigns.sharing import length_on_x, too_long
from organizer.campaigns.validity import advise
from organizer.pages.updates import parse_updates

# Names of the web that are nobody's (RFC 2606 and RFC 6761), and texts that were left standing.
EXAMPLE = re.compile(
    r"(\bexample\.(com|org|net)|\.(example|invalid|test))\b|\b(TODO|FIXME|XXX|lorem ipsum)\b",
    re.IGNORECASE,
)
# What stands at the root of the page already, and the functions' addresses behind an edge.
TAKEN = ("api", "cards", "crypto", "page", "petitions", "phrases", "v")
UNBALANCED = 0.5  # ours: a plea half as long as another leaves something out

# A stage's words that may be left out; then they stay as they were.
OPTIONAL = ("call", "summary", "plea", "share")


def proofread(campaign: Campaign, frontend: Path, now: dt.datetime) -> list[Correction]:
    """Return everything found in a valid petition, in the order of its file."""
    return [
        *_name(campaign),
        *_contact(campaign),
        *_dates(campaign, now),
        *_examples(campaign),
        *_shares(campaign),
        *_translations(campaign),
        *_balance(campaign),
        *(
            correction
            for language in campaign.languages
            for correction in lacking(frontend, language)
        ),
        *_news(campaign, frontend, now),
    ]


def _name(campaign: Campaign) -> Iterator[Correction]:
    if campaign.petition in TAKEN:
        yield Correction(
            "petition", "The page has a folder of this name already; choose another id."
        )


def _contact(campaign: Campaign) -> Iterator[Correction]:
    if campaign.contact is None:
        yield Correction(
            "contact",
            "Nobody can ask who you are. Write an e-mail address that is read, or a page.",
            must=False,
        )
    if not campaign.sources:
        yield Correction(
            "sources",
            "Nobody can check what you say. Name one source at least, with its title and address.",
            must=False,
        )
    if campaign.forget_after_days is None:
        yield Correction(
            "forget_after_days",
            "Nobody knows how long names are kept. Say after how many days you destroy them.",
            must=False,
        )


def _dates(campaign: Campaign, now: dt.datetime) -> Iterator[Correction]:
    started = dt.datetime.combine(campaign.started, dt.time(), dt.UTC)
    day = dt.timedelta(days=1)  # A day begins earlier in some places.
    if started > now + day:
        yield Correction(
            "started", "It lies in the future; write the day on which it begins.", False
        )
    if campaign.deadline and campaign.deadline < started - day:
        yield Correction("deadline", f"It lies before the beginning, {campaign.started}.")
    if campaign.closes and campaign.closes < started - day:
        yield Correction("closes", f"It lies before the beginning, {campaign.started}.")
    if campaign.closes and campaign.deadline and campaign.closes < campaign.deadline:
        yield Correction(
            "closes",
            "The petition would close before its deadline, when it is needed most. Close it later, "
            "or set an earlier deadline.",
        )
    if campaign.closes and campaign.closes < now:
        yield Correction("closes", "It is over: nobody could sign. Set a later time.", False)


def _examples(campaign: Campaign) -> Iterator[Correction]:
    for place, text in _strings(campaign.model_dump(mode="json")):
        if found := EXAMPLE.search(text):
            yield Correction(place, f"“{found[0]}” is an example; write what is really meant.")


def _strings(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _strings(item, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _strings(item, f"{place}.{number}")


def _stages(texts: Texts) -> dict[str, Stage]:
    after = {"after": texts.after} if texts.after else {}
    return after | {f"outcomes.{outcome}": stage for outcome, stage in texts.outcomes.items()}


def _shares(campaign: Campaign) -> Iterator[Correction]:
    for language, texts in campaign.texts.items():
        shares = {"share": texts.share} | {
            f"{name}.share": stage.share for name, stage in _stages(texts).items() if stage.share
        }
        for name, share in shares.items():
            place = f"texts.{language}.{name}"
            if faults := too_long(share):
                yield Correction(place, f"It is too long: {', and '.join(faults)}. Shorten it.")
            if language.startswith("zh") and re.search(r"#\w", re.sub(r"#[^#]+#", "", share)):
                yield Correction(
                    place,
                    "Weibo takes a topic only between two signs, as in #SaveMyFriend#.",
                    False,
                )


def _translations(campaign: Campaign) -> Iterator[Correction]:
    first, *others = campaign.languages
    for language in others:
        yield from _untranslated(campaign, first, language)
    for stage in _stages(campaign.texts[first]):
        for field in OPTIONAL:
            said = [x for x in campaign.languages if _said(campaign.texts[x], stage, field)]
            missing = [x for x in campaign.languages if said and x not in said]
            for language in missing:
                yield Correction(
                    f"texts.{language}.{stage}.{field}",
                    f"It is missing, and is there in {', '.join(said)}. Translate it.",
                )


def _said(texts: Texts, stage: str, field: str) -> object:
    found = _stages(texts).get(stage)
    return found and getattr(found, field)


def _untranslated(campaign: Campaign, first: str, language: str) -> Iterator[Correction]:
    known = dict(_strings(campaign.texts[first].model_dump(mode="json")))
    for place, text in _strings(campaign.texts[language].model_dump(mode="json")):
        # A hashtag or a name may be the same everywhere; a sentence is not.
        if known.get(place) == text and len(text.split()) > 2:
            yield Correction(
                f"texts.{language}.{place}", f"It is the same as in {first}. Translate it."
            )


def _balance(campaign: Campaign) -> Iterator[Correction]:
    first = campaign.languages[0]
    for field in ("plea", "addressed_to"):
        counts = {x: len(getattr(campaign.texts[x], field)) for x in campaign.languages}
        for language, count in counts.items():
            if count != counts[first]:
                yield Correction(
                    f"texts.{language}.{field}",
                    f"It has {count} parts, and {counts[first]} in {first}. Say the same in both.",
                    must=False,
                )
    # Chinese and Korean say as much with half as many characters, as X counts them too.
    lengths = {x: length_on_x("".join(t.plea)) for x, t in campaign.texts.items()}
    longest = max(lengths, key=lambda language: lengths[language])
    for language, length in lengths.items():
        if length < UNBALANCED * lengths[longest]:
            yield Correction(
                f"texts.{language}.plea",
                f"It is less than half as long as in {longest}; look for what is left out.",
                must=False,
            )


def _news(campaign: Campaign, frontend: Path, now: dt.datetime) -> Iterator[Correction]:
    name = f"frontend/{campaign.petition}/updates.json"
    try:
        updates = parse_updates(frontend, campaign.petition)
    except ValidationError as error:
        for detail in error.errors():
            place = ".".join(str(part) for part in detail["loc"])
            yield Correction(f"{name}, {place}".removesuffix(", "), advise(detail))
        return
    for update in updates:
        place = f"{name}, {update.date}"
        yield from _languages_of(update.texts, campaign.languages, place)
        if not campaign.started <= update.date <= now.date() + dt.timedelta(days=1):
            yield Correction(
                place, "Its day lies before the petition's beginning or in the future."
            )


def _languages_of(
    texts: Mapping[str, str], languages: Iterable[str], place: str
) -> Iterator[Correction]:
    for language in languages:
        if language not in texts:
            yield Correction(place, f"It is not there in {language}. Translate it.")
