"""
The news of a petition: dated entries on its page, and a feed that needs no address.

They lie in `frontend/{petition}/updates.json`, which no function reads, so that news is told
without touching one.
"""

import datetime as dt
import html
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

from babel.dates import format_date
from petition.campaign import Campaign, Text
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from organizer import CannotDo

ATOM = "http://www.w3.org/2005/Atom"
TITLE = 80  # ours: characters that a reader of feeds shows in one line


class Update(BaseModel):
    """A piece of news, in every language of the petition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    texts: dict[str, Text]


_UPDATES = TypeAdapter(tuple[Update, ...])


def read_updates(frontend: Path, petition: str) -> tuple[Update, ...]:
    """
    Read a petition's news, newest first; none if there is no file.

    Raises:
        CannotDo: The file is not what it should be.
    """
    try:
        return parse_updates(frontend, petition)
    except ValidationError:
        raise CannotDo(
            f"The news in frontend/{petition}/updates.json is not valid. "
            f"`organizer petition check {petition}` says more."
        ) from None


def parse_updates(frontend: Path, petition: str) -> tuple[Update, ...]:
    """
    Read a petition's news as `read_updates` does.

    Raises:
        ValidationError: The file is not what it should be.
    """
    path = _path(frontend, petition)
    updates = _UPDATES.validate_json(path.read_bytes()) if path.exists() else ()
    return tuple(sorted(updates, key=lambda update: update.date, reverse=True))


def add_update(frontend: Path, petition: str, update: Update) -> None:
    """Keep one more piece of news."""
    path = _path(frontend, petition)
    updates = sorted(
        (update, *read_updates(frontend, petition)), key=lambda one: one.date, reverse=True
    )
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_UPDATES.dump_json(tuple(updates), indent=2) + b"\n")


def list_updates(
    campaign: Campaign,
    updates: Sequence[Update],
    phrases: Mapping[str, Mapping[str, Any]],
    folder: str,
) -> str:
    """
    Return the news as HTML, in all languages; nothing when there is none.

    Args:
        updates: Newest first.
        folder: From the page to the petition's folder, "" or as in "savemyfriend/".
    """
    if not updates:
        return ""
    return "".join(
        _list_in(language, updates, phrases[language], folder) for language in campaign.languages
    )


def _list_in(
    language: str, updates: Sequence[Update], phrases: Mapping[str, Any], folder: str
) -> str:
    say = html.escape
    entries = "".join(
        f'          <li><time datetime="{update.date}">{_spell(update.date, language)}</time>'
        f"<p>{say(update.texts[language])}</p></li>\n"
        for update in updates
    )
    return (
        f'        <div class="text" lang="{language}">\n'
        f"          <h2>{say(phrases['updates.heading'])}</h2>\n"
        f"          <ol reversed>\n{entries}          </ol>\n"
        f'          <p><a href="{folder}{feed_name(language)}" type="application/atom+xml">'
        f"{say(phrases['updates.feed'])}</a></p>\n        </div>\n"
    )


def _spell(date: dt.date, language: str) -> str:
    # English readers everywhere understand a day before its month.
    return format_date(
        date, "long", locale={"en": "en_GB"}.get(language, language).replace("-", "_")
    )


def feed_name(language: str) -> str:
    """Name the feed's file in a petition's folder."""
    return f"feed-{language}.xml"


def feed_links(campaign: Campaign, folder: str) -> str:
    """Return the links by which a reader of feeds finds them; `folder` as for `list_updates`."""
    return "".join(
        f'    <link rel="alternate" type="application/atom+xml" '
        f'href="{folder}{feed_name(language)}" title="{html.escape(texts.title)}">\n'
        for language, texts in campaign.texts.items()
    )


def write_feeds(frontend: Path, campaign: Campaign) -> list[Path]:
    """Write the feed of each language beside the petition's page."""
    updates = read_updates(frontend, campaign.petition)
    folder = frontend / campaign.petition
    folder.mkdir(exist_ok=True)
    written = []
    for language in campaign.languages:
        path = folder / feed_name(language)
        path.write_text(feed(campaign, language, updates), encoding="utf-8")
        written.append(path)
    return written


def feed(campaign: Campaign, language: str, updates: Iterable[Update]) -> str:
    """
    Return the news in one language as an Atom feed (RFC 4287).

    The same news always gives the same feed: ids are made of what they name, and an entry is dated
    by its day. Addresses are relative to the feed's own, because mirrors have it too.
    """
    texts, updates = campaign.texts[language], list(updates)
    first = dt.datetime.combine(campaign.started, dt.time(), dt.UTC)
    root = XML.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    newest = updates[0].date.isoformat() + "T00:00:00Z" if updates else first.isoformat()
    add = XML.SubElement
    add(root, "id").text = _id(campaign.petition, language)
    add(root, "title").text = texts.title
    add(root, "subtitle").text = texts.summary
    add(root, "updated").text = newest
    add(add(root, "author"), "name").text = texts.organizers
    add(root, "link", rel="self", href=feed_name(language), type="application/atom+xml")
    add(root, "link", rel="alternate", href=f"./?lang={language}", type="text/html")
    for place, update in enumerate(updates):
        entry = add(root, "entry")
        text = update.texts[language]
        # Of one day's news the oldest is the first, so that a new one changes no other's id.
        number = sum(other.date == update.date for other in updates[place:])
        add(entry, "id").text = _id(campaign.petition, language, f"{update.date}", f"{number}")
        add(entry, "title").text = text if len(text) <= TITLE else text[: TITLE - 1] + "…"
        add(entry, "updated").text = f"{update.date}T00:00:00Z"
        add(entry, "link", rel="alternate", href=f"./?lang={language}", type="text/html")
        add(entry, "content", type="text").text = text
    XML.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + XML.tostring(root, "unicode") + "\n"


def _id(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("savemyfriend", *parts))).urn


def _path(frontend: Path, petition: str) -> Path:
    return frontend / petition / "updates.json"
